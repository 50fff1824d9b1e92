//! What whoever administers a view asks of its life, and why it isn't done.

use tokio::sync::oneshot;

use crate::{
    compare::Comparison,
    edition::Edition,
    store::{Place, Store},
};

/// What is asked of a view.
pub(crate) enum Order {
    /// Build it anew, beside the edition that serves.
    Rebuild(Answer),
    /// Let this edition serve.
    Use(Edition, Answer),
    /// What was built beside is at the end of the log.
    Take(Box<Built>),
}

/// What was built beside the edition that serves.
pub(crate) struct Built {
    pub(crate) edition: Edition,
    pub(crate) file: (Store, Place),
    pub(crate) comparison: Option<Comparison>,
}

/// Whom to tell which edition it is about.
pub(crate) type Answer = oneshot::Sender<Result<Edition, ChangeError>>;

/// Why another edition of a view is not built, or doesn't serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// There is no such view.
    #[error("there is no view {name:?}; there are {}", known.join(", "))]
    NoView {
        /// What was asked for.
        name: String,
        /// Those that are there.
        known: Vec<&'static str>,
    },
    /// What was given is no edition.
    #[error(transparent)]
    NoEdition(#[from] crate::edition::ParseEditionError),
    /// The view has no such edition.
    #[error("the view {view} has no version {edition}; it has {}", list(known))]
    Unknown {
        /// The view.
        view: &'static str,
        /// What was asked for.
        edition: Edition,
        /// Those that are there.
        known: Vec<Edition>,
    },
    /// The queries of this program don't take its rows for what they are.
    #[error(
        "this program can't answer from version {edition} of the view {view}: the program that wrote it can"
    )]
    Unreadable {
        /// The view.
        view: &'static str,
        /// What was asked for.
        edition: Edition,
    },
    /// It is not at the end of the log yet.
    #[error("version {edition} of the view {view} is being built")]
    Building {
        /// The view.
        view: &'static str,
        /// What is being built.
        edition: Edition,
    },
    /// The file can't be made or opened.
    #[error("a file of the view {view} can't be opened")]
    Failed {
        /// The view.
        view: &'static str,
    },
    /// The view is at something that takes longer than anybody waits.
    #[error("the view {view} does not answer in time: it may be waiting for room on the disk")]
    Busy {
        /// The view.
        view: &'static str,
    },
}

impl ChangeError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoView { .. } => "VIEW_NOT_FOUND",
            Self::NoEdition(_) | Self::Unknown { .. } => "VIEW_VERSION_NOT_FOUND",
            Self::Unreadable { .. } => "VIEW_VERSION_UNREADABLE",
            Self::Building { .. } => "VIEW_BUILDING",
            Self::Failed { .. } => "VIEW_FAILED",
            Self::Busy { .. } => "VIEW_BUSY",
        }
    }

    /// What can be done next.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::NoView { .. } | Self::NoEdition(_) | Self::Unknown { .. } => "see `mediary view list`",
            Self::Unreadable { .. } => "start that program on the data folder, or use another version",
            Self::Building { .. } => "wait until it serves: `mediary view list` says how far it is",
            Self::Failed { .. } => "the server's log says why",
            Self::Busy { .. } => "`mediary view list` says what is in the way",
        }
    }

    /// Whether the same may succeed a moment later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }
}

fn list(editions: &[Edition]) -> String {
    editions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
