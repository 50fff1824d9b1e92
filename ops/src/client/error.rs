use std::{fmt::Display, time::Duration};

use miette::Diagnostic;
use reqwest::StatusCode;
use url::Url;

use super::reply::DryRun;
use crate::exit::Exit;

/// A GraphQL error: the server could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    /// One sentence.
    pub(crate) message: String,
    /// A stable code.
    pub(crate) code: String,
    /// Whether the same may succeed a moment later.
    pub(crate) retryable: bool,
    /// After how long, if it may.
    pub(super) retry_after: Duration,
}

impl Fault {
    /// The code of an answer to a document that the server does not understand.
    pub(super) const OTHER_SCHEMA: &str = "OTHER_SCHEMA";

    /// Whether what is asked for is being built.
    pub(super) fn is_building(&self) -> bool {
        self.code == "AS_OF_BUILDING"
    }

    /// What is sent as a file is as it is now.
    pub(super) fn of_now() -> Self {
        let message = "what is sent as a file is of now: `--as-of` does not go with it".to_owned();
        Self { message, code: "BAD_AS_OF".to_owned(), retryable: false, retry_after: Duration::ZERO }
    }

    /// A command was done in place of being told: the server is older than dry runs.
    pub(super) fn no_dry_run() -> Self {
        let message = "the server did not understand that nothing was to be done".to_owned();
        Self { message, code: Self::OTHER_SCHEMA.to_owned(), retryable: false, retry_after: Duration::ZERO }
    }

    /// What a plain status says, if it is none of success.
    pub(super) fn of_status(status: StatusCode) -> Option<Self> {
        let (message, code, retryable) = match status {
            StatusCode::UNAUTHORIZED => ("the token is not valid".to_owned(), "UNAUTHENTICATED", false),
            StatusCode::FORBIDDEN => ("the token does not allow this".to_owned(), "FORBIDDEN", false),
            StatusCode::SERVICE_UNAVAILABLE => ("the server is stopping".to_owned(), "STOPPING", true),
            status if status.is_success() => return None,
            status => (format!("the server answered {status}"), "INTERNAL", false),
        };
        Some(Self { message, code: code.to_owned(), retryable, retry_after: Duration::ZERO })
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Nobody listens.
    #[error("no server answers at {server} ({cause})")]
    Unreachable { server: Url, cause: String },
    /// The connection ended, or took too long, before the answer was here.
    #[error("the connection to {server} broke before the answer came ({cause})")]
    Broken { server: Url, cause: String },
    /// No token was found, and the server wants one.
    #[error("{server} wants a token, and none was found")]
    NoToken { server: Url },
    /// Text that can't be a token.
    #[error("the token has characters that no token has")]
    BadToken,
    /// The server could not answer.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Something else listens there.
    #[error("what answers at {server} is not Mediary (HTTP status {status})")]
    Stranger { server: Url, status: u16 },
    /// An answer of another form than asked for.
    #[error("the answer of {server} has another form than expected")]
    Misread { server: Url, source: serde_json::Error },
    /// A command that was only to say what it would do, and said it.
    #[error("nothing was done")]
    DryRun(Box<DryRun>),
    /// TLS or name look-up can't be set up.
    #[error("connections can't be set up")]
    Setup(#[source] reqwest::Error),
}

impl Error {
    /// Whether sending the same again makes sense, and is safe.
    pub(super) const fn may_succeed_again(&self, repeatable: bool) -> bool {
        match self {
            Self::Broken { .. } => repeatable,
            // An answer with a deadline or a stop in it may come after the deed.
            Self::Fault(fault) => fault.retryable && repeatable,
            Self::Unreachable { .. }
            | Self::NoToken { .. }
            | Self::BadToken
            | Self::Stranger { .. }
            | Self::Misread { .. }
            | Self::DryRun(_)
            | Self::Setup(_) => false,
        }
    }

    /// Whether the server is away, which a restart also looks like.
    pub(crate) const fn is_absence(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Broken { .. } => true,
            Self::Fault(fault) => fault.retryable,
            Self::NoToken { .. }
            | Self::BadToken
            | Self::Stranger { .. }
            | Self::Misread { .. }
            | Self::DryRun(_)
            | Self::Setup(_) => false,
        }
    }

    /// How the process ends with it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::DryRun(_) => Exit::Done,
            Self::Unreachable { .. } | Self::Broken { .. } => Exit::Unreachable,
            Self::NoToken { .. } | Self::BadToken => Exit::Unauthenticated,
            Self::Stranger { .. } | Self::Misread { .. } | Self::Setup(_) => Exit::Internal,
            Self::Fault(fault) => match fault.code.as_str() {
                "UNAUTHENTICATED" | "FORBIDDEN" => Exit::Unauthenticated,
                code if code.split_inclusive('_').any(|word| word == "BAD_") => Exit::Usage,
                code if code.ends_with("_NOT_FOUND") => Exit::NotFound,
                "POSITION_BEYOND_HEAD"
                | "TIME_AHEAD"
                | "PAGE_TOO_LARGE"
                | "AS_OF_READ_ONLY"
                | "REPLAY_READ_ONLY"
                | "AS_OF_TOO_LARGE"
                | "NOT_RECORDED" => Exit::Refused,
                _ if fault.retryable => Exit::Busy,
                _ => Exit::Internal,
            },
        }
    }

    fn stable_code(&self) -> &str {
        match self {
            Self::Unreachable { .. } => "SERVER_UNREACHABLE",
            Self::Broken { .. } => "CONNECTION_BROKEN",
            Self::NoToken { .. } | Self::BadToken => "UNAUTHENTICATED",
            Self::Fault(fault) => &fault.code,
            Self::Stranger { .. } => "NOT_MEDIARY",
            Self::Misread { .. } => Fault::OTHER_SCHEMA,
            // Nobody is shown a dry run as an error.
            Self::DryRun(_) | Self::Setup(_) => "INTERNAL",
        }
    }

    fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { .. } => Some(
                "start one with `mediary serve --data DIR`, or say where it is with `--server URL`, \
                 MEDIARY_SERVER, or the `--data DIR` that it was started with",
            ),
            Self::Broken { .. } => Some(
                "look at the server's log; the same command may be given again, and `mediary job list` shows \
                 what was begun",
            ),
            Self::NoToken { .. } | Self::BadToken => Some(TOKEN_ADVICE),
            Self::Stranger { .. } => Some("check --server: `mediary serve` says where it listens"),
            Self::Misread { .. } => Some("use the `mediary` of the same version as the server"),
            Self::DryRun(_) | Self::Setup(_) => None,
            Self::Fault(fault) => match fault.code.as_str() {
                "UNAUTHENTICATED" => Some(TOKEN_ADVICE),
                "FORBIDDEN" => {
                    Some("use a token of a higher role; `mediary token create NAME --role ROLE` makes one")
                }
                Fault::OTHER_SCHEMA => Some("use the `mediary` of the same version as the server"),
                "BAD_ID" => Some(shown_by(&fault.message)),
                "POSITION_BEYOND_HEAD" => {
                    Some("ask `mediary log show` for the end of this log, and begin there")
                }
                _ if fault.retryable => Some("ask again in a moment"),
                _ => None,
            },
        }
    }
}

