//! serde's and schemars' attributes keep their meaning.

use std::collections::BTreeMap;

use eventbus_runtime::DomainEvent;

/// What sensors measure.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "sensor", derive(PartialEq))]
#[serde(rename_all_fields = "camelCase")]
pub enum SensorEvent {
    /// A value was read.
    Measured {
        /// Which sensor.
        #[event(aggregate_id)]
        #[serde(alias = "sensor")]
        sensor_id: String,
        /// In percent.
        #[schemars(range(min = 0, max = 100))]
        relative_humidity: u8,
        /// What the sensor adds.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tags: BTreeMap<String, String>,
        /// Who asked for it.
        #[serde(rename = "by", skip_serializing_if = "Option::is_none")]
        requested_by: Option<String>,
    },
    /// A sensor was set up.
    #[serde(rename_all = "SCREAMING_SNAKE_CASE", default)]
    #[schemars(title = "A new sensor")]
    Installed {
        /// The room.
        room_number: u16,
    },
}

impl Default for SensorInstalled {
    fn default() -> Self {
        Self { room_number: 1 }
    }
}
