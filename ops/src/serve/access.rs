use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use mediary_api::session::new_token;
use mediary_events::account::{Account, Command};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate},
    token::digest,
};
use mediary_schema::{PrincipalId, TokenId, account::Role};
use uuid::Uuid;

use super::ServeError;

/// The file with the token of whoever owns the data folder.
pub(crate) const LOCAL_TOKEN: &str = "local.token";
/// How long the token that the first start prints is valid.
const SETUP_VALID_FOR: Duration = Duration::from_hours(1);

/// Makes `local.token` (mode 0600) if there is none that is accepted. The first start answers a
/// token for a browser, too.
pub(super) async fn ensure_local_token(gate: &Gate, data: &Path) -> Result<Option<String>, ServeError> {
    let path = data.join(LOCAL_TOKEN);
    let known = gate.state::<Account>(PrincipalId::OWNER.uuid()).await.map_err(ServeError::Refused)?;
    let written = fs::read_to_string(&path).ok().map(|token| digest(token.trim()));
    if let Some(written) = written
        && known.tokens.values().any(|token| token.digest == written)
    {
        return Ok(None);
    }
    let is_first = known.tokens.is_empty();
    let token = new_token(gate.ids());
    write_private(&path, &token).map_err(|source| ServeError::Token { path, source })?;
    issue(gate, &token, None).await?;
    if !is_first {
        return Ok(None);
    }
    let setup = new_token(gate.ids());
    issue(gate, &setup, Some(SETUP_VALID_FOR)).await?;
    Ok(Some(setup))
}

async fn issue(gate: &Gate, token: &str, valid_for: Option<Duration>) -> Result<(), ServeError> {
    let token_id = TokenId::from_uuid(gate.ids().next());
    let now = gate.clock().now();
    let word = if valid_for.is_some() { "setup" } else { "local" };
    let command = Command::Issue {
        token_id,
        // Names are told apart by the moment: an older file may have been lost.
        name: format!("{word} {now}"),
        digest: digest(token),
        role: Role::Owner,
        expires_at: valid_for.map(|wait| now.after(wait)),
    };
    let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
    let caller = Caller::platform(origin, gate.ids());
    gate.execute::<Account>(caller, PrincipalId::OWNER.uuid(), command).await.map_err(ServeError::Refused)?;
    Ok(())
}

/// Writes a file that nobody else may read, whole or not at all.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let unfinished = path.with_extension("part");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}