/// Where ids of the kind are shown that a message asks for: `... such as token-0189...`.
fn shown_by(message: &str) -> &'static str {
    let kind = message.rsplit_once("such as ").and_then(|(_, id)| id.split('-').next());
    match kind {
        Some("playlist") => "copy the id from `mediary playlist list`",
        Some("entry" | "item") => "copy the id from `mediary playlist show ID`",
        Some("download" | "file") => "copy the id from `mediary download list`",
        Some("job" | "attempt") => "copy the id from `mediary job list`",
        Some("token") => "copy the id from `mediary token list`",
        _ => "copy the id as it was shown: `<kind>-<uuid>`",
    }
}

const TOKEN_ADVICE: &str = "give `--data DIR` on the server's machine (it reads DIR/local.token), `--token-file FILE`, or \
     the environment variable MEDIARY_TOKEN; a folder's token that was revoked is made anew when its server starts again";

impl Diagnostic for Error {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(self.stable_code()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.advice().map(|advice| Box::new(advice) as Box<dyn Display>)
    }
}

#[cfg(test)]
mod tests {
    use super::shown_by;

    #[test]
    fn the_advice_for_a_bad_id_is_about_the_kind_that_was_asked_for() {
        for (kind, verb) in [("token", "token list"), ("job", "job list"), ("entry", "playlist show ID")] {
            let message =
                format!("\"x\" is not a {kind} id such as {kind}-01890a5d-ac96-774b-bcce-b302099a8057");
            assert!(shown_by(&message).contains(verb), "{kind}");
        }
    }
}
