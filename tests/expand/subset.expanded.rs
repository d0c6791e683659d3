// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// Billing

#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    const _: () = {
        if ::eventbus_runtime::__private::overlap(
            &<OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
            &<RefundEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
        ) {
            ::core::panic!(
                "{}",
                "`Placed` and `Refund` take a common event, which has one place in a subset: leave it to one of them"
            )
        }
    };
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for Billing {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "Billing"),
                docs: "What billing reads.",
                prefix: "",
                members: &[
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: true,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::event_type(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::event_type(
                        __inner,
                    )
                }
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::version(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::version(
                        __inner,
                    )
                }
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::aggregate_id(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::aggregate_id(
                        __inner,
                    )
                }
            }
        }
        fn aggregate_kind(&self) -> &str {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::aggregate_kind(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::aggregate_kind(
                        __inner,
                    )
                }
            }
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::tenant_id(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::tenant_id(
                        __inner,
                    )
                }
            }
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::event_key(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::event_key(
                        __inner,
                    )
                }
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::to_data(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::to_data(
                        __inner,
                    )
                }
            }
        }
        fn __emission(&self) -> ::eventbus_runtime::__private::Emission<'_> {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::__emission(
                        __inner,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::__emission(
                        __inner,
                    )
                }
            }
        }
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> ::eventbus_runtime::__private::Result<Self> {
            match ::eventbus_runtime::__private::member(
                &<Self as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                __event_type,
            ) {
                ::core::option::Option::Some(0usize) => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::from_data(
                            __event_type,
                            __version,
                            __data,
                        )
                        .map(Self::Placed)
                }
                ::core::option::Option::Some(1usize) => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::from_data(
                            __event_type,
                            __version,
                            __data,
                        )
                        .map(Self::Refund)
                }
                _ => {
                    ::core::result::Result::Err(
                        ::eventbus_runtime::__private::unknown_type::<Self>(__event_type),
                    )
                }
            }
        }
        fn __from_raw(
            __event: &::eventbus_runtime::__private::RawEvent,
        ) -> ::eventbus_runtime::__private::Result<Self> {
            let __event_type = __event.envelope.event_type.as_str();
            match ::eventbus_runtime::__private::member(
                &<Self as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                __event_type,
            ) {
                ::core::option::Option::Some(0usize) => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::__from_raw(
                            __event,
                        )
                        .map(Self::Placed)
                }
                ::core::option::Option::Some(1usize) => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::__from_raw(
                            __event,
                        )
                        .map(Self::Refund)
                }
                _ => {
                    ::core::result::Result::Err(
                        ::eventbus_runtime::__private::unknown_type::<Self>(__event_type),
                    )
                }
            }
        }
        fn __write<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self {
                Self::Placed { 0: __inner } => {
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
                Self::Refund { 0: __inner } => {
                    <RefundEvent as ::eventbus_runtime::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for Billing {}
    #[automatically_derived]
    impl ::core::convert::From<OrderPlaced> for Billing {
        fn from(__value: OrderPlaced) -> Self {
            Self::Placed(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<Billing> for OrderPlaced {
        /// The event itself, when it is another.
        type Error = Billing;
        fn try_from(__value: Billing) -> ::core::result::Result<Self, Billing> {
            match __value {
                Billing::Placed { 0: __value } => ::core::result::Result::Ok(__value),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<RefundEvent> for Billing {
        fn from(__value: RefundEvent) -> Self {
            Self::Refund(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<Billing> for RefundEvent {
        /// The event itself, when it is another.
        type Error = Billing;
        fn try_from(__value: Billing) -> ::core::result::Result<Self, Billing> {
            match __value {
                Billing::Refund { 0: __value } => ::core::result::Result::Ok(__value),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for Billing {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for Billing {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl Billing {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};

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
pub struct OrderPlaced {}
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
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for OrderPlaced {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "OrderPlaced"
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
    impl ::eventbus_runtime::__private::DomainEvent for OrderPlaced {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "A customer placed an order.",
                aggregate_id: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <OrderPlaced as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
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
    impl ::eventbus_runtime::__private::Emittable for OrderPlaced {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for OrderEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "OrderEvent"),
                docs: "What happens to orders.",
                prefix: __PREFIX,
                members: &[
                    <OrderPlaced as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Placed { .. } => __NAME_0,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Placed { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Placed { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Placed { .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_0, &__Data0())
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
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<OrderPlaced>>::from)
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
                Self::Placed { .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_0,
                        1u32,
                        &__Data0(),
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
                let OrderPlaced {} = __value;
                Self::Placed {}
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<OrderEvent> for OrderPlaced {
        /// The event itself, when it is another.
        type Error = OrderEvent;
        fn try_from(__value: OrderEvent) -> ::core::result::Result<Self, OrderEvent> {
            match __value {
                OrderEvent::Placed {} => ::core::result::Result::Ok(Self {}),
            }
        }
    }
    struct __Data0();
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data0 {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "OrderPlaced",
                0usize,
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
                &__Data0(),
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

// RefundEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// The money is on its way back.
pub struct RefundSent {}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = "refund";
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        RefundEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "sent")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "sent",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `sent` is one because no derived enum nests `RefundEvent`: nest it, `enum AppEvent { Refund(RefundEvent) }`, or write `#[event(prefix = \"refund\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 4usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl RefundSent {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for RefundSent {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "RefundSent"
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
    impl ::eventbus_runtime::__private::DomainEvent for RefundSent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <RefundSent as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "The money is on its way back.",
                aggregate_id: <RefundSent as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <RefundSent as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <RefundSent as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <RefundSent as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <RefundSent as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <RefundSent as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <RefundSent as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <RefundSent as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <RefundSent as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_0,
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
    impl ::eventbus_runtime::__private::Emittable for RefundSent {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for RefundEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "RefundEvent"),
                docs: "What happens to refunds.",
                prefix: __PREFIX,
                members: &[
                    <RefundSent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Sent { .. } => __NAME_0,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Sent { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Sent { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Sent { .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_0, &__Data0())
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
                    <RefundSent as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_0,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<RefundSent>>::from)
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
                Self::Sent { .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_0,
                        1u32,
                        &__Data0(),
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for RefundEvent {}
    #[automatically_derived]
    impl ::core::convert::From<RefundSent> for RefundEvent {
        fn from(__value: RefundSent) -> Self {
            {
                let RefundSent {} = __value;
                Self::Sent {}
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<RefundEvent> for RefundSent {
        /// The event itself, when it is another.
        type Error = RefundEvent;
        fn try_from(__value: RefundEvent) -> ::core::result::Result<Self, RefundEvent> {
            match __value {
                RefundEvent::Sent {} => ::core::result::Result::Ok(Self {}),
            }
        }
    }
    struct __Data0();
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data0 {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "RefundSent",
                0usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for RefundSent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data0(),
                __serializer,
            )
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for RefundEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for RefundEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl RefundEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};
