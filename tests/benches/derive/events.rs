//! Forty event types in five families, and the same forty as serde's internally tagged enum.

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    sku: String,
    quantity: u32,
    price_cents: i64,
}

macro_rules! events {
    ($($family:ident $group:ident { $($variant:ident $payload:ident $name:literal)* })*) => {
        /// All of them.
        #[derive(Debug, Clone, DomainEvent)]
        pub(crate) enum ShopEvent {
            $(
                /// A family.
                $family($group),
            )*
        }

        $(
            /// A family of eight.
            #[derive(Debug, Clone, DomainEvent)]
            #[event(derive(PartialEq))]
            pub(crate) enum $group {
                $(
                    /// Something happened to an order.
                    $variant {
                        /// The order.
                        #[event(aggregate_id)]
                        order_id: Uuid,
                        /// Who ordered.
                        customer: String,
                        /// The sum, in cents.
                        total_cents: i64,
                        /// Of the sum.
                        currency: String,
                        /// What was ordered.
                        items: Vec<Item>,
                        /// What the customer typed in.
                        #[serde(default, skip_serializing_if = "Option::is_none")]
                        coupon: Option<String>,
                        /// Whether it is in a hurry.
                        express: bool,
                    },
                )*
            }
        )*

        /// The same as serde alone would write it: the name is a key beside the fields.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub(crate) enum Tagged {
            $($(
                #[serde(rename = $name)]
                $payload($payload),
            )*)*
        }
    };
}

events! {
    Order OrderEvent {
        Placed OrderPlaced "order.placed"
        Paid OrderPaid "order.paid"
        Packed OrderPacked "order.packed"
        Shipped OrderShipped "order.shipped"
        Delivered OrderDelivered "order.delivered"
        Returned OrderReturned "order.returned"
        Cancelled OrderCancelled "order.cancelled"
        Archived OrderArchived "order.archived"
    }
    Basket BasketEvent {
        Opened BasketOpened "basket.opened"
        Filled BasketFilled "basket.filled"
        Emptied BasketEmptied "basket.emptied"
        Shared BasketShared "basket.shared"
        Saved BasketSaved "basket.saved"
        Restored BasketRestored "basket.restored"
        Merged BasketMerged "basket.merged"
        Abandoned BasketAbandoned "basket.abandoned"
    }
    Payment PaymentEvent {
        Requested PaymentRequested "payment.requested"
        Authorized PaymentAuthorized "payment.authorized"
        Captured PaymentCaptured "payment.captured"
        Declined PaymentDeclined "payment.declined"
        Refunded PaymentRefunded "payment.refunded"
        Disputed PaymentDisputed "payment.disputed"
        Settled PaymentSettled "payment.settled"
        Voided PaymentVoided "payment.voided"
    }
    Parcel ParcelEvent {
        Labelled ParcelLabelled "parcel.labelled"
        Collected ParcelCollected "parcel.collected"
        Sorted ParcelSorted "parcel.sorted"
        Loaded ParcelLoaded "parcel.loaded"
        Delayed ParcelDelayed "parcel.delayed"
        Handed ParcelHanded "parcel.handed"
        Lost ParcelLost "parcel.lost"
        Found ParcelFound "parcel.found"
    }
    Claim ClaimEvent {
        Raised ClaimRaised "claim.raised"
        Assigned ClaimAssigned "claim.assigned"
        Answered ClaimAnswered "claim.answered"
        Escalated ClaimEscalated "claim.escalated"
        Accepted ClaimAccepted "claim.accepted"
        Rejected ClaimRejected "claim.rejected"
        Reopened ClaimReopened "claim.reopened"
        Closed ClaimClosed "claim.closed"
    }
}

/// The payload that is read and written: 285 bytes of JSON, of a type in the middle of the forty.
pub(crate) fn sample() -> PaymentRefunded {
    let item =
        |sku: &str, quantity, price_cents| Item { sku: sku.to_owned(), quantity, price_cents };
    PaymentRefunded {
        order_id: Uuid::from_u128(0x0190_f3a2_7c1e_7d4a_9b1f_3c5e_8a7d_2f10),
        customer: "customer-4821339107".to_owned(),
        total_cents: 129_900,
        currency: "EUR".to_owned(),
        items: vec![item("SKU-100", 2, 1_990), item("SKU-23", 1, 125_920)],
        coupon: Some("WELCOME-AGAIN-10-\u{dc}BERALL".to_owned()),
        express: true,
    }
}
