// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// OrderEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// A customer placed an order.
///
/// It is not paid yet.
pub struct OrderPlaced {
    /// The order.
    pub order_id: u64,
    /// The sum, in cents.
    pub total_cents: i64,
    /// What the customer typed in,
    /// if anything.
    pub coupon: Option<String>,
}
#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// The order is on its way.
pub struct Shipment {
    /// The order.
    pub order_id: u64,
}
#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// No order is accepted any more.
pub struct OrderClosed {}
#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// Orders are accepted again.
pub struct OrderOpened {}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = "order";
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        OrderEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "placed")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "placed",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_1: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "sent")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "sent",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_2: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "closed")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "closed",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_3: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "opened")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "opened",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `placed` is one because no derived enum nests `OrderEvent`: nest it, `enum AppEvent { Order(OrderEvent) }`, or write `#[event(prefix = \"order\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 6usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl OrderPlaced {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 2u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for OrderPlaced {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "order_id",
        );
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "OrderPlaced"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::eventbus_runtime::__private::aggregate_id::<u64>(&self.order_id)
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("order_id", 0u32), ("total_cents", 0u32), ("coupon", 0u32)],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for OrderPlaced {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "A customer placed an order.\n\nIt is not paid yet.",
                aggregate_id: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[1u32],
                retired: ::core::option::Option::None,
                tenant_id: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
                deprecated: ::core::option::Option::None,
                compat: ::core::option::Option::None,
                aggregate: __AGGREGATE,
            },
        );
        fn event_type(&self) -> &str {
            Self::TYPE
        }
        fn version(&self) -> u32 {
            Self::VERSION
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__to_data(
                self,
                Self::TYPE,
            )
        }
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Result<Self> {
            ::eventbus_runtime::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Direct<Self> {
            if __event_type == Self::TYPE {
                <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_0,
                        2u32,
                        __version,
                        __data,
                    )
                    .map_err(::core::option::Option::Some)
            } else {
                ::core::result::Result::Err(::core::option::Option::None)
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for OrderPlaced {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl Shipment {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_1;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for Shipment {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "order_id",
        );
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "Shipment"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::eventbus_runtime::__private::aggregate_id::<u64>(&self.order_id)
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("order_id", 0u32)],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for Shipment {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <Shipment as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "The order is on its way.",
                aggregate_id: <Shipment as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <Shipment as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <Shipment as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <Shipment as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <Shipment as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <Shipment as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
                deprecated: ::core::option::Option::None,
                compat: ::core::option::Option::None,
                aggregate: __AGGREGATE,
            },
        );
        fn event_type(&self) -> &str {
            Self::TYPE
        }
        fn version(&self) -> u32 {
            Self::VERSION
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            <Shipment as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <Shipment as ::eventbus_runtime::__private::EventPayload>::__to_data(
                self,
                Self::TYPE,
            )
        }
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Result<Self> {
            ::eventbus_runtime::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Direct<Self> {
            if __event_type == Self::TYPE {
                <Shipment as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_1,
                        1u32,
                        __version,
                        __data,
                    )
                    .map_err(::core::option::Option::Some)
            } else {
                ::core::result::Result::Err(::core::option::Option::None)
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for Shipment {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl OrderClosed {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_2;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for OrderClosed {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "OrderClosed"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for OrderClosed {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <OrderClosed as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "No order is accepted any more.",
                aggregate_id: <OrderClosed as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <OrderClosed as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <OrderClosed as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <OrderClosed as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <OrderClosed as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <OrderClosed as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
                deprecated: ::core::option::Option::None,
                compat: ::core::option::Option::None,
                aggregate: __AGGREGATE,
            },
        );
        fn event_type(&self) -> &str {
            Self::TYPE
        }
        fn version(&self) -> u32 {
            Self::VERSION
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            <OrderClosed as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <OrderClosed as ::eventbus_runtime::__private::EventPayload>::__to_data(
                self,
                Self::TYPE,
            )
        }
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Result<Self> {
            ::eventbus_runtime::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Direct<Self> {
            if __event_type == Self::TYPE {
                <OrderClosed as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_2,
                        1u32,
                        __version,
                        __data,
                    )
                    .map_err(::core::option::Option::Some)
            } else {
                ::core::result::Result::Err(::core::option::Option::None)
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for OrderClosed {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl OrderOpened {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_3;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for OrderOpened {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "OrderOpened"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for OrderOpened {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <OrderOpened as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "Orders are accepted again.",
                aggregate_id: <OrderOpened as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <OrderOpened as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <OrderOpened as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <OrderOpened as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <OrderOpened as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <OrderOpened as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
                deprecated: ::core::option::Option::None,
                compat: ::core::option::Option::None,
                aggregate: __AGGREGATE,
            },
        );
        fn event_type(&self) -> &str {
            Self::TYPE
        }
        fn version(&self) -> u32 {
            Self::VERSION
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            <OrderOpened as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <OrderOpened as ::eventbus_runtime::__private::EventPayload>::__to_data(
                self,
                Self::TYPE,
            )
        }
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Result<Self> {
            ::eventbus_runtime::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Direct<Self> {
            if __event_type == Self::TYPE {
                <OrderOpened as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_3,
                        1u32,
                        __version,
                        __data,
                    )
                    .map_err(::core::option::Option::Some)
            } else {
                ::core::result::Result::Err(::core::option::Option::None)
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for OrderOpened {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for OrderEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "OrderEvent"),
                docs: "What happens to orders.",
                prefix: __PREFIX,
                members: &[
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <Shipment as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <OrderClosed as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <OrderOpened as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Placed { .. } => __NAME_0,
                Self::Shipped { .. } => __NAME_1,
                Self::Closed { .. } => __NAME_2,
                Self::Opened { .. } => __NAME_3,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Placed { .. } => 2u32,
                Self::Shipped { .. } => 1u32,
                Self::Closed { .. } => 1u32,
                Self::Opened { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Placed { order_id: __id, .. } => {
                    ::eventbus_runtime::__private::aggregate_id::<u64>(__id)
                }
                Self::Shipped { order_id: __id, .. } => {
                    ::eventbus_runtime::__private::aggregate_id::<u64>(__id)
                }
                Self::Closed { .. } => ::core::option::Option::None,
                Self::Opened { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Placed {
                    order_id: __field_0,
                    total_cents: __field_1,
                    coupon: __field_2,
                    ..
                } => {
                    ::eventbus_runtime::__private::to_data(
                        __NAME_0,
                        &__Data0(__field_0, __field_1, __field_2),
                    )
                }
                Self::Shipped { order_id: __field_0, .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_1, &__Data1(__field_0))
                }
                Self::Closed { .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_2, &__Data2())
                }
                Self::Opened { .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_3, &__Data3())
                }
            }
        }
        #[inline]
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Result<Self> {
            ::eventbus_runtime::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Direct<Self> {
            match __event_type {
                __NAME_0 => {
                    <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_0,
                            2u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<OrderPlaced>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_1 => {
                    <Shipment as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_1,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<Shipment>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_2 => {
                    <OrderClosed as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_2,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<OrderClosed>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_3 => {
                    <OrderOpened as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_3,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<OrderOpened>>::from)
                        .map_err(::core::option::Option::Some)
                }
                _ => ::core::result::Result::Err(::core::option::Option::None),
            }
        }
        fn __write<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self {
                Self::Placed {
                    order_id: __field_0,
                    total_cents: __field_1,
                    coupon: __field_2,
                    ..
                } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_0,
                        2u32,
                        &__Data0(__field_0, __field_1, __field_2),
                        __serializer,
                    )
                }
                Self::Shipped { order_id: __field_0, .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_1,
                        1u32,
                        &__Data1(__field_0),
                        __serializer,
                    )
                }
                Self::Closed { .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_2,
                        1u32,
                        &__Data2(),
                        __serializer,
                    )
                }
                Self::Opened { .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_3,
                        1u32,
                        &__Data3(),
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for OrderEvent {}
    #[automatically_derived]
    impl ::core::convert::From<OrderPlaced> for OrderEvent {
        fn from(__value: OrderPlaced) -> Self {
            {
                let OrderPlaced {
                    order_id: __field_0,
                    total_cents: __field_1,
                    coupon: __field_2,
                } = __value;
                Self::Placed {
                    order_id: __field_0,
                    total_cents: __field_1,
                    coupon: __field_2,
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<OrderEvent> for OrderPlaced {
        /// The event itself, when it is another.
        type Error = OrderEvent;
        fn try_from(__value: OrderEvent) -> ::core::result::Result<Self, OrderEvent> {
            match __value {
                OrderEvent::Placed {
                    order_id: __field_0,
                    total_cents: __field_1,
                    coupon: __field_2,
                } => {
                    ::core::result::Result::Ok(Self {
                        order_id: __field_0,
                        total_cents: __field_1,
                        coupon: __field_2,
                    })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<Shipment> for OrderEvent {
        fn from(__value: Shipment) -> Self {
            {
                let Shipment { order_id: __field_0 } = __value;
                Self::Shipped {
                    order_id: __field_0,
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<OrderEvent> for Shipment {
        /// The event itself, when it is another.
        type Error = OrderEvent;
        fn try_from(__value: OrderEvent) -> ::core::result::Result<Self, OrderEvent> {
            match __value {
                OrderEvent::Shipped { order_id: __field_0 } => {
                    ::core::result::Result::Ok(Self { order_id: __field_0 })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<OrderClosed> for OrderEvent {
        fn from(__value: OrderClosed) -> Self {
            {
                let OrderClosed {} = __value;
                Self::Closed {}
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<OrderEvent> for OrderClosed {
        /// The event itself, when it is another.
        type Error = OrderEvent;
        fn try_from(__value: OrderEvent) -> ::core::result::Result<Self, OrderEvent> {
            match __value {
                OrderEvent::Closed {} => ::core::result::Result::Ok(Self {}),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<OrderOpened> for OrderEvent {
        fn from(__value: OrderOpened) -> Self {
            {
                let OrderOpened {} = __value;
                Self::Opened {}
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<OrderEvent> for OrderOpened {
        /// The event itself, when it is another.
        type Error = OrderEvent;
        fn try_from(__value: OrderEvent) -> ::core::result::Result<Self, OrderEvent> {
            match __value {
                OrderEvent::Opened {} => ::core::result::Result::Ok(Self {}),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    struct __Data0<'a>(&'a u64, &'a i64, &'a Option<String>);
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data0<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "OrderPlaced",
                3usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "order_id",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "total_cents",
                self.1,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "coupon",
                self.2,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for OrderPlaced {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data0(&self.order_id, &self.total_cents, &self.coupon),
                __serializer,
            )
        }
    }
    struct __Data1<'a>(&'a u64);
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data1<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "Shipment",
                1usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "order_id",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for Shipment {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data1(&self.order_id),
                __serializer,
            )
        }
    }
    struct __Data2();
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data2 {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "OrderClosed",
                0usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for OrderClosed {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data2(),
                __serializer,
            )
        }
    }
    struct __Data3();
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data3 {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "OrderOpened",
                0usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for OrderOpened {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data3(),
                __serializer,
            )
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for OrderEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for OrderEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl OrderEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};
