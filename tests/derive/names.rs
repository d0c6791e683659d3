//! The name is the nesting.

use eventbus_runtime::DomainEvent;

use crate::events::{
    AccountLinked, Boot, LineAdded, LineRemoved, OrderPlaced, ShopEvent, SystemPing,
};

/// A name is a constant.
const _: &str = OrderPlaced::TYPE;

#[test]
fn three_levels_make_three_segments() {
    assert_eq!(OrderPlaced::TYPE, "order.placed");
    assert_eq!(OrderPlaced::VERSION, 2);
    assert_eq!(LineAdded::TYPE, "order.line.added");
    assert_eq!(LineRemoved::TYPE, "order.line.dropped");
    assert_eq!(AccountLinked::TYPE, "account.linked");
    assert_eq!(SystemPing::TYPE, "system.ping");
    assert_eq!(Boot::TYPE, "system.started");
}

/// Both names are alive at once: allocated ones would stand at two addresses.
#[test]
fn asking_for_the_name_allocates_nothing() {
    let one = ShopEvent::System(SystemPing {}.into());
    let other = one.clone();
    assert!(std::ptr::eq(one.event_type(), other.event_type()));
    assert_eq!(one.event_type(), SystemPing::TYPE);
}

/// The same variants as [`ShopEvent`]'s, in types of other names.
mod renamed {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, Clone, DomainEvent)]
    #[allow(dead_code, reason = "only the name of its leaf is asked for")]
    enum Everything {
        Order(Purchases),
    }

    #[derive(Debug, Clone, DomainEvent)]
    #[allow(dead_code, reason = "only the name of its leaf is asked for")]
    enum Purchases {
        Placed { id: String },
    }

    #[test]
    fn renaming_a_type_renames_no_event() {
        assert_eq!(PurchasesPlaced::TYPE, crate::events::OrderPlaced::TYPE);
    }
}
