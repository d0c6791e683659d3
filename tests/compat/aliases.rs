//! serde's `alias` on fields: what is read under two names, and what was stored under the former one.

use crate::rules::verdicts;

mod reader_first {
    crate::rules::change! {
        old { Placed { id: u64, coupon: String } }
        new { Placed { id: u64, #[serde(alias = "voucher")] coupon: String } }
    }
}

mod then_renamed {
    crate::rules::change! {
        old { Placed { id: u64, #[serde(alias = "voucher")] coupon: String } }
        new { Placed { id: u64, #[serde(alias = "coupon")] voucher: String } }
    }
}

mod given_up {
    crate::rules::change! {
        old { Placed { id: u64, #[serde(alias = "coupon")] voucher: String } }
        new { Placed { id: u64, voucher: String } }
    }
}

mod of_another_type {
    crate::rules::change! {
        old { Placed { id: u64, coupon: String } }
        new { Placed { id: u64, #[serde(alias = "coupon")] voucher: u32 } }
    }
}

mod two_fields_in_one {
    crate::rules::change! {
        old { Placed { id: u64, coupon: String, voucher: Option<String> } }
        new { Placed { id: u64, #[serde(alias = "coupon")] voucher: Option<String> } }
    }
}

mod optional {
    crate::rules::change! {
        old { Placed { id: u64, coupon: Option<String> } }
        new { Placed { id: u64, #[serde(alias = "coupon")] voucher: Option<String> } }
    }
}

mod of_a_struct_inside {
    crate::rules::change! {
        old { Placed { id: u64, item: Item } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub struct Item { article: String }
        }
        new { Placed { id: u64, item: Item } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub struct Item { #[serde(alias = "article")] sku: String }
        }
    }
}

mod that_says_so {
    crate::rules::change! {
        old { Placed { id: u64, item: Item } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub struct Item { article: String }
        }
        new { Placed { id: u64, item: Item } } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
            pub struct Item {
                #[serde(alias = "article")]
                #[schemars(extend("x-eventbus-aliases" = ["article"]))]
                sku: String,
            }
        }
    }
}

mod of_a_former_version {
    crate::rules::change! {
        old { Placed { id: u64, #[serde(alias = "coupon")] voucher: String } }
        new {
            #[event(version = 2, upcast(1 => PlacedV1))]
            Placed { id: u64 }
        } with {
            #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
            pub struct PlacedV1 { id: u64, voucher: String }

            impl From<PlacedV1> for OrderPlaced {
                fn from(old: PlacedV1) -> Self { Self { id: old.id } }
            }
        }
    }
}

#[test]
fn consumers_that_read_the_new_name_first_are_not_broken_by_it() {
    assert_eq!(verdicts(reader_first::documents()), ["EV020 ok"]);
    assert_eq!(verdicts(then_renamed::documents()), ["EV113 ok /coupon"]);
}

#[test]
fn a_former_name_that_stored_events_have_cannot_be_given_up() {
    assert_eq!(verdicts(given_up::documents()), ["EV112 bump /voucher backward"]);
    let former = verdicts(of_a_former_version::documents());
    assert_eq!(former, ["EV012 deny  backward"]);
}

#[test]
fn another_name_does_not_excuse_another_type() {
    let wanted = ["EV113 bump /coupon forward", "EV208 bump /coupon backward+forward"];
    assert_eq!(verdicts(of_another_type::documents()), wanted);
}

#[test]
fn two_stored_fields_are_no_field_of_two_names() {
    let told = verdicts(two_fields_in_one::documents());
    assert!(told.iter().any(|line| line.ends_with("backward+forward")), "{told:?}");
}

#[test]
fn an_optional_field_of_another_name_breaks_nobody() {
    assert_eq!(verdicts(optional::documents()), ["EV113 ok /coupon"]);
}

#[test]
fn an_alias_that_nobody_sees_is_no_excuse_until_the_schema_says_it() {
    let unseen = ["EV112 bump /item/article backward+forward"];
    assert_eq!(verdicts(of_a_struct_inside::documents()), unseen);
    assert_eq!(verdicts(that_says_so::documents()), ["EV113 bump /item/article forward"]);
}
