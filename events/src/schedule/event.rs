use mediary_schema::{
    Label, PrincipalId, Timestamp, TokenId,
    schedule::{NotDone, Rhythm, ScheduledCommand},
};
use serde::{Deserialize, Serialize};

/// What can have happened to a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// From now on a command is given again and again.
    #[serde(rename = "added")]
    Added {
        /// What people call it.
        name: Label,
        /// At which moments.
        rhythm: Rhythm,
        /// What is done.
        command: ScheduledCommand,
        /// As whom.
        principal: PrincipalId,
        /// By which token: what that may not do any more is not done.
        token_id: TokenId,
        /// Moments count that come after this one.
        since: Timestamp,
    },
    /// It does nothing until it is resumed.
    #[serde(rename = "paused")]
    Paused {},
    /// It goes on, as whoever resumed it.
    #[serde(rename = "resumed")]
    Resumed {
        /// As whom.
        principal: PrincipalId,
        /// By which token.
        token_id: TokenId,
        /// Moments count that come after this one.
        since: Timestamp,
    },
    /// Its command was given: what came of it is recorded with this.
    #[serde(rename = "fired")]
    Fired {
        /// The moment that came; none if a person wanted it now.
        moment: Option<Timestamp>,
        /// The first moment that was missed, if any was; all up to `moment` are done by this one.
        missed_since: Option<Timestamp>,
        /// Why nothing came of it; none if it was done.
        not_done: Option<NotDone>,
    },
    /// It does nothing any more.
    #[serde(rename = "removed")]
    Removed {},
}
