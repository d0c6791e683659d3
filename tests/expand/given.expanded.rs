// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// AccountEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
/// An account was locked.
pub struct AccountLocked {
    /// Why.
    pub reason: String,
}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = "account";
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        AccountEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "linked")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "linked",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_1: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "unlinked")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "unlinked",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_2: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "locked")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "locked",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `linked` is one because no derived enum nests `AccountEvent`: nest it, `enum AppEvent { Account(AccountEvent) }`, or write `#[event(prefix = \"account\")]` on it"
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
    impl Link {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for Link {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <Link as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "An account was linked.",
                aggregate_id: <Link as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <Link as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <Link as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <Link as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <Link as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <Link as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <Link as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(self)
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            <Link as ::eventbus_runtime::__private::EventPayload>::__tenant_id(self)
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            <Link as ::eventbus_runtime::__private::EventPayload>::__event_key(self)
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <Link as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <Link as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for Link {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl Cut {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_1;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 3u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for Cut {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <Cut as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "A link was cut.",
                aggregate_id: <Cut as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <Cut as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[1u32, 2u32],
                retired: ::core::option::Option::None,
                tenant_id: <Cut as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <Cut as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <Cut as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <Cut as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <Cut as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(self)
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            <Cut as ::eventbus_runtime::__private::EventPayload>::__tenant_id(self)
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            <Cut as ::eventbus_runtime::__private::EventPayload>::__event_key(self)
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <Cut as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <Cut as ::eventbus_runtime::__private::EventPayload>::__read(
                        __NAME_1,
                        3u32,
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
    impl ::eventbus_runtime::__private::Emittable for Cut {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl AccountLocked {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_2;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for AccountLocked {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "AccountLocked"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("reason", 0u32)],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for AccountLocked {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <AccountLocked as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "An account was locked.",
                aggregate_id: <AccountLocked as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <AccountLocked as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <AccountLocked as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <AccountLocked as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <AccountLocked as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <AccountLocked as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <AccountLocked as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <AccountLocked as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <AccountLocked as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for AccountLocked {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for AccountEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "AccountEvent"),
                docs: "What happens to accounts.",
                prefix: __PREFIX,
                members: &[
                    <Link as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <Cut as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <AccountLocked as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Linked { .. } => __NAME_0,
                Self::Unlinked { .. } => __NAME_1,
                Self::Locked { .. } => __NAME_2,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Linked { .. } => 1u32,
                Self::Unlinked { .. } => 3u32,
                Self::Locked { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Linked { 0: __inner } => {
                    <Link as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                        __inner,
                    )
                }
                Self::Unlinked { 0: __inner } => {
                    <Cut as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                        __inner,
                    )
                }
                Self::Locked { .. } => ::core::option::Option::None,
            }
        }
        fn tenant_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Linked { 0: __inner } => {
                    <Link as ::eventbus_runtime::__private::EventPayload>::__tenant_id(
                        __inner,
                    )
                }
                Self::Unlinked { 0: __inner } => {
                    <Cut as ::eventbus_runtime::__private::EventPayload>::__tenant_id(
                        __inner,
                    )
                }
                Self::Locked { .. } => ::core::option::Option::None,
            }
        }
        fn event_key(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Linked { 0: __inner } => {
                    <Link as ::eventbus_runtime::__private::EventPayload>::__event_key(
                        __inner,
                    )
                }
                Self::Unlinked { 0: __inner } => {
                    <Cut as ::eventbus_runtime::__private::EventPayload>::__event_key(
                        __inner,
                    )
                }
                Self::Locked { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Linked { 0: __inner } => {
                    <Link as ::eventbus_runtime::__private::EventPayload>::__to_data(
                        __inner,
                        __NAME_0,
                    )
                }
                Self::Unlinked { 0: __inner } => {
                    <Cut as ::eventbus_runtime::__private::EventPayload>::__to_data(
                        __inner,
                        __NAME_1,
                    )
                }
                Self::Locked { reason: __field_0, .. } => {
                    ::eventbus_runtime::__private::to_data(__NAME_2, &__Data2(__field_0))
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
                    <Link as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_0,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<Link>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_1 => {
                    <Cut as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_1,
                            3u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<Cut>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_2 => {
                    <AccountLocked as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_2,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<AccountLocked>>::from)
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
                Self::Linked { 0: __inner } => {
                    <Link as ::eventbus_runtime::__private::EventPayload>::__write(
                        __inner,
                        __NAME_0,
                        1u32,
                        __serializer,
                    )
                }
                Self::Unlinked { 0: __inner } => {
                    <Cut as ::eventbus_runtime::__private::EventPayload>::__write(
                        __inner,
                        __NAME_1,
                        3u32,
                        __serializer,
                    )
                }
                Self::Locked { reason: __field_0, .. } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_2,
                        1u32,
                        &__Data2(__field_0),
                        __serializer,
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::Emittable for AccountEvent {}
    #[automatically_derived]
    impl ::core::convert::From<Link> for AccountEvent {
        fn from(__value: Link) -> Self {
            Self::Linked(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<AccountEvent> for Link {
        /// The event itself, when it is another.
        type Error = AccountEvent;
        fn try_from(
            __value: AccountEvent,
        ) -> ::core::result::Result<Self, AccountEvent> {
            match __value {
                AccountEvent::Linked { 0: __value } => {
                    ::core::result::Result::Ok(__value)
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<Cut> for AccountEvent {
        fn from(__value: Cut) -> Self {
            Self::Unlinked(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<AccountEvent> for Cut {
        /// The event itself, when it is another.
        type Error = AccountEvent;
        fn try_from(
            __value: AccountEvent,
        ) -> ::core::result::Result<Self, AccountEvent> {
            match __value {
                AccountEvent::Unlinked { 0: __value } => {
                    ::core::result::Result::Ok(__value)
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<AccountLocked> for AccountEvent {
        fn from(__value: AccountLocked) -> Self {
            {
                let AccountLocked { reason: __field_0 } = __value;
                Self::Locked { reason: __field_0 }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<AccountEvent> for AccountLocked {
        /// The event itself, when it is another.
        type Error = AccountEvent;
        fn try_from(
            __value: AccountEvent,
        ) -> ::core::result::Result<Self, AccountEvent> {
            match __value {
                AccountEvent::Locked { reason: __field_0 } => {
                    ::core::result::Result::Ok(Self { reason: __field_0 })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    struct __Data2<'a>(&'a String);
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data2<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "AccountLocked",
                1usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "reason",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for AccountLocked {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data2(&self.reason),
                __serializer,
            )
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for AccountEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for AccountEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl AccountEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};

// Link

#[doc(hidden)]
#[allow(deprecated)]
const _: () = {
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for Link {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "accountId",
        );
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "Link"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::eventbus_runtime::__private::aggregate_id::<String>(&self.account_id)
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("accountId", 0u32), ("service", 0u32)],
        };
    }
};

// Cut

#[doc(hidden)]
#[allow(deprecated)]
const _: () = {
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for Cut {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "Cut"
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
};
