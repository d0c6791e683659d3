use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent<'a, T, const N: usize> {
    Placed { name: &'a str, item: T, list: [u32; N] },
}
