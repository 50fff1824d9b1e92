//! What happens to sessions of browsers, by the platform itself: nobody has to be allowed to sign in or out.

use std::{net::IpAddr, time::Duration};

use mediary_events::account::{Account, Invitation, Rejection, State, UserCommand};
use mediary_schema::{CommandId, PrincipalId, SealedId, Secret, SessionId, Timestamp, account::SessionEnd};

use super::user;
use crate::{
    Origin, OriginKind,
    gate::{Caller, Gate, Receipt, Refusal, Transaction},
    token::{self, Credential},
    vault::{Value, Vault},
};

/// How long a session lasts that nobody uses. Half of it is over before it is renewed.
pub const LIFE: Duration = Duration::from_hours(14 * 24);
/// The longest that is remembered of what a browser calls itself, in characters.
const AGENT_CHARS_MAX: usize = 200;

/// From where somebody signs in.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The address at the other end: of a reverse proxy, if there is one.
    pub address: IpAddr,
    /// What the browser calls itself; nothing if it doesn't say.
    pub agent: String,
}

/// A session that was just opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The session.
    pub session_id: SessionId,
    /// Whose.
    pub user_id: PrincipalId,
    /// What the browser shows from now on. It is told this once and stored nowhere.
    pub secret: Secret,
    /// The position from which on it counts.
    pub position: u64,
}

/// From when on a session that ends then is renewed, by the next who asks whose it is (`GET /v1/session`): its page does that by
/// itself.
pub fn renews_at(expires_at: Timestamp) -> Timestamp {
    let half = i64::try_from((LIFE / 2).as_micros()).expect("a week has few microseconds");
    Timestamp::from_micros(expires_at.as_micros().saturating_sub(half))
}

/// Signs a browser in as a user who showed that he is it, by the password whose hash this is. Refused if another one counts by now.
pub async fn open(
    gate: &Gate,
    user_id: PrincipalId,
    password: SealedId,
    seen: Seen,
) -> Result<Opened, Refusal> {
    let command_id = CommandId::from_uuid(gate.ids().next());
    let session_id = gate.identities().session(command_id);
    let told = gate.transact(as_user(gate, user_id, session_id, command_id), move |story| {
        begin(story, session_id, user_id, password, &seen)
    });
    Ok(opened(session_id, told.await?))
}

/// Takes an invitation: sets the password whose hash this is, and signs the browser in. The command is that of the hash.
pub async fn take_invitation(
    gate: &Gate,
    vault: &Vault,
    command_id: CommandId,
    invitation: &Secret,
    name: Option<String>,
    hash: Value,
    seen: Seen,
) -> Result<Opened, Refusal> {
    let digest = token::digest(invitation.reveal());
    let session_id = gate.identities().session(command_id);
    let user_id = invited(gate, invitation).await?.ok_or(Rejection::InvitationUnknown)?.user_id;
    let vault = vault.clone();
    let told = gate.transact(as_user(gate, user_id, session_id, command_id), move |story| {
        let (data_key_id, sealed_id) = user::place_of(story, user_id)?;
        let (digest, name, now) = (digest.clone(), name.clone(), story.now());
        let take = UserCommand::TakeInvitation { digest, name, data_key_id, sealed_id, now };
        story.entail::<Account>(PrincipalId::OWNER.uuid(), take.into())?;
        user::put(story, &vault, user_id, &hash)?;
        begin(story, session_id, user_id, sealed_id, &seen)
    });
    Ok(opened(session_id, told.await?))
}

/// The invitation that somebody shows, if it is one of the newest.
pub async fn invited(gate: &Gate, invitation: &Secret) -> Result<Option<Invitation>, Refusal> {
    let digest = token::digest(invitation.reveal());
    let look = move |state: &State| state.invitations.get(&digest).cloned();
    gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), look).await
}

/// Sets one's own password, and ends every other session of one's own. The command is that of the hash.
pub async fn change_password(
    gate: &Gate,
    vault: &Vault,
    session: &Credential,
    command_id: CommandId,
    hash: Value,
) -> Result<Receipt<()>, Refusal> {
    let (vault, user_id, keep) = (vault.clone(), session.speaks_as, session.session_id);
    gate.transact(as_holder(gate, session, command_id), move |story| {
        user::set_password(story, user_id, Some((&vault, &hash)), keep)
    })
    .await
}

