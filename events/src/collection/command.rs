use mediary_schema::{
    CollectionEntryId, PrincipalId, Subject,
    collection::{CollectionKind, Spot},
};

/// What may be asked of a personal list. That it is the asker's own is for the story to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make it.
    Create {
        /// Whose it is.
        owner: PrincipalId,
        /// What its owner calls it.
        name: String,
        /// What it is to its owner.
        kind: CollectionKind,
    },
    /// Call it otherwise.
    Rename {
        /// What its owner calls it from now on.
        name: String,
    },
    /// Take it away.
    Delete,
    /// Put things at its end.
    Add {
        /// The rows, in their order.
        entries: Vec<NewEntry>,
        /// Whether what is in it already gets a further row.
        again: bool,
    },
    /// Take rows out of it.
    Remove {
        /// Rows, or what is in them.
        ids: Vec<Subject>,
    },
    /// Give a row another place.
    Move {
        /// The row.
        entry_id: CollectionEntryId,
        /// Where it goes.
        to: Spot,
    },
}

/// A row to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Its id.
    pub entry_id: CollectionEntryId,
    /// What is in it.
    pub thing: Subject,
    /// What that is called now.
    pub title: String,
}
