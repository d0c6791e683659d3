use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent<const N: usize> {
    Placed { items: [u32; N] },
}
