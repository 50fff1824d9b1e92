//! People who come in by a name and a password: what may be asked of them, and what is decided.

use mediary_schema::{
    DataKeyId, PrincipalId, ProjectId, SealedId, SessionId, Timestamp,
    account::{Permissions, Role, SessionEnd},
};

use super::{Event, Rejection, State, state::User};

/// The longest name of a user.
pub const NAME_CHARS_MAX: usize = 40;
/// How many users there are at most: each is looked through when somebody signs in.
pub const USERS_MAX: usize = 1_000;
/// How many browsers one user is signed in by, at most; the oldest goes for a newer one.
pub const SESSIONS_PER_USER_MAX: usize = 20;

/// What may be asked of people who come in by a name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserCommand {
    /// Let somebody in from now on, once there is a password.
    Add {
        /// The user, as whom his commands are recorded.
        user_id: PrincipalId,
        /// By which name.
        name: String,
        /// What he may do.
        role: Role,
        /// Beyond the role.
        more: Permissions,
        /// The project whose things he meets.
        project_id: ProjectId,
    },
    /// Let him do something else; what is none stays as it is.
    Set {
        /// The user.
        user_id: PrincipalId,
        /// Another name.
        name: Option<String>,
        /// Another role.
        role: Option<Role>,
        /// All that he may do beyond the role.
        more: Option<Permissions>,
    },
    /// Let him in by no door, for now.
    Disable {
        /// The user.
        user_id: PrincipalId,
    },
    /// Let him in again.
    Enable {
        /// The user.
        user_id: PrincipalId,
    },
    /// Let him in no longer.
    Remove {
        /// The user.
        user_id: PrincipalId,
    },
    /// Another password counts from now on; whoever is signed in by the one before is not any more.
    SetPassword {
        /// The user.
        user_id: PrincipalId,
        /// The key that the password's hash is sealed by, if he has none yet.
        data_key_id: DataKeyId,
        /// The hash as it lies in the vault.
        sealed_id: SealedId,
        /// The browser that stays signed in: where he set it himself.
        keep: Option<SessionId>,
    },
    /// A link by which he sets his password himself, once.
    Invite {
        /// The user; the owner also if he has no name yet.
        user_id: PrincipalId,
        /// BLAKE3 of what the link holds, 64 hex digits.
        digest: String,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Take an invitation.
    TakeInvitation {
        /// BLAKE3 of what the link holds.
        digest: String,
        /// The name of an owner that has none yet.
        name: Option<String>,
        /// The key that the password's hash is sealed by, if he has none yet.
        data_key_id: DataKeyId,
        /// The hash as it lies in the vault.
        sealed_id: SealedId,
        /// The time now.
        now: Timestamp,
    },
    /// Sign a browser in.
    OpenSession {
        /// The session.
        session_id: SessionId,
        /// The user.
        user_id: PrincipalId,
        /// The hash by which he showed that he is it: another one may count by now.
        password: SealedId,
        /// BLAKE3 of what the browser shows, 64 hex digits.
        digest: String,
        /// The time now.
        now: Timestamp,
        /// When it ends, unless it is renewed.
        expires_at: Timestamp,
        /// From where.
        address: String,
        /// What the browser calls itself.
        agent: String,
    },
    /// Let a session go on.
    RenewSession {
        /// The session.
        session_id: SessionId,
        /// Until when.
        expires_at: Timestamp,
    },
    /// End a session.
    EndSession {
        /// The session.
        session_id: SessionId,
        /// Why.
        reason: SessionEnd,
    },
    /// End every session of a user.
    EndSessions {
        /// The user.
        user_id: PrincipalId,
        /// Why.
        reason: SessionEnd,
    },
    /// Note that somebody was not let in.
    NoteSignInRefused {
        /// The user whose name was shown; none if nobody is called so.
        user_id: Option<PrincipalId>,
        /// From where.
        address: String,
        /// How many more there were since the last that was noted, of anybody.
        more: u64,
    },
    /// Note that a user asked for what he may not.
    NoteRefused {
        /// The session that he asked by.
        session_id: SessionId,
        /// The stored name of the command.
        command: String,
    },
}

/// What of a name counts: nobody should have to remember how it was spelt.
pub(super) fn key(name: &str) -> String {
    name.to_lowercase()
}

fn check_name(state: &State, user_id: PrincipalId, name: &str) -> Result<(), Rejection> {
    let is_letter = |letter: char| letter.is_alphanumeric() || ['.', '_', '-'].contains(&letter);
    let is_name = (1..=NAME_CHARS_MAX).contains(&name.chars().count())
        && name.chars().all(is_letter)
        && !name.starts_with('-')
        && name.parse::<PrincipalId>().is_err();
    if !is_name {
        return Err(Rejection::UserBadName);
    }
    match state.user_named(name) {
        Some((other, _)) if other != user_id => Err(Rejection::UserNameTaken { name: name.to_owned() }),
        _ => Ok(()),
    }
}

