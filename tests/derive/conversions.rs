//! Neighbouring levels convert into one another.

use crate::events::{
    AccountEvent, AccountLinked, Boot, LineAdded, LineEvent, LineRemoved, OrderEvent, ShopEvent,
    SystemEvent, SystemPing,
};

#[test]
fn a_payload_becomes_its_group_and_comes_back() {
    let payload = LineAdded { order_id: uuid::Uuid::nil(), how_many: 3 };
    let group = LineEvent::from(payload.clone());
    assert_eq!(LineAdded::try_from(group), Ok(payload));

    let given = AccountLinked { account_id: "a".to_owned(), with: "b".to_owned() };
    assert_eq!(AccountLinked::try_from(AccountEvent::from(given.clone())), Ok(given));
    assert_eq!(SystemPing::try_from(SystemEvent::from(SystemPing {})), Ok(SystemPing {}));
}

#[test]
fn a_group_becomes_its_root_and_comes_back() {
    let group = OrderEvent::from(LineEvent::from(LineRemoved {}));
    let root = ShopEvent::from(group.clone());
    assert_eq!(OrderEvent::try_from(root), Ok(group));
}

#[test]
fn what_is_another_event_is_given_back() {
    let ping = SystemEvent::from(SystemPing {});
    assert_eq!(Boot::try_from(ping.clone()), Err(ping.clone()));
    let root = ShopEvent::from(ping);
    assert_eq!(OrderEvent::try_from(root.clone()), Err(root));
}
