use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use mediary_schema::{
    DataKeyId, PrincipalId, ProjectId, SealedId, SessionId, Timestamp, TokenId,
    account::{Network, Permissions, Rights, Role, TokenKind},
};

use super::{Event, Rejection, user};

/// How many invitations are remembered, so that one that was taken is told from one that never was.
const INVITATIONS_MAX: usize = 64;

/// A credential that was not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What people call it.
    pub name: String,
    /// BLAKE3 of the token, 64 hex digits.
    pub digest: String,
    /// What it may do.
    pub role: Role,
    /// Who it is for.
    pub kind: TokenKind,
    /// The project whose things it opens.
    pub project_id: ProjectId,
    /// From where it may be shown; from anywhere if there are none.
    pub networks: Vec<Network>,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// What a NATS server knows its password by, if it may send commands over NATS.
    pub nats: Option<String>,
    /// Commands that it asked for and may not: each is recorded once, so that nobody fills the log with them.
    pub refused: BTreeSet<String>,
}

impl Token {
    /// As whom the holder of a token speaks that may speak over NATS: it is a principal of its own, at every door.
    pub const fn nats_principal(token_id: TokenId) -> PrincipalId {
        PrincipalId::from_uuid(token_id.uuid())
    }

    /// Whether it may be shown from an address.
    pub fn is_welcome_from(&self, peer: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(peer))
    }

    /// Whether it still lets somebody in.
    pub fn is_living(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|moment| moment > now)
    }
}

/// Somebody who comes in by a name and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// By which name.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// Beyond the role.
    pub more: Permissions,
    /// The project whose things he meets.
    pub project_id: ProjectId,
    /// Where the hash of his password lies; none if he never set one.
    pub password: Option<Password>,
    /// Whether no door lets him in until he is enabled again.
    pub is_disabled: bool,
    /// Commands that he asked for and may not: each is recorded once.
    pub refused: BTreeSet<String>,
}

impl Default for User {
    fn default() -> Self {
        let (role, more, project_id) = (Role::Viewer, Permissions::NONE, ProjectId::HOME);
        Self {
            name: String::new(),
            role,
            more,
            project_id,
            password: None,
            is_disabled: false,
            refused: BTreeSet::new(),
        }
    }
}

impl User {
    /// All that he may do.
    pub const fn rights(&self) -> Rights {
        Rights { role: self.role, more: self.more }
    }

    /// Whether he is what somebody who was just added would be.
    pub(super) fn is_as_added(&self, added: &Self) -> bool {
        let of = |user: &Self| (user.name.clone(), user.rights(), user.project_id);
        of(self) == of(added)
    }
}

/// Where the hash of a password lies in the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Password {
    /// The key that it is sealed by.
    pub data_key_id: DataKeyId,
    /// The value.
    pub sealed_id: SealedId,
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// By whom.
    pub user_id: PrincipalId,
    /// BLAKE3 of what it shows.
    pub digest: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when, unless it is renewed.
    pub expires_at: Timestamp,
    /// From where it was signed in.
    pub address: String,
    /// What it calls itself.
    pub agent: String,
}

/// A link by which somebody sets his password himself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Who.
    pub user_id: PrincipalId,
    /// Until when.
    pub expires_at: Timestamp,
    /// Whether it opens nothing any more, since he has set one, by this link or otherwise.
    pub is_taken: bool,
    /// Which one it is, in the order in which they were made.
    number: u64,
}

/// Who may come in: the credentials of one principal, and those of the owner's principal together with all users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Those that were not revoked; some may have ended ([`Token::is_living`]).
    pub tokens: BTreeMap<TokenId, Token>,
    /// Those that were not removed.
    pub users: BTreeMap<PrincipalId, User>,
    /// Whoever is disabled, also if he is removed since: what he made for others to come in by opens nothing.
    pub disabled: BTreeSet<PrincipalId>,
    /// Those that were not ended; the time of some may be over.
    pub sessions: BTreeMap<SessionId, Session>,
    /// The newest links, by the hash of what they hold.
    pub invitations: BTreeMap<String, Invitation>,
}

impl State {
    /// Whoever is called so, however it is spelt.
    pub fn user_named(&self, name: &str) -> Option<(PrincipalId, &User)> {
        let wanted = user::key(name);
        let mut users = self.users.iter().map(|(id, user)| (*id, user));
        users.find(|(_, user)| !user.name.is_empty() && user::key(&user.name) == wanted)
    }

