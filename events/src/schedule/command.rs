use mediary_schema::{
    Label, PrincipalId, Timestamp, TokenId,
    schedule::{Due, NotDone, Rhythm, ScheduledCommand},
};

/// What may be asked of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Give a command again and again from now on.
    Add {
        /// What people call it.
        name: Label,
        /// At which moments.
        rhythm: Rhythm,
        /// What is done.
        command: ScheduledCommand,
        /// As whom.
        principal: PrincipalId,
        /// By which token.
        token_id: TokenId,
        /// The moment of it.
        now: Timestamp,
    },
    /// Do nothing until it is resumed.
    Pause,
    /// Go on, as whoever asks for it.
    Resume {
        /// As whom.
        principal: PrincipalId,
        /// By which token.
        token_id: TokenId,
        /// The moment of it.
        now: Timestamp,
    },
    /// Do nothing any more.
    Remove,
    /// A moment came, and this became of it; none is due if a person wanted it now.
    Fire {
        /// Which moment.
        due: Option<Due>,
        /// Why nothing came of it.
        not_done: Option<NotDone>,
    },
}
