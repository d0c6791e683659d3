// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// ShopEvent

#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = <::eventbus_runtime::__private::Probe<
        ShopEvent,
    >>::PREFIX;
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        ShopEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "order")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "order",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_1: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "money")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "money",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Nested for OrderEvent {
        const PREFIX: &'static str = __NAME_0;
        const AGGREGATE: &'static str = __AGGREGATE;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Nested for PaymentEvent {
        const PREFIX: &'static str = __NAME_1;
        const AGGREGATE: &'static str = __AGGREGATE;
    }
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 5usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::same(
        ::eventbus_runtime::__private::prefix_of(
            <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
        ),
        __NAME_0,
    ) {
        ::core::panic!(
            "{}", if ::eventbus_runtime::__private::is_subset(& < OrderEvent as
            ::eventbus_runtime::__private::DomainEvent > ::CATALOG) {
            "`OrderEvent` is a subset, whose events stand below the enums that declare them: nest those"
            } else if false &&
            ::eventbus_runtime::__private::same(::eventbus_runtime::__private::prefix_of(<
            OrderEvent as ::eventbus_runtime::__private::DomainEvent > ::CATALOG), "") {
            "`OrderEvent` states no prefix of its own: write the dotted path of this variant on it, `#[event(prefix = \"..\")]`"
            } else {
            "`OrderEvent` stands here under another name than its own: its `#[event(prefix = \"..\")]` is the dotted path of this variant"
            }
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::same(
        ::eventbus_runtime::__private::prefix_of(
            <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
        ),
        __NAME_1,
    ) {
        ::core::panic!(
            "{}", if ::eventbus_runtime::__private::is_subset(& < PaymentEvent as
            ::eventbus_runtime::__private::DomainEvent > ::CATALOG) {
            "`PaymentEvent` is a subset, whose events stand below the enums that declare them: nest those"
            } else if false &&
            ::eventbus_runtime::__private::same(::eventbus_runtime::__private::prefix_of(<
            PaymentEvent as ::eventbus_runtime::__private::DomainEvent > ::CATALOG), "")
            {
            "`PaymentEvent` states no prefix of its own: write the dotted path of this variant on it, `#[event(prefix = \"..\")]`"
            } else {
            "`PaymentEvent` stands here under another name than its own: its `#[event(prefix = \"..\")]` is the dotted path of this variant"
            }
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::alias_clash(
            <ShopEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
            0usize,
        )
        .is_empty()
    {
        ::core::panic!(
            "{}", { const CLASH : & 'static str =
            ::eventbus_runtime::__private::alias_clash(< ShopEvent as
            ::eventbus_runtime::__private::DomainEvent > ::CATALOG, 0usize); const BYTES
            : [u8; "the alias `".len() + CLASH.len() +
            "` in this family is another event's name or alias: an alias is a former name of one event, which no other has"
            .len()] = ::eventbus_runtime::__private::between("the alias `", CLASH,
            "` in this family is another event's name or alias: an alias is a former name of one event, which no other has");
            ::eventbus_runtime::__private::text(& BYTES) }
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::alias_clash(
            <ShopEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
            1usize,
        )
        .is_empty()
    {
        ::core::panic!(
            "{}", { const CLASH : & 'static str =
            ::eventbus_runtime::__private::alias_clash(< ShopEvent as
            ::eventbus_runtime::__private::DomainEvent > ::CATALOG, 1usize); const BYTES
            : [u8; "the alias `".len() + CLASH.len() +
            "` in this family is another event's name or alias: an alias is a former name of one event, which no other has"
            .len()] = ::eventbus_runtime::__private::between("the alias `", CLASH,
            "` in this family is another event's name or alias: an alias is a former name of one event, which no other has");
            ::eventbus_runtime::__private::text(& BYTES) }
        )
    };
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for ShopEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "ShopEvent"),
                docs: "Everything that the shop announces.",
                prefix: __PREFIX,
                members: &[
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::event_type(
                        __inner,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::event_type(
                        __inner,
                    )
                }
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::version(
                        __inner,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::version(
                        __inner,
                    )
                }
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::aggregate_id(
                        __inner,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::aggregate_id(
                        __inner,
                    )
                }
            }
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::tenant_id(
                        __inner,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::tenant_id(
                        __inner,
                    )
                }
            }
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::event_key(
                        __inner,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::event_key(
                        __inner,
                    )
                }
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::to_data(
                        __inner,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::to_data(
                        __inner,
                    )
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
                _ if ::eventbus_runtime::__private::is_below(__event_type, __NAME_0) => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::__direct(
                            __event_type,
                            __version,
                            __data,
                        )
                        .map(Self::Order)
                }
                _ if ::eventbus_runtime::__private::is_below(__event_type, __NAME_1) => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::__direct(
                            __event_type,
                            __version,
                            __data,
                        )
                        .map(Self::Payment)
                }
                _ => ::core::result::Result::Err(::core::option::Option::None),
            }
        }
        fn __unknown(
            __event: ::std::boxed::Box<::eventbus_runtime::__private::RawEvent>,
        ) -> ::core::result::Result<
            Self,
            ::std::boxed::Box<::eventbus_runtime::__private::RawEvent>,
        > {
            let __event = match () {
                () if ::eventbus_runtime::__private::is_below(
                    &__event.envelope.event_type,
                    __NAME_0,
                ) => {
                    match <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::__unknown(
                        __event,
                    ) {
                        ::core::result::Result::Ok(__inner) => {
                            return ::core::result::Result::Ok(Self::Order(__inner));
                        }
                        ::core::result::Result::Err(__event) => __event,
                    }
                }
                () if ::eventbus_runtime::__private::is_below(
                    &__event.envelope.event_type,
                    __NAME_1,
                ) => {
                    match <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::__unknown(
                        __event,
                    ) {
                        ::core::result::Result::Ok(__inner) => {
                            return ::core::result::Result::Ok(Self::Payment(__inner));
                        }
                        ::core::result::Result::Err(__event) => __event,
                    }
                }
                () => __event,
            };
            ::core::result::Result::Err(__event)
        }
        fn __emission(&self) -> ::eventbus_runtime::__private::Emission<'_> {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::__emission(
                        __inner,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::__emission(
                        __inner,
                    )
                }
            }
        }
        fn __write<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self {
                Self::Order { 0: __inner } => {
                    <OrderEvent as ::eventbus_runtime::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
                Self::Payment { 0: __inner } => {
                    <PaymentEvent as ::eventbus_runtime::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for ShopEvent {}
    #[automatically_derived]
    impl ::core::convert::From<OrderEvent> for ShopEvent {
        fn from(__value: OrderEvent) -> Self {
            Self::Order(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<ShopEvent> for OrderEvent {
        /// The event itself, when it is another.
        type Error = ShopEvent;
        fn try_from(__value: ShopEvent) -> ::core::result::Result<Self, ShopEvent> {
            match __value {
                ShopEvent::Order { 0: __value } => ::core::result::Result::Ok(__value),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<PaymentEvent> for ShopEvent {
        fn from(__value: PaymentEvent) -> Self {
            Self::Payment(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<ShopEvent> for PaymentEvent {
        /// The event itself, when it is another.
        type Error = ShopEvent;
        fn try_from(__value: ShopEvent) -> ::core::result::Result<Self, ShopEvent> {
            match __value {
                ShopEvent::Payment { 0: __value } => ::core::result::Result::Ok(__value),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for ShopEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for ShopEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl ShopEvent {
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
    const __PREFIX: &'static str = <::eventbus_runtime::__private::Probe<
        OrderEvent,
    >>::PREFIX;
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

// PaymentEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// The money is there.
pub struct PaymentReceived {}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = <::eventbus_runtime::__private::Probe<
        PaymentEvent,
    >>::PREFIX;
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        PaymentEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "received")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "received",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `received` is one because no derived enum nests `PaymentEvent`: nest it, `enum AppEvent { Payment(PaymentEvent) }`, or write `#[event(prefix = \"payment\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 8usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl PaymentReceived {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for PaymentReceived {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "PaymentReceived"
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
    impl ::eventbus_runtime::__private::DomainEvent for PaymentReceived {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "The money is there.",
                aggregate_id: <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for PaymentReceived {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for PaymentEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "PaymentEvent"),
                docs: "What happens to payments.",
                prefix: __PREFIX,
                members: &[
                    <PaymentReceived as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Received { .. } => __NAME_0,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Received { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Received { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Received { .. } => {
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
                    <PaymentReceived as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_0,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<PaymentReceived>>::from)
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
                Self::Received { .. } => {
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
    impl ::eventbus_runtime::__private::Emittable for PaymentEvent {}
    #[automatically_derived]
    impl ::core::convert::From<PaymentReceived> for PaymentEvent {
        fn from(__value: PaymentReceived) -> Self {
            {
                let PaymentReceived {} = __value;
                Self::Received {}
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<PaymentEvent> for PaymentReceived {
        /// The event itself, when it is another.
        type Error = PaymentEvent;
        fn try_from(
            __value: PaymentEvent,
        ) -> ::core::result::Result<Self, PaymentEvent> {
            match __value {
                PaymentEvent::Received {} => ::core::result::Result::Ok(Self {}),
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
                "PaymentReceived",
                0usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for PaymentReceived {
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
    impl ::eventbus_runtime::__private::serde::Serialize for PaymentEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for PaymentEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl PaymentEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};
