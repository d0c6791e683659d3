//! The library's one error: what kind, whether trying again can help, what was being done, and the cause.

use std::error::Error as StdError;
use std::fmt;

/// The result of this library's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn StdError + Send + Sync + 'static>;

/// What went wrong, in words that name the place and the remedy.
///
/// Its `Display` is one line without the cause; the cause is its `source()`.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Source>,
    unavailable: bool,
}

/// What kind of failure an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A handler or a destination failed; trying again may help.
    DeliveryFailed,
    /// A handler took longer than its timeout.
    HandlerTimeout,
    /// The database ended a transaction: a serialization failure or a deadlock; trying again may help.
    TransactionRollback,
    /// A stored payload does not fit the type that should read it.
    DeserializationFailed,
    /// A value that the rules of events or of the handler refuse.
    ValidationFailed,
    /// The event was already there.
    DuplicateEvent,
    /// A delivery whose subscription has no handler here.
    HandlerMissing,
    /// The attempts are used up.
    MaxRetries,
    /// No leaf has the event's type name.
    UnknownType,
    /// Another process owns what this one wanted to move.
    Fenced,
    /// The bus is put together or configured wrongly.
    Configuration,
    /// The database refused or could not be reached.
    Store,
}

impl ErrorKind {
    /// Whether no further attempt can mend a failure of this kind: the event itself is what is wrong.
    ///
    /// Everything else may be mended from outside, and must not cost events until somebody has: a missing privilege in
    /// the middle of a deployment is a `Configuration` error of every event.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::DeserializationFailed | Self::ValidationFailed)
    }

    /// The kind's name as it is stored and shown, `DeliveryFailed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DeliveryFailed => "DeliveryFailed",
            Self::HandlerTimeout => "HandlerTimeout",
            Self::TransactionRollback => "TransactionRollback",
            Self::DeserializationFailed => "DeserializationFailed",
            Self::ValidationFailed => "ValidationFailed",
            Self::DuplicateEvent => "DuplicateEvent",
            Self::HandlerMissing => "HandlerMissing",
            Self::MaxRetries => "MaxRetries",
            Self::UnknownType => "UnknownType",
            Self::Fenced => "Fenced",
            Self::Configuration => "Configuration",
            Self::Store => "Store",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error {
    /// An error of `kind` with a message that names the place and the remedy.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let inner = Inner { kind, message: message.into(), source: None, unavailable: false };
        Self(Box::new(inner))
    }

    /// The same, with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same, saying that not the event is at fault but a destination that is not there: it counts for the
    /// subscription's breaker.
    #[must_use]
    pub fn unavailable(mut self) -> Self {
        self.0.unavailable = true;
        self
    }

    /// Whether a destination was not there.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.0.unavailable
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message and every cause behind it, in one line. A cause whose words the message ends with is not said twice.
    #[must_use]
    pub fn full(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let said = error.to_string();
            if !text.ends_with(&said) {
                text.push_str(": ");
                text.push_str(&said);
            }
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind, self.full())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// What a handler answers when it fails: any error with `?`, which is tried again, or [`HandlerError::terminal`],
/// which goes to the dead letters at once.
pub struct HandlerError(Error);

impl HandlerError {
    /// A failure that trying again may mend.
    pub fn retryable(message: impl Into<String>) -> Self {
        Self(Error::new(ErrorKind::DeliveryFailed, message))
    }

    /// A failure of a destination that is not there, a mail server for instance: trying again later will mend it. After
    /// some of these in a row the subscription stands still and uses up no attempts, see `Breaker`.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self(Error::new(ErrorKind::DeliveryFailed, message).unavailable())
    }

    /// A failure that no further attempt can mend: the event goes to the dead letters.
    pub fn terminal(message: impl Into<String>) -> Self {
        Self(Error::new(ErrorKind::ValidationFailed, message))
    }

    /// A failure with its cause, which trying again may mend unless the cause says otherwise: for errors that `?` does not
    /// take, like `anyhow::Error` or a `Box<dyn Error + Send + Sync>`.
    ///
    /// An [`Error`] of this library keeps its kind, also where another error wraps it.
    ///
    /// ```
    /// use eventbus_runtime::HandlerError;
    /// fn send() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    ///     Err("the line is busy".into())
    /// }
    /// let failed = send().map_err(HandlerError::from_boxed).unwrap_err();
    /// assert_eq!(failed.into_inner().to_string(), "the line is busy");
    /// ```
    pub fn from_boxed(cause: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        match cause.into().downcast::<Error>() {
            Ok(own) => Self(*own),
            Err(other) => {
                let kind = kind_of(&*other).unwrap_or(ErrorKind::DeliveryFailed);
                Self(Error::new(kind, other.to_string()).with_source(other))
            }
        }
    }

    /// The same with its cause, for the record.
    #[must_use]
    pub fn with_source(self, cause: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        Self(self.0.with_source(cause))
    }

    /// The error that the relay classifies and records.
    #[must_use]
    pub fn into_inner(self) -> Error {
        self.0
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::from_boxed(error)
    }
}

/// The kind that an error of ours has which `error` wraps, or that the database gave.
fn kind_of(error: &(dyn StdError + 'static)) -> Option<ErrorKind> {
    let known = |error: &(dyn StdError + 'static)| {
        let own = error.downcast_ref::<Error>().map(Error::kind);
        own.or_else(|| is_rollback(error).then_some(ErrorKind::TransactionRollback))
    };
    std::iter::successors(Some(error), |&error| error.source()).find_map(known)
}

/// Whether the database ended a transaction with a serialization failure or a deadlock.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
fn is_rollback(error: &(dyn StdError + 'static)) -> bool {
    let said = error.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    said.and_then(|said| said.code()).is_some_and(|code| matches!(&*code, "40001" | "40P01"))
}

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
const fn is_rollback(_: &(dyn StdError + 'static)) -> bool {
    false
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, HandlerError};

    #[derive(Debug, thiserror::Error)]
    #[error("billing: {0}")]
    struct Wrapped(#[source] Error);

    #[test]
    fn no_cause_is_said_twice() {
        let cause = Error::new(ErrorKind::Store, "cannot write")
            .with_source(std::io::Error::other("disk full"));
        let error = HandlerError::from(Wrapped(cause)).into_inner();
        assert_eq!(error.full(), "billing: cannot write: disk full");
        let other = HandlerError::from(std::io::Error::other("disk full")).into_inner();
        assert_eq!(other.full(), "disk full");
    }

    #[test]
    fn a_wrapped_error_keeps_its_kind() {
        let kind = |error: HandlerError| error.into_inner().kind();
        let invalid = || Error::new(ErrorKind::ValidationFailed, "no");
        assert_eq!(kind(invalid().into()), ErrorKind::ValidationFailed);
        assert_eq!(kind(Wrapped(invalid()).into()), ErrorKind::ValidationFailed);
        assert_eq!(kind(HandlerError::from_boxed("text")), ErrorKind::DeliveryFailed);
        let terminal = HandlerError::terminal("no such account").with_source(invalid());
        assert_eq!(terminal.into_inner().full(), "no such account: no");
    }
}
