use std::{fmt::Display, io, path::PathBuf};

use mediary_log::OpenError;
use miette::{Diagnostic, LabeledSpan, SourceCode};

use crate::{
    client::{self, DryRun, UserError},
    configuration::ConfigurationError,
    exit::Exit,
    serve::ServeError,
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
    /// What ends something for good was asked for without certainty.
    #[error("nothing was done: what this ends doesn't come back")]
    Planned {
        plan: Box<DryRun>,
        /// Whether whoever asked has seen the plan.
        is_shown: bool,
    },
    /// A plan was made, and not carried out.
    #[error("nothing was touched yet")]
    Unapplied { advice: String },
    /// What was rehearsed is not what is.
    #[error("this program would not show or do the same")]
    Differs,
    /// There is no such thing.
    #[error("there is no {id}")]
    NotFound { id: String, advice: &'static str },
    /// Several things are called so.
    #[error("{text:?} may be one of {}", candidates.len())]
    Ambiguous { text: String, candidates: Vec<String> },
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
    /// It was looked at, and nobody can say how it is.
    #[error("{what} can't say: {message}")]
    NobodyCanSay { what: String, message: String },
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
    /// The configuration is wrong.
    #[error(transparent)]
    Configuration(#[from] Box<ConfigurationError>),
    /// The sample site can't do what it was asked.
    #[error("the sample site can't do its part")]
    Site(#[from] crate::demo::Error),
    /// The server did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

impl Failure {
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
            Self::Planned { .. } | Self::Unapplied { .. } | Self::NobodyCanSay { .. } => Exit::Undecided,
            Self::Differs => Exit::Differs,
            Self::Work { .. } | Self::Unsound { .. } => Exit::WorkFailed,
            Self::Usage { .. } | Self::Ambiguous { .. } => Exit::Usage,
            // Whoever read the output had enough of it.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::File { .. } | Self::Unreadable { .. } | Self::Output(_) | Self::Site(_) => Exit::Io,
            Self::Configuration(_) => Exit::Configuration,
            Self::Serve(error) => exit_of_start(error),
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

fn exit_of_start(error: &ServeError) -> Exit {
    match error {
        ServeError::AddressInUse { .. } | ServeError::Listen { .. } => Exit::Unreachable,
        ServeError::Log(OpenError::InUse { .. }) => Exit::Busy,
        ServeError::NatsAddress(_)
        | ServeError::Library { .. }
        | ServeError::LibraryFolder { .. }
        | ServeError::Tls(_)
        | ServeError::Vault(_)
        | ServeError::Proxy(_) => Exit::Configuration,
        ServeError::WorkingFolder(_)
        | ServeError::Folder { .. }
        | ServeError::Net(_)
        | ServeError::Log(_)
        | ServeError::Announce(_)
        | ServeError::Views(_)
        | ServeError::Accounts(_)
        | ServeError::Telemetry(_)
        | ServeError::Token { .. } => Exit::Io,
        ServeError::Refused(refusal) if refusal.is_retryable() => Exit::Busy,
        ServeError::Refused(_)
        | ServeError::Actors(_)
        | ServeError::PartEnded { .. }
        | ServeError::NatsAccess(_)
        | ServeError::Signals(_) => Exit::Internal,
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

impl Failure {
    /// What describes itself.
    fn part(&self) -> Option<&dyn Diagnostic> {
        match self {
            Self::Client(error) => Some(error),
            Self::Configuration(error) => Some(error.as_ref()),
            Self::Serve(error) => Some(error),
            _ => None,
        }
    }
}

impl Diagnostic for Failure {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        match self {
            Self::Refused(error) => Some(Box::new(&error.code)),
            Self::Ambiguous { .. } => Some(Box::new("AMBIGUOUS")),
            Self::Work { class, .. } => Some(Box::new(class)),
            Self::Unsound { code, .. } | Self::Unreadable { code, .. } => Some(Box::new(code)),
            _ => self.part()?.code(),
        }
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        if let Self::Ambiguous { candidates, .. } = self {
            return Some(Box::new(format!("say more, or give the id:\n{}", candidates.join("\n"))));
        }
        let advice: &str = match self {
            Self::Refused(error) => error.advice.as_deref()?,
            Self::Work { advice, .. } | Self::Unsound { advice, .. } | Self::Unreadable { advice, .. } => {
                advice
            }
            Self::Planned { .. } => "`--yes` does it",
            Self::Unapplied { advice } => advice,
            Self::NobodyCanSay { .. } => "`mediary check show` says why; what can't be looked at is not well",
            Self::Differs => "read what differs; nothing was changed, and the server goes on",
            Self::NotFound { advice, .. } | Self::Usage { advice, .. } => advice,
            Self::File { source, .. } => file_advice(source.kind())?,
            Self::Site(_) => "`mediary doctor` says whether a program is missing",
            _ => return self.part()?.help(),
        };
        Some(Box::new(advice))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.part()?.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.part()?.labels()
    }
}

fn file_advice(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::NotFound => Some("check the path"),
        io::ErrorKind::PermissionDenied => Some("check that this user may read and write there"),
        io::ErrorKind::StorageFull => Some("make room on that disk"),
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
