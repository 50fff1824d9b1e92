use mediary_schema::lane::{Hold, Lane};

/// What may be asked of the lanes of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begin nothing that needs it.
    Hold {
        /// What is held and why.
        hold: Hold,
    },
    /// Go on.
    Release {
        /// The hold that has come to its end.
        hold: Hold,
    },
    /// Begin nothing that needs it until a person says otherwise.
    Pause {
        /// What is held.
        lane: Lane,
    },
    /// Go on, as far as a person has held it.
    Resume {
        /// What was held.
        lane: Lane,
    },
}
