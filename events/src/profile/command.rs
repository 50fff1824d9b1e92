use mediary_schema::profile::{ProfileName, Rules};

/// What may be asked of the profiles of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Keep these rules under a name.
    Save {
        /// What it is called.
        name: ProfileName,
        /// The rules.
        rules: Box<Rules>,
    },
    /// Forget a name.
    Remove {
        /// What it is called.
        name: ProfileName,
    },
}
