use mediary_schema::{ItemId, file::Verified};

/// What may be asked of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// It is in its place, whole and checked.
    Record {
        /// The path below the library, with `/` between folders.
        path: String,
        /// What it is known by.
        verified: Verified,
        /// The item that it keeps, if it came from a source.
        item_id: Option<ItemId>,
    },
}
