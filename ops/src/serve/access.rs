use std::{fs, path::Path, time::Duration};

use mediary_events::account::{Account, Command};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate},
    token, whole,
};
use mediary_schema::{
    PrincipalId, ProjectId, Secret, TokenId,
    account::{Role, TokenKind},
};
use uuid::Uuid;

use super::ServeError;

/// The file with the token of whoever owns the data folder.
pub(crate) const LOCAL_TOKEN: &str = "local.token";
/// How long the token that the first start prints is valid.
const SETUP_VALID_FOR: Duration = Duration::from_hours(1);

/// Makes `local.token` (mode 0600) if there is none that is accepted, and revokes the one that was there
/// before: who deletes the file has the lock changed. The first start answers a token for a browser, too.
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
    let setup = token::new();
    issue(gate, &setup, TokenKind::Setup).await?;
    Ok(Some(setup))
}

/// Makes the token of whoever owns a folder, and writes it there for its owner alone.
pub(super) async fn write_local_token(gate: &Gate, folder: &Path) -> Result<TokenId, ServeError> {
    let (path, new) = (folder.join(LOCAL_TOKEN), token::new());
    let line = format!("{}\n", new.reveal());
    whole::write(&path, line.as_bytes()).map_err(|source| ServeError::Token { path, source })?;
    issue(gate, &new, TokenKind::Folder).await
}

async fn issue(gate: &Gate, token: &Secret, kind: TokenKind) -> Result<TokenId, ServeError> {
    let now = gate.clock().now();
    let (word, expires_at) = match kind {
        TokenKind::Setup => ("setup", Some(now.after(SETUP_VALID_FOR))),
        TokenKind::Folder | TokenKind::Personal => ("local", None),
    };
    let token_id = TokenId::from_uuid(gate.ids().next());
    let command = Command::Issue {
        token_id,
        // Names are told apart by the moment: an older file may have been lost.
        name: format!("{word} {now}"),
        digest: token::digest(token.reveal()),
        role: Role::Owner,
        kind,
        project_id: ProjectId::HOME,
        networks: Vec::new(),
        expires_at,
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
