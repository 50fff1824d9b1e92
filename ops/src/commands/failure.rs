use std::{fmt::Display, io, path::PathBuf};

use miette::Diagnostic;

use crate::{
    client::{self, UserError},
    exit::Exit,
};

/// Why a command did not do what was asked: what happened, where, and the next step.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The server gave no answer, or a fault.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// The platform refuses.
    #[error("{}", .0.message)]
    Refused(UserError),
    /// There is no such thing.
    #[error("there is no {id}")]
    NotFound { id: String, advice: &'static str },
    /// The work was done, and failed.
    #[error("{what} failed: {message}")]
    Work {
        /// What was tried.
        what: String,
        /// The class of the failure.
        class: String,
        /// One sentence.
        message: String,
        /// What can be done next.
        advice: String,
    },
    /// What was looked at is not whole, for a reason with a code.
    #[error("{message}")]
    Unsound { code: String, message: String, advice: String },
    /// Files can't be looked at, for a reason with a code.
    #[error("{message}")]
    Unreadable { code: String, message: String, advice: String },
    /// The command line makes no sense in a way that the parser can't see.
    #[error("{message}")]
    Usage { message: String, advice: &'static str },
    /// A file can't be read or written.
    #[error("{step} {} failed", path.display())]
    File { step: &'static str, path: PathBuf, source: io::Error },
    /// Standard output can't be written.
    #[error("the output can't be written")]
    Output(#[from] io::Error),
    /// A part of the platform says it in its own words.
    #[error("{report}")]
    Part {
        /// How the process ends with it.
        exit: Exit,
        /// What it says.
        report: Box<dyn Diagnostic + Send + Sync>,
    },
}

impl Failure {
    /// A part of the platform that describes its own failures.
    pub(crate) fn part(exit: Exit, report: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::Part { exit, report: Box::new(report) }
    }

    /// For `map_err` of a step with a file.
    pub(crate) fn file(step: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { step, path, source }
    }

    /// How the process ends with it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Client(error) => error.exit(),
            Self::Refused(error) => exit_of_refusal(error),
            Self::NotFound { .. } => Exit::NotFound,
            Self::Work { .. } | Self::Unsound { .. } => Exit::WorkFailed,
            Self::Usage { .. } => Exit::Usage,
            // Whoever read the output had enough of it.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::File { .. } | Self::Unreadable { .. } | Self::Output(_) => Exit::Io,
            Self::Part { exit, .. } => *exit,
        }
    }

    /// The first reason of a refusal, or nothing.
    pub(crate) fn refused(errors: Vec<UserError>) -> Result<(), Self> {
        match errors.into_iter().next() {
            Some(error) => Err(Self::Refused(error)),
            None => Ok(()),
        }
    }
}

fn exit_of_refusal(error: &UserError) -> Exit {
    match error.code.as_str() {
        code if code.ends_with("_NOT_FOUND") => Exit::NotFound,
        "FORBIDDEN" => Exit::Unauthenticated,
        "INTERNAL" => Exit::Internal,
        _ if error.retryable => Exit::Busy,
        _ => Exit::Refused,
    }
}

impl Diagnostic for Failure {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        match self {
            Self::Client(error) => error.code(),
            Self::Refused(error) => Some(Box::new(&error.code)),
            Self::Work { class, .. } => Some(Box::new(class)),
            Self::Unsound { code, .. } | Self::Unreadable { code, .. } => Some(Box::new(code)),
            Self::Part { report, .. } => report.code(),
            Self::NotFound { .. } | Self::Usage { .. } | Self::File { .. } | Self::Output(_) => None,
        }
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let advice: &dyn Display = match self {
            Self::Client(error) => return error.help(),
            Self::Part { report, .. } => return report.help(),
            Self::Refused(error) => error.advice.as_ref()?,
            Self::Work { advice, .. } | Self::Unsound { advice, .. } | Self::Unreadable { advice, .. } => {
                advice
            }
            Self::NotFound { advice, .. } | Self::Usage { advice, .. } => advice,
            Self::File { source, .. } => file_advice(source.kind())?,
            Self::Output(_) => return None,
        };
        Some(Box::new(advice.to_string()))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        match self {
            Self::Part { report, .. } => report.source_code(),
            _ => None,
        }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        match self {
            Self::Part { report, .. } => report.labels(),
            _ => None,
        }
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        match self {
            Self::Part { report, .. } => report.related(),
            _ => None,
        }
    }

    fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
        match self {
            Self::Part { report, .. } => report.diagnostic_source(),
            _ => None,
        }
    }
}

fn file_advice(kind: io::ErrorKind) -> Option<&'static &'static str> {
    match kind {
        io::ErrorKind::NotFound => Some(&"check the path"),
        io::ErrorKind::PermissionDenied => Some(&"check that this user may read and write there"),
        io::ErrorKind::StorageFull => Some(&"make room on that disk"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str, retryable: bool) -> Failure {
        let (code, message) = (code.to_owned(), "no".to_owned());
        Failure::Refused(UserError { code, message, advice: None, retryable })
    }

    #[test]
    fn a_refusal_ends_by_what_the_caller_can_do() {
        let cases = [
            ("JOB_NOT_FOUND", false, Exit::NotFound),
            ("TOKEN_NAME_TAKEN", false, Exit::Refused),
            ("URL_REFUSED", false, Exit::Refused),
            ("FORBIDDEN", false, Exit::Unauthenticated),
            ("STORAGE_FULL", true, Exit::Busy),
            ("INTERNAL", false, Exit::Internal),
        ];
        for (code, retryable, exit) in cases {
            assert_eq!(refusal(code, retryable).exit(), exit, "{code}");
        }
    }

    #[test]
    fn a_reader_that_left_is_no_failure() {
        assert_eq!(Failure::Output(io::ErrorKind::BrokenPipe.into()).exit(), Exit::Done);
        assert_eq!(Failure::Output(io::ErrorKind::StorageFull.into()).exit(), Exit::Io);
    }
}
