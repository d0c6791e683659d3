//! The one line of a program that answers the toolchain.

/// The whole of a program that answers `cargo eventbus` for a root enum, where no library holds the enum or the
/// toolchain cannot link it.
///
/// It is an example or a binary of yours, such as `examples/events.rs` with `example = "events"` in `eventbus.toml`:
///
/// ```no_run
/// # mod shop {
/// #     #[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
/// #     pub enum ShopEvent { Order(OrderEvent) }
/// #     #[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
/// #     pub enum OrderEvent { Placed { order_id: u64 } }
/// # }
/// eventbus_runtime::catalog_main!(shop::ShopEvent);
/// ```
///
/// A package without a library first says where the enums are: `#[path = "../src/events.rs"] mod events;`.
#[macro_export]
macro_rules! catalog_main {
    ($root:ty $(,)?) => {
        fn main() -> ::std::process::ExitCode {
            $crate::__private::answer::<$root>()
        }
    };
}