pub(super) fn decide(state: &State, command: UserCommand) -> Result<Vec<Event>, Rejection> {
    use UserCommand as Ask;
    match command {
        Ask::Add { user_id, name, role, more, project_id } => {
            let added = User { name: name.clone(), role, more, project_id, ..User::default() };
            match state.users.get(&user_id) {
                Some(known) if known.is_as_added(&added) => return Ok(vec![]),
                Some(_) => return Err(Rejection::UserNameTaken { name }),
                None => check_name(state, user_id, &name)?,
            }
            if state.users.len() >= USERS_MAX {
                return Err(Rejection::TooManyUsers);
            }
            Ok(vec![Event::UserAdded { user_id, name, role, permissions: more, project_id }])
        }
        Ask::Set { user_id, name, role, more } => {
            let known = state.user(user_id)?;
            let is_owners = user_id == PrincipalId::OWNER;
            if is_owners && role.is_some_and(|role| role != Role::Owner) {
                return Err(Rejection::UserIsOwner);
            }
            let is_named = name.is_some();
            let name = name.unwrap_or_else(|| known.name.clone());
            let (role, permissions) = (role.unwrap_or(known.role), more.unwrap_or(known.more));
            if (name.as_str(), role, permissions) == (known.name.as_str(), known.role, known.more) {
                return Ok(vec![]);
            }
            // Whoever was shredded has none, and what he may do is changed all the same.
            if is_named {
                check_name(state, user_id, &name)?;
            }
            Ok(vec![Event::UserSet { user_id, name, role, permissions }])
        }
        Ask::Disable { user_id } => disable(state, user_id),
        Ask::Enable { user_id } if state.user(user_id)?.is_disabled => {
            Ok(vec![Event::UserEnabled { user_id }])
        }
        Ask::Enable { .. } => Ok(vec![]),
        Ask::Remove { user_id } => {
            let known = state.user(user_id)?;
            if user_id == PrincipalId::OWNER {
                return Err(Rejection::UserIsOwner);
            }
            let data_key_id = known.password.map(|password| password.data_key_id);
            let mut events = ended(state, user_id, None, SessionEnd::UserRemoved);
            events.push(Event::UserRemoved { user_id, data_key_id });
            Ok(events)
        }
        Ask::SetPassword { user_id, data_key_id, sealed_id, keep } => {
            password(state, user_id, data_key_id, sealed_id, keep)
        }
        Ask::Invite { user_id, digest, expires_at } => {
            if user_id != PrincipalId::OWNER && state.user(user_id)?.is_disabled {
                return Err(Rejection::UserDisabled);
            }
            if state.invitations.contains_key(&digest) {
                return Ok(vec![]);
            }
            Ok(vec![Event::UserInvited { user_id, digest, expires_at }])
        }
        Ask::TakeInvitation { digest, name, data_key_id, sealed_id, now } => {
            take(state, digest, name, data_key_id, sealed_id, now)
        }
        Ask::OpenSession { session_id, user_id, password, digest, now, expires_at, address, agent } => {
            let user = state.user(user_id)?;
            // Whoever is disabled is told what everybody is told who does not know the password.
            if user.is_disabled || user.password.is_none_or(|counts| counts.sealed_id != password) {
                return Err(Rejection::WrongPassword);
            }
            if state.sessions.contains_key(&session_id) {
                return Ok(vec![]);
            }
            let mut events = crowded_out(state, user_id, now);
            events.push(Event::SessionOpened {
                session_id,
                user_id,
                digest,
                opened_at: now,
                expires_at,
                address,
                agent,
            });
            Ok(events)
        }
        Ask::RenewSession { session_id, expires_at } => match state.sessions.get(&session_id) {
            Some(session) if session.expires_at >= expires_at => Ok(vec![]),
            Some(_) => Ok(vec![Event::SessionRenewed { session_id, expires_at }]),
            None => Err(Rejection::SessionNotFound),
        },
        Ask::EndSession { session_id, reason } => match state.sessions.get(&session_id) {
            Some(session) => Ok(vec![Event::SessionEnded { session_id, user_id: session.user_id, reason }]),
            None => Err(Rejection::SessionNotFound),
        },
        Ask::EndSessions { user_id, reason } => {
            state.user(user_id)?;
            Ok(ended(state, user_id, None, reason))
        }
        Ask::NoteSignInRefused { user_id, address, more } => {
            let user_id = user_id.filter(|user_id| state.users.contains_key(user_id));
            Ok(vec![Event::SignInRefused { user_id, address, more }])
        }
        Ask::NoteRefused { session_id, command } => {
            let session = state.sessions.get(&session_id).ok_or(Rejection::SessionNotFound)?;
            if state.user(session.user_id)?.refused.contains(&command) {
                return Ok(vec![]);
            }
            Ok(vec![Event::UserCommandRefused { user_id: session.user_id, session_id, command }])
        }
    }
}

