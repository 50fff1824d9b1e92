//! Refusals as data, faults as GraphQL errors.

use std::str::FromStr;

use crate::scalar::Position;
use async_graphql::{Error, ErrorExtensions as _, SimpleObject};
use mediary_log::{ReadError, gate::Refusal};
use mediary_projections::QueryError;

/// Why what was asked for was not done.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub(crate) struct UserError {
    /// A stable code in `SCREAMING_SNAKE_CASE`; each is explained in the project's `docs/errors`.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
    /// What can be done next, where there is something.
    pub(crate) advice: Option<String>,
    /// Whether the same may succeed a moment later.
    pub(crate) retryable: bool,
    /// Where what must not have moved was recorded, if it was refused for that.
    pub(crate) positions: Vec<Position>,
}

fn moved(refusal: &Refusal) -> Vec<Position> {
    refusal.moved().iter().copied().map(Position).collect()
}

impl UserError {
    pub(crate) fn new(code: &str, message: impl Into<String>, advice: Option<&str>) -> Self {
        let advice = advice.map(str::to_owned);
        Self {
            code: code.to_owned(),
            message: message.into(),
            advice,
            retryable: false,
            positions: Vec::new(),
        }
    }
}

/// A refusal that the caller can do something about is data; anything else is a fault.
pub(crate) fn user_error(refusal: &Refusal) -> Result<UserError, Error> {
    match refusal {
        Refusal::Lost { .. } | Refusal::Log(_) | Refusal::Decode(_) => {
            tracing::error!(error = %chain(refusal), "a command failed");
            Err(internal(refusal.code()))
        }
        Refusal::Rejected(_)
        | Refusal::Forbidden { .. }
        | Refusal::NotOffered { .. }
        | Refusal::Strange
        | Refusal::Overloaded { .. }
        | Refusal::StorageFull { .. }
        | Refusal::TooLarge
        | Refusal::Contended { .. }
        | Refusal::Reused
        | Refusal::Moved { .. }
        | Refusal::BeyondHead { .. }
        | Refusal::Broken(_)
        | Refusal::Stopping => Ok(UserError {
            code: refusal.code().to_owned(),
            message: refusal.to_string(),
            advice: refusal.advice(),
            retryable: refusal.is_retryable(),
            positions: moved(refusal),
        }),
    }
}

/// A refusal where nothing was asked to be done: of a reading that failed.
pub(crate) fn read_fault(refusal: &Refusal) -> Error {
    match user_error(refusal) {
        Ok(error) => fault(&error.message, refusal.code(), error.retryable),
        Err(fault) => fault,
    }
}

pub(crate) fn fault(message: &str, code: &'static str, retryable: bool) -> Error {
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", code);
        extensions.set("retryable", retryable);
    })
}

/// What will be there in a moment: the answer says when to ask again.
fn wait(message: &str, code: &'static str) -> Error {
    fault(message, code, true).extend_with(|_, extensions| extensions.set("retryAfterSeconds", 2))
}

/// What is nobody's fault who asks: what it is, was said in the server's log.
pub(crate) fn internal(code: &'static str) -> Error {
    fault("internal error; the server's log says more", code, false)
}

/// A view that can't answer: behind is a matter of a moment, anything else is a fault.
pub(crate) fn view_fault(error: &QueryError) -> Error {
    match error {
        QueryError::Behind { .. } | QueryError::Unindexed { .. } | QueryError::Unlike { .. } => {
            fault(&error.to_string(), "VIEW_BEHIND", true)
        }
        QueryError::Building { .. } => wait(&error.to_string(), "AS_OF_BUILDING"),
        QueryError::Busy { .. } => wait(&error.to_string(), "OVERLOADED"),
        QueryError::PastTooLarge { .. } => fault(&error.to_string(), "AS_OF_TOO_LARGE", false),
        QueryError::Stopping => fault("the server is stopping", "STOPPING", true),
        QueryError::Stopped { view, code, .. } => {
            tracing::error!(%error, "a view has stopped");
            fault(&format!("the view {view} has stopped; the server's log says why"), code, false)
        }
        QueryError::Panicked { .. } | QueryError::Sqlite { .. } => {
            tracing::error!(error = %chain(error), "a view can't be read");
            internal("INTERNAL")
        }
    }
}

pub(crate) fn log_fault(error: &ReadError) -> Error {
    if matches!(error, ReadError::Closed) {
        return fault("the server is stopping", "STOPPING", true);
    }
    tracing::error!(error = %chain(error), "the log can't be read");
    let code = match error {
        ReadError::Damaged(damage) => damage.code(),
        _ => "INTERNAL",
    };
    fault("the log can't be read; run `mediary log verify`", code, false)
}

/// An id of the asked kind, or an error that shows one.
pub(crate) fn parse_id<T>(id: &str) -> Result<T, Error>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    id.parse().map_err(|error: T::Err| fault(&error.to_string(), "BAD_ID", false))
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
