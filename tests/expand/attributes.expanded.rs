// What the derives write. `EVENTBUS_BLESS=1` writes it again.

// SensorEvent

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::eventbus_runtime::__private::serde::Deserialize,
    ::eventbus_runtime::__private::schemars::JsonSchema,
    PartialEq
)]
#[serde(crate = "::eventbus_runtime::__private::serde")]
#[schemars(crate = "::eventbus_runtime::__private::schemars")]
#[serde(rename_all = "camelCase")]
/// A value was read.
pub struct SensorMeasured {
    /// Which sensor.
    #[serde(alias = "sensor")]
    pub sensor_id: String,
    /// In percent.
    #[schemars(range(min = 0, max = 100))]
    pub relative_humidity: u8,
    /// What the sensor adds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Who asked for it.
    #[serde(rename = "by", skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
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
/// A sensor was set up.
#[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
#[schemars(title = "A new sensor")]
pub struct SensorInstalled {
    /// The room.
    pub room_number: u16,
}
#[doc(hidden)]
#[allow(deprecated, unused_imports)]
const _: () = {
    use ::eventbus_runtime::__private::Standalone as _;
    const __PREFIX: &'static str = "sensor";
    #[allow(dead_code)]
    const __AGGREGATE: &'static str = <::eventbus_runtime::__private::Probe<
        SensorEvent,
    >>::AGGREGATE;
    const __NAME_0: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(__PREFIX, "measured")] = ::eventbus_runtime::__private::join(
            __PREFIX,
            "measured",
        );
        ::eventbus_runtime::__private::text(&BYTES)
    };
    const __NAME_1: &'static str = {
        const BYTES: [u8; ::eventbus_runtime::__private::joined(
            __PREFIX,
            "installed",
        )] = ::eventbus_runtime::__private::join(__PREFIX, "installed");
        ::eventbus_runtime::__private::text(&BYTES)
    };
    #[allow(long_running_const_eval)]
    const _: () = if !!::eventbus_runtime::__private::same(__PREFIX, "") {
        ::core::panic!(
            "{}",
            "a name needs two segments, and `measured` is one because no derived enum nests `SensorEvent`: nest it, `enum AppEvent { Sensor(SensorEvent) }`, or write `#[event(prefix = \"sensor\")]` on it"
        )
    };
    #[allow(long_running_const_eval)]
    const _: () = if !::eventbus_runtime::__private::fits(__PREFIX, 9usize) {
        ::core::panic!(
            "{}",
            "a name has at most 128 bytes: say a shorter segment with `name = \"..\"`"
        )
    };
    #[automatically_derived]
    #[allow(dead_code)]
    impl SensorMeasured {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_0;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for SensorMeasured {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::Some(
            "sensorId",
        );
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "SensorMeasured"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::eventbus_runtime::__private::aggregate_id::<String>(&self.sensor_id)
        }
        const __NAMES: &'static [&'static [&'static str]] = &[&["sensorId", "sensor"]];
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[
                ("sensorId", 0u32),
                ("relativeHumidity", 0u32),
                ("tags", 0u32),
                ("by", 0u32),
            ],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for SensorMeasured {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "A value was read.",
                aggregate_id: <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for SensorMeasured {}
    #[automatically_derived]
    #[allow(dead_code)]
    impl SensorInstalled {
        /// The dotted type name.
        pub const TYPE: &'static str = __NAME_1;
        /// The version in which this code writes it, from 1.
        pub const VERSION: u32 = 1u32;
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::EventPayload for SensorInstalled {
        const AGGREGATE_ID: ::core::option::Option<&'static str> = ::core::option::Option::None;
        const RUST_PATH: &'static str = ::core::concat!(
            ::core::module_path!(), "::", "SensorInstalled"
        );
        fn __aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::None
        }
        const __SOURCE: ::eventbus_runtime::__private::Source = ::eventbus_runtime::__private::Source {
            file: "",
            line: 0u32,
            fields: &[("ROOM_NUMBER", 0u32)],
        };
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for SensorInstalled {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Leaf(
            &::eventbus_runtime::__private::Leaf {
                event_type: Self::TYPE,
                version: Self::VERSION,
                rust_path: <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::RUST_PATH,
                docs: "A sensor was set up.",
                aggregate_id: <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::AGGREGATE_ID,
                schema: <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::__schema,
                aliases: &[],
                upcasts: &[],
                unreadable: &[],
                retired: ::core::option::Option::None,
                tenant_id: <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::TENANT_ID,
                event_key: <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::EVENT_KEY,
                opaque: <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::__OPAQUE,
                source: <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::__SOURCE,
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
            <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::__aggregate_id(
                self,
            )
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::__to_data(
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
                <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::__read(
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
    impl ::eventbus_runtime::__private::Emittable for SensorInstalled {}
    #[automatically_derived]
    impl ::eventbus_runtime::__private::DomainEvent for SensorEvent {
        const CATALOG: ::eventbus_runtime::__private::Catalog = ::eventbus_runtime::__private::Catalog::Group(
            &::eventbus_runtime::__private::Group {
                rust_path: ::core::concat!(::core::module_path!(), "::", "SensorEvent"),
                docs: "What sensors measure.",
                prefix: __PREFIX,
                members: &[
                    <SensorMeasured as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                    <SensorInstalled as ::eventbus_runtime::__private::DomainEvent>::CATALOG,
                ],
                unknown: false,
                subset: false,
            },
        );
        fn event_type(&self) -> &str {
            match self {
                Self::Measured { .. } => __NAME_0,
                Self::Installed { .. } => __NAME_1,
            }
        }
        fn version(&self) -> u32 {
            match self {
                Self::Measured { .. } => 1u32,
                Self::Installed { .. } => 1u32,
            }
        }
        fn aggregate_id(&self) -> ::core::option::Option<::std::string::String> {
            match self {
                Self::Measured { sensor_id: __id, .. } => {
                    ::eventbus_runtime::__private::aggregate_id::<String>(__id)
                }
                Self::Installed { .. } => ::core::option::Option::None,
            }
        }
        fn to_data(
            &self,
        ) -> ::eventbus_runtime::__private::Result<::std::string::String> {
            match self {
                Self::Measured {
                    sensor_id: __field_0,
                    relative_humidity: __field_1,
                    tags: __field_2,
                    requested_by: __field_3,
                    ..
                } => {
                    ::eventbus_runtime::__private::to_data(
                        __NAME_0,
                        &__Data0(__field_0, __field_1, __field_2, __field_3),
                    )
                }
                Self::Installed { room_number: __field_0, .. } => {
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
                __NAME_0 => {
                    <SensorMeasured as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_0,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<SensorMeasured>>::from)
                        .map_err(::core::option::Option::Some)
                }
                __NAME_1 => {
                    <SensorInstalled as ::eventbus_runtime::__private::EventPayload>::__read(
                            __NAME_1,
                            1u32,
                            __version,
                            __data,
                        )
                        .map(<Self as ::core::convert::From<SensorInstalled>>::from)
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
                Self::Measured {
                    sensor_id: __field_0,
                    relative_humidity: __field_1,
                    tags: __field_2,
                    requested_by: __field_3,
                    ..
                } => {
                    ::eventbus_runtime::__private::write_tagged(
                        __NAME_0,
                        1u32,
                        &__Data0(__field_0, __field_1, __field_2, __field_3),
                        __serializer,
                    )
                }
                Self::Installed { room_number: __field_0, .. } => {
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
    impl ::eventbus_runtime::__private::Emittable for SensorEvent {}
    #[automatically_derived]
    impl ::core::convert::From<SensorMeasured> for SensorEvent {
        fn from(__value: SensorMeasured) -> Self {
            {
                let SensorMeasured {
                    sensor_id: __field_0,
                    relative_humidity: __field_1,
                    tags: __field_2,
                    requested_by: __field_3,
                } = __value;
                Self::Measured {
                    sensor_id: __field_0,
                    relative_humidity: __field_1,
                    tags: __field_2,
                    requested_by: __field_3,
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<SensorEvent> for SensorMeasured {
        /// The event itself, when it is another.
        type Error = SensorEvent;
        fn try_from(__value: SensorEvent) -> ::core::result::Result<Self, SensorEvent> {
            match __value {
                SensorEvent::Measured {
                    sensor_id: __field_0,
                    relative_humidity: __field_1,
                    tags: __field_2,
                    requested_by: __field_3,
                } => {
                    ::core::result::Result::Ok(Self {
                        sensor_id: __field_0,
                        relative_humidity: __field_1,
                        tags: __field_2,
                        requested_by: __field_3,
                    })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<SensorInstalled> for SensorEvent {
        fn from(__value: SensorInstalled) -> Self {
            {
                let SensorInstalled { room_number: __field_0 } = __value;
                Self::Installed {
                    room_number: __field_0,
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::convert::TryFrom<SensorEvent> for SensorInstalled {
        /// The event itself, when it is another.
        type Error = SensorEvent;
        fn try_from(__value: SensorEvent) -> ::core::result::Result<Self, SensorEvent> {
            match __value {
                SensorEvent::Installed { room_number: __field_0 } => {
                    ::core::result::Result::Ok(Self { room_number: __field_0 })
                }
                __other => ::core::result::Result::Err(__other),
            }
        }
    }
    struct __Data0<'a>(
        &'a String,
        &'a u8,
        &'a BTreeMap<String, String>,
        &'a Option<String>,
    );
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data0<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let __skip_2: bool = BTreeMap::is_empty(self.2);
            let __skip_3: bool = Option::is_none(self.3);
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "SensorMeasured",
                2usize + !__skip_2 as usize + !__skip_3 as usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "sensorId",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "relativeHumidity",
                self.1,
            )?;
            if __skip_2 {
                ::eventbus_runtime::__private::serde::ser::SerializeStruct::skip_field(
                    &mut __state,
                    "tags",
                )?;
            } else {
                ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                    &mut __state,
                    "tags",
                    self.2,
                )?;
            }
            if __skip_3 {
                ::eventbus_runtime::__private::serde::ser::SerializeStruct::skip_field(
                    &mut __state,
                    "by",
                )?;
            } else {
                ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                    &mut __state,
                    "by",
                    self.3,
                )?;
            }
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for SensorMeasured {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data0(
                    &self.sensor_id,
                    &self.relative_humidity,
                    &self.tags,
                    &self.requested_by,
                ),
                __serializer,
            )
        }
    }
    struct __Data1<'a>(&'a u16);
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for __Data1<'_> {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut __state = ::eventbus_runtime::__private::serde::Serializer::serialize_struct(
                __serializer,
                "SensorInstalled",
                1usize,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::serialize_field(
                &mut __state,
                "ROOM_NUMBER",
                self.0,
            )?;
            ::eventbus_runtime::__private::serde::ser::SerializeStruct::end(__state)
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for SensorInstalled {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::serde::Serialize::serialize(
                &__Data1(&self.room_number),
                __serializer,
            )
        }
    }
    #[automatically_derived]
    impl ::eventbus_runtime::__private::serde::Serialize for SensorEvent {
        fn serialize<__S: ::eventbus_runtime::__private::serde::Serializer>(
            &self,
            __serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            ::eventbus_runtime::__private::DomainEvent::__write(self, __serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::eventbus_runtime::__private::serde::Deserialize<'de> for SensorEvent {
        fn deserialize<__D: ::eventbus_runtime::__private::serde::Deserializer<'de>>(
            __deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            ::eventbus_runtime::__private::read_tagged(__deserializer)
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl SensorEvent {
        #[doc(hidden)]
        pub fn __eventbus_answer() -> ::std::process::ExitCode {
            ::eventbus_runtime::__private::answer::<Self>()
        }
    }
};
