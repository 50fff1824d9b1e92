//! Stories of tokens: made with a secret that is told once, and revoked.

use std::{sync::Arc, time::Duration};

use mediary_events::{
    Asked as _, Concern as _,
    account::{
        Account, Ask, Command, State, Token,
        ask::{Create, Revoke},
    },
    codec,
};
use mediary_schema::{
    CommandId, PrincipalId, ProjectId, Secret, TokenId,
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

/// What a command on tokens answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The token.
    pub token_id: TokenId,
    /// What its holder shows. It is told this once and stored nowhere, so a repeat has none.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::Create(asked) => create(story, asked),
            Self::Revoke(Revoke { token_id }) => {
                let command = Command::Revoke { token_id: *token_id };
                story.execute::<Account>(PrincipalId::OWNER.uuid(), command)?;
                Ok(Told { token_id: *token_id, secret: None })
            }
        }
    }
}

/// Whether anything is asked for as this principal: as the owner, the platform, or whoever holds a token for NATS.
pub(super) fn starts_work(story: &mut Transaction<'_>, principal_id: PrincipalId) -> Result<bool, Refusal> {
    if [PrincipalId::OWNER, PrincipalId::PLATFORM].contains(&principal_id) {
        return Ok(true);
    }
    let accounts = story.state::<Account>(PrincipalId::OWNER.uuid())?;
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
    Ok(Told { token_id, secret })
}

/// Records that a token's holder asked for what its role does not allow: the first time, for each command.
///
/// That it can't be recorded is told in the server's log and changes nothing: the command stays refused.
pub async fn note_refused(gate: &Gate, asking: Caller, token_id: TokenId, command: &'static str) {
    // What needs no event would be remembered as accepted, each time.
    let is_noted =
        move |state: &State| state.tokens.get(&token_id).is_none_or(|token| token.refused.contains(command));
    match gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), is_noted).await {
        Ok(false) => {}
        Ok(true) => return,
        Err(error) => return tracing::warn!(%token_id, command, %error, "account.refusal_not_recorded"),
    }
    let command_id = CommandId::from_uuid(gate.ids().next());
    let caller = Caller { authority: Authority::Platform, command_id, ..asking };
    let note = Command::NoteRefused { token_id, command: command.to_owned() };
    let story =
        move |story: &mut Transaction<'_>| story.entail::<Account>(PrincipalId::OWNER.uuid(), note.clone());
    if let Err(error) = gate.transact(caller, story).await {
        tracing::warn!(%token_id, command, %error, "account.refusal_not_recorded");
    }
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
