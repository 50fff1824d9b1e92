//! What is wrong with stored bytes.

/// What is wrong with stored bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// Bytes are missing at the end.
    #[error("the log is cut short: {detail}")]
    Truncated {
        /// What is missing.
        detail: String,
    },
    /// It never was a log of Mediary.
    #[error("this is not a log of Mediary: {detail}")]
    Foreign {
        /// What it is, as far as can be told.
        detail: String,
    },
    /// A newer program wrote it (PL-10).
    #[error("the log has format {found}, and this program knows formats up to {known}")]
    NewerFormat {
        /// The format of the log.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// A program of long ago wrote it.
    #[error(
        "the log has format {found}, which was replaced before anything was released; this program has {known}"
    )]
    OlderFormat {
        /// The format of the log.
        found: u32,
        /// The format of this program.
        known: u32,
    },
    /// A newer program wrote this event in a way that this one can't read.
    #[error("event {position} has a mark of a newer program: {what}")]
    NewerMark {
        /// The event.
        position: u64,
        /// The mark.
        what: String,
    },
    /// A payload or its salt isn't what was recorded.
    #[error("the payload of event {position} is damaged: it does not match its digest")]
    Payload {
        /// The event.
        position: u64,
    },
    /// A payload is gone, and no event says that it was erased.
    #[error("the payload of event {position} is missing, and no event says that it was erased")]
    Missing {
        /// The event.
        position: u64,
    },
    /// An envelope or a digest isn't what was recorded.
    #[error("the envelope of {} is damaged: {detail}", named(*first, *last))]
    Envelope {
        /// The first event that may be it.
        first: u64,
        /// The last event that may be it.
        last: u64,
        /// How it was noticed.
        detail: String,
    },
    /// An index doesn't say what the events say; the events themselves are whole up to here.
    #[error("the index {index} disagrees with event {position}")]
    Index {
        /// The table.
        index: &'static str,
        /// The event.
        position: u64,
    },
    /// The file of the indices is of no use, and couldn't be made anew.
    #[error("the index of the log is damaged: {detail}")]
    IndexFile {
        /// How it was noticed.
        detail: String,
    },
    /// The file's own structure is broken.
    #[error("the structure of the log file is damaged: {detail}")]
    Structure {
        /// How it was noticed.
        detail: String,
    },
}

/// One event, or some of which one is meant.
fn named(first: u64, last: u64) -> String {
    if first == last { format!("event {first}") } else { format!("an event from {first} to {last}") }
}

impl Damage {
    /// The first position that may be bad, where one can be told.
    pub const fn position(&self) -> Option<u64> {
        match self {
            Self::Payload { position }
            | Self::Missing { position }
            | Self::Index { position, .. }
            | Self::NewerMark { position, .. } => Some(*position),
            Self::Envelope { first, .. } => Some(*first),
            Self::Truncated { .. }
            | Self::Foreign { .. }
            | Self::NewerFormat { .. }
            | Self::IndexFile { .. }
            | Self::OlderFormat { .. }
            | Self::Structure { .. } => None,
        }
    }

    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "LOG_TRUNCATED",
            Self::Foreign { .. } => "LOG_FOREIGN",
            Self::NewerFormat { .. } => "LOG_NEWER_FORMAT",
            Self::OlderFormat { .. } => "LOG_OLDER_FORMAT",
            Self::NewerMark { .. } => "LOG_NEWER_MARK",
            Self::Payload { .. } => "LOG_PAYLOAD_DAMAGED",
            Self::Missing { .. } => "LOG_PAYLOAD_MISSING",
            Self::Envelope { .. } => "LOG_ENVELOPE_DAMAGED",
            Self::Index { .. } | Self::IndexFile { .. } => "LOG_INDEX_DAMAGED",
            Self::Structure { .. } => "LOG_STRUCTURE_DAMAGED",
        }
    }

    /// The next step for a person. Nothing was written to the damaged log.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => {
                "keep the file as it is, check the disk, and restore the newest backup that verifies"
            }
            Self::Foreign { .. } => "check that --data names the right folder; nothing was changed in it",
            Self::NewerFormat { .. } => "install the version of Mediary that wrote it, or a newer one",
            Self::OlderFormat { .. } => {
                "move this data folder away, start with a new one, and follow your lists again; files of its \
                 library can stay where they are"
            }
            Self::NewerMark { .. } => {
                "install the version of Mediary that wrote it, or a newer one; nothing here is known to be damaged. \
                 If no newer version ever wrote here, restore the newest backup that verifies"
            }
            Self::Structure { .. } => {
                "keep a copy of the folder, check disk and memory, and restore the newest backup that verifies; \
                 `mediary log export FILE --salvage` takes out what is whole"
            }
            Self::Payload { .. } | Self::Missing { .. } | Self::Envelope { .. } => {
                "keep a copy of the folder, check disk and memory, and restore the newest backup that \
                 verifies; `mediary log verify` names the first bad position"
            }
            // The hashes of the chain are part of the record; the other tables can be made from it.
            Self::Index { index: "chain", .. } => {
                "the events are whole; keep a copy of the folder and restore the newest backup that verifies"
            }
            Self::Index { .. } | Self::IndexFile { .. } => {
                "the events are whole: remove the folder `index` and start again, which makes it anew"
            }
        }
    }
}
