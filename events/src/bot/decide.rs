use mediary_schema::account::Permission;

use super::{Command, Event, Standing, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `bot`.
#[derive(Debug)]
pub struct Bot;

/// Why a command on bots is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is none.
    #[error("there is no bot")]
    NotFound,
    /// Its token is not in the vault.
    #[error("there is no secret called {name:?}")]
    NoToken {
        /// What the secret was to be called.
        name: String,
    },
    /// It is no bot.
    #[error("this is no bot: {reason}")]
    BadSettings {
        /// What is wrong with it.
        reason: String,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "BOT_NOT_FOUND",
            Self::NoToken { .. } => "BOT_NO_TOKEN",
            Self::BadSettings { .. } => "BOT_BAD_SETTINGS",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::NotFound => "`mediary bot set --help` has an example",
            Self::NoToken { .. } => "`mediary secret set NAME --stdin` keeps what @BotFather gave you",
            Self::BadSettings { .. } => return None,
        };
        Some(advice.to_owned())
    }
}

impl Concern for Bot {
    const NAME: &'static str = "bot";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("set", 1, 0).says("People may ask by it from now on.").about(&["secret"]),
        EventKind::new("removed", 1, 0).says("Nobody may any more."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Set { .. } | Command::Remove => Permission::BOT,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        Ok(match (command, &state.standing) {
            (Command::Set { bot, principal, token_id }, standing) => {
                bot.check().map_err(|reason| Rejection::BadSettings { reason })?;
                let wanted = Standing { bot, principal, token_id };
                if standing.as_ref() == Some(&wanted) {
                    return Ok(vec![]);
                }
                let Standing { bot, principal, token_id } = wanted;
                vec![Event::Set { bot, principal, token_id }]
            }
            (Command::Remove, Some(_)) => vec![Event::Removed {}],
            (Command::Remove, None) => return Err(Rejection::NotFound),
        })
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        event.subjects()
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    // Without numbers of people nobody may ask by it.
    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }
}
