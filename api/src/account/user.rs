use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::account::{Account, Ask, Rejection, State, ask};
use mediary_log::{
    gate::{Receipt, Refusal},
    password::{self, Busy},
    vault::{Value, Vault},
    work::{self, account::session as sessions},
};
use mediary_schema::{
    CommandId, PrincipalId, Secret, SessionId,
    account::{Permission, SessionEnd},
};

use super::object::{Role, User};
use crate::{
    asking::{self, Done, Terms},
    error::{fault, parse_id, user_error},
    scalar::{DateTime, Position},
    schema::platform,
    secret::SecretValue,
    server::Attempts,
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct UserMutation;

/// Somebody who is to sign in by a name.
#[derive(Debug, InputObject)]
pub(crate) struct UserAddInput {
    /// By which name; one of a kind, however it is spelt.
    name: String,
    /// What he may do: to look, if nothing is said.
    #[graphql(default_with = "Some(Role::Viewer)")]
    role: Option<Role>,
    /// Words for what he may do beyond the role, such as `follow`.
    permissions: Option<Vec<String>>,
    /// The project whose things he meets; `home` if left out.
    project_id: Option<ID>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What a user may do from now on; what is left out stays.
#[derive(Debug, InputObject)]
pub(crate) struct UserSetInput {
    /// The user.
    id: ID,
    /// Another name.
    name: Option<String>,
    /// Another role.
    role: Option<Role>,
    /// Words for all that he may do beyond the role.
    permissions: Option<Vec<String>>,
    #[graphql(flatten)]
    terms: Terms,
}

/// A user.
#[derive(Debug, InputObject)]
pub(crate) struct UserInput {
    /// The user.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// Somebody who is to set his password himself.
#[derive(Debug, InputObject)]
pub(crate) struct UserInviteInput {
    /// The user; the owner of the data folder if left out, also if he has no name yet.
    id: Option<ID>,
    /// When the link ends, in seconds from now; in an hour if left out.
    expires_in_seconds: Option<u32>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Another password of a user.
#[derive(Debug, InputObject)]
pub(crate) struct UserPasswordSetInput {
    /// The user.
    id: ID,
    /// The password: 10 characters at least.
    password: SecretValue,
    #[graphql(flatten)]
    terms: Terms,
}

/// Another password of one's own.
#[derive(Debug, InputObject)]
pub(crate) struct PasswordChangeInput {
    /// The one that counts now.
    current: SecretValue,
    /// The one that is to count: 10 characters at least.
    password: SecretValue,
}

/// A session that is to end.
#[derive(Debug, InputObject)]
pub(crate) struct SessionRevokeInput {
    /// The session.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// Whose sessions are to end.
#[derive(Debug, InputObject)]
pub(crate) struct SessionRevokeAllInput {
    /// Whose; one's own if left out, that by which it is asked among them.
    user_id: Option<ID>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct UserPayload {
    /// The user; none if he is removed.
    user: Option<User>,
    #[graphql(flatten)]
    done: Done,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct UserInvitePayload {
    /// The user; none if it is the owner, who has no name yet.
    user: Option<User>,
    /// What the link holds. It is shown this once and stored nowhere: a repeated command has none.
    secret: Option<String>,
    /// What stands behind the address of the server and a slash: `#token=…`.
    path: Option<String>,
    /// When the link ends.
    expires_at: Option<DateTime>,
    #[graphql(flatten)]
    done: Done,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct SessionPayload {
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl UserMutation {
    /// Lets somebody in by a name, once he has a password: invite him, or set one.
    async fn user_add(&self, context: &Context<'_>, input: UserAddInput) -> Result<UserPayload> {
        let UserAddInput { name, role, permissions, project_id, terms } = input;
        let asked = ask::UserAdd {
            name,
            role: role.unwrap_or(Role::Viewer).into(),
            permissions: permissions.unwrap_or_default(),
            project_id: project_id.map(|id| parse_id(&id)).transpose()?,
        };
        payload(context, terms, Ask::UserAdd(asked)).await
    }

    /// Lets a user do something else, or calls him otherwise.
    async fn user_set(&self, context: &Context<'_>, input: UserSetInput) -> Result<UserPayload> {
        let UserSetInput { id, name, role, permissions, terms } = input;
        let asked = ask::UserSet { user_id: parse_id(&id)?, name, role: role.map(Into::into), permissions };
        payload(context, terms, Ask::UserSet(asked)).await
    }

    /// Lets a user in by no door until he is enabled again: within a second his sessions end, and tokens that he made open
    /// nothing. His name and his password stay his.
    async fn user_disable(&self, context: &Context<'_>, input: UserInput) -> Result<UserPayload> {
        let asked = ask::UserDisable { user_id: parse_id(&input.id)? };
        payload(context, input.terms, Ask::UserDisable(asked)).await
    }

    /// Lets a user in again who was disabled, by the name and the password that he had.
    async fn user_enable(&self, context: &Context<'_>, input: UserInput) -> Result<UserPayload> {
        let asked = ask::UserEnable { user_id: parse_id(&input.id)? };
        payload(context, input.terms, Ask::UserEnable(asked)).await
    }

    /// Lets a user in no longer, ends his sessions, and destroys the hash of his password.
    async fn user_remove(&self, context: &Context<'_>, input: UserInput) -> Result<UserPayload> {
        let asked = ask::UserRemove { user_id: parse_id(&input.id)? };
        payload(context, input.terms, Ask::UserRemove(asked)).await
    }

    /// Makes a link by which a user sets his password himself, once.
    async fn user_invite(&self, context: &Context<'_>, input: UserInviteInput) -> Result<UserInvitePayload> {
        let user_id = input.id.map(|id| parse_id(&id)).transpose()?;
        let asked = ask::UserInvite { user_id, expires_in_seconds: input.expires_in_seconds };
        let (told, done) = asking::ask(context, input.terms, Ask::UserInvite(asked)).await?;
        // A dry run made no link: what it thought of must not look like one.
        let told = told.filter(|_| done.dry_run.is_none());
        let user = match told.as_ref().and_then(|told| told.user_id) {
            Some(id) => user(context, id).await,
            None => None,
        };
        let expires_at = told.as_ref().and_then(|told| told.expires_at).map(DateTime);
        let secret = told.and_then(|told| told.secret).map(|secret| secret.reveal().clone());
        let path = secret.as_ref().map(|secret| format!("#token={secret}"));
        Ok(UserInvitePayload { user, secret, path, expires_at, done })
    }

    /// Lets another password of a user count, and ends his sessions.
    async fn user_password_set(
        &self,
        context: &Context<'_>,
        input: UserPasswordSetInput,
    ) -> Result<UserPayload> {
        let UserPasswordSetInput { id, password, mut terms } = input;
        session(context, Permission::ADMINISTER)?;
        let password = text(password);
        if let Err(refused) = password::check(&password) {
            return Ok(UserPayload { user: None, done: Done::refused(user_error(&refused.into())?) });
        }
        let gate = &platform(context).gate;
        // The salt follows from it, so that the command repeated is the same.
        let command_id = command_id(context, &terms)?;
        terms.command_id = Some(ID(command_id.to_string()));
        let hash = password::hashed(gate.identities(), command_id, password).await.map_err(|Busy| busy())?;
        let vault = platform(context).vault.clone();
        let asked = Ask::UserSetPassword(ask::UserSetPassword { user_id: parse_id(&id)? });
        let (told, done) = asking::ask_beside(context, terms, asked, move |asked, story| {
            work::account::user::tell_password(asked, story, &vault, &hash)
        })
        .await?;
        shown(context, told, done).await
    }

    /// Sets another password of one's own, and ends every other session of one's own. Too many wrong ones are refused, as where
    /// people sign in.
    async fn password_change(
        &self,
        context: &Context<'_>,
        input: PasswordChangeInput,
    ) -> Result<SessionPayload> {
        let session = session(context, Permission::READ)?;
        let platform = platform(context);
        if session.session_id.is_none() {
            let message = "whoever shows a token has no password: sign in on the page";
            return Err(fault(message, "NOT_SIGNED_IN", false));
        }
        let password = text(input.password);
        if let Err(refused) = password::check(&password) {
            return refused_session(&refused.into());
        }
        // Whoever found a browser that is signed in is not to find out the password by it.
        let attempts = context.data_unchecked::<Attempts>();
        let (name, now) = (session.speaks_as.to_string(), platform.gate.clock().now());
        let attempt = attempts.begin(None, Some(&name), now).map_err(|wait| {
            let seconds = wait.as_secs() + 1;
            fault(&format!("too many attempts: try again in {seconds} seconds"), "TOO_MANY_ATTEMPTS", true)
        })?;
        let (vault, user_id) = (platform.vault.clone(), session.speaks_as);
        let counts = move |state: &State| state.users.get(&user_id).and_then(|user| user.password);
        let counts = platform.gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), counts).await;
        let counts = counts.map_err(|refusal| crate::error::read_fault(&refusal))?;
        let place = counts.map(|counts| Vault::password_place(user_id, counts.data_key_id, counts.sealed_id));
        let find = move || vault.password(place?).ok().flatten();
        if !password::is_that(text(input.current), find).await.map_err(|Busy| busy())? {
            return refused_session(&Rejection::WrongPassword.into());
        }
        attempts.forgive(attempt);
        let command_id = CommandId::from_uuid(platform.gate.ids().next());
        let hashed = password::hashed(platform.gate.identities(), command_id, password).await;
        let hash: Value = hashed.map_err(|Busy| busy())?;
        let credential = session.credential();
        let changed =
            sessions::change_password(&platform.gate, &platform.vault, &credential, command_id, hash).await;
        own(context, changed).await
    }

    /// Ends a session, one's own or, for whoever administers, somebody else's: that browser is signed in no longer.
    async fn session_revoke(
        &self,
        context: &Context<'_>,
        input: SessionRevokeInput,
    ) -> Result<SessionPayload> {
        let session_id: SessionId = parse_id(&input.id)?;
        let session = session(context, Permission::READ)?;
        let is_own = move |state: &State, user_id: PrincipalId| {
            state.sessions.get(&session_id).is_some_and(|one| one.user_id == user_id)
        };
        let user_id = session.speaks_as;
        let gate = &platform(context).gate;
        let look = gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), move |state| is_own(state, user_id));
        let is_own = look.await.map_err(|refusal| crate::error::read_fault(&refusal))?;
        if is_own && session.is_browser_of(user_id) && input.terms.dry_run != Some(true) {
            let (by, command_id) = (session.credential(), command_id(context, &input.terms)?);
            let ended = sessions::end(gate, &by, command_id, session_id, SessionEnd::Revoked).await;
            return own(context, ended).await;
        }
        let asked = Ask::SessionRevoke(ask::SessionRevoke { session_id });
        let (_, done) = asking::ask(context, input.terms, asked).await?;
        effective(context, done).await
    }

    /// Ends every session of a user: wherever he was signed in, he is not any more.
    async fn session_revoke_all(
        &self,
        context: &Context<'_>,
        input: SessionRevokeAllInput,
    ) -> Result<SessionPayload> {
        let session = session(context, Permission::READ)?;
        let user_id = input.user_id.map(|id| parse_id(&id)).transpose()?.unwrap_or(session.speaks_as);
        if session.is_browser_of(user_id) && input.terms.dry_run != Some(true) {
            let command_id = command_id(context, &input.terms)?;
            let ended = sessions::end_all(&platform(context).gate, &session.credential(), command_id).await;
            return own(context, ended).await;
        }
        let asked = Ask::SessionRevokeAll(ask::SessionRevokeAll { user_id });
        let (_, done) = asking::ask(context, input.terms, asked).await?;
        effective(context, done).await
    }
}

/// The command as its sender names it, or a new one.
fn command_id(context: &Context<'_>, terms: &Terms) -> Result<CommandId> {
    match &terms.command_id {
        Some(id) => parse_id(id),
        None => Ok(CommandId::from_uuid(platform(context).gate.ids().next())),
    }
}

fn text(SecretValue(value): SecretValue) -> Secret {
    Secret::new(String::from_utf8_lossy(value.reveal()).into_owned())
}

fn busy() -> async_graphql::Error {
    fault("too many passwords are being looked at: try again in a moment", "OVERLOADED", true)
}

async fn user(context: &Context<'_>, id: PrincipalId) -> Option<User> {
    let this = session(context, Permission::READ).ok()?.session_id;
    let now = platform(context).gate.clock().now();
    let look = move |state: &State| User::of(state, id, this, now);
    platform(context).gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), look).await.ok().flatten()
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<UserPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    shown(context, told, done).await
}

async fn shown(context: &Context<'_>, told: Option<work::account::Told>, done: Done) -> Result<UserPayload> {
    let told = told.filter(|_| done.dry_run.is_none());
    if let (Some(_), Some(position)) = (&told, &done.position) {
        platform(context).tokens.reached(position.0).await;
        platform(context).vault.reached(position.0).await;
    }
    let user = match told.and_then(|told| told.user_id) {
        Some(id) => user(context, id).await,
        None => None,
    };
    Ok(UserPayload { user, done })
}

/// What came of something that everybody may do with what is his own.
async fn own(context: &Context<'_>, told: Result<Receipt<()>, Refusal>) -> Result<SessionPayload> {
    match told {
        Ok(Receipt { position, story_id, repeated, .. }) => {
            let story_id = Some(ID(story_id.to_string()));
            let done = Done { position: Some(Position(position)), story_id, repeated, ..Done::default() };
            effective(context, done).await
        }
        Err(refusal) => refused_session(&refusal),
    }
}

async fn effective(context: &Context<'_>, done: Done) -> Result<SessionPayload> {
    if let (Some(position), None) = (&done.position, &done.dry_run) {
        platform(context).tokens.reached(position.0).await;
    }
    Ok(SessionPayload { done })
}

fn refused_session(refusal: &Refusal) -> Result<SessionPayload> {
    Ok(SessionPayload { done: Done::refused(user_error(refusal)?) })
}
