//! Fields that the envelope's facts are taken from. Each mark has a trait of its own, for its own message.

use std::fmt::Display;

/// A field that can name the tenant: it is stored as text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tenant's id",
    label = "not `Display`",
    note = "the field marked `#[event(tenant_id)]` is stored as text: implement `Display` for its type"
)]
pub trait TenantId {
    /// The id as it is stored.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> TenantId for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// A field that can tell one event from another: it is read as text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an event's key",
    label = "not `Display`",
    note = "the field marked `#[event(event_key)]` is read as text: implement `Display` for its type"
)]
pub trait EventKey {
    /// The key as text.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> EventKey for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// The tenant's id as it is stored.
#[must_use]
pub fn tenant_id<T: TenantId>(id: &T) -> Option<String> {
    Some(id.text())
}

/// The event's key as text.
#[must_use]
pub fn event_key<T: EventKey>(key: &T) -> Option<String> {
    Some(key.text())
}
