//! `parseEvent` on events as Rust writes them, and on what is none.

use eventbus_runtime::{Envelope, RawEvent};
use serde_json::{Value, json};

use crate::cases::Case;
use crate::node::Questions;

/// An event of the shop that has grown.
fn event(event_type: &str, version: u32, data: &Value) -> String {
    let envelope = Envelope {
        id: "01937b5e-7c00-7000-8000-000000000001".parse().unwrap(),
        event_type: event_type.to_owned(),
        version,
        source: "shop".to_owned(),
        aggregate_id: Some("o-1".to_owned()),
        metadata: [("channel".to_owned(), "web".to_owned())].into(),
        ..Envelope::default()
    };
    serde_json::to_string(&RawEvent { envelope, data: data.to_string() }).unwrap()
}

fn answers(inputs: &[String]) -> Vec<Value> {
    let generated = Case::named("versions").generate("out = \"events.ts\"");
    let mut questions = Questions::about(&generated);
    inputs.iter().for_each(|input| questions.ask("parseEvent", input));
    questions.answers()
}

fn answer(input: &str) -> Value {
    answers(&[input.to_owned()]).remove(0)
}

/// An order as an early writer of version 3 left it.
fn early() -> Value {
    json!({
        "order_id": "o-1", "total_cents": 100, "channel": "web", "price": {"cents": 1},
        "items": [{"sku": "a", "quantity": 1}], "tel": "110", "gift": null,
    })
}

#[test]
fn what_may_be_missing_is_filled_in() {
    let answer = answer(&event("order.placed", 3, &early()));
    assert_eq!(answer["kind"], "event", "{answer}");
    let wanted = json!({
        "order_id": "o-1", "total_cents": 100, "channel": "web", "price": {"cents": 1},
        "items": [{"sku": "a", "quantity": 1, "price": null}],
        "coupon": null, "parcels": 1, "notes": {}, "phone": "110",
    });
    assert_eq!(answer["event"]["data"], wanted);
    assert_eq!(answer["event"]["channel"], "web", "what the emitter named is kept");
}

#[test]
fn a_value_is_one_only_as_it_is_after_it_was_read() {
    let generated = Case::named("versions").generate("out = \"events.ts\"");
    let mut questions = Questions::about(&generated);
    let left_out = json!({"text": "a", "wrap": null});
    for value in [json!({"text": null, "wrap": "web"}), json!({"text": null}), json!({}), left_out]
    {
        questions.ask("Gift", &value.to_string());
    }
    let answers = questions.answers();
    assert!(answers.iter().all(|answer| answer["success"] == true));
    let is: Vec<bool> = answers.iter().map(|answer| answer["is"] == true).collect();
    assert_eq!(is, [true, true, false, false]);
}

#[test]
fn an_event_of_a_former_version_is_older() {
    let data = json!({
        "order_id": "o-1", "total_cents": 100, "items": [{"sku": "a", "quantity": 1}],
        "price": {"cents": 1},
    });
    let answer = answer(&event("order.placed", 2, &data));
    assert_eq!(answer["kind"], "older", "{answer}");
    assert_eq!(answer["event"]["data"], data);
}

#[test]
fn an_event_of_a_former_name_has_the_present_one() {
    let answer = answer(&event("cart.ordered", 3, &early()));
    assert_eq!(answer["kind"], "event", "{answer}");
    assert_eq!(answer["event"]["type"], "order.placed");
}

#[test]
fn what_is_newer_than_the_file_is_unknown_and_kept_as_it_is() {
    let payment = json!({
        "by": {"kind": "barter", "goods": ["eggs"]}, "number": "18446744073709551615", "list": [null],
    });
    let in_a_list = json!({"by": {"kind": "voucher"}, "number": "1", "list": [{"kind": "barter"}]});
    let inputs = [
        event("order.placed", 4, &json!({"entirely": "different"})),
        event("order.placed", 1, &json!({"nobody": "reads it any more"})),
        event("order.returned", 1, &json!(null)),
        event("constructor", 1, &json!({})),
        event("order.paid", 1, &payment),
        event("order.paid", 1, &in_a_list),
    ];
    for (input, answer) in inputs.iter().zip(answers(&inputs)) {
        assert_eq!(answer["kind"], "unknown", "{input}: {answer}");
        assert_eq!(answer["event"], serde_json::from_str::<Value>(input).unwrap());
    }
}

#[test]
fn a_variant_that_an_open_list_does_not_know_is_taken_as_it_is() {
    let mut data = early();
    data["channel"] = json!("fax");
    let answer = answer(&event("order.placed", 3, &data));
    assert_eq!(answer["kind"], "event", "{answer}");
    assert_eq!(answer["event"]["data"]["channel"], "fax");
}

