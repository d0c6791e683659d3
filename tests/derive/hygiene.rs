//! The derive's code among names of the user's that look like its own.

use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum JobEvent {
    Run(RunEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum RunEvent {
    Error { message: String },
    Ok(OkEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum OkEvent {
    Error,
}

#[test]
fn a_group_has_variants_named_as_associated_types() {
    assert_eq!(RunError::TYPE, "run.error");
    let event = JobEvent::from(RunEvent::from(OkEvent::Error));
    assert_eq!(RunEvent::try_from(event), Ok(RunEvent::Ok(OkEvent::Error)));
}

mod constants {
    use eventbus_runtime::{DomainEvent, EventPayload};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    macro_rules! constants {
        ($($name:ident)*) => {
            $(
                #[allow(non_upper_case_globals, reason = "the derive's code would see these names")]
                const $name: u8 = 0;
            )*
            /// Nobody else uses them.
            const _: &[u8] = &[$($name),*];
        };
    }
    constants! { data deserializer door event_type hinge id inner other serializer }

    #[allow(non_upper_case_globals, reason = "the derive's code would see this name")]
    static value: u8 = 1;
    #[allow(non_upper_case_globals, reason = "the derive's code would see this name")]
    static version: u8 = 1;

    #[derive(Debug, Clone, PartialEq, DomainEvent)]
    pub(super) enum HouseEvent {
        Door(DoorEvent),
    }

    #[derive(Debug, Clone, PartialEq, DomainEvent)]
    pub(super) enum DoorEvent {
        Opened {
            #[event(aggregate_id)]
            door: u8,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            hinge: Option<u8>,
        },
        #[event(payload)]
        Shut(DoorShut),
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
    pub(super) struct DoorShut {
        #[event(aggregate_id)]
        pub(super) door: u8,
    }

    #[test]
    fn constants_and_statics_do_not_become_patterns() {
        assert_eq!((value, version), (1, 1));
        for event in
            [DoorEvent::Opened { door: 0, hinge: None }, DoorEvent::Shut(DoorShut { door: 0 })]
        {
            assert_eq!(event.aggregate_id().as_deref(), Some("0"));
            let text = serde_json::to_string(&HouseEvent::from(event.clone())).unwrap();
            assert_eq!(serde_json::from_str::<HouseEvent>(&text).unwrap(), event.into());
        }
    }
}

macro_rules! family {
    ($root:ident, $name:ident, $segment:literal, $version:literal, $ty:ty) => {
        #[derive(Debug, Clone, PartialEq, DomainEvent)]
        enum $root {
            Family($name),
        }

        #[derive(Debug, Clone, PartialEq, DomainEvent)]
        enum $name {
            #[event(version = $version, unreadable(1, 2), name = $segment)]
            Made { what: $ty },
        }
    };
}
family!(MadeEvent, ByMacro, "written", 3, Option<u8>);

#[test]
fn a_macro_of_the_users_hands_its_literals_on() {
    assert_eq!((ByMacroMade::TYPE, ByMacroMade::VERSION), ("family.written", 3));
    assert!(MadeEvent::from(ByMacro::Made { what: None }).to_data().is_ok());
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum PriceEvent {
    Value(Value),
    Lasting(spans::Duration),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum Value {
    Set { cents: i64 },
}

mod spans {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, Clone, PartialEq, DomainEvent)]
    pub(super) enum Duration {
        Extended { days: u32 },
    }
}

#[test]
fn a_group_may_be_named_as_a_type_of_std_is() {
    let event = PriceEvent::from(spans::Duration::Extended { days: 1 });
    assert_eq!(event.event_type(), "lasting.extended");
    assert_eq!(ValueSet::TYPE, "value.set");
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "step", derive(PartialEq))]
enum StepEvent {
    Taken { before: Option<Box<StepTaken>> },
}

#[test]
fn a_payload_holds_itself_by_its_name() {
    let first = StepTaken { before: None };
    let second = StepEvent::Taken { before: Some(Box::new(first)) };
    let data = second.to_data().unwrap();
    assert_eq!(data, r#"{"before":{"before":null}}"#);
    assert_eq!(StepEvent::from_data("step.taken", 1, &data).unwrap(), second);
}
