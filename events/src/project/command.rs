use mediary_schema::{ProjectId, Timestamp};

/// What may be asked of the projects of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Let there be another one.
    Create {
        /// Its id.
        project_id: ProjectId,
        /// What people call it.
        name: String,
        /// The time now.
        now: Timestamp,
    },
}
