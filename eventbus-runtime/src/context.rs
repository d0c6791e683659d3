//! What an event follows from and whose it is: correlation, causation, trace and tenant.

use std::future::Future;

use uuid::Uuid;

#[cfg(feature = "relay")]
use crate::envelope::Envelope;
use crate::error::{Error, ErrorKind, Result};

tokio::task_local! {
    static CURRENT: Context;
}

/// What new events follow from, and whose they are. An emit takes it from around the call: inside a handler it is that of
/// the event which is handled, elsewhere what [`Context::scope`] says. With the feature `opentelemetry` the trace is that of the current
/// `tracing` span, unless a scope says another; the spans of handlers continue the traces of their events.
///
/// ```
/// # async fn serve(traceparent: &str) -> eventbus_runtime::Result<()> {
/// use eventbus_runtime::Context;
/// use uuid::Uuid;
///
/// let request = Context::from_traceparent(traceparent)?.with_correlation(Uuid::now_v7());
/// request.scope(async { /* bus.emit(..) */ }).await;
/// # Ok(()) }
/// ```
///
/// A task that is spawned inside a scope is outside of it: hand it [`Context::current`].
///
/// On PostgreSQL the transactions that the bus opens inside a scope with a tenant have the setting `eventbus.tenant`, by
/// which row level security tells whose rows they may see and write: see
/// [`RowLevelSecurity`](crate::migrations::RowLevelSecurity).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    pub(crate) correlation_id: Option<Uuid>,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) traceparent: Option<String>,
    pub(crate) tracestate: Option<String>,
    pub(crate) tenant: Option<String>,
    /// Whether the trace is that of the event which is handled: a span in the handler is closer.
    #[cfg(feature = "opentelemetry")]
    pub(crate) handled: bool,
}

impl Context {
    /// A context of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The context around this call; one of nothing where there is none.
    #[must_use]
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// What an emit takes from around its call.
    pub(crate) fn around() -> Self {
        let context = Self::current();
        #[cfg(feature = "opentelemetry")]
        let context = crate::span::around(context);
        context
    }

    /// Whether somebody said which trace this is.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn states_trace(&self) -> bool {
        self.traceparent.is_some() && !self.handled
    }

    /// The same in a trace whose header is known to be one.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn in_trace(self, traceparent: String) -> Self {
        Self { traceparent: Some(traceparent), tracestate: None, handled: false, ..self }
    }

    /// A context of a trace, from the W3C header `traceparent`.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for a header that W3C Trace Context tells receivers to ignore.
    pub fn from_traceparent(header: &str) -> Result<Self> {
        Self::new().with_traceparent(header)
    }

    /// What a handler of this event emits follows from it.
    #[cfg(feature = "relay")]
    pub(crate) fn of(envelope: &Envelope) -> Self {
        let trace = envelope.traceparent.as_deref().and_then(traceparent);
        Self {
            correlation_id: envelope.correlation_id.or(Some(envelope.id)),
            causation_id: Some(envelope.id),
            tracestate: envelope.tracestate.clone().filter(|_| trace.is_some()),
            traceparent: trace,
            tenant: envelope.tenant.clone(),
            #[cfg(feature = "opentelemetry")]
            handled: true,
        }
    }

    /// What a handler of all these events emits follows from: of each fact only what they have in common.
    #[cfg(feature = "relay")]
    pub(crate) fn of_all<'a>(envelopes: impl IntoIterator<Item = &'a Envelope>) -> Self {
        let common = |one: Self, other: Self| Self {
            correlation_id: one.correlation_id.filter(|id| other.correlation_id == Some(*id)),
            causation_id: one.causation_id.filter(|id| other.causation_id == Some(*id)),
            tracestate: one.tracestate.filter(|_| one.traceparent == other.traceparent),
            traceparent: one
                .traceparent
                .filter(|parent| other.traceparent.as_ref() == Some(parent)),
            tenant: one.tenant.filter(|tenant| other.tenant.as_ref() == Some(tenant)),
            #[cfg(feature = "opentelemetry")]
            handled: true,
        };
        envelopes.into_iter().map(Self::of).reduce(common).unwrap_or_default()
    }

    /// The same with what belongs together across services.
    #[must_use]
    pub fn with_correlation(mut self, id: Uuid) -> Self {
        self.correlation_id = Some(id);
        self
    }

    /// The same with the event that new ones follow from.
    #[must_use]
    pub fn with_causation(mut self, id: Uuid) -> Self {
        self.causation_id = Some(id);
        self
    }

    /// The same in another trace; a trace state that it had belongs to the former one and goes.
    ///
    /// A header of a version after 00 is kept as far as version 00 goes, and as one of that.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for a header that W3C Trace Context tells receivers to ignore.
    pub fn with_traceparent(mut self, header: &str) -> Result<Self> {
        let trace = traceparent(header).ok_or_else(|| {
            let message = format!(
                "`{header}` is no W3C traceparent: it is `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`, in small \
                 letters and with neither id all zeros"
            );
            Error::new(ErrorKind::ValidationFailed, message)
        })?;
        self.traceparent = Some(trace);
        self.tracestate = None;
        #[cfg(feature = "opentelemetry")]
        {
            self.handled = false;
        }
        Ok(self)
    }

    /// The same with the W3C header `tracestate`, which goes with a `traceparent`.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for a header that W3C Trace Context tells receivers to ignore, and where there is
    /// no `traceparent`.
    pub fn with_tracestate(mut self, header: &str) -> Result<Self> {
        let refuse = |message| Err(Error::new(ErrorKind::ValidationFailed, message));
        if self.traceparent.is_none() {
            return refuse("a `tracestate` without a `traceparent`: say that first".to_owned());
        }
        if !is_tracestate(header) {
            return refuse(format!(
                "`{header}` is no W3C tracestate: it is up to 32 of `key=value`, with commas between them"
            ));
        }
        self.tracestate = Some(header.to_owned());
        Ok(self)
    }

    /// The same of a tenant: events that neither mark one nor are given one with the call are this one's.
    ///
    /// ```
    /// # use eventbus_runtime::Context;
    /// # async fn serve() {
    /// Context::current().with_tenant("acme").scope(async { /* bus.emit(..), bus.transaction(..) */ }).await;
    /// # }
    /// ```
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The same of no tenant, for a handler of a tenant's event that emits one of nobody's.
    #[must_use]
    pub fn without_tenant(mut self) -> Self {
        self.tenant = None;
        self
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// What belongs together across services.
    #[must_use]
    pub fn correlation(&self) -> Option<Uuid> {
        self.correlation_id
    }

    /// The event that new ones follow from.
    #[must_use]
    pub fn causation(&self) -> Option<Uuid> {
        self.causation_id
    }

    /// The W3C header `traceparent`.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    /// The W3C header `tracestate`.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.tracestate.as_deref()
    }

    /// Runs a future in this context; it takes the place of one around it.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }
}

