use eventbus_runtime::{DomainEvent, MemoryBus};

#[derive(Debug, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent {
    #[event(retired = "2026-01-31")]
    Voided { id: u64 },
    Cancelled { id: u64 },
}

fn emit(bus: &MemoryBus) {
    let mut transaction = bus.begin();
    let _ = bus.emit(&mut transaction, OrderCancelled { id: 1 });
    let _ = bus.emit(&mut transaction, OrderVoided { id: 1 });
}

fn main() {}
