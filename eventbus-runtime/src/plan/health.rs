//! What is wrong, and how bad it is: facts in, findings out.
//!
//! Red is what makes events wait until somebody does something. A subscription is *stuck* when an event has waited for
//! longer than a limit and nothing moved for as long; what else is known of it is then the cause. What an operator did on
//! purpose, and what keeps only some events waiting, is yellow.

use std::time::Duration;

use crate::observe::{Finding, HealthLimits, Light, Reason};
use crate::relay::State;
use crate::store::Agenda;

/// What is known of the database.
#[derive(Debug, Default)]
pub(crate) struct StoreFacts {
    /// What it said, or that it said nothing.
    pub(crate) refused: Option<String>,
    /// For how long the connection that listens has been lost, and what was said.
    pub(crate) deaf: Option<(Duration, String)>,
    /// For how long something has kept old events from being dropped, and what that is.
    pub(crate) held: Option<(Duration, String)>,
    /// How the schedule is.
    pub(crate) agenda: Agenda,
}

/// What is known of a subscription.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) state: State,
    /// Why it stalled.
    pub(crate) stalled: Option<String>,
    /// Whether somebody asked it to end.
    pub(crate) stopping: bool,
    /// What a handler is at work on.
    pub(crate) busy: Option<String>,
    /// Whether events wait behind its cursors.
    pub(crate) waits: bool,
    /// How old the oldest of them is, where its id tells.
    pub(crate) lag: Option<Duration>,
    /// How long nothing moved.
    pub(crate) idle: Duration,
    /// Whether shards have no owner who is alive.
    pub(crate) ownerless: bool,
    /// An event in trouble that has no handler here.
    pub(crate) missing: Option<String>,
    /// Whether an aggregate has too many events in trouble.
    pub(crate) crowded: bool,
    pub(crate) dead_letters: u64,
}

/// What is wrong with the database, or with the way to it.
pub(crate) fn of_store(facts: &StoreFacts, limits: &HealthLimits) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(error) = &facts.refused {
        let message = format!(
            "the database does not answer: {error}; look whether it runs and can be reached from here"
        );
        findings.push(red(Reason::StoreUnavailable, message));
    }
    match &facts.deaf {
        Some((since, error)) if *since > limits.deaf_after => {
            let message = format!(
                "the connection that listens for commits has been lost for {} s: {error}; commits of other processes are \
                 found at the next poll only. Look whether the server takes one more connection, and whether a pooler stands \
                 in between",
                since.as_secs()
            );
            findings.push(red(Reason::NotListening, message));
        }
        _ => {}
    }
    match &facts.held {
        Some((since, holder)) if *since > limits.held_after => {
            let message = format!(
                "{holder} has kept old events from being dropped for {} h: start it, `bus.remove_subscription(name)`, or look \
                 at its events in trouble; the answer of `bus.retention()` says where it stands",
                since.as_secs() / 3_600
            );
            findings.push(yellow(Reason::RetentionHeld, message));
        }
        _ => {}
    }
    findings.extend(of_schedule(&facts.agenda, limits));
    findings
}

/// What is wrong with the schedule.
fn of_schedule(agenda: &Agenda, limits: &HealthLimits) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(late) = agenda.overdue.filter(|late| *late > limits.stuck_after) {
        let message = format!(
            "a scheduled event has been due for {} s: let a process with a durable subscription run, or one that polls \
             `bus.scheduled().run()`, and look at its log",
            late.as_secs()
        );
        findings.push(red(Reason::ScheduleLate, message));
    }
    if let Some((id, why)) = &agenda.trouble {
        let Agenda { refused, aside, .. } = agenda;
        let message = format!(
            "{refused} scheduled events are refused by the log and tried again, {aside} cannot be read and are set aside: \
             the first is {id}: {why}; `bus.scheduled().list(..)` shows them, `.reschedule(..)` lets one be tried at once, \
             `.cancel(..)` ends it"
        );
        findings.push(yellow(Reason::ScheduleHeld, message));
    }
    findings
}

/// What is wrong with a subscription.
pub(crate) fn of_subscription(facts: &Facts, limits: &HealthLimits) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(of_state(facts, is_stuck(facts, limits)));
    if let Some(missing) = &facts.missing {
        let message = format!("{missing}: deploy the code that handles it, or remove its rows");
        findings.push(yellow(Reason::HandlerMissing, message));
    }
    if facts.crowded {
        let message = "an aggregate has so many events in trouble that its shard stands still: repair what its \
                       handler fails at";
        findings.push(yellow(Reason::Crowded, message.to_owned()));
    }
    if facts.dead_letters > 0 {
        let message = format!(
            "{} dead letters wait for somebody to retry or discard them: `bus.dead_letters()`",
            facts.dead_letters
        );
        findings.push(yellow(Reason::DeadLetters, message));
    }
    findings
}

