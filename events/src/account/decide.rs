use mediary_schema::{
    TokenId,
    account::{Network, Permission},
};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `account`.
#[derive(Debug)]
pub struct Account;

/// The longest name of a token.
const NAME_LEN_MAX: usize = 80;

/// Why a command on an account is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A name that nobody could tell from another.
    #[error("a token's name has 1 to {NAME_LEN_MAX} characters and no control characters")]
    BadName,
    /// Another token is called so.
    #[error("there is a token called {name:?} already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// It would never let anybody in.
    #[error("a token has to end later than now")]
    EndsAtOnce,
    /// More networks than anybody can oversee.
    #[error("a token is bound to at most {} networks", Network::PER_TOKEN_MAX)]
    TooManyNetworks,
    /// Over NATS nobody sees from where it is shown.
    #[error("a token that is bound to networks is not taken over NATS")]
    BoundToNetworks,
    /// There is no such token.
    #[error("there is no {token_id}")]
    NotFound {
        /// The token.
        token_id: TokenId,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::BadName => "TOKEN_BAD_NAME",
            Self::NameTaken { .. } => "TOKEN_NAME_TAKEN",
            Self::EndsAtOnce => "TOKEN_ENDS_AT_ONCE",
            Self::TooManyNetworks => "TOKEN_TOO_MANY_NETWORKS",
            Self::BoundToNetworks => "TOKEN_BOUND_TO_NETWORKS",
            Self::NotFound { .. } => "TOKEN_NOT_FOUND",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::NameTaken { .. } => Some("choose another name".to_owned()),
            Self::BoundToNetworks => Some("make one token for NATS, and another one for networks".to_owned()),
            Self::BadName | Self::EndsAtOnce | Self::TooManyNetworks | Self::NotFound { .. } => None,
        }
    }
}

impl Concern for Account {
    const NAME: &'static str = "account";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("token_issued", 1, 0).about(&["token", "project"]),
        EventKind::new("nats_granted", 1, 0).about(&["token"]),
        EventKind::new("command_refused", 1, 0).about(&["token"]),
        EventKind::new("token_revoked", 1, 0).about(&["token"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(_: &Command) -> Permission {
        Permission::ADMINISTER
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Issue { token_id, name, digest, role, kind, project_id, networks, expires_at, now } => {
                if let Some(token) = state.tokens.get(&token_id) {
                    return if token.digest == digest {
                        Ok(vec![])
                    } else {
                        Err(Rejection::NameTaken { name })
                    };
                }
                let length = name.chars().count();
                if !(1..=NAME_LEN_MAX).contains(&length) || name.chars().any(char::is_control) {
                    return Err(Rejection::BadName);
                }
                if expires_at.is_some_and(|moment| moment <= now) {
                    return Err(Rejection::EndsAtOnce);
                }
                if networks.len() > Network::PER_TOKEN_MAX {
                    return Err(Rejection::TooManyNetworks);
                }
                if state.tokens.values().any(|token| token.name == name && token.is_living(now)) {
                    return Err(Rejection::NameTaken { name });
                }
                Ok(vec![Event::TokenIssued {
                    token_id,
                    name,
                    digest,
                    role,
                    kind,
                    project_id,
                    networks,
                    expires_at,
                }])
            }
            Command::GrantNats { token_id, password_hash } => match state.tokens.get(&token_id) {
                Some(token) if token.nats.as_ref() == Some(&password_hash) => Ok(vec![]),
                Some(token) if !token.networks.is_empty() => Err(Rejection::BoundToNetworks),
                Some(_) => Ok(vec![Event::NatsGranted { token_id, password_hash }]),
                None => Err(Rejection::NotFound { token_id }),
            },
            Command::NoteRefused { token_id, command } => match state.tokens.get(&token_id) {
                Some(token) if token.refused.contains(&command) => Ok(vec![]),
                Some(_) => Ok(vec![Event::CommandRefused { token_id, command }]),
                None => Err(Rejection::NotFound { token_id }),
            },
            Command::Revoke { token_id } => {
                if state.tokens.contains_key(&token_id) {
                    Ok(vec![Event::TokenRevoked { token_id }])
                } else {
                    Err(Rejection::NotFound { token_id })
                }
            }
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::TokenIssued { token_id, project_id, .. } => {
                Subjects::of([Some((*token_id).into()), Some((*project_id).into())])
            }
            Event::NatsGranted { token_id, .. }
            | Event::CommandRefused { token_id, .. }
            | Event::TokenRevoked { token_id } => Subjects::of([Some((*token_id).into())]),
        }
    }

    fn redact(event: &Event) -> Option<Event> {
        let mut event = event.clone();
        match &mut event {
            Event::TokenIssued { name, .. } => name.clear(),
            Event::NatsGranted { .. } | Event::CommandRefused { .. } | Event::TokenRevoked { .. } => {}
        }
        Some(event)
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
