// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// WarehouseEvent

#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = <::eventbus_runtime::__private::Probe<
        WarehouseEvent,
    >>::PREFIX;
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        WarehouseEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "shelf")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "shelf",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Nested for ShelfEvent {
        const PREFIX: &'static str = __NAME_0;
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
            <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
        ),
        __NAME_0,
    ) {
        ::core::panic!(
            "{}", if ::eventbus_runtime::__private::is_subset(& < ShelfEvent as
            ::eventbus_runtime::__private::DomainEvent > ::CATALOG) {
            "`ShelfEvent` is a subset, whose events stand below the enums that declare them: nest those"
            } else if false &&
            ::eventbus_runtime::__private::same(::eventbus_runtime::__private::prefix_of(<
            ShelfEvent as ::eventbus_runtime::__private::DomainEvent > ::CATALOG), "") {
            "`ShelfEvent` states no prefix of its own: write the dotted path of this variant on it, `#[event(prefix = \"..\")]`"
            } else {
            "`ShelfEvent` stands here under another name than its own: its `#[event(prefix = \"..\")]` is the dotted path of this variant"
            }
        )
    };
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for WarehouseEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(
                    ::core::module_path!(), "::", "WarehouseEvent"
                ),
                docs: "Everything that the warehouse announces.",
                prefix: __PREFIX,
                members: &[
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::event_type(
                        __inner,
                    )
                }
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::version(
                        __inner,
                    )
                }
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::aggregate_id(
                        __inner,
                    )
                }
            }
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::tenant_id(
                        __inner,
                    )
                }
            }
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::event_key(
                        __inner,
                    )
                }
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::to_data(
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
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::__direct(
                            __event_type,
                            __version,
                            __data,
                        )
                        .map(Self::Shelf)
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
                    match <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::__unknown(
                        __event,
                    ) {
                        ::core::result::Result::Ok(__inner) => {
                            return ::core::result::Result::Ok(Self::Shelf(__inner));
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
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::__emission(
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
                Self::Shelf { 0: __inner } => {
                    <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for WarehouseEvent {}
    #[automatically_derived]
    impl ::core::convert::From<ShelfEvent> for WarehouseEvent {
        fn from(__value: ShelfEvent) -> Self {
            Self::Shelf(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<WarehouseEvent> for ShelfEvent {
        /// The event itself, when it is another.
        type Error = WarehouseEvent;
        fn try_from(
            __value: WarehouseEvent,
        ) -> ::core::result::Result<Self, WarehouseEvent> {
            match __value {
                WarehouseEvent::Shelf { 0: __value } => {
                    ::core::result::Result::Ok(__value)
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for WarehouseEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for WarehouseEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl WarehouseEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};

// ShelfEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// The shelf was moved.
pub struct ShelfMoved {
    /// To which aisle.
    pub aisle: u8,
}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = <::eventbus_runtime::__private::Probe<
        ShelfEvent,
    >>::PREFIX;
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        ShelfEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(
            __PREFIX,
            "compartment",
        )] = ::eventbus_runtime::__private::join(__PREFIX, "compartment");
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_1: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "moved")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "moved",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Nested for CompartmentEvent {
        const PREFIX: &'static str = __NAME_0;
        const AGGREGATE: &'static str = __AGGREGATE;
    }
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `moved` is one because no derived enum nests `ShelfEvent`: nest it, `enum AppEvent { Shelf(ShelfEvent) }`, or write `#[event(prefix = \"shelf\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 11usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::same(
        ::eventbus_runtime::__private::prefix_of(
            <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
        ),
        __NAME_0,
    ) {
        ::core::panic!(
            "{}", if ::eventbus_runtime::__private::is_subset(& < CompartmentEvent as
            ::eventbus_runtime::__private::DomainEvent > ::CATALOG) {
            "`CompartmentEvent` is a subset, whose events stand below the enums that declare them: nest those"
            } else if false &&
            ::eventbus_runtime::__private::same(::eventbus_runtime::__private::prefix_of(<
            CompartmentEvent as ::eventbus_runtime::__private::DomainEvent > ::CATALOG),
            "") {
            "`CompartmentEvent` states no prefix of its own: write the dotted path of this variant on it, `#[event(prefix = \"..\")]`"
            } else {
            "`CompartmentEvent` stands here under another name than its own: its `#[event(prefix = \"..\")]` is the dotted path of this variant"
            }
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::alias_clash(
            <ShelfEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
            0usize,
        )
        .is_empty()
    {
        ::core::panic!(
            "{}", { const CLASH : & 'static str =
            ::eventbus_runtime::__private::alias_clash(< ShelfEvent as
            ::eventbus_runtime::__private::DomainEvent > ::CATALOG, 0usize); const BYTES
            : [u8; "the alias `".len() + CLASH.len() +
            "` in this family is another event's name or alias: an alias is a former name of one event, which no other has"
            .len()] = ::eventbus_runtime::__private::between("the alias `", CLASH,
            "` in this family is another event's name or alias: an alias is a former name of one event, which no other has");
            ::eventbus_runtime::__private::text(& BYTES) }
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl ShelfMoved {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_1;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for ShelfMoved {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "ShelfMoved"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("aisle", 0u32)],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for ShelfMoved {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "The shelf was moved.",
                aggregate_id: <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for ShelfMoved {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for ShelfEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "ShelfEvent"),
                docs: "What happens to shelves.",
                prefix: __PREFIX,
                members: &[
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <ShelfMoved as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::event_type(
                        __inner,
                    )
                }
                Self::Moved { .. } => __NAME_1,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::version(
                        __inner,
                    )
                }
                Self::Moved { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::aggregate_id(
                        __inner,
                    )
                }
                Self::Moved { .. } => ::core::option::Option::None,
            }
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::tenant_id(
                        __inner,
                    )
                }
                Self::Moved { .. } => ::core::option::Option::None,
            }
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::event_key(
                        __inner,
                    )
                }
                Self::Moved { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::to_data(
                        __inner,
                    )
                }
                Self::Moved { aisle: __field_0, .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_1, &__Data1(__field_0))
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
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::__direct(
                            __event_type,
                            __version,
                            __data,
                        )
                        .map(Self::Compartment)
                }
                __NAME_1 => {
                    <ShelfMoved as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_1,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<ShelfMoved>>::from)
                        .map_err(::core::option::Option::Some)
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
                    match <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::__unknown(
                        __event,
                    ) {
                        ::core::result::Result::Ok(__inner) => {
                            return ::core::result::Result::Ok(Self::Compartment(__inner));
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
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::__emission(
                        __inner,
                    )
                }
                Self::Moved { .. } => ::eventbus_runtime::__private::Emission::New,
            }
        }
        fn __write<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self {
                Self::Compartment { 0: __inner } => {
                    <CompartmentEvent as ::eventbus_runtime::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
                Self::Moved { aisle: __field_0, .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_1,
                        1u32,
                        &__Data1(__field_0),
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for ShelfEvent {}
    #[automatically_derived]
    impl ::core::convert::From<CompartmentEvent> for ShelfEvent {
        fn from(__value: CompartmentEvent) -> Self {
            Self::Compartment(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<ShelfEvent> for CompartmentEvent {
        /// The event itself, when it is another.
        type Error = ShelfEvent;
        fn try_from(__value: ShelfEvent) -> ::core::result::Result<Self, ShelfEvent> {
            match __value {
                ShelfEvent::Compartment { 0: __value } => {
                    ::core::result::Result::Ok(__value)
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<ShelfMoved> for ShelfEvent {
        fn from(__value: ShelfMoved) -> Self {
            {
                let ShelfMoved { aisle: __field_0 } = __value;
                Self::Moved { aisle: __field_0 }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<ShelfEvent> for ShelfMoved {
        /// The event itself, when it is another.
        type Error = ShelfEvent;
        fn try_from(__value: ShelfEvent) -> ::core::result::Result<Self, ShelfEvent> {
            match __value {
                ShelfEvent::Moved { aisle: __field_0 } => {
                    ::core::result::Result::Ok(Self { aisle: __field_0 })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    struct __Data1<'a>(&'a u8);
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data1<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "ShelfMoved",
                1usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "aisle",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for ShelfMoved {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data1(&self.aisle),
                __serializer,
            )
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for ShelfEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for ShelfEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl ShelfEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};

// CompartmentEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// Something was put in.
pub struct CompartmentFilled {
    /// The compartment.
    pub compartment: u32,
    /// How many pieces.
    pub pieces: u32,
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
/// Everything was taken out.
pub struct CompartmentEmptied {}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = <::eventbus_runtime::__private::Probe<
        CompartmentEvent,
    >>::PREFIX;
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        CompartmentEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "filled")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "filled",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_1: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "emptied")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "emptied",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `filled` is one because no derived enum nests `CompartmentEvent`: nest it, `enum AppEvent { Compartment(CompartmentEvent) }`, or write `#[event(prefix = \"compartment\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 7usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl CompartmentFilled {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for CompartmentFilled {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "compartment",
        );
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "CompartmentFilled"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::eventbus_runtime::__private::aggregate_id::<u32>(&self.compartment)
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("compartment", 0u32), ("pieces", 0u32)],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for CompartmentFilled {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "Something was put in.",
                aggregate_id: <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for CompartmentFilled {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl CompartmentEmptied {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_1;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for CompartmentEmptied {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "CompartmentEmptied"
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
    impl ::eventbus_runtime::__private::DomainEvent for CompartmentEmptied {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "Everything was taken out.",
                aggregate_id: <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for CompartmentEmptied {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for CompartmentEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(
                    ::core::module_path!(), "::", "CompartmentEvent"
                ),
                docs: "What happens to one compartment.",
                prefix: __PREFIX,
                members: &[
                    <CompartmentFilled as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <CompartmentEmptied as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Filled { .. } => __NAME_0,
                Self::Emptied { .. } => __NAME_1,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Filled { .. } => 1u32,
                Self::Emptied { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Filled { compartment: __id, .. } => {
                    ::eventbus_runtime::__private::aggregate_id::<u32>(__id)
                }
                Self::Emptied { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Filled { compartment: __field_0, pieces: __field_1, .. } => {
                    ::eventbus_runtime::__private::to_data(
                        __NAME_0,
                        &__Data0(__field_0, __field_1),
                    )
                }
                Self::Emptied { .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_1, &__Data1())
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
                    <CompartmentFilled as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_0,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<CompartmentFilled>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_1 => {
                    <CompartmentEmptied as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_1,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<CompartmentEmptied>>::from)
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
                Self::Filled { compartment: __field_0, pieces: __field_1, .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_0,
                        1u32,
                        &__Data0(__field_0, __field_1),
                        __serializer,
                    )
                }
                Self::Emptied { .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_1,
                        1u32,
                        &__Data1(),
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for CompartmentEvent {}
    #[automatically_derived]
    impl ::core::convert::From<CompartmentFilled> for CompartmentEvent {
        fn from(__value: CompartmentFilled) -> Self {
            {
                let CompartmentFilled { compartment: __field_0, pieces: __field_1 } = __value;
                Self::Filled {
                    compartment: __field_0,
                    pieces: __field_1,
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<CompartmentEvent> for CompartmentFilled {
        /// The event itself, when it is another.
        type Error = CompartmentEvent;
        fn try_from(
            __value: CompartmentEvent,
        ) -> ::core::result::Result<Self, CompartmentEvent> {
            match __value {
                CompartmentEvent::Filled {
                    compartment: __field_0,
                    pieces: __field_1,
                } => {
                    ::core::result::Result::Ok(Self {
                        compartment: __field_0,
                        pieces: __field_1,
                    })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<CompartmentEmptied> for CompartmentEvent {
        fn from(__value: CompartmentEmptied) -> Self {
            {
                let CompartmentEmptied {} = __value;
                Self::Emptied {}
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<CompartmentEvent> for CompartmentEmptied {
        /// The event itself, when it is another.
        type Error = CompartmentEvent;
        fn try_from(
            __value: CompartmentEvent,
        ) -> ::core::result::Result<Self, CompartmentEvent> {
            match __value {
                CompartmentEvent::Emptied {} => ::core::result::Result::Ok(Self {}),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    struct __Data0<'a>(&'a u32, &'a u32);
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data0<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "CompartmentFilled",
                2usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "compartment",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "pieces",
                self.1,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for CompartmentFilled {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data0(&self.compartment, &self.pieces),
                __serializer,
            )
        }
    }
    struct __Data1();
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data1 {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "CompartmentEmptied",
                0usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for CompartmentEmptied {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data1(),
                __serializer,
            )
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for CompartmentEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de>
    for CompartmentEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl CompartmentEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};
