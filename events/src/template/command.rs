use mediary_schema::{Label, template::Settings};

/// What may be asked of the templates of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Keep these settings under a name.
    Save {
        /// What people call it.
        name: Label,
        /// What jobs have that are started by it.
        settings: Settings,
    },
    /// Forget a name.
    Remove {
        /// What people call it.
        name: Label,
    },
}
