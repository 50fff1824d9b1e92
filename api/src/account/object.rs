use async_graphql::{Enum, ID, SimpleObject};
use mediary_events::account::{self, Token as State};
use mediary_schema::{
    PrincipalId, SessionId, Timestamp, TokenId,
    account::{Role as RoleValue, TokenKind},
};

use crate::scalar::DateTime;

/// What a token may do, in steps that contain each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "RoleValue")]
pub(crate) enum Role {
    /// Looks.
    Viewer,
    /// Looks, follows, downloads, handles jobs.
    Editor,
    /// Everything, and the audit of it.
    Owner,
}

/// A credential. The token itself is shown once, when it is made.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Token {
    /// `token-<uuid>`.
    pub(super) id: ID,
    /// What people call it.
    pub(super) name: String,
    /// Whether it is the one that lies in the data folder, for whoever owns the server's own machine.
    pub(super) is_local: bool,
    /// What it may do.
    pub(super) role: Role,
    /// The project whose things it opens.
    pub(super) project_id: ID,
    /// From where it may be shown; from anywhere if there are none.
    pub(super) networks: Vec<String>,
    /// When it ends, if it does.
    pub(super) expires_at: Option<DateTime>,
    /// Whether it opens nothing for now, since whoever made it is disabled.
    pub(super) is_disabled: bool,
}

impl Token {
    pub(super) fn new(id: TokenId, state: State, is_disabled: bool) -> Self {
        Self {
            id: ID(id.to_string()),
            is_local: state.kind == TokenKind::Folder,
            name: state.name,
            role: state.role.into(),
            project_id: ID(state.project_id.to_string()),
            networks: state.networks.iter().map(ToString::to_string).collect(),
            expires_at: state.expires_at.map(DateTime),
            is_disabled,
        }
    }
}

/// A role as people say it.
pub(super) const fn role_word(role: RoleValue) -> &'static str {
    match role {
        RoleValue::Viewer => "viewer",
        RoleValue::Editor => "editor",
        RoleValue::Owner => "owner",
    }
}

/// Somebody who signs in by a name and a password.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct User {
    /// `principal-<uuid>`: as whom his commands are recorded.
    id: ID,
    /// By which name he signs in; empty once it was erased or he was shredded, until he gets another.
    name: String,
    /// What he may do.
    role: Role,
    /// Words for all that he may do.
    permissions: Vec<String>,
    /// Words for what he may do beyond the role.
    extra_permissions: Vec<String>,
    /// The project whose things he meets.
    project_id: ID,
    /// Whether he ever set a password: until then nobody signs in as him.
    has_password: bool,
    /// Whether no door lets him in until he is enabled again.
    is_disabled: bool,
    /// Browsers that he is signed in by.
    sessions: Vec<Session>,
}

impl User {
    /// A user as the accounts have him, for whoever asks by a session or none.
    pub(super) fn of(
        state: &account::State,
        id: PrincipalId,
        this: Option<SessionId>,
        now: Timestamp,
    ) -> Option<Self> {
        let user = state.users.get(&id)?;
        let words = |names: &mut dyn Iterator<Item = &'static str>| names.map(str::to_owned).collect();
        Some(Self {
            id: ID(id.to_string()),
            name: user.name.clone(),
            role: user.role.into(),
            permissions: words(&mut user.rights().names_in(user.project_id)),
            extra_permissions: words(&mut user.more.names()),
            project_id: ID(user.project_id.to_string()),
            has_password: user.password.is_some(),
            is_disabled: user.is_disabled,
            sessions: Session::of(state, id, this, now),
        })
    }
}

/// A browser that somebody is signed in by.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "BrowserSession")]
pub(crate) struct Session {
    /// `session-<uuid>`.
    id: ID,
    /// By whom.
    user_id: ID,
    /// Since when.
    opened_at: DateTime,
    /// When it ends, unless it is used until then.
    expires_at: DateTime,
    /// From where it was signed in.
    address: String,
    /// What the browser calls itself.
    agent: String,
    /// Whether it is the one that asks.
    is_this: bool,
}

impl Session {
    /// Those of a user that are open, the newest first.
    pub(super) fn of(
        state: &account::State,
        user_id: PrincipalId,
        this: Option<SessionId>,
        now: Timestamp,
    ) -> Vec<Self> {
        let own = state.sessions.iter().filter(|(_, one)| one.user_id == user_id && one.expires_at > now);
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|(id, one)| std::cmp::Reverse((one.opened_at, **id)));
        let shown = |(id, one): (&SessionId, &account::Session)| Self {
            id: ID(id.to_string()),
            user_id: ID(one.user_id.to_string()),
            opened_at: DateTime(one.opened_at),
            expires_at: DateTime(one.expires_at),
            address: one.address.clone(),
            agent: one.agent.clone(),
            is_this: Some(*id) == this,
        };
        own.into_iter().map(shown).collect()
    }
}

/// Whoever asks.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Viewer {
    /// As whom his commands are recorded.
    pub(super) principal_id: ID,
    /// By which name he signed in; none of whoever shows a token.
    pub(super) name: Option<String>,
    /// What he may do.
    pub(super) role: Role,
    /// Words for all that he may do.
    pub(super) permissions: Vec<String>,
    /// The project whose things he meets.
    pub(super) project_id: ID,
    /// The session that he is signed in by; none of whoever shows a token.
    pub(super) session_id: Option<ID>,
    /// What this server offers at all, such as `LOCAL_FILES`; in public mode less.
    pub(super) capabilities: Vec<&'static str>,
}
