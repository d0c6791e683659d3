//! Which code may own a subscription while a deployment is under way.
//!
//! Old code that took over from new code would pass over the events that only new code handles. So a subscription
//! remembers what its newest code handles, and code that handles less waits.

use crate::store::{Handles, families};

/// The event type that the newest code handles and this code does not, or not in as new a version; `None` where this
/// code is as new.
pub(crate) fn lacks<'a>(newest: &'a Handles, mine: &Handles) -> Option<&'a str> {
    let covers = |event_type: &str, version: u32| {
        let by_name = mine.get(event_type).is_some_and(|reads| *reads >= version);
        by_name || families(event_type).any(|family| mine.contains_key(&family))
    };
    newest
        .iter()
        .find(|(event_type, version)| !covers(event_type, **version))
        .map(|(name, _)| &**name)
}

#[cfg(test)]
mod tests {
    use super::lacks;
    use crate::store::Handles;

    fn handles(types: &[(&str, u32)]) -> Handles {
        types.iter().map(|(name, version)| ((*name).to_owned(), *version)).collect()
    }

    #[test]
    fn code_that_handles_less_is_older() {
        let newest = handles(&[("order.placed", 2), ("order.shipped", 1)]);
        let lacking = |mine: &[(&str, u32)]| lacks(&newest, &handles(mine));
        assert_eq!(lacking(&[("order.placed", 1), ("order.shipped", 1)]), Some("order.placed"));
        assert_eq!(lacking(&[("order.placed", 2)]), Some("order.shipped"));
        assert_eq!(lacking(&[("order.placed", 2), ("order.shipped", 4), ("a.b", 1)]), None);
        assert_eq!(lacks(&Handles::new(), &handles(&[])), None);
    }

    #[test]
    fn a_family_taken_whole_covers_what_is_below_it() {
        let newest = handles(&[("order.item.added", 3), ("order.*", 0)]);
        assert_eq!(lacks(&newest, &handles(&[("order.*", 0)])), None);
        assert_eq!(lacks(&newest, &handles(&[("*", 0)])), None);
        assert_eq!(lacks(&newest, &handles(&[("order.item.*", 0)])), Some("order.*"));
        assert_eq!(
            lacks(&newest, &handles(&[("cart.*", 0), ("order.item.added", 3)])),
            Some("order.*")
        );
    }
}
