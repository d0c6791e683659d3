// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// OfficeEvent

#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use bus::__private::Standalone as _;
    const __PREFIX: &'static str = <bus::__private::Probe<OfficeEvent>>::PREFIX;
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <bus::__private::Probe<OfficeEvent>>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; bus::__private::joined(__PREFIX, "backoffice")] = bus::__private::join(
            __PREFIX,
            "backoffice",
        );
        bus::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !bus::__private::fits(__PREFIX, 10usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !bus::__private::same(
        bus::__private::prefix_of(
            <InvoiceEvent as bus::__private::DomainEvent>::CATALOG,
        ),
        __NAME_0,
    ) {
        ::core::panic!(
            "{}", if bus::__private::is_subset(& < InvoiceEvent as
            bus::__private::DomainEvent > ::CATALOG) {
            "`InvoiceEvent` is a subset, whose events stand below the enums that declare them: nest those"
            } else if true && bus::__private::same(bus::__private::prefix_of(<
            InvoiceEvent as bus::__private::DomainEvent > ::CATALOG), "") {
            "`InvoiceEvent` states no prefix of its own: write the dotted path of this variant on it, `#[event(prefix = \"..\")]`"
            } else {
            "`InvoiceEvent` stands here under another name than its own: its `#[event(prefix = \"..\")]` is the dotted path of this variant"
            }
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !(bus::__private::same(__AGGREGATE, "")
        || bus::__private::states_its_kind(
            <InvoiceEvent as bus::__private::DomainEvent>::CATALOG,
        ))
    {
        ::core::panic!(
            "{}",
            "`aggregate` does not reach an enum of another crate: write it on `InvoiceEvent`, too"
        )
    };
    #[automatically_derived]
    impl bus::__private::DomainEvent for OfficeEvent {
        const CATALOG: bus::__private::Catalog = bus::__private::Catalog::Group(
            &bus::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "OfficeEvent"),
                docs: "Everything that the office announces.",
                prefix: __PREFIX,
                members: &[<InvoiceEvent as bus::__private::DomainEvent>::CATALOG],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::event_type(__inner)
                }
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::version(__inner)
                }
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::aggregate_id(__inner)
                }
            }
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::tenant_id(__inner)
                }
            }
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::event_key(__inner)
                }
            }
        }
        fn to_data(&self) -> bus::__private::Result<::std::string::String> {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::to_data(__inner)
                }
            }
        }
        #[inline]
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> bus::__private::Result<Self> {
            bus::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> bus::__private::Direct<Self> {
            match __event_type {
                _ if bus::__private::is_below(__event_type, __NAME_0) => {
                    <InvoiceEvent as bus::__private::DomainEvent>::__direct(
                            __event_type,
                            __version,
                            __data,
                        )
                        .map(Self::BackOffice)
                }
                _ => ::core::result::Result::Err(::core::option::Option::None),
            }
        }
        fn __unknown(
            __event: ::std::boxed::Box<bus::__private::RawEvent>,
        ) -> ::core::result::Result<Self, ::std::boxed::Box<bus::__private::RawEvent>> {
            let __event = match () {
                () if bus::__private::is_below(
                    &__event.envelope.event_type,
                    __NAME_0,
                ) => {
                    match <InvoiceEvent as bus::__private::DomainEvent>::__unknown(
                        __event,
                    ) {
                        ::core::result::Result::Ok(__inner) => {
                            return ::core::result::Result::Ok(Self::BackOffice(__inner));
                        }
                        ::core::result::Result::Err(__event) => __event,
                    }
                }
                () => __event,
            };
            ::core::result::Result::Err(__event)
        }
        fn __emission(&self) -> bus::__private::Emission<'_> {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::__emission(__inner)
                }
            }
        }
        fn __write<__S: bus::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self {
                Self::BackOffice { 0: __inner } => {
                    <InvoiceEvent as bus::__private::DomainEvent>::__write(
                        __inner,
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl bus::__private::Emittable for OfficeEvent {}
    #[automatically_derived]
    impl ::core::convert::From<InvoiceEvent> for OfficeEvent {
        fn from(__value: InvoiceEvent) -> Self {
            Self::BackOffice(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<OfficeEvent> for InvoiceEvent {
        /// The event itself, when it is another.
        type Error = OfficeEvent;
        fn try_from(__value: OfficeEvent) -> ::core::result::Result<Self, OfficeEvent> {
            match __value {
                OfficeEvent::BackOffice { 0: __value } => {
                    ::core::result::Result::Ok(__value)
                }
            }
        }
    }
    #[automatically_derived]
    impl bus::__private::serde::Serialize for OfficeEvent {
        fn serialize<__S: bus::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            bus::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> bus::__private::serde::Deserialize<'de> for OfficeEvent {
        fn deserialize<__D: bus::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            bus::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl OfficeEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            bus::__private::answer::<Self>()
        }
    }
};

// InvoiceEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    bus::__private::serde::Deserialize,
    bus::__private::schemars::JsonSchema,
    PartialEq,
    Eq,
    Default
)]
#[serde(crate = "bus::__private::serde")]
#[schemars(crate = "bus::__private::schemars")]
/// An invoice was sent.
pub struct InvoiceSent {
    /// Its number.
    pub number: u64,
}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use bus::__private::Standalone as _;
    const __PREFIX: &'static str = "backoffice";
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <bus::__private::Probe<InvoiceEvent>>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; bus::__private::joined(__PREFIX, "sent")] = bus::__private::join(
            __PREFIX,
            "sent",
        );
        bus::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!bus::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `sent` is one because no derived enum nests `InvoiceEvent`: nest it, `enum AppEvent { Invoice(InvoiceEvent) }`, or write `#[event(prefix = \"invoice\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !bus::__private::fits(__PREFIX, 4usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl InvoiceSent {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl bus::__private::EventPayload for InvoiceSent {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "InvoiceSent"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: bus::__private::Source = bus::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("number", 0u32)],
        };
    }
    #[automatically_derived]
    impl bus::__private::DomainEvent for InvoiceSent {
        const CATALOG: bus::__private::Catalog = bus::__private::Catalog::Leaf(
            &bus::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <InvoiceSent as bus::__private::EventPayload>::RUST_PATH,
                docs: "An invoice was sent.",
                aggregate_id: <InvoiceSent as bus::__private::EventPayload>::AGGREGATE_ID,
                schema: <InvoiceSent as bus::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <InvoiceSent as bus::__private::EventPayload>::TENANT_ID,
                event_key: <InvoiceSent as bus::__private::EventPayload>::EVENT_KEY,
                opaque: <InvoiceSent as bus::__private::EventPayload>::__OPAQUE,
                source: <InvoiceSent as bus::__private::EventPayload>::__SOURCE,
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
            <InvoiceSent as bus::__private::EventPayload>::__aggregate_id(self)
        }
        fn to_data(&self) -> bus::__private::Result<::std::string::String> {
            <InvoiceSent as bus::__private::EventPayload>::__to_data(self, Self::TYPE)
        }
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> bus::__private::Result<Self> {
            bus::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> bus::__private::Direct<Self> {
            if __event_type == Self::TYPE {
                <InvoiceSent as bus::__private::EventPayload>::__read(
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
    impl bus::__private::Emittable for InvoiceSent {}
    #[automatically_derived]
    impl bus::__private::DomainEvent for InvoiceEvent {
        const CATALOG: bus::__private::Catalog = bus::__private::Catalog::Group(
            &bus::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "InvoiceEvent"),
                docs: "What billing announces.",
                prefix: __PREFIX,
                members: &[<InvoiceSent as bus::__private::DomainEvent>::CATALOG],
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
        fn to_data(&self) -> bus::__private::Result<::std::string::String> {
            match self {
                Self::Sent { number: __field_0, .. } => {
                    bus::__private::to_data(__NAME_0, &__Data0(__field_0))
                }
            }
        }
        #[inline]
        fn from_data(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> bus::__private::Result<Self> {
            bus::__private::decode(__event_type, __version, __data)
        }
        #[inline]
        fn __direct(
            __event_type: &str,
            __version: u32,
            __data: &str,
        ) -> bus::__private::Direct<Self> {
            match __event_type {
                __NAME_0 => {
                    <InvoiceSent as bus::__private::EventPayload>::__read(
                            __NAME_0,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<InvoiceSent>>::from)
                        .map_err(::core::option::Option::Some)
                }
                _ => ::core::result::Result::Err(::core::option::Option::None),
            }
        }
        fn __write<__S: bus::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            match self {
                Self::Sent { number: __field_0, .. } => {
                    bus::__private::write_tagged(
                        __NAME_0,
                        1u32,
                        &__Data0(__field_0),
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl bus::__private::Emittable for InvoiceEvent {}
    #[automatically_derived]
    impl ::core::convert::From<InvoiceSent> for InvoiceEvent {
        fn from(__value: InvoiceSent) -> Self {
            {
                let InvoiceSent { number: __field_0 } = __value;
                Self::Sent { number: __field_0 }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<InvoiceEvent> for InvoiceSent {
        /// The event itself, when it is another.
        type Error = InvoiceEvent;
        fn try_from(
            __value: InvoiceEvent,
        ) -> ::core::result::Result<Self, InvoiceEvent> {
            match __value {
                InvoiceEvent::Sent { number: __field_0 } => {
                    ::core::result::Result::Ok(Self { number: __field_0 })
                }
            }
        }
    }
    struct __Data0<'a>(&'a u64);
    #[automatically_derived]
    impl bus::__private::serde::Serialize for __Data0<'_> {
        fn serialize<__S: bus::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = bus::__private::serde::Serializer::serialize_struct(
                __serializer,
                "InvoiceSent",
                1usize,
            )?;
            bus::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "number",
                self.0,
            )?;
            bus::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl bus::__private::serde::Serialize for InvoiceSent {
        fn serialize<__S: bus::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            bus::__private::serde::Serialize::serialize(
                &__Data0(&self.number),
                __serializer,
            )
        }
    }
    #[automatically_derived]
    impl bus::__private::serde::Serialize for InvoiceEvent {
        fn serialize<__S: bus::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            bus::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> bus::__private::serde::Deserialize<'de> for InvoiceEvent {
        fn deserialize<__D: bus::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            bus::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl InvoiceEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            bus::__private::answer::<Self>()
        }
    }
};