/// No door lets him in; but somebody has to be there who may open one again.
fn disable(state: &State, user_id: PrincipalId) -> Result<Vec<Event>, Rejection> {
    let user = state.user(user_id)?;
    if user_id == PrincipalId::OWNER {
        return Err(Rejection::UserIsOwner);
    }
    if user.is_disabled {
        return Ok(vec![]);
    }
    let is_owner = |user: &User| user.role == Role::Owner && !user.is_disabled;
    let mut others = state.users.iter().filter(|(id, _)| **id != user_id);
    if is_owner(user) && !others.any(|(_, other)| is_owner(other)) {
        return Err(Rejection::UserIsLastOwner);
    }
    let mut events = ended(state, user_id, None, SessionEnd::Revoked);
    events.push(Event::UserDisabled { user_id });
    Ok(events)
}

/// Another password, and the end of whoever is signed in by the one before.
fn password(
    state: &State,
    user_id: PrincipalId,
    data_key_id: DataKeyId,
    sealed_id: SealedId,
    keep: Option<SessionId>,
) -> Result<Vec<Event>, Rejection> {
    let known = state.user(user_id)?.password;
    if known.is_some_and(|password| password.sealed_id == sealed_id) {
        return Ok(vec![]);
    }
    let data_key_id = known.map_or(data_key_id, |password| password.data_key_id);
    let mut events = ended(state, user_id, keep, SessionEnd::PasswordChanged);
    events.push(Event::PasswordSet { user_id, data_key_id, sealed_id });
    Ok(events)
}

fn take(
    state: &State,
    digest: String,
    name: Option<String>,
    data_key_id: DataKeyId,
    sealed_id: SealedId,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let invitation = state.invitations.get(&digest).ok_or(Rejection::InvitationUnknown)?;
    if invitation.is_taken {
        return Err(Rejection::InvitationTaken);
    }
    if invitation.expires_at <= now {
        return Err(Rejection::InvitationEnded);
    }
    let user_id = invitation.user_id;
    let mut events = vec![Event::InvitationTaken { user_id, digest }];
    if state.users.contains_key(&user_id) {
        events.extend(password(state, user_id, data_key_id, sealed_id, None)?);
        return Ok(events);
    }
    // Nobody else is invited without a name, and one that was removed since is nobody.
    if user_id != PrincipalId::OWNER {
        return Err(Rejection::InvitationEnded);
    }
    let name = name.ok_or(Rejection::UserBadName)?;
    check_name(state, user_id, &name)?;
    let (role, permissions, project_id) = (Role::Owner, Permissions::NONE, ProjectId::HOME);
    events.push(Event::UserAdded { user_id, name, role, permissions, project_id });
    events.push(Event::PasswordSet { user_id, data_key_id, sealed_id });
    Ok(events)
}

/// The end of every session of a user but one.
fn ended(state: &State, user_id: PrincipalId, keep: Option<SessionId>, reason: SessionEnd) -> Vec<Event> {
    let sessions = state.sessions.iter();
    let over = sessions.filter(|(id, session)| session.user_id == user_id && Some(**id) != keep);
    over.map(|(id, _)| Event::SessionEnded { session_id: *id, user_id, reason }).collect()
}

/// The end of sessions that stand in the way of another one: whatever is over, and the oldest of too many.
fn crowded_out(state: &State, user_id: PrincipalId, now: Timestamp) -> Vec<Event> {
    let own = state.sessions.iter().filter(|(_, session)| session.user_id == user_id);
    let (mut open, over): (Vec<_>, Vec<_>) = own.partition(|(_, session)| session.expires_at > now);
    open.sort_by_key(|(id, session)| (session.opened_at, **id));
    let too_many = (open.len() + 1).saturating_sub(SESSIONS_PER_USER_MAX);
    let crowded = open.into_iter().take(too_many);
    over.into_iter()
        .map(|(id, _)| (*id, SessionEnd::Expired))
        .chain(crowded.map(|(id, _)| (*id, SessionEnd::Crowded)))
        .map(|(session_id, reason)| Event::SessionEnded { session_id, user_id, reason })
        .collect()
}