    pub(super) fn user(&self, user_id: PrincipalId) -> Result<&User, Rejection> {
        self.users.get(&user_id).ok_or(Rejection::UserNotFound)
    }
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::TokenIssued { token_id, name, digest, role, kind, project_id, networks, expires_at } => {
                let token = Token {
                    name: name.clone(),
                    digest: digest.clone(),
                    role: *role,
                    kind: *kind,
                    project_id: *project_id,
                    networks: networks.clone(),
                    expires_at: *expires_at,
                    nats: None,
                    refused: BTreeSet::new(),
                };
                self.tokens.insert(*token_id, token);
            }
            Event::NatsGranted { token_id, password_hash } => {
                if let Some(token) = self.tokens.get_mut(token_id) {
                    token.nats = Some(password_hash.clone());
                }
            }
            Event::CommandRefused { token_id, command } => {
                if let Some(token) = self.tokens.get_mut(token_id) {
                    token.refused.insert(command.clone());
                }
            }
            Event::TokenRevoked { token_id } => {
                self.tokens.remove(token_id);
            }
            Event::UserAdded { user_id, name, role, permissions, project_id } => {
                let (role, more, project_id) = (*role, *permissions, *project_id);
                let user = User { name: name.clone(), role, more, project_id, ..User::default() };
                self.users.insert(*user_id, user);
            }
            Event::UserSet { user_id, name, role, permissions } => {
                if let Some(user) = self.users.get_mut(user_id) {
                    (user.role, user.more) = (*role, *permissions);
                    user.name.clone_from(name);
                }
            }
            Event::UserDisabled { user_id } => {
                if let Some(user) = self.users.get_mut(user_id) {
                    user.is_disabled = true;
                }
                self.disabled.insert(*user_id);
                self.sessions.retain(|_, session| session.user_id != *user_id);
                let own = self.invitations.values_mut().filter(|one| one.user_id == *user_id);
                own.for_each(|invitation| invitation.expires_at = Timestamp::from_micros(0));
            }
            Event::UserEnabled { user_id } => {
                if let Some(user) = self.users.get_mut(user_id) {
                    user.is_disabled = false;
                }
                self.disabled.remove(user_id);
            }
            Event::UserRemoved { user_id, .. } => {
                self.users.remove(user_id);
                self.sessions.retain(|_, session| session.user_id != *user_id);
            }
            Event::PasswordSet { user_id, data_key_id, sealed_id } => {
                if let Some(user) = self.users.get_mut(user_id) {
                    user.password = Some(Password { data_key_id: *data_key_id, sealed_id: *sealed_id });
                }
                self.close_invitations(*user_id);
            }
            Event::UserInvited { user_id, digest, expires_at } => {
                let newest = self.invitations.values().map(|one| one.number).max();
                let invitation = Invitation {
                    user_id: *user_id,
                    expires_at: *expires_at,
                    is_taken: false,
                    number: newest.map_or(0, |number| number + 1),
                };
                self.invitations.insert(digest.clone(), invitation);
                self.forget_invitations();
            }
            Event::InvitationTaken { user_id, .. } => self.close_invitations(*user_id),
            Event::SessionOpened { session_id, user_id, digest, opened_at, expires_at, address, agent } => {
                let session = Session {
                    user_id: *user_id,
                    digest: digest.clone(),
                    opened_at: *opened_at,
                    expires_at: *expires_at,
                    address: address.clone(),
                    agent: agent.clone(),
                };
                self.sessions.insert(*session_id, session);
            }
            Event::SessionRenewed { session_id, expires_at } => {
                if let Some(session) = self.sessions.get_mut(session_id) {
                    session.expires_at = *expires_at;
                }
            }
            Event::SessionEnded { session_id, .. } => {
                self.sessions.remove(session_id);
            }
            Event::UserCommandRefused { user_id, command, .. } => {
                if let Some(user) = self.users.get_mut(user_id) {
                    user.refused.insert(command.clone());
                }
            }
            Event::SignInRefused { .. } => {}
        }
    }

    /// Whoever sets another password may do so because a link went astray: none that is out sets one again.
    fn close_invitations(&mut self, user_id: PrincipalId) {
        let own = self.invitations.values_mut().filter(|one| one.user_id == user_id);
        own.for_each(|invitation| invitation.is_taken = true);
    }

    /// Those that were made first are forgotten first, whenever they end: one that was just made is there.
    fn forget_invitations(&mut self) {
        while self.invitations.len() > INVITATIONS_MAX {
            let first = self.invitations.iter().min_by_key(|(_, one)| one.number);
            let Some(digest) = first.map(|(digest, _)| digest.clone()) else { return };
            self.invitations.remove(&digest);
        }
    }
}
