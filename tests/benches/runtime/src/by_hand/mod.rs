//! The same work without the runtime: what a good engineer would write in sqlx for the same tables and guarantees.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use uuid::Uuid;

use crate::Result;
use crate::events::OrderPlaced;

/// What the log's row of an order is made of. The columns that are NULL for it are left out of the statements.
#[derive(Debug)]
pub(crate) struct NewRow {
    id: Uuid,
    event_type: &'static str,
    version: i32,
    shard: i16,
    aggregate_id: String,
    data: String,
}

impl NewRow {
    fn of(order: &OrderPlaced) -> Result<Self> {
        let aggregate_id = order.order_id.to_string();
        Ok(Self {
            id: Uuid::now_v7(),
            event_type: OrderPlaced::TYPE,
            version: 1,
            shard: shard(&aggregate_id),
            aggregate_id,
            data: serde_json::to_string(order)?,
        })
    }
}

/// How much of each row a loop reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    /// What the handler needs: position, id and payload.
    Needed,
    /// The whole envelope, which the runtime hands to every handler.
    All,
}

/// How many events share one write of the cursor, as in the runtime.
const PAGE: i64 = 1_000;

/// The column that subscriptions are divided by: ten bits of FNV-1a of tenant (none), kind and id of the aggregate.
fn shard(aggregate_id: &str) -> i16 {
    let bytes = [b"\0order\0", aggregate_id.as_bytes(), b"\0"].into_iter().flatten();
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i16::try_from((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54)
        .expect("ten bits fit")
}