/// Lets a session go on from now.
pub async fn renew(gate: &Gate, session: &Credential, session_id: SessionId) -> Result<Receipt<()>, Refusal> {
    let command_id = CommandId::from_uuid(gate.ids().next());
    gate.transact(as_holder(gate, session, command_id), move |story| {
        let expires_at = story.now().after(LIFE);
        tell(story, UserCommand::RenewSession { session_id, expires_at })
    })
    .await
}

/// Ends one of one's own sessions; one that is somebody else's is not there.
pub async fn end(
    gate: &Gate,
    by: &Credential,
    command_id: CommandId,
    session_id: SessionId,
    reason: SessionEnd,
) -> Result<Receipt<()>, Refusal> {
    let user_id = by.speaks_as;
    gate.transact(as_holder(gate, by, command_id), move |story| {
        let sessions = &story.state::<Account>(PrincipalId::OWNER.uuid())?.sessions;
        if sessions.get(&session_id).is_none_or(|session| session.user_id != user_id) {
            return Err(Rejection::SessionNotFound.into());
        }
        tell(story, UserCommand::EndSession { session_id, reason })
    })
    .await
}

/// Ends all of one's own sessions, that by which it is asked among them.
pub async fn end_all(gate: &Gate, by: &Credential, command_id: CommandId) -> Result<Receipt<()>, Refusal> {
    let user_id = by.speaks_as;
    gate.transact(as_holder(gate, by, command_id), move |story| {
        tell(story, UserCommand::EndSessions { user_id, reason: SessionEnd::Revoked })
    })
    .await
}

/// Records that somebody was not let in, and how many more there were since the last that was recorded.
///
/// That it can't be recorded is told in the server's log and changes nothing.
pub async fn note_sign_in_refused(gate: &Gate, user_id: Option<PrincipalId>, address: IpAddr, more: u64) {
    let caller = Caller::platform(Origin { kind: OriginKind::Page, id: uuid::Uuid::nil() }, gate.ids());
    let story = move |story: &mut Transaction<'_>| {
        let address = address.to_string();
        tell(story, UserCommand::NoteSignInRefused { user_id, address, more })
    };
    if let Err(error) = gate.transact(caller, story).await {
        tracing::warn!(%error, "account.refusal_not_recorded");
    }
}

fn begin(
    story: &mut Transaction<'_>,
    session_id: SessionId,
    user_id: PrincipalId,
    password: SealedId,
    seen: &Seen,
) -> Result<(PrincipalId, Secret), Refusal> {
    let secret = token::of(story.chance());
    let now = story.now();
    let agent = seen.agent.chars().filter(|letter| !letter.is_control()).take(AGENT_CHARS_MAX).collect();
    let (digest, address) = (token::digest(secret.reveal()), seen.address.to_string());
    let expires_at = now.after(LIFE);
    let open =
        UserCommand::OpenSession { session_id, user_id, password, digest, now, expires_at, address, agent };
    tell(story, open)?;
    Ok((user_id, secret))
}

fn opened(session_id: SessionId, told: Receipt<(PrincipalId, Secret)>) -> Opened {
    let Receipt { value: (user_id, secret), position, .. } = told;
    Opened { session_id, user_id, secret, position }
}

fn tell(story: &mut Transaction<'_>, command: UserCommand) -> Result<(), Refusal> {
    story.entail::<Account>(PrincipalId::OWNER.uuid(), command.into())
}

/// A user by whom the platform records what he did to come in, in the project of the accounts.
fn as_user(gate: &Gate, user_id: PrincipalId, session_id: SessionId, command_id: CommandId) -> Caller {
    let origin = Origin { kind: OriginKind::Page, id: session_id.uuid() };
    Caller { principal: user_id, command_id, ..Caller::platform(origin, gate.ids()) }
}

fn as_holder(gate: &Gate, by: &Credential, command_id: CommandId) -> Caller {
    let origin = Origin { kind: OriginKind::Page, id: by.token_id.uuid() };
    Caller { principal: by.speaks_as, command_id, ..Caller::platform(origin, gate.ids()) }
}