#[test]
fn what_breaks_the_contract_is_told_with_the_path() {
    let mut data = early();
    data["items"] = json!([{"sku": 1, "quantity": 1}]);
    data["price"]["cents"] = json!(-1);
    let paid = json!({"by": {"kind": "voucher", "cents": "5"}, "number": "x", "list": []});
    let big = json!({"order_id": "o-1", "total_cents": 9_007_199_254_740_993_i64, "channel": "web",
        "price": {"cents": 1}, "items": []});
    let inputs = [
        event("order.placed", 3, &data),
        event("order.paid", 1, &paid),
        event("order.placed", 3, &big),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
    ];
    let told = |answer: &Value| -> Vec<String> {
        assert_eq!(answer["kind"], "invalid", "{answer}");
        let issues = answer["issues"].as_array().unwrap();
        issues.iter().map(|issue| format!("{} {}", issue["path"], issue["message"])).collect()
    };
    let told: Vec<Vec<String>> = answers(&inputs).iter().map(told).collect();
    let mut first = told[0].clone();
    first.sort();
    assert_eq!(
        first,
        [
            r#"["data","items",0,"sku"] "must be string""#,
            r#"["data","price","cents"] "must be at least 0""#,
        ]
    );
    let mut second = told[1].clone();
    second.sort();
    assert_eq!(second[0], r#"["data","by","cents"] "must be integer""#);
    assert!(second[1].starts_with(r#"["data","number"] "must match "#), "{second:?}");
    assert_eq!(
        told[2],
        [
            r#"["data","total_cents"] "must be integer, and JavaScript rounds integers beyond 2^53 - 1""#
        ]
    );
    assert!(told[3].contains(&r#"["type"] "is missing""#.to_owned()), "{:?}", told[3]);
    assert_eq!(told[4], [r#"[] "must be object""#]);
    assert_eq!(told[5], [r#"[] "must be object""#]);
}

#[test]
fn names_that_every_object_has_are_fields_like_others() {
    let generated = Case::named("hostile").generate("out = \"events.ts\"");
    let mut questions = Questions::about(&generated);
    let whole = r#"{"__proto__":{"__proto__":[{"__proto__":[]}]},"constructor":null,"hasOwnProperty":7,"then":{}}"#;
    questions.ask("ConstructorPrototype", whole);
    questions.ask("ConstructorPrototype", r#"{"__proto__":{},"then":{"__proto__":{}}}"#);
    questions.ask("ConstructorPrototype", r#"{"then":{}}"#);
    questions.ask("ConstructorPrototype", r#"{"__proto__":{"__proto__":[3]},"then":{}}"#);
    let answers = questions.answers();
    assert_eq!((&answers[0]["success"], &answers[0]["is"]), (&json!(true), &json!(true)));
    let filled = r#"{"__proto__":{"__proto__":[]},"constructor":null,"hasOwnProperty":7,"then":{"__proto__":{"__proto__":[]}}}"#;
    assert_eq!(answers[1]["data"], serde_json::from_str::<Value>(filled).unwrap());
    assert_eq!(answers[2]["issues"], json!([{"message": "is missing", "path": ["__proto__"]}]));
    let path = json!(["__proto__", "__proto__", 0]);
    assert_eq!(answers[3]["issues"], json!([{"message": "must be object", "path": path}]));
}

#[test]
fn what_is_nested_without_end_is_refused_and_throws_nothing() {
    let generated = Case::named("lab").generate("out = \"events.ts\"");
    let nested = |depth: usize| {
        let (open, close) = (r#"{"value":1,"others":[],"by_name":{},"left":"#, "}");
        let tree = format!("{}null{}", open.repeat(depth), close.repeat(depth));
        format!(
            r#"{{"specversion":"1.0","id":"a","source":"s","type":"lab.shape.grown","dataversion":1,
               "data":{{"tree":{tree},"or_not":null}}}}"#
        )
        .replace('\n', "")
    };
    let mut questions = Questions::about(&generated);
    questions.ask("parseEvent", &nested(100));
    questions.ask("parseEvent", &nested(20_000));
    let answers = questions.answers();
    assert_eq!(answers[0]["kind"], "event", "{}", answers[0]);
    let issues = answers[1]["issues"].as_array().unwrap();
    assert!(!issues.is_empty());
    assert!(issues.iter().all(|issue| issue["message"] == "is nested too deeply"), "{issues:?}");
}
