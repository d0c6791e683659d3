//! What a person does about dead letters; a command line or a page for operators would call the same functions.

use eventbus_runtime::store::Log;
use eventbus_runtime::{DeadLetter, ErrorKind, EventBus, LetterFilter};

use crate::{MAIL, Result};

/// Lists the letters with every error behind them.
pub(crate) async fn look<S: Log>(bus: &EventBus<S>) -> Result<()> {
    println!("\ndead letters");
    let letters = bus.dead_letters().list(&ours(), None, 100).await?;
    for letter in &letters {
        println!("  {} of order {}: {}", event_type(letter), order(letter), letter.message);
        for error in &letter.errors {
            println!("    attempt {}: {} {}", error.attempt, error.kind, error.message);
        }
    }
    let mut attempts: Vec<_> =
        letters.iter().map(|letter| (order(letter), letter.attempts)).collect();
    // Which of the last two was given up first is a matter of their random waits.
    attempts.sort_unstable();
    let errors: usize = letters.iter().map(|letter| letter.errors.len()).sum();
    assert_eq!((attempts, errors), (vec![("3", 1), ("4", 3), ("5", 3)], 7));
    Ok(())
}

/// Tries again what ran out of attempts. What has another reason stays where it is.
pub(crate) async fn retry<S: Log>(bus: &EventBus<S>) -> Result<()> {
    let exhausted = ours().kind(ErrorKind::MaxRetries);
    let outcome = bus.dead_letters().by("alice").retry_where(&exhausted).await?;
    println!("alice retries {} letters", outcome.retried);
    assert_eq!((outcome.retried, outcome.kept), (2, 0));
    Ok(())
}

/// Gives the one up that nobody can mend, and says why.
pub(crate) async fn discard<S: Log>(bus: &EventBus<S>) -> Result<()> {
    for letter in bus.dead_letters().list(&ours(), None, 100).await? {
        assert_eq!((order(&letter), &*letter.kind), ("3", ErrorKind::ValidationFailed.as_str()));
        bus.dead_letters().by("alice").discard(letter.id, "told the customer by phone").await?;
        println!("alice discards the letter of order {}", order(&letter));
    }
    Ok(())
}

/// Shows what was recorded of all this, the newest first.
pub(crate) async fn recorded<S: Log>(bus: &EventBus<S>) -> Result<()> {
    println!("\nrecorded");
    let actions = bus.dead_letters().actions(None, 2).await?;
    for action in &actions {
        let reason = action.reason.as_deref().unwrap_or("no reason given");
        println!(
            "  {} {} {}: {} ({reason})",
            action.who, action.action, action.count, action.subject
        );
    }
    let told: Vec<_> = actions.iter().map(|a| (&*a.who, &*a.action, a.count)).collect();
    assert_eq!(told, [("alice", "discard", 1), ("alice", "retry", 2)]);
    Ok(())
}

fn ours() -> LetterFilter {
    LetterFilter::all().subscription(MAIL)
}

fn event_type(letter: &DeadLetter) -> &str {
    letter.event().map_or("", |event| &event.envelope.event_type)
}

fn order(letter: &DeadLetter) -> &str {
    letter.event().and_then(|event| event.envelope.aggregate_id.as_deref()).unwrap_or_default()
}
