//! What every event carries beside its type, its version and its payload: the attributes of a CloudEvents 1.0 JSON event.

/// An attribute.
pub(super) struct Attribute {
    /// Its name.
    pub(super) name: &'static str,
    /// Whether it may be missing.
    pub(super) optional: bool,
    /// What it holds.
    pub(super) holds: Holds,
    /// What it says.
    pub(super) docs: &'static str,
}

/// What an attribute holds. All of it is text.
pub(super) enum Holds {
    /// Any text.
    Any,
    /// One that is not empty.
    Some,
    /// One of a format of JSON Schema.
    Format(&'static str),
    /// This one.
    Only(&'static str),
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// The attribute that says what the payload is, and what it says.
pub(super) const CONTENT: (&str, &str) = ("datacontenttype", "application/json");

/// All of them, in the order in which people read them.
pub(super) const ATTRIBUTES: &[Attribute] = &[
    always("specversion", Holds::Only("1.0"), "The version of CloudEvents."),
    always("id", Holds::Format("uuid"), "Unique for each event; a UUIDv7."),
    always("source", Holds::Some, "The service that emitted the event."),
    maybe(
        "time",
        Holds::Format("date-time"),
        "When it was emitted; absent where `id` does not tell.",
    ),
    maybe("dataschema", Holds::Format("uri"), "Where the schema of `data` is."),
    always(CONTENT.0, Holds::Only(CONTENT.1), "What `data` is."),
    maybe("subject", Holds::Some, "The aggregate's id; absent for events of no aggregate."),
    maybe("partitionkey", Holds::Some, "What is kept in order: the aggregate's id."),
    maybe("tenantid", Holds::Some, "The tenant; absent in single-tenant use."),
    maybe(
        "eventpriority",
        Holds::OneOf(&["high", "normal", "low"]),
        "`high` or `low`; absent for an event of normal priority.",
    ),
    maybe("correlationid", Holds::Format("uuid"), "What belongs together across services."),
    maybe("causationid", Holds::Format("uuid"), "The event whose handling emitted this one."),
    maybe("traceparent", Holds::Some, "W3C trace context."),
    maybe("tracestate", Holds::Any, "W3C trace state."),
];

const fn always(name: &'static str, holds: Holds, docs: &'static str) -> Attribute {
    Attribute { name, optional: false, holds, docs }
}

const fn maybe(name: &'static str, holds: Holds, docs: &'static str) -> Attribute {
    Attribute { name, optional: true, holds, docs }
}