/// Whether an event has waited for too long while nothing moved. Where no id tells how old an event is, it counts as old.
fn is_stuck(facts: &Facts, limits: &HealthLimits) -> bool {
    let is_old = facts.lag.is_none_or(|lag| lag > limits.stuck_after);
    facts.waits && is_old && facts.idle > limits.stuck_after
}

fn of_state(facts: &Facts, stuck: bool) -> Option<Finding> {
    let idle = facts.idle.as_secs();
    let graded = if stuck { red } else { yellow };
    let finding = match facts.state {
        State::Ended if facts.stopping => return None,
        State::Ended => red(
            Reason::Ended,
            "it ended although nobody asked it to: it was removed, or its task was cut off; start it anew".to_owned(),
        ),
        State::Stalled => {
            let why = facts.stalled.as_deref().unwrap_or("an event needs newer code");
            graded(Reason::NewerVersion, format!("{why}; its shard stands still until such code runs"))
        }
        State::Paused => {
            yellow(Reason::Paused, "it is paused; `bus.resume(name)` lets it go on".to_owned())
        }
        State::Outdated => graded(
            Reason::Outdated,
            "newer code handles more than this code: deploy it here, or wait until `deploy_grace` is over".to_owned(),
        ),
        State::Suspended => graded(
            Reason::BreakerOpen,
            "what its handlers talk to is unavailable, and it stands still: bring that back".to_owned(),
        ),
        State::Waiting | State::Running if !stuck => return None,
        State::Waiting if facts.ownerless => red(
            Reason::NoOwner,
            format!("events have waited for {idle} s and nobody owns its shards: look at the log of its replicas"),
        ),
        State::Waiting | State::Running => match &facts.busy {
            Some(busy) => red(
                Reason::HandlerBusy,
                format!("nothing moved for {idle} s: {busy}; look what it waits for, or give it a shorter `timeout`"),
            ),
            None => red(
                Reason::NoProgress,
                format!("events wait and nothing moved for {idle} s: look at the log, and start the process anew"),
            ),
        },
    };
    Some(finding)
}

const fn red(reason: Reason, message: String) -> Finding {
    Finding { light: Light::Red, reason, message }
}

