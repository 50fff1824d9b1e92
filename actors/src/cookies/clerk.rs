use mediary_events::{
    playlist::{self, Playlist},
    setting::{self, Setting},
};
use mediary_log::vault::Vault;
use mediary_schema::{PlaylistId, SettingId, cookies::SiteCookies, lane::Lane};

use super::Cookies;
use crate::{job::Attempt, workspace::Unable};

/// The cookies by which an address is asked for, as the vault has them now; none if there are none. What is said of the list
/// that it was found in holds, else what is said of its site.
pub(crate) async fn of(
    attempt: &Attempt,
    vault: &Vault,
    playlist_id: Option<PlaylistId>,
    address: &str,
) -> Result<Option<Cookies>, Unable> {
    let (is_said, said) = match playlist_id {
        Some(id) => of_list(attempt, id).await?,
        None => (false, None),
    };
    let used = if is_said { said } else { of_site(attempt, address).await? };
    let Some(SiteCookies { secret_id, always }) = used else { return Ok(None) };
    let vault = vault.clone();
    let opened = tokio::task::spawn_blocking(move || vault.open(secret_id)).await;
    let Some(value) = opened.map_err(Unable::unknown)?.map_err(Unable::unknown)? else {
        let job_id = attempt.job_id;
        tracing::warn!(%job_id, %secret_id, "the cookies of a list or site were deleted: it is asked without");
        return Ok(None);
    };
    Ok(Some(Cookies::read(value.reveal(), always)?))
}

/// Whether it was said of a list with which cookies it is asked for, and which these are: none, too.
async fn of_list(attempt: &Attempt, id: PlaylistId) -> Result<(bool, Option<SiteCookies>), Unable> {
    let said = |state: &playlist::State| (state.says_cookies, state.cookies);
    Ok(attempt.gate.inspect::<Playlist, _>(id.uuid(), said).await?)
}

/// What was said of a site, in the project whose work it is: its secrets are no other's.
async fn of_site(attempt: &Attempt, address: &str) -> Result<Option<SiteCookies>, Unable> {
    let Some(Lane::Host(site)) = Lane::of_address(address) else { return Ok(None) };
    let settings = SettingId::from_project(attempt.lease.envelope.project).uuid();
    let of = move |state: &setting::State| state.sites.get(&site).and_then(|site| site.cookies);
    Ok(attempt.gate.inspect::<Setting, _>(settings, of).await?)
}
