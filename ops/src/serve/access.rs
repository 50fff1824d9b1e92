use std::{fs, path::Path};

use mediary_events::account::{Account, Command, UserCommand};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate},
    token, whole,
    work::account::user::INVITED_FOR,
};
use mediary_schema::{
    PrincipalId, ProjectId, Secret, TokenId,
    account::{Role, TokenKind},
};
use uuid::Uuid;

use super::ServeError;

/// The file with the token of whoever owns the data folder.
pub(crate) const LOCAL_TOKEN: &str = "local.token";
/// Makes `local.token` (mode 0600) if there is none that is accepted, and revokes the one that was there
/// before: who deletes the file has the lock changed. The first start answers what the link
/// holds by which the owner sets a name and a password, too.
pub(super) async fn ensure_local_token(gate: &Gate, data: &Path) -> Result<Option<Secret>, ServeError> {
    let path = data.join(LOCAL_TOKEN);
    let known = gate.state::<Account>(PrincipalId::OWNER.uuid()).await.map_err(ServeError::Refused)?;
    let written = fs::read_to_string(&path).ok().map(|token| token::digest(token.trim()));
    let accepted = known.tokens.iter().find(|(_, token)| Some(&token.digest) == written.as_ref());
    let accepted = accepted.map(|(token_id, _)| *token_id);
    if accepted.is_none() {
        write_local_token(gate, data).await?;
    }
    for (token_id, token) in &known.tokens {
        if token.kind == TokenKind::Folder && Some(*token_id) != accepted {
            execute(gate, Command::Revoke { token_id: *token_id }).await?;
        }
    }
    if !known.tokens.is_empty() {
        return Ok(None);
    }
    let link = token::new();
    let (digest, expires_at) = (token::digest(link.reveal()), gate.clock().now().after(INVITED_FOR));
    let invite = UserCommand::Invite { user_id: PrincipalId::OWNER, digest, expires_at };
    execute(gate, invite.into()).await?;
    Ok(Some(link))
}

/// Makes the token of whoever owns a folder, and writes it there for its owner alone.
pub(super) async fn write_local_token(gate: &Gate, folder: &Path) -> Result<TokenId, ServeError> {
    let (path, new) = (folder.join(LOCAL_TOKEN), token::new());
    let line = format!("{}\n", new.reveal());
    whole::write(&path, line.as_bytes()).map_err(|source| ServeError::Token { path, source })?;
    let now = gate.clock().now();
    let token_id = TokenId::from_uuid(gate.ids().next());
    let command = Command::Issue {
        token_id,
        // Names are told apart by the moment: an older file may have been lost.
        name: format!("local {now}"),
        digest: token::digest(new.reveal()),
        role: Role::Owner,
        kind: TokenKind::Folder,
        project_id: ProjectId::HOME,
        networks: Vec::new(),
        expires_at: None,
        now,
    };
    execute(gate, command).await?;
    Ok(token_id)
}

async fn execute(gate: &Gate, command: Command) -> Result<(), ServeError> {
    let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
    let caller = Caller::platform(origin, gate.ids());
    gate.execute::<Account>(caller, PrincipalId::OWNER.uuid(), command).await.map_err(ServeError::Refused)?;
    Ok(())
}
