//! Stories of tokens: made with a secret that is told once, and revoked; users and sessions have files of their own.

pub mod session;
pub mod user;

use std::{sync::Arc, time::Duration};

use mediary_events::{
    Asked as _, Concern as _,
    account::{
        Account, Ask, Command, State, Token, UserCommand,
        ask::{Create, Revoke},
    },
    codec,
};
use mediary_schema::{
    CommandId, PrincipalId, ProjectId, Secret, SessionId, Timestamp, TokenId,
    account::{Permission, TokenKind},
};
use serde::Serialize;

use super::project;
use crate::{
    gate::{Authority, Caller, Entry, Fanout, Gate, Refusal, Story, Transaction, decode},
    token,
};

/// Accounts, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Account::NAME,
    events: Account::EVENTS,
    retired: Account::RETIRED,
    redact: codec::redacted::<Account>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::ADMINISTER,
    fanout: Fanout::EnvelopeOnly,
    work: &[],
};

/// What a command on tokens and users answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// The token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_id: Option<TokenId>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<PrincipalId>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// When an invitation ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What its holder shows. It is told this once and stored nowhere, so a repeat has none.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
}

impl Told {
    fn of_token(token_id: TokenId, secret: Option<Secret>) -> Self {
        Self { token_id: Some(token_id), secret, ..Self::default() }
    }

    fn of_user(user_id: PrincipalId) -> Self {
        Self { user_id: Some(user_id), ..Self::default() }
    }
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::Create(asked) => create(story, asked),
            Self::Revoke(Revoke { token_id }) => {
                let command = Command::Revoke { token_id: *token_id };
                story.execute::<Account>(PrincipalId::OWNER.uuid(), command)?;
                Ok(Told::of_token(*token_id, None))
            }
            of_users => user::tell(story, of_users),
        }
    }
}

/// Whether anything is asked for as this principal: as the owner, the platform, a user, or whoever holds a token for NATS.
pub(super) fn starts_work(story: &mut Transaction<'_>, principal_id: PrincipalId) -> Result<bool, Refusal> {
    if [PrincipalId::OWNER, PrincipalId::PLATFORM].contains(&principal_id) {
        return Ok(true);
    }
    let accounts = story.state::<Account>(PrincipalId::OWNER.uuid())?;
    if accounts.users.contains_key(&principal_id) {
        return Ok(true);
    }
    let mut over_nats = accounts.tokens.iter().filter(|(_, token)| token.nats.is_some());
    Ok(over_nats.any(|(token_id, _)| Token::nats_principal(*token_id) == principal_id))
}

fn create(story: &mut Transaction<'_>, asked: &Create) -> Result<Told, Refusal> {
    let token_id = story.identities().token(story.caller().command_id);
    let secret = token::of(story.chance());
    let expires_in = asked.expires_in_seconds.map(|seconds| Duration::from_secs(u64::from(seconds)));
    let now = story.now();
    let project_id = asked.project_id.unwrap_or(ProjectId::HOME);
    project::require(story, project_id)?;
    let command = Command::Issue {
        token_id,
        name: asked.name.clone(),
        digest: token::digest(secret.reveal()),
        role: asked.role,
        kind: TokenKind::Personal,
        project_id,
        networks: asked.networks.clone(),
        expires_at: expires_in.map(|wait| now.after(wait)),
        now,
    };
    story.execute::<Account>(PrincipalId::OWNER.uuid(), command)?;
    if asked.nats {
        let password_hash = password_hash(secret.reveal(), story.chance())?;
        let grant = Command::GrantNats { token_id, password_hash };
        story.execute::<Account>(PrincipalId::OWNER.uuid(), grant)?;
    }
    let secret = (!story.is_repeated()).then_some(secret);
    Ok(Told::of_token(token_id, secret))
}

/// By what whoever asks lends himself for later, when nobody asks: by the token that he has, or as the user that he is
/// signed in as, since a session ends.
pub(super) fn lent(story: &Transaction<'_>) -> Result<TokenId, Refusal> {
    let id = story.caller().origin.id;
    let accounts = story.unguarded::<Account>(PrincipalId::OWNER.uuid())?;
    let session = accounts.sessions.get(&SessionId::from_uuid(id));
    Ok(TokenId::from_uuid(session.map_or(id, |session| session.user_id.uuid())))
}

/// Records that somebody asked for what he may not: the first time, for each command, of each token and each user.
///
/// That it can't be recorded is told in the server's log and changes nothing: the command stays refused.
pub async fn note_refused(gate: &Gate, asking: Caller, token_id: TokenId, command: &'static str) {
    // What needs no event would be remembered as accepted, each time.
    let to_note = move |state: &State| to_note(state, token_id, command);
    let note = match gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), to_note).await {
        Ok(Some(note)) => note,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%token_id, command, %error, "account.refusal_not_recorded"),
    };
    let command_id = CommandId::from_uuid(gate.ids().next());
    // Accounts are the installation's, whosever the things are that he asked about.
    let caller = Caller { authority: Authority::Platform, command_id, ..asking }.within(ProjectId::HOME);
    let story =
        move |story: &mut Transaction<'_>| story.entail::<Account>(PrincipalId::OWNER.uuid(), note.clone());
    if let Err(error) = gate.transact(caller, story).await {
        tracing::warn!(%token_id, command, %error, "account.refusal_not_recorded");
    }
}

/// What is to be recorded of a refusal; nothing if that was.
fn to_note(state: &State, token_id: TokenId, command: &str) -> Option<Command> {
    if let Some(token) = state.tokens.get(&token_id) {
        let is_new = !token.refused.contains(command);
        return is_new.then(|| Command::NoteRefused { token_id, command: command.to_owned() });
    }
    let session_id = SessionId::from_uuid(token_id.uuid());
    let user = state.users.get(&state.sessions.get(&session_id)?.user_id)?;
    let is_new = !user.refused.contains(command);
    is_new.then(|| UserCommand::NoteRefused { session_id, command: command.to_owned() }.into())
}

/// What a NATS server knows a token by. The lowest cost is enough: nobody tries 2^256 tokens.
fn password_hash(token: &str, chance: &[u8; 32]) -> Result<String, Refusal> {
    const COST: u32 = 4;
    let mut salt = [0; 16];
    blake3::Hasher::new_derive_key("mediary 2026-11-26 salt of a NATS password")
        .update(chance)
        .finalize_xof()
        .fill(&mut salt);
    let hash = bcrypt::hash_with_salt(token, COST, salt).map_err(|error| Refusal::Log(Arc::new(error)))?;
    Ok(hash.format_for_version(bcrypt::Version::TwoA))
}
