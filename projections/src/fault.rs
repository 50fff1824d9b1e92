//! Why an edition of a view is not fed on, and whether that passes.

use rusqlite::ErrorCode;

use crate::handle::Fault;

/// The code of a view that can't go on for a reason of its own.
pub(crate) const STOPPED: &str = "VIEW_STOPPED";

/// Why an edition is fed no further.
pub(crate) enum End {
    /// It is to stop, or the log was closed.
    Stopping,
    /// It can't go on.
    Faulty(Fault),
    /// What comes next erased something that it may show.
    Erased,
}

/// Why a batch was not folded.
pub(crate) enum Unfolded {
    /// Worth another try.
    Passing(String),
    /// The file refuses the rows; which event is to blame, each of them alone will tell.
    Unwritten(String),
    Faulty(Fault),
}

pub(crate) fn unfoldable(position: u64, reason: &str) -> Fault {
    Fault { position, code: STOPPED, reason: format!("event {position} can't be folded: {reason}") }
}

/// Whether the same may well succeed in a moment: then it isn't the event that is wrong.
pub(crate) fn is_passing(error: &rusqlite::Error) -> bool {
    let passing = [
        ErrorCode::DiskFull,
        ErrorCode::SystemIoFailure,
        ErrorCode::DatabaseBusy,
        ErrorCode::DatabaseLocked,
        ErrorCode::CannotOpen,
        ErrorCode::OutOfMemory,
        ErrorCode::OperationInterrupted,
    ];
    error.sqlite_error_code().is_some_and(|code| passing.contains(&code))
}

/// An error with all of its causes.
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
