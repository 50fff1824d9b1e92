use mediary_schema::{
    PrincipalId, TokenId,
    account::{Network, Permission, UnknownPermission},
};

use super::{Command, Event, State, user};
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
    /// A name that can't be typed, or told from an id.
    #[error(
        "the name of a user has 1 to {} characters, which are letters, digits, dots, lines and dashes, and does not begin \
         with a dash",
        user::NAME_CHARS_MAX
    )]
    UserBadName,
    /// Somebody else is called so.
    #[error("there is a user called {name:?} already")]
    UserNameTaken {
        /// The name.
        name: String,
    },
    /// There is no such user.
    #[error("there is no such user")]
    UserNotFound,
    /// Whoever owns the data folder.
    #[error("the owner of the data folder stays its owner")]
    UserIsOwner,
    /// Nobody would be left who may do everything.
    #[error("somebody else has to be an owner first who is not disabled")]
    UserIsLastOwner,
    /// He is let in by no door.
    #[error("this user is disabled, and a link would let him in")]
    UserDisabled,
    /// More than anybody can oversee.
    #[error("there are at most {} users", user::USERS_MAX)]
    TooManyUsers,
    /// A word that names no permission.
    #[error("{0}")]
    UnknownPermission(UnknownPermission),
    /// The command came without a password, which it can't carry.
    #[error("a password is set together with its command, which this way does not carry")]
    NoPassword,
    /// It is not the password that counts.
    #[error("the current password is not right")]
    WrongPassword,
    /// There is no such session.
    #[error("there is no such session")]
    SessionNotFound,
    /// Nobody made such a link.
    #[error("this link is not one that this server made")]
    InvitationUnknown,
    /// The link was used, or another password was set since.
    #[error("this link was used, which it can be once, or another password was set since")]
    InvitationTaken,
    /// The link has ended.
    #[error("the time of this link is over")]
    InvitationEnded,
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
            Self::UserBadName => "USER_BAD_NAME",
            Self::UserNameTaken { .. } => "USER_NAME_TAKEN",
            Self::UserNotFound => "USER_NOT_FOUND",
            Self::UserIsOwner => "USER_IS_OWNER",
            Self::UserIsLastOwner => "USER_IS_LAST_OWNER",
            Self::UserDisabled => "USER_DISABLED",
            Self::TooManyUsers => "USER_TOO_MANY",
            Self::UnknownPermission(_) => "PERMISSION_UNKNOWN",
            Self::NoPassword => "PASSWORD_MISSING",
            Self::WrongPassword => "PASSWORD_WRONG",
            Self::SessionNotFound => "SESSION_NOT_FOUND",
            Self::InvitationUnknown => "SETUP_UNKNOWN",
            Self::InvitationTaken => "SETUP_USED",
            Self::InvitationEnded => "SETUP_ENDED",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::NameTaken { .. } | Self::UserNameTaken { .. } => "choose another name",
            Self::BoundToNetworks => "make one token for NATS, and another one for networks",
            Self::UserNotFound => "`mediary user list` shows those that there are",
            Self::WrongPassword => "whoever forgot it asks for a link: `mediary user invite NAME` makes one",
            Self::UserIsOwner => "whoever can read the data folder has its token and may do everything",
            Self::UserIsLastOwner => "`mediary user set NAME --role owner` makes somebody else one",
            Self::UserDisabled => "`mediary user enable NAME` lets him in again",
            Self::NoPassword => "`mediary user password NAME --stdin` sends it",
            Self::SessionNotFound => "it may have ended: `mediary session list` shows those that there are",
            Self::InvitationUnknown | Self::InvitationTaken | Self::InvitationEnded => {
                "`mediary token setup` makes another one for the owner, `mediary user invite NAME` for others"
            }
            Self::BadName
            | Self::EndsAtOnce
            | Self::TooManyNetworks
            | Self::NotFound { .. }
            | Self::UserBadName
            | Self::TooManyUsers
            | Self::UnknownPermission(_) => return None,
        };
        Some(advice.to_owned())
    }
}

