use mediary_schema::lane::Hold;

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
}
