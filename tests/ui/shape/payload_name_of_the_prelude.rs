use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "text")]
pub enum Event {
    String { length: u64 },
    Created { note: String },
}
