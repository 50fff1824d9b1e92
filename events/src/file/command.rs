use mediary_schema::{
    FileId,
    file::{Made, Root, Verified},
};

/// What may be asked of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// It is in its place, whole and checked.
    Record {
        /// Below which folder it lies.
        root: Root,
        /// The path below that, with `/` between folders.
        path: String,
        /// What it is known by.
        verified: Box<Verified>,
        /// What it is, if it came from a source.
        made: Option<Made>,
    },
    /// Its bytes are in their place, as they were recorded.
    Find,
    /// Other bytes are in its place.
    Change {
        /// How many.
        size_bytes: u64,
    },
    /// Nothing is in its place.
    Lose,
    /// Its bytes were put into the trash.
    Trash,
    /// Another file took its place.
    Replace {
        /// The other one.
        by: FileId,
    },
}