/// A `traceparent` as it is passed on, by W3C Trace Context, 3.2 and 4.3; `None` where the trace has to be restarted.
pub(crate) fn traceparent(header: &str) -> Option<String> {
    let header = header.trim_matches([' ', '\t']);
    let bytes = header.as_bytes();
    if !header.is_ascii() || bytes.len() < 55 {
        return None;
    }
    let (version, trace, parent, flags) =
        (&header[..2], &header[3..35], &header[36..52], &header[53..55]);
    let hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    let parts = [version, trace, parent, flags].into_iter().all(hex)
        && [2, 35, 52].into_iter().all(|at| bytes[at] == b'-');
    if !parts || version == "ff" || zero(trace) || zero(parent) {
        return None;
    }
    match (version, bytes.get(55)) {
        ("00", None) => Some(header.to_owned()),
        // Of a later version only the first flag means what it does in this one.
        (_, None | Some(b'-')) if version != "00" => {
            let sampled = u8::from_str_radix(flags, 16).ok()? & 1;
            Some(format!("00-{trace}-{parent}-{sampled:02x}"))
        }
        _ => None,
    }
}

/// Whether a `tracestate` is one, by W3C Trace Context, 3.3.
fn is_tracestate(header: &str) -> bool {
    let members: Vec<&str> = header
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
        .collect();
    let keys: Vec<&str> =
        members.iter().filter_map(|member| Some(member.split_once('=')?.0)).collect();
    let unique = keys.iter().enumerate().all(|(index, key)| !keys[..index].contains(key));
    let member = |member: &&str| {
        member.split_once('=').is_some_and(|(key, value)| is_key(key) && is_value(value))
    };
    (1..=32).contains(&members.len()) && unique && members.iter().all(member)
}

fn is_key(key: &str) -> bool {
    let rest = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/');
    let part = |text: &str, most: usize, digit: bool| {
        let first = text.bytes().next();
        (1..=most).contains(&text.len())
            && first.is_some_and(|byte| byte.is_ascii_lowercase() || digit && byte.is_ascii_digit())
            && text.bytes().all(rest)
    };
    match key.split_once('@') {
        None => part(key, 256, true),
        Some((tenant, system)) => part(tenant, 241, true) && part(system, 14, false),
    }
}

fn is_value(value: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, 0x20..=0x7e) && byte != b',' && byte != b'=';
    (1..=256).contains(&value.len()) && value.bytes().all(allowed) && !value.ends_with(' ')
}
