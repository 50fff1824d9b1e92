use mediary_schema::root::{Folder, RootId, RootKind};

/// What may be asked of the roots of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Let there be another one.
    Add {
        /// Its id.
        root_id: RootId,
        /// What it is there for.
        kind: RootKind,
        /// What people call it.
        name: String,
        /// Where it lies.
        folder: Folder,
        /// Whether whoever asks is the owner on the server's own machine, who may name any folder.
        is_owners_machine: bool,
    },
    /// The library of the configuration lies here.
    Configure {
        /// Where.
        folder: Folder,
    },
    /// Somebody looked whether it is there.
    Look {
        /// Which.
        root_id: RootId,
        /// Whether it is.
        is_there: bool,
    },
}