const fn yellow(reason: Reason, message: String) -> Finding {
    Finding { light: Light::Yellow, reason, message }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Facts, StoreFacts, of_store, of_subscription};
    use crate::observe::{HealthLimits, Light, Reason};
    use crate::relay::State;
    use crate::store::Agenda;

    const MINUTE: Duration = Duration::from_secs(60);
    const LONG: Duration = Duration::from_secs(61);

    fn facts(state: State) -> Facts {
        Facts {
            state,
            stalled: None,
            stopping: false,
            busy: None,
            waits: false,
            lag: None,
            idle: Duration::ZERO,
            ownerless: false,
            missing: None,
            crowded: false,
            dead_letters: 0,
        }
    }

    fn stuck(state: State) -> Facts {
        Facts { waits: true, lag: Some(LONG), idle: LONG, ..facts(state) }
    }

    fn found(facts: &Facts) -> Vec<(Light, Reason)> {
        let findings = of_subscription(facts, &HealthLimits::default());
        findings.iter().map(|finding| (finding.light, finding.reason)).collect()
    }

    #[test]
    fn nothing_is_wrong_with_who_works_or_has_nothing_to_do() {
        assert_eq!(found(&facts(State::Running)), []);
        assert_eq!(found(&Facts { idle: LONG, ..facts(State::Running) }), [], "nothing waits");
        assert_eq!(found(&Facts { idle: Duration::ZERO, ..stuck(State::Running) }), [], "it moves");
        assert_eq!(
            found(&Facts { lag: Some(MINUTE), ..stuck(State::Running) }),
            [],
            "it just came"
        );
        assert_eq!(found(&Facts { idle: MINUTE, ..stuck(State::Running) }), [], "not yet");
    }

    #[test]
    fn who_is_stuck_is_red_and_the_cause_is_named() {
        assert_eq!(found(&stuck(State::Running)), [(Light::Red, Reason::NoProgress)]);
        assert_eq!(
            found(&Facts { lag: None, ..stuck(State::Running) }),
            [(Light::Red, Reason::NoProgress)]
        );
        let busy = Facts { busy: Some("handler `f`".to_owned()), ..stuck(State::Running) };
        assert_eq!(found(&busy), [(Light::Red, Reason::HandlerBusy)]);
        assert!(
            of_subscription(&busy, &HealthLimits::default())[0].message.contains("handler `f`")
        );
        let alone = Facts { ownerless: true, ..stuck(State::Waiting) };
        assert_eq!(found(&alone), [(Light::Red, Reason::NoOwner)]);
        for (state, reason) in [
            (State::Suspended, Reason::BreakerOpen),
            (State::Outdated, Reason::Outdated),
            (State::Stalled, Reason::NewerVersion),
        ] {
            assert_eq!(found(&stuck(state)), [(Light::Red, reason)]);
            assert_eq!(found(&facts(state)), [(Light::Yellow, reason)], "the others go on");
        }
    }

    #[test]
    fn what_an_operator_did_is_never_red() {
        assert_eq!(found(&stuck(State::Paused)), [(Light::Yellow, Reason::Paused)]);
        let stopped = Facts { stopping: true, ..stuck(State::Ended) };
        assert_eq!(found(&stopped), []);
        assert_eq!(found(&facts(State::Ended)), [(Light::Red, Reason::Ended)]);
    }

    #[test]
    fn what_keeps_some_events_waiting_is_yellow() {
        let troubled = Facts {
            missing: Some("`order.placed`".to_owned()),
            crowded: true,
            dead_letters: 2,
            ..facts(State::Running)
        };
        let reasons = [Reason::HandlerMissing, Reason::Crowded, Reason::DeadLetters];
        assert_eq!(found(&troubled), reasons.map(|reason| (Light::Yellow, reason)));
    }

    #[test]
    fn who_holds_old_events_for_long_is_named() {
        let of = |hours| {
            let held = Some((Duration::from_hours(hours), "subscription `old`".to_owned()));
            of_store(&StoreFacts { held, ..StoreFacts::default() }, &HealthLimits::default())
        };
        assert_eq!(of(24), []);
        let [finding] = &of(25)[..] else { panic!("one finding") };
        assert_eq!((finding.light, finding.reason), (Light::Yellow, Reason::RetentionHeld));
        assert!(finding.message.starts_with("subscription `old` has kept"), "{}", finding.message);
    }

    #[test]
    fn a_schedule_is_red_when_nobody_moves_and_yellow_when_one_is_held() {
        let of = |agenda: Agenda| {
            let facts = StoreFacts { agenda, ..StoreFacts::default() };
            of_store(&facts, &HealthLimits::default())
        };
        let late = |seconds| {
            let overdue = Some(Duration::from_secs(seconds));
            of(Agenda { waiting: 3, overdue, ..Agenda::default() })
        };
        assert_eq!(late(60), []);
        let [finding] = &late(61)[..] else { panic!("one finding") };
        assert_eq!((finding.light, finding.reason), (Light::Red, Reason::ScheduleLate));
        let trouble = Some(("17".to_owned(), "no room".to_owned()));
        let held = of(Agenda { refused: 2, aside: 1, trouble, ..Agenda::default() });
        let [finding] = &held[..] else { panic!("one finding") };
        assert_eq!((finding.light, finding.reason), (Light::Yellow, Reason::ScheduleHeld));
        assert!(finding.message.contains("17: no room"), "{}", finding.message);
    }

    #[test]
    fn a_store_is_red_when_it_is_away_or_does_not_listen_for_a_while() {
        let of = |refused: bool, deaf: Option<u64>| {
            let deaf = deaf.map(|secs| (Duration::from_secs(secs), "closed".to_owned()));
            let refused = refused.then(|| "away".to_owned());
            let facts = StoreFacts { refused, deaf, ..StoreFacts::default() };
            let findings = of_store(&facts, &HealthLimits::default());
            findings.iter().map(|finding| (finding.light, finding.reason)).collect::<Vec<_>>()
        };
        assert_eq!(of(false, None), []);
        assert_eq!(of(false, Some(5)), [], "it is replaced by then");
        assert_eq!(of(false, Some(6)), [(Light::Red, Reason::NotListening)]);
        assert_eq!(of(true, None), [(Light::Red, Reason::StoreUnavailable)]);
    }
}
