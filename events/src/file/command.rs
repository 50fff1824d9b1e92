use mediary_schema::file::{Made, Verified};

/// What may be asked of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// It is in its place, whole and checked.
    Record {
        /// The path below the library, with `/` between folders.
        path: String,
        /// What it is known by.
        verified: Verified,
        /// What it is, if it came from a source.
        made: Option<Made>,
    },
}
