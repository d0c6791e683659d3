//! What a watch waits for.

use std::fmt::{self, Display};

use crate::__private::LONGEST;
use crate::emit::{MAX_AGGREGATE_ID, MAX_TENANT_ID, is_name, is_prefix};
use crate::envelope::Envelope;
use crate::error::{Error, ErrorKind, Result};
use crate::event::DomainEvent;
use crate::filter::{TypePattern, TypeSet};

/// Events that somebody wants to know of: of a type, of a family, of an aggregate, of a tenant, or all of them.
///
/// A key is narrowed by what is chained: everything it says must hold of an event. Names are checked where a watch or a
/// live query starts.
///
/// ```
/// use eventbus_runtime::{DomainEvent, Key};
///
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// enum OrderEvent {
///     Placed { #[event(aggregate_id)] order_id: u64 },
/// }
///
/// // Of all that has the id 7, only the order.
/// let order = Key::family("order").of_aggregate(7).of_tenant("acme");
/// assert_eq!(format!("{order:?}"), r#"order.* & aggregate("7") & tenant("acme")"#);
/// // What the compiler knows cannot be misspelt.
/// assert_eq!(Key::of::<OrderPlaced>(), Key::event_type("order.placed"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    types: TypeSet,
    aggregate: Option<String>,
    tenant: Option<String>,
    /// Why its name cannot be one.
    misnamed: Option<String>,
}

impl Key {
    /// Every event.
    #[must_use]
    pub fn all() -> Self {
        Self::new(TypeSet::everything())
    }

    /// The events of one type, `order.placed`.
    ///
    /// A name that nobody emits under is nothing wrong: older and newer code has other names than this.
    /// [`Key::of`] cannot be misspelt.
    #[must_use]
    pub fn event_type(name: impl Into<String>) -> Self {
        let name = name.into();
        let misnamed = (!is_name(&name)).then(|| misnamed_type(&name));
        Self { misnamed, ..Self::new(TypeSet::of_pattern(&TypePattern::Name(name))) }
    }

    /// The events of every type below a name: `order` stands for `order.placed`, `order.line.added` and so on.
    #[must_use]
    pub fn family(prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        let misnamed = (!is_prefix(&prefix)).then(|| misnamed_family(&prefix));
        Self { misnamed, ..Self::new(TypeSet::of_pattern(&TypePattern::Family(prefix))) }
    }

    /// The events of a payload, a group or a root, under their former names too.
    #[must_use]
    pub fn of<E: DomainEvent>() -> Self {
        Self::new(TypeSet::of::<E>())
    }

    /// The events with this aggregate id, of whatever kind their aggregate is. Where an order and a customer may have the
    /// same id, [`of_aggregate`](Self::of_aggregate) narrows another key.
    #[must_use]
    pub fn aggregate(id: impl Display) -> Self {
        Self::all().of_aggregate(id)
    }

    /// The events of this tenant.
    #[must_use]
    pub fn tenant(tenant: impl Display) -> Self {
        Self::all().of_tenant(tenant)
    }

    /// The same, only of the aggregate with this id.
    #[must_use]
    pub fn of_aggregate(mut self, id: impl Display) -> Self {
        self.aggregate = Some(id.to_string());
        self
    }

    /// The same, only of this tenant.
    #[must_use]
    pub fn of_tenant(mut self, tenant: impl Display) -> Self {
        self.tenant = Some(tenant.to_string());
        self
    }

    /// The types of the events that it may be hit by.
    #[must_use]
    pub const fn types(&self) -> &TypeSet {
        &self.types
    }

    const fn new(types: TypeSet) -> Self {
        Self { types, aggregate: None, tenant: None, misnamed: None }
    }

    pub(crate) fn matches(&self, envelope: &Envelope) -> bool {
        let is =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        self.types.contains(&envelope.event_type)
            && is(&self.aggregate, &envelope.aggregate_id)
            && is(&self.tenant, &envelope.tenant)
    }

    /// That an event could hit it.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(misnamed) = &self.misnamed {
            return Err(Error::new(ErrorKind::Configuration, misnamed.clone()));
        }
        check_id(self, "aggregate", self.aggregate.as_deref(), MAX_AGGREGATE_ID)?;
        check_id(self, "tenant", self.tenant.as_deref(), MAX_TENANT_ID)
    }
}

fn check_id(key: &Key, what: &str, id: Option<&str>, most: usize) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    if !id.is_empty() && id.len() <= most {
        return Ok(());
    }
    let message = format!(
        "no event can hit the key `{key:?}`: the id of its {what} has {} bytes, and those of events have 1 to {most}; \
         fill it in, or leave it out",
        id.len()
    );
    Err(Error::new(ErrorKind::Configuration, message))
}

fn misnamed_type(name: &str) -> String {
    match name.strip_suffix(".*") {
        Some(prefix) if is_prefix(prefix) => {
            format!("`{name}` is a family: write `Key::family(\"{prefix}\")`")
        }
        _ if is_prefix(name) => format!(
            "`{name}` names no event type: write all of it, such as `{name}.placed`, or `Key::family(\"{name}\")` for \
             all below it"
        ),
        _ => format!(
            "`{name}` is no name of an event type: write two segments or more of `a-z 0-9 _` with dots between them, at \
             most {LONGEST} bytes, such as `order.placed`"
        ),
    }
}

fn misnamed_family(prefix: &str) -> String {
    match prefix.strip_suffix(".*") {
        Some(name) if is_prefix(name) => {
            format!("`{prefix}` says twice that it is a family: write `Key::family(\"{name}\")`")
        }
        _ if prefix.is_empty() || prefix == "*" => {
            "a family needs a name, such as `order`: write `Key::all()` for all events".to_owned()
        }
        _ => format!(
            "`{prefix}` is no name of a family: write one segment or more of `a-z 0-9 _` with dots between them, at most \
             {LONGEST} bytes, such as `order`"
        ),
    }
}

/// As an expression: `order.* & tenant("acme")`.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.types)?;
        if let Some(id) = &self.aggregate {
            write!(f, " & aggregate({id:?})")?;
        }
        if let Some(tenant) = &self.tenant {
            write!(f, " & tenant({tenant:?})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    fn refusal(key: &Key) -> String {
        key.check().map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn a_name_that_no_event_can_have_is_refused_with_what_to_write() {
        for good in [
            Key::all(),
            Key::event_type("order.placed"),
            Key::event_type("order.line_2.added"),
            Key::family("order"),
            Key::family("order.line"),
            Key::aggregate(7),
            Key::tenant("größer"),
        ] {
            assert_eq!(refusal(&good), "", "{good:?}");
        }
        for (bad, said) in [
            (Key::event_type("order.*"), "write `Key::family(\"order\")`"),
            (Key::event_type("order"), "such as `order.placed`"),
            (Key::event_type("Order.Placed"), "`Order.Placed` is no name of an event type"),
            (Key::event_type(""), "`` is no name of an event type"),
            (Key::event_type("a.".repeat(64) + "a"), "at most 128 bytes"),
            (Key::family("order.*"), "write `Key::family(\"order\")`"),
            (Key::family(""), "write `Key::all()`"),
            (Key::family("*"), "write `Key::all()`"),
            (Key::family("order."), "`order.` is no name of a family"),
            (Key::family("order").of_aggregate(""), "the key `order.* & aggregate(\"\")`"),
            (Key::aggregate("a".repeat(513)), "has 513 bytes"),
            (Key::tenant(""), "the id of its tenant has 0 bytes"),
        ] {
            let refused = refusal(&bad);
            assert!(refused.contains(said), "{bad:?}: {refused}");
        }
    }
}
