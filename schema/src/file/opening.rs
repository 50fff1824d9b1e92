//! Kept files as they are opened for whoever fetches them: which bytes are meant, what they are, and why they can't be had.

use super::FileId;

/// Which bytes of a kept file are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilePart {
    /// Its own.
    Media,
    /// Its picture, which lies beside it.
    Thumbnail,
    /// What is said in it, in this language, which lies beside it.
    Subtitles(String),
}

/// What is known of bytes that were opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedFile {
    /// The path below its root, with `/` between folders.
    pub path: String,
    /// BLAKE3 of the bytes as they were recorded, 64 hex digits.
    pub blake3: String,
    /// How many there are.
    pub size_bytes: u64,
    /// When they were written, in milliseconds since 1970.
    pub modified_ms: i64,
}

/// Why the bytes of a file can't be had.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// There is none, or it is another project's.
    #[error("there is no such file")]
    NotFound,
    /// Somebody deleted it, and it can come back.
    #[error("the file is in the trash")]
    Trashed,
    /// Somebody deleted it, and its time in the trash is over.
    #[error("the file was deleted, and its bytes were destroyed")]
    Purged,
    /// Nothing is in its place.
    #[error("the file is not in its place")]
    Lost,
    /// What is in its place is not what was kept.
    #[error("the file was written since it was kept: it has other bytes")]
    Changed,
    /// Another file has its place.
    #[error("another file has taken the place of this one")]
    Replaced {
        /// Which, if it is a kept one.
        by: Option<FileId>,
    },
    /// The folder of its root is not there.
    #[error("the disk of the file is not there")]
    RootAway,
    /// A folder on the way to it is a link, which may lead anywhere.
    #[error("a folder on the way to the file is a link, and no link is followed out of a root")]
    Linked,
    /// It is there, and this does not lie beside it.
    #[error("nothing of that kind lies beside the file")]
    NoSidecar,
    /// The system does not let it be opened.
    #[error("the file can't be opened")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Unopened {
    /// A fault of the machine.
    pub fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unreadable(error.into())
    }

    /// A stable code in `SCREAMING_SNAKE_CASE`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "FILE_NOT_FOUND",
            Self::Trashed => "FILE_TRASHED",
            Self::Purged => "FILE_PURGED",
            Self::Lost => "FILE_LOST",
            Self::Changed => "FILE_CHANGED",
            Self::Replaced { .. } => "FILE_REPLACED",
            Self::RootAway => "FILE_ROOT_AWAY",
            Self::Linked => "FILE_LINKED",
            Self::NoSidecar => "FILE_NO_SIDECAR",
            Self::Unreadable(_) => "FILE_UNREADABLE",
        }
    }

    /// What can be done next.
    pub fn advice(&self, id: FileId) -> String {
        match self {
            Self::NotFound => "`mediary file list` shows what there is".to_owned(),
            Self::Trashed => format!("`mediary trash restore {id}` puts it back"),
            Self::Purged => "`mediary download start --again` fetches its item anew".to_owned(),
            Self::Lost => {
                format!("put it back, or fetch it again by `mediary download start`; `mediary why {id}`")
            }
            Self::Changed => {
                format!("put back what was there; `mediary file verify {id}` reads it and says whether it is")
            }
            Self::Replaced { by: Some(by) } => format!("ask for {by}"),
            Self::Replaced { by: None } => format!("`mediary why {id}` says since when"),
            Self::RootAway => {
                "mount it, and ask again; `mediary file root list` shows where it belongs".to_owned()
            }
            Self::Linked => "put a real folder in the place of the link, or move the file".to_owned(),
            Self::NoSidecar => format!("`mediary file show {id}` says what lies beside it"),
            Self::Unreadable(_) => "look at the server's log, and run `mediary doctor`".to_owned(),
        }
    }

    /// Whether the same may succeed a moment later, though nobody does anything about the file.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::RootAway | Self::Unreadable(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gets_no_bytes_is_told_what_to_do_about_it() {
        let (id, by) =
            (FileId::from_uuid(uuid::Uuid::from_u128(7)), FileId::from_uuid(uuid::Uuid::from_u128(8)));
        assert!(Unopened::Trashed.advice(id).contains(&format!("trash restore {id}")));
        assert!(Unopened::Replaced { by: Some(by) }.advice(id).contains(&by.to_string()));
        assert!(Unopened::RootAway.is_retryable() && !Unopened::Lost.is_retryable());
    }
}
