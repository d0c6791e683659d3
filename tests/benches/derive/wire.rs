//! (a) and (b): nanoseconds to read and to write one event through the root enum.

use std::error::Error;
use std::hint::black_box;

use eventbus_benches::report::{Goal, Row};
use eventbus_runtime::DomainEvent;

use crate::events::{PaymentEvent, PaymentRefunded, ShopEvent, Tagged, sample};
use crate::timing::nanoseconds;

/// Reading: ours knows the name from outside the payload, serde's tagged enum finds it inside.
pub(crate) fn decode() -> Result<[Row; 2], Box<dyn Error>> {
    let data = serde_json::to_string(&sample())?;
    let tagged = serde_json::to_string(&Tagged::PaymentRefunded(sample()))?;
    agree(&data, &tagged)?;
    let (name, version) = (PaymentRefunded::TYPE, PaymentRefunded::VERSION);
    let [ours, plain, internal] = nanoseconds([
        &mut || {
            let read = ShopEvent::from_data(black_box(name), version, black_box(&data));
            drop(black_box(read));
        },
        &mut || drop(black_box(serde_json::from_str::<PaymentRefunded>(black_box(&data)))),
        &mut || drop(black_box(serde_json::from_str::<Tagged>(black_box(&tagged)))),
    ]);
    let what = format!("root enum, {} bytes", data.len());
    let row = row("decode", what, ours);
    Ok([
        row("from_str::<Payload>", plain, Goal::AtMost(1.10)),
        row("#[serde(tag)], the same 40", internal, Goal::Faster(2.2)),
    ])
}

/// Writing: ours from the enum's variant, serde's from the payload struct.
pub(crate) fn encode() -> Result<[Row; 2], Box<dyn Error>> {
    let payload = sample();
    let event = ShopEvent::Payment(PaymentEvent::from(payload.clone()));
    let tagged = Tagged::PaymentRefunded(payload.clone());
    let data = event.to_data()?;
    if data != serde_json::to_string(&payload)? {
        return Err("the enum and its payload struct write different JSON".into());
    }
    let [ours, plain, internal] = nanoseconds([
        &mut || drop(black_box(black_box(&event).to_data())),
        &mut || drop(black_box(serde_json::to_string(black_box(&payload)))),
        &mut || drop(black_box(serde_json::to_string(black_box(&tagged)))),
    ]);
    let row = row("encode", format!("root enum, {} bytes", data.len()), ours);
    Ok([
        row("to_string(&payload)", plain, Goal::AtMost(1.05)),
        row("#[serde(tag)], the same 40", internal, Goal::None),
    ])
}

fn row(part: &'static str, what: String, ours: f64) -> impl Fn(&str, f64, Goal) -> Row {
    move |against, theirs, goal| Row {
        part,
        what: what.clone(),
        against: against.to_owned(),
        unit: "ns",
        ours,
        theirs: Some(theirs),
        spread: None,
        goal,
    }
}

/// A measurement of three that do not read the same would say nothing.
fn agree(data: &str, tagged: &str) -> Result<(), Box<dyn Error>> {
    let ours = ShopEvent::from_data(PaymentRefunded::TYPE, PaymentRefunded::VERSION, data)?;
    let ShopEvent::Payment(group) = ours else {
        return Err("the root led into another family".into());
    };
    let ours = PaymentRefunded::try_from(group).map_err(|_| "the group holds another event")?;
    let Tagged::PaymentRefunded(theirs) = serde_json::from_str(tagged)? else {
        return Err("the tag led to another event".into());
    };
    if ours == theirs && ours == sample() { Ok(()) } else { Err("what is read differs".into()) }
}
