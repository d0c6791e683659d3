//! What a tree of values in between would lose: integers beyond 64 bits, numbers as map keys, and numbers as written.

use std::collections::BTreeMap;

use eventbus_runtime::DomainEvent;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Everything that the bank announces.
#[derive(Debug, Clone, DomainEvent)]
enum BankEvent {
    Ledger(LedgerEvent),
}

#[derive(Debug, Clone, DomainEvent)]
enum LedgerEvent {
    Booking(BookingEvent),
}

#[derive(Debug, Clone, DomainEvent)]
enum BookingEvent {
    Made {
        number: u128,
        balance: i128,
        shares: BTreeMap<u32, BTreeMap<i8, bool>>,
        #[schemars(with = "f64")]
        amount: Box<RawValue>,
        #[schemars(with = "Vec<f64>")]
        rates: Vec<Box<RawValue>>,
    },
    Struck,
}

const DATA: &str = r#"{"number":340282366920938463463374607431768211455,"balance":-170141183460469231731687303715884105728,"shares":{"0":{"-128":true},"4294967295":{}},"amount":1.10,"rates":[1e+2,0.30000000000000000000000000000000000004,-0.0,1E400]}"#;

#[track_caller]
fn assert_made(event: &BankEvent) {
    let BankEvent::Ledger(LedgerEvent::Booking(booking)) = event;
    let BookingEvent::Made { number, balance, shares, amount, rates } = booking else {
        panic!("another event")
    };
    assert_eq!((*number, *balance), (u128::MAX, i128::MIN));
    assert_eq!(shares[&0], BTreeMap::from([(-128, true)]));
    assert_eq!(shares[&u32::MAX], BTreeMap::new());
    assert_eq!(amount.get(), "1.10");
    let rates: Vec<_> = rates.iter().map(|rate| rate.get()).collect();
    assert_eq!(rates, ["1e+2", "0.30000000000000000000000000000000000004", "-0.0", "1E400"]);
}

#[test]
fn numbers_survive_three_levels_of_decoding_as_they_were_written() {
    let event = BankEvent::from_data(BookingMade::TYPE, 1, DATA).unwrap();
    assert_made(&event);
    assert_eq!(event.to_data().unwrap(), DATA);
}

#[test]
fn numbers_survive_the_enums_own_json_wherever_the_data_stands_in_it() {
    for text in [
        format!(r#"{{"type":"ledger.booking.made","dataversion":1,"data":{DATA}}}"#),
        format!(r#"{{"data":{DATA},"more":{DATA},"type":"ledger.booking.made"}}"#),
    ] {
        let event: BankEvent = serde_json::from_str(&text).unwrap();
        assert_made(&event);
        let again = serde_json::to_string(&event).unwrap();
        assert!(again.ends_with(&format!(r#""data":{DATA}}}"#)), "{again}");
        let events: Vec<BankEvent> = serde_json::from_str(&format!("[{text},{text}]")).unwrap();
        events.iter().for_each(assert_made);
    }
}

/// serde's own tag, over the same fields.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Number { number: u128 },
    Shares { shares: BTreeMap<u32, u8> },
    Amount { amount: Box<RawValue> },
}

#[test]
fn serdes_own_tag_would_have_lost_them() {
    for text in [
        r#"{"type":"Number","number":340282366920938463463374607431768211455}"#,
        r#"{"type":"Shares","shares":{"17":1}}"#,
        r#"{"type":"Amount","amount":1.10}"#,
    ] {
        assert!(serde_json::from_str::<Tagged>(text).is_err(), "{text}");
    }
}
