use mediary_schema::{
    EventId, PrincipalId,
    notification::{Channel, Notice, Rule},
};

/// What may be asked of what is told of a thing, of what somebody did with all of it, or of the rules of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Tell something of the thing, in place of what was told of it before.
    Raise {
        /// What.
        notice: Notice,
    },
    /// It is over.
    Resolve {
        /// Because of which event.
        cause: EventId,
    },
    /// Somebody read it.
    Read {
        /// Who.
        principal: PrincipalId,
    },
    /// Somebody does not want to see it any more.
    Dismiss {
        /// Who.
        principal: PrincipalId,
    },
    /// Somebody read all that was told.
    ReadAll {
        /// Who.
        principal: PrincipalId,
    },
    /// Somebody does not want to see any of it any more.
    DismissAll {
        /// Who.
        principal: PrincipalId,
    },
    /// Have something follow from an event.
    AddRule {
        /// What people call it.
        name: String,
        /// What follows from what.
        rule: Rule,
        /// Whether it takes the place of the rule of this name.
        replace: bool,
    },
    /// Have it follow no more.
    RemoveRule {
        /// What people call it.
        name: String,
    },
    /// Let a standard rule be what it was from the beginning.
    RestoreRule {
        /// What it is called.
        name: String,
    },
    /// Have notices sent there.
    AddChannel {
        /// What people call it.
        name: String,
        /// Where that is.
        channel: Channel,
        /// Whether it takes the place of the channel of this name.
        replace: bool,
    },
    /// Have nothing sent there any more.
    RemoveChannel {
        /// What people call it.
        name: String,
    },
    /// Have nothing sent there for now.
    PauseChannel {
        /// What people call it.
        name: String,
    },
    /// Have notices sent there again.
    ResumeChannel {
        /// What people call it.
        name: String,
    },
}