impl Concern for Account {
    const NAME: &'static str = "account";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("token_issued", 1, 0)
            .says("A credential is accepted from now on.")
            .about(&["token", "project"]),
        EventKind::new("nats_granted", 1, 0)
            .says("The credential's holder may send commands over NATS, as a principal of its own.")
            .about(&["token"]),
        EventKind::new("command_refused", 1, 0)
            .says("The credential's holder sent a command that its role does not allow.")
            .about(&["token"]),
        EventKind::new("token_revoked", 1, 0).says("A credential is refused from now on.").about(&["token"]),
        EventKind::new("user_added", 1, 0)
            .says("Somebody comes in by a name, once there is a password.")
            .about(&["principal", "project"]),
        EventKind::new("user_set", 1, 0)
            .says("He may do something else, or is called otherwise.")
            .about(&["principal"]),
        EventKind::new("user_disabled", 1, 0)
            .says("He comes in by no door until he is enabled again.")
            .about(&["principal"]),
        EventKind::new("user_enabled", 1, 0).says("He comes in again.").about(&["principal"]),
        EventKind::new("user_removed", 1, 0).says("He comes in no longer.").about(&["principal"]),
        EventKind::new("password_set", 1, 0)
            .says("Another password counts from now on.")
            .about(&["principal"]),
        EventKind::new("user_invited", 1, 0)
            .says("There is a link by which a user sets his password himself, once.")
            .about(&["principal"]),
        EventKind::new("invitation_taken", 1, 0)
            .says("The link was used: it opens nothing any more, nor does any other that the user had.")
            .about(&["principal"]),
        EventKind::new("session_opened", 1, 0)
            .says("A browser is signed in.")
            .about(&["session", "principal"]),
        EventKind::new("session_renewed", 1, 0)
            .says("The session goes on for longer, since it is used.")
            .about(&["session"]),
        EventKind::new("session_ended", 1, 0)
            .says("The browser is signed in no longer.")
            .about(&["session", "principal"]),
        EventKind::new("sign_in_refused", 1, 0).says("Somebody was not let in.").about(&["principal"]),
        EventKind::new("user_command_refused", 1, 0)
            .says("A user asked for a command that he may not give.")
            .about(&["principal", "session"]),
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
            Command::User(command) => user::decide(state, command),
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
            Event::UserAdded { user_id, project_id, .. } => {
                Subjects::of([Some((*user_id).into()), Some((*project_id).into())])
            }
            Event::UserSet { user_id, .. }
            | Event::UserDisabled { user_id }
            | Event::UserEnabled { user_id }
            | Event::UserRemoved { user_id, .. }
            | Event::PasswordSet { user_id, .. }
            | Event::UserInvited { user_id, .. }
            | Event::InvitationTaken { user_id, .. } => Subjects::of([Some((*user_id).into())]),
            Event::SessionOpened { session_id, user_id, .. }
            | Event::SessionEnded { session_id, user_id, .. } => {
                Subjects::of([Some((*session_id).into()), Some((*user_id).into())])
            }
            Event::SessionRenewed { session_id, .. } => Subjects::of([Some((*session_id).into())]),
            Event::SignInRefused { user_id, .. } => Subjects::of([user_id.map(Into::into)]),
            Event::UserCommandRefused { user_id, session_id, .. } => {
                Subjects::of([Some((*user_id).into()), Some((*session_id).into())])
            }
        }
    }

    fn redact(event: &Event) -> Option<Event> {
        let mut event = event.clone();
        match &mut event {
            Event::TokenIssued { name, .. } | Event::UserAdded { name, .. } | Event::UserSet { name, .. } => {
                name.clear();
            }
            Event::SessionOpened { address, agent, .. } => {
                address.clear();
                agent.clear();
            }
            Event::SignInRefused { address, .. } => address.clear(),
            Event::NatsGranted { .. }
            | Event::CommandRefused { .. }
            | Event::TokenRevoked { .. }
            | Event::UserDisabled { .. }
            | Event::UserEnabled { .. }
            | Event::UserRemoved { .. }
            | Event::PasswordSet { .. }
            | Event::UserInvited { .. }
            | Event::InvitationTaken { .. }
            | Event::SessionRenewed { .. }
            | Event::SessionEnded { .. }
            | Event::UserCommandRefused { .. } => {}
        }
        Some(event)
    }

    fn person(event: &Event) -> Option<PrincipalId> {
        match event {
            Event::UserAdded { user_id, .. }
            | Event::UserSet { user_id, .. }
            | Event::SessionOpened { user_id, .. } => Some(*user_id),
            Event::SignInRefused { user_id, .. } => *user_id,
            Event::TokenIssued { .. }
            | Event::NatsGranted { .. }
            | Event::CommandRefused { .. }
            | Event::TokenRevoked { .. }
            | Event::UserDisabled { .. }
            | Event::UserEnabled { .. }
            | Event::UserRemoved { .. }
            | Event::PasswordSet { .. }
            | Event::UserInvited { .. }
            | Event::InvitationTaken { .. }
            | Event::SessionRenewed { .. }
            | Event::SessionEnded { .. }
            | Event::UserCommandRefused { .. } => None,
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}
