// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// ParcelEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// A parcel was sent.
pub struct ParcelSent {
    /// The parcel.
    pub parcel: u64,
    /// Its weight.
    pub grams: u32,
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
/// A parcel was thrown away.
pub struct ParcelDiscarded {}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = "parcel";
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        ParcelEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "sent")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "sent",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_1: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(
            __PREFIX,
            "discarded",
        )] = ::eventbus_runtime::__private::join(__PREFIX, "discarded");
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `sent` is one because no derived enum nests `ParcelEvent`: nest it, `enum AppEvent { Parcel(ParcelEvent) }`, or write `#[event(prefix = \"parcel\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 9usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if ::eventbus_runtime::__private::is_live(
        <ParcelEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
        "parcel.posted",
    ) {
        ::core::panic!(
            "{}",
            "the alias `parcel.posted` is the name of an event that is still there: an alias is a former name, which no event has any more"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if ::eventbus_runtime::__private::is_live(
        <ParcelEvent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
        "mail.sent",
    ) {
        ::core::panic!(
            "{}",
            "the alias `mail.sent` is the name of an event that is still there: an alias is a former name, which no event has any more"
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl ParcelSent {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 4u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for ParcelSent {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "parcel",
        );
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "ParcelSent"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::eventbus_runtime::__private::aggregate_id::<u64>(&self.parcel)
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("parcel", 0u32), ("grams", 0u32)],
        };
    }
    fn __upcast_0_0(__value: SentV2) -> ParcelSent {
        __upcast_0_1(<SentV3 as ::core::convert::From<SentV2>>::from(__value))
    }
    fn __upcast_0_1(__value: SentV3) -> ParcelSent {
        <ParcelSent as ::core::convert::From<SentV3>>::from(__value)
    }
    fn __read_0(
        __version: u32,
        __data: &str,
    ) -> ::eventbus_runtime::__private::Result<ParcelSent> {
        match __version {
            2u32 => {
                <SentV2 as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_0,
                        2u32,
                        __version,
                        __data,
                    )
                    .map(__upcast_0_0)
            }
            3u32 => {
                <SentV3 as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_0,
                        3u32,
                        __version,
                        __data,
                    )
                    .map(__upcast_0_1)
            }
            _ => {
                <ParcelSent as ::eventbus_runtime::__private::EventPayload>::__read(
                    __NAME_0,
                    4u32,
                    __version,
                    __data,
                )
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for ParcelSent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <ParcelSent as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "A parcel was sent.",
                aggregate_id: <ParcelSent as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <ParcelSent as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &["parcel.posted", "mail.sent"],
                upcasts: &[
                    ::eventbus_runtime::__private::Upcast {
                        version: 2u32,
                        rust_path: <SentV2 as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                        schema: <SentV2 as ::eventbus_runtime::__private::EventPayload>::__schema,
                    },
                    ::eventbus_runtime::__private::Upcast {
                        version: 3u32,
                        rust_path: <SentV3 as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                        schema: <SentV3 as ::eventbus_runtime::__private::EventPayload>::__schema,
                    },
                ],
                unreadable: &[1u32],
                retired: ::core::option::Option::None,
                tenant_id: <ParcelSent as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <ParcelSent as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <ParcelSent as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <ParcelSent as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <ParcelSent as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <ParcelSent as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                __read_0(__version, __data).map_err(::core::option::Option::Some)
            } else {
                ::core::result::Result::Err(::core::option::Option::None)
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for ParcelSent {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl ParcelDiscarded {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_1;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for ParcelDiscarded {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "ParcelDiscarded"
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
    impl ::eventbus_runtime::__private::DomainEvent for ParcelDiscarded {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "A parcel was thrown away.",
                aggregate_id: <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::Some("2026-01-31"),
                tenant_id: <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::DomainEvent for ParcelEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "ParcelEvent"),
                docs: "What happens to parcels.",
                prefix: __PREFIX,
                members: &[
                    <ParcelSent as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <ParcelDiscarded as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: true,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Sent { .. } => __NAME_0,
                Self::Discarded { .. } => __NAME_1,
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::event_type(
                        __inner,
                    )
                }
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Sent { .. } => 4u32,
                Self::Discarded { .. } => 1u32,
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::version(
                        __inner,
                    )
                }
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Sent { parcel: __id, .. } => {
                    ::eventbus_runtime::__private::aggregate_id::<u64>(__id)
                }
                Self::Discarded { .. } => ::core::option::Option::None,
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::aggregate_id(
                        __inner,
                    )
                }
            }
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Sent { .. } => ::core::option::Option::None,
                Self::Discarded { .. } => ::core::option::Option::None,
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::tenant_id(
                        __inner,
                    )
                }
            }
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Sent { .. } => ::core::option::Option::None,
                Self::Discarded { .. } => ::core::option::Option::None,
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::event_key(
                        __inner,
                    )
                }
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Sent { parcel: __field_0, grams: __field_1, .. } => {
                    ::eventbus_runtime::__private::to_data(
                        __NAME_0,
                        &__Data0(__field_0, __field_1),
                    )
                }
                Self::Discarded { .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_1, &__Data1())
                }
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::to_data(
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
                __NAME_0 => {
                    __read_0(__version, __data)
                        .map(<Self as ::core::convert::From<ParcelSent>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_1 => {
                    <ParcelDiscarded as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_1,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<ParcelDiscarded>>::from)
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
            if ::eventbus_runtime::__private::is_below(
                &__event.envelope.event_type,
                __PREFIX,
            ) {
                return ::core::result::Result::Ok(Self::Unknown(*__event));
            }
            ::core::result::Result::Err(__event)
        }
        fn __emission(&self) -> ::eventbus_runtime::__private::Emission<'_> {
            match self {
                Self::Sent { .. } => ::eventbus_runtime::__private::Emission::New,
                Self::Discarded { .. } => {
                    ::eventbus_runtime::__private::Emission::Retired("2026-01-31")
                }
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::__emission(
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
                Self::Sent { parcel: __field_0, grams: __field_1, .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_0,
                        4u32,
                        &__Data0(__field_0, __field_1),
                        __serializer,
                    )
                }
                Self::Discarded { .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_1,
                        1u32,
                        &__Data1(),
                        __serializer,
                    )
                }
                Self::Unknown { 0: __inner } => {
                    <RawEvent as ::eventbus_runtime::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for ParcelEvent {}
    #[automatically_derived]
    impl ::core::convert::From<ParcelSent> for ParcelEvent {
        fn from(__value: ParcelSent) -> Self {
            {
                let ParcelSent { parcel: __field_0, grams: __field_1 } = __value;
                Self::Sent {
                    parcel: __field_0,
                    grams: __field_1,
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<ParcelEvent> for ParcelSent {
        /// The event itself, when it is another.
        type Error = ParcelEvent;
        fn try_from(__value: ParcelEvent) -> ::core::result::Result<Self, ParcelEvent> {
            match __value {
                ParcelEvent::Sent { parcel: __field_0, grams: __field_1 } => {
                    ::core::result::Result::Ok(Self {
                        parcel: __field_0,
                        grams: __field_1,
                    })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<ParcelDiscarded> for ParcelEvent {
        fn from(__value: ParcelDiscarded) -> Self {
            {
                let ParcelDiscarded {} = __value;
                Self::Discarded {}
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<ParcelEvent> for ParcelDiscarded {
        /// The event itself, when it is another.
        type Error = ParcelEvent;
        fn try_from(__value: ParcelEvent) -> ::core::result::Result<Self, ParcelEvent> {
            match __value {
                ParcelEvent::Discarded {} => ::core::result::Result::Ok(Self {}),
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    struct __Data0<'a>(&'a u64, &'a u32);
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data0<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "ParcelSent",
                2usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "parcel",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "grams",
                self.1,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for ParcelSent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data0(&self.parcel, &self.grams),
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
                "ParcelDiscarded",
                0usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for ParcelDiscarded {
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
    impl ::eventbus_runtime::__private::serde::Serialize for ParcelEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for ParcelEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl ParcelEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};

// SentV2

#[doc(hidden)]
#[allow(deprecated)]
const _: () = {
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for SentV2 {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "SentV2"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("parcel", 0u32), ("kilograms", 0u32)],
        };
    }
};

// SentV3

#[doc(hidden)]
#[allow(deprecated)]
const _: () = {
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for SentV3 {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "SentV3"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("parcel", 0u32), ("weight", 0u32)],
        };
    }
};
