use mediary_schema::{
    FileId, PlanId, RootId, Timestamp,
    file::{Made, Stamp, Verified},
    layout::{MissingSidecar, Sidecar},
    plan::Lease,
};

/// What may be asked of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// It is in its place, whole and checked.
    Record {
        /// Below which folder it lies.
        root: RootId,
        /// The path below that, with `/` between folders.
        path: String,
        /// What it is known by.
        verified: Box<Verified>,
        /// What it is, if it came from a source.
        made: Option<Made>,
        /// What the file system says of it.
        stamp: Option<Stamp>,
    },
    /// Its bytes are in their place, as they were recorded.
    Find {
        /// What the file system says of them.
        stamp: Stamp,
    },
    /// Its bytes have another path below the same folder, as they were recorded.
    Move {
        /// The path, with `/` between folders.
        path: String,
        /// What the file system says of them.
        stamp: Stamp,
        /// The plan that renamed it, if one did.
        plan_id: Option<PlanId>,
    },
    /// This lies beside it.
    Accompany {
        /// What.
        sidecars: Vec<Sidecar>,
        /// What was to be, too, and is not there.
        missing: Vec<MissingSidecar>,
    },
    /// Other bytes are in its place.
    Change {
        /// What the file system says of them.
        stamp: Stamp,
    },
    /// Nothing is in its place.
    Lose,
    /// Its bytes were put into the trash.
    Trash {
        /// By which plan, and until when they stay there.
        lease: Lease,
    },
    /// Its bytes came back out of the trash.
    Restore {
        /// What the file system says of them.
        stamp: Stamp,
    },
    /// Its bytes were destroyed in the trash, where their time was over.
    Purge {
        /// The moment of it.
        now: Timestamp,
    },
    /// Another file is in its place, which nobody recorded.
    Swap {
        /// What the file system says of that one.
        stamp: Stamp,
    },
    /// Another file took its place.
    Replace {
        /// The other one.
        by: FileId,
    },
}
