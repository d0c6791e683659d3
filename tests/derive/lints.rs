//! The derive's code in a crate that forbids more than it needs to: documented, undocumented, deprecated, private.

#![deny(missing_docs, unreachable_pub, unused_qualifications, deprecated, dead_code, unused)]
#![deny(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]

use eventbus_runtime::DomainEvent;

/// The events of a crate whose own enums have no docs for some of their variants.
#[allow(missing_docs, reason = "the payload structs must not complain where the enum does not")]
#[derive(Debug, DomainEvent)]
pub(crate) enum QuietEvent {
    System(QuietSystemEvent),
    r#Type(QuietTypeEvent),
}

#[allow(missing_docs, reason = "the payload structs must not complain where the enum does not")]
#[derive(Debug, DomainEvent)]
#[event(rename_all = "lowercase", crate = "eventbus_runtime")]
#[serde(rename_all_fields = "camelCase")]
pub(crate) enum QuietSystemEvent {
    DiskFilled {
        percent_used: u8,
    },
    #[deprecated]
    Ping,
}

#[allow(missing_docs, reason = "the payload structs must not complain where the enum does not")]
#[derive(Debug, DomainEvent)]
pub(crate) enum QuietTypeEvent {
    r#Match { r#type: String, value: i64, version: u32, data: Vec<String> },
}

mod private {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, DomainEvent)]
    pub(super) enum InnerEvent {
        Only(OnlyEvent),
    }

    #[derive(Debug, DomainEvent)]
    pub(super) enum OnlyEvent {
        One { value: i64 },
    }

    #[derive(Debug, DomainEvent)]
    #[event(prefix = "alone.far")]
    enum AloneEvent {
        #[event(version = 3, unreadable(1, 2))]
        Here,
    }

    #[test]
    fn a_prefix_stands_for_the_parents() {
        assert_eq!(AloneEvent::Here.event_type(), "alone.far.here");
        assert_eq!((AloneHere::TYPE, AloneHere::VERSION), ("alone.far.here", 3));
    }
}

#[test]
fn raw_identifiers_and_lowercase_make_plain_segments() {
    let event = QuietEvent::from(QuietTypeEvent::Match {
        r#type: "t".to_owned(),
        value: 1,
        version: 2,
        data: Vec::new(),
    });
    assert_eq!(event.event_type(), "type.match");
    assert_eq!(event.to_data().unwrap(), r#"{"type":"t","value":1,"version":2,"data":[]}"#);
    assert_eq!(QuietSystemDiskFilled::TYPE, "system.diskfilled");
    let filled = QuietSystemEvent::DiskFilled { percent_used: 9 };
    assert_eq!(filled.to_data().unwrap(), r#"{"percentUsed":9}"#);
    assert_eq!(private::OnlyOne::TYPE, "only.one");
    let inner = private::InnerEvent::Only(private::OnlyEvent::One { value: 1 });
    assert_eq!(inner.event_type(), private::OnlyOne::TYPE);
}
