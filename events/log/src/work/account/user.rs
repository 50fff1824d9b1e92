//! Stories of users: added, invited, with a password whose hash is in the vault before its event is recorded.

use std::time::Duration;

use mediary_events::account::{
    Account, Ask, Rejection, UserCommand,
    ask::{
        SessionRevoke, SessionRevokeAll, UserAdd, UserDisable, UserEnable, UserInvite, UserRemove, UserSet,
        UserSetPassword,
    },
};
use mediary_schema::{
    PrincipalId, ProjectId, SessionId,
    account::{Permission, Permissions, SessionEnd},
};

use super::Told;
use crate::{
    gate::{Refusal, Transaction},
    token,
    vault::{Put, Value, Vault},
    work::project,
};

/// How long an invitation is good, if nothing else is said.
pub const INVITED_FOR: Duration = Duration::from_hours(1);

/// What happens to users all happens in one account, so that no two are called the same.
fn execute(story: &mut Transaction<'_>, command: UserCommand) -> Result<(), Refusal> {
    story.execute::<Account>(PrincipalId::OWNER.uuid(), command.into())
}

/// Tells a command about users; one that sets a password, only of whoever has that.
pub(super) fn tell(story: &mut Transaction<'_>, asked: &Ask) -> Result<Told, Refusal> {
    match asked {
        Ask::UserAdd(asked) => add(story, asked),
        Ask::UserSet(asked) => set(story, asked),
        Ask::UserDisable(UserDisable { user_id }) => {
            execute(story, UserCommand::Disable { user_id: *user_id })?;
            Ok(Told::of_user(*user_id))
        }
        Ask::UserEnable(UserEnable { user_id }) => {
            execute(story, UserCommand::Enable { user_id: *user_id })?;
            Ok(Told::of_user(*user_id))
        }
        Ask::UserRemove(UserRemove { user_id }) => {
            execute(story, UserCommand::Remove { user_id: *user_id })?;
            Ok(Told::of_user(*user_id))
        }
        Ask::UserInvite(asked) => invite(story, asked),
        Ask::UserSetPassword(UserSetPassword { user_id }) if story.is_dry_run() => {
            story.require(Permission::ADMINISTER)?;
            set_password(story, *user_id, None, None)?;
            Ok(Told::of_user(*user_id))
        }
        Ask::UserSetPassword(_) => Err(Rejection::NoPassword.into()),
        Ask::SessionRevoke(SessionRevoke { session_id }) => {
            let reason = SessionEnd::Revoked;
            execute(story, UserCommand::EndSession { session_id: *session_id, reason })?;
            Ok(Told { session_id: Some(*session_id), ..Told::default() })
        }
        Ask::SessionRevokeAll(SessionRevokeAll { user_id }) => {
            let reason = SessionEnd::Revoked;
            execute(story, UserCommand::EndSessions { user_id: *user_id, reason })?;
            Ok(Told::of_user(*user_id))
        }
        Ask::Create(_) | Ask::Revoke(_) => unreachable!("tokens have stories of their own"),
    }
}

/// Tells [`UserSetPassword`] of somebody who has the vault, and the hash of the password.
pub fn tell_password(
    asked: &Ask,
    story: &mut Transaction<'_>,
    vault: &Vault,
    hash: &Value,
) -> Result<Told, Refusal> {
    let Ask::UserSetPassword(UserSetPassword { user_id }) = asked else { return tell(story, asked) };
    story.require(Permission::ADMINISTER)?;
    set_password(story, *user_id, Some((vault, hash)), None)?;
    Ok(Told::of_user(*user_id))
}

fn add(story: &mut Transaction<'_>, asked: &UserAdd) -> Result<Told, Refusal> {
    let project_id = asked.project_id.unwrap_or(ProjectId::HOME);
    project::require(story, project_id)?;
    let user_id = story.identities().user(story.caller().command_id);
    let (name, role, more) = (asked.name.clone(), asked.role, permissions(&asked.permissions)?);
    execute(story, UserCommand::Add { user_id, name, role, more, project_id })?;
    Ok(Told::of_user(user_id))
}

fn set(story: &mut Transaction<'_>, asked: &UserSet) -> Result<Told, Refusal> {
    let UserSet { user_id, name, role, permissions: more } = asked;
    let more = more.as_deref().map(permissions).transpose()?;
    execute(story, UserCommand::Set { user_id: *user_id, name: name.clone(), role: *role, more })?;
    Ok(Told::of_user(*user_id))
}

fn permissions(names: &[String]) -> Result<Permissions, Refusal> {
    Ok(Permissions::parse(names).map_err(Rejection::UnknownPermission)?)
}

fn invite(story: &mut Transaction<'_>, asked: &UserInvite) -> Result<Told, Refusal> {
    let user_id = asked.user_id.unwrap_or(PrincipalId::OWNER);
    let secret = token::of(story.chance());
    let lives = asked.expires_in_seconds.map_or(INVITED_FOR, |seconds| Duration::from_secs(seconds.into()));
    let (digest, expires_at) = (token::digest(secret.reveal()), story.now().after(lives));
    execute(story, UserCommand::Invite { user_id, digest, expires_at })?;
    let is_first = !story.is_repeated();
    let secret = is_first.then_some(secret);
    Ok(Told { secret, expires_at: is_first.then_some(expires_at), ..Told::of_user(user_id) })
}

/// Puts the hash of a password into the vault, and says that it counts. Told again it is the same; what no event followed is
/// gone with the next start.
pub(super) fn set_password(
    story: &mut Transaction<'_>,
    user_id: PrincipalId,
    kept: Option<(&Vault, &Value)>,
    keep: Option<SessionId>,
) -> Result<(), Refusal> {
    let (data_key_id, sealed_id) = place_of(story, user_id)?;
    let command = UserCommand::SetPassword { user_id, data_key_id, sealed_id, keep };
    story.entail::<Account>(PrincipalId::OWNER.uuid(), command.into())?;
    match kept {
        Some((vault, hash)) => put(story, vault, user_id, hash),
        None => Ok(()),
    }
}

/// Where the next password of a user lies: sealed by the key that he has, or by a new one.
pub(super) fn place_of(
    story: &mut Transaction<'_>,
    user_id: PrincipalId,
) -> Result<(mediary_schema::DataKeyId, mediary_schema::SealedId), Refusal> {
    let (identities, command_id) = (story.identities(), story.caller().command_id);
    let users = &story.state::<Account>(PrincipalId::OWNER.uuid())?.users;
    let known = users.get(&user_id).and_then(|user| user.password);
    let data_key_id = known.map_or_else(|| identities.data_key(command_id), |known| known.data_key_id);
    Ok((data_key_id, identities.sealed(command_id)))
}

/// Puts the hash of a password where the story says that it lies.
pub(super) fn put(
    story: &mut Transaction<'_>,
    vault: &Vault,
    user_id: PrincipalId,
    hash: &Value,
) -> Result<(), Refusal> {
    let (data_key_id, sealed_id) = place_of(story, user_id)?;
    let place = Vault::password_place(user_id, data_key_id, sealed_id);
    let is_another = if story.is_dry_run() {
        false
    } else if story.is_repeated() {
        vault.has_another(place, hash)?
    } else {
        vault.put(place, hash)? == Put::Another
    };
    if is_another { Err(Refusal::Reused) } else { Ok(()) }
}
