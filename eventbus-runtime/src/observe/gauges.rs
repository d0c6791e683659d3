//! Gauges: they are what health found, when somebody looked.

use std::sync::{Arc, Weak};
use std::time::Duration;

use metrics::gauge;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::bus::EventBus;
use crate::observe::health::{
    Health, HealthLimits, Light, Reason, ScheduleHealth, SubscriptionHealth,
};
use crate::observe::look::look;
use crate::observe::table::name;
use crate::relay::{Hub, State};
use crate::store::Log;

/// Sets all of them; those of a subscription that runs here no more to 0, once.
pub(super) fn set(health: &Health, hub: &Hub) {
    gauge!(name::HEALTH).set(grade(health.light));
    for state in State::ALL {
        let in_state = health.subscriptions.iter().filter(|found| found.state == *state).count();
        gauge!(name::SUBSCRIPTIONS, "state" => state.as_str()).set(float(in_state));
    }
    for reason in Reason::ALL.iter().copied().filter(|reason| reason.is_of_the_store()) {
        let light = health.findings.iter().find(|found| found.reason == reason);
        set_reason("", reason, light.map_or(Light::Green, |found| found.light));
    }
    if let Some(schedule) = &health.schedule {
        set_schedule(schedule);
    }
    // Of a database that did not answer nothing is known: what was known last stays.
    let known = !health.findings.iter().any(|found| found.reason == Reason::StoreUnavailable);
    for subscription in &health.subscriptions {
        set_reasons(subscription);
        if known {
            set_numbers(subscription);
        }
    }
    let names = health.subscriptions.iter().map(|subscription| subscription.name.clone());
    for gone in hub.tell(names.collect()).into_iter().map(nothing_of) {
        set_reasons(&gone);
        set_numbers(&gone);
    }
}

fn nothing_of(subscription: String) -> SubscriptionHealth {
    SubscriptionHealth {
        name: subscription,
        light: Light::Green,
        state: State::Ended,
        depth: 0,
        more: false,
        lag: None,
        retrying: 0,
        parked: 0,
        dead_letters: 0,
        idle: Duration::ZERO,
        findings: Vec::new(),
    }
}

fn set_reasons(subscription: &SubscriptionHealth) {
    for reason in Reason::ALL {
        if reason.is_of_the_store() {
            continue;
        }
        let found = subscription.findings.iter().find(|found| found.reason == *reason);
        set_reason(&subscription.name, *reason, found.map_or(Light::Green, |found| found.light));
    }
}

fn set_reason(subscription: &str, reason: Reason, light: Light) {
    let labels =
        [("subscription", subscription.to_owned()), ("reason", reason.as_str().to_owned())];
    gauge!(name::STALL_REASON, &labels).set(grade(light));
}

fn set_numbers(of: &SubscriptionHealth) {
    let label = || of.name.clone();
    let lag = of.lag.map_or(0.0, |lag| lag.as_secs_f64());
    gauge!(name::LAG, "subscription" => label()).set(lag);
    gauge!(name::DEPTH, "subscription" => label()).set(float(of.depth));
    gauge!(name::DEAD_LETTERS, "subscription" => label()).set(float(of.dead_letters));
    for (kind, count) in [("retrying", of.retrying), ("parked", of.parked)] {
        gauge!(name::IN_TROUBLE, "subscription" => label(), "kind" => kind).set(float(count));
    }
}

fn set_schedule(of: &ScheduleHealth) {
    for (state, count) in [("waiting", of.waiting), ("refused", of.refused), ("aside", of.aside)] {
        gauge!(name::SCHEDULED, "state" => state).set(float(count));
    }
    let overdue = of.overdue.map_or(0.0, |overdue| overdue.as_secs_f64());
    gauge!(name::SCHEDULED_OVERDUE).set(overdue);
}

const fn grade(light: Light) -> f64 {
    match light {
        Light::Green => 0.0,
        Light::Yellow => 1.0,
        Light::Red => 2.0,
    }
}

/// A count, which is far below what a float cannot tell apart.
#[allow(clippy::cast_precision_loss, reason = "counts end long before 2^52")]
fn float(count: impl TryInto<u64>) -> f64 {
    count.try_into().unwrap_or(u64::MAX) as f64
}

/// Looks again and again until it is dropped: [`EventBus::observe_every`].
#[derive(Debug)]
#[must_use = "nobody looks any more when this is dropped"]
pub struct Observing(AbortHandle);

impl Drop for Observing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<S: Log> EventBus<S> {
    /// Sets the gauges at once and then every so often, by asking for this bus's [`health`](Self::health), until what this
    /// returns or the bus is dropped. Without it they are what they were when somebody last asked.
    pub fn observe_every(&self, every: Duration, limits: HealthLimits) -> Observing {
        let (store, hub) = (self.store.clone(), Arc::downgrade(&self.hub));
        let watching = async move {
            let mut ticks = interval(every.max(Duration::from_millis(1)));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(hub) = Weak::<Hub>::upgrade(&hub) else { return };
                let health = look(&store, &hub, &limits).await;
                drop(hub);
                if health.light == Light::Red {
                    tracing::error!(%health, "the bus is not well");
                }
            }
        };
        Observing(tokio::spawn(watching).abort_handle())
    }
}
