use mediary_events::playlist::Playlist;
use mediary_log::vault::Vault;
use mediary_schema::{PlaylistId, cookies::SiteCookies};

use super::Cookies;
use crate::{job::Attempt, workspace::Unable};

/// The cookies by which a list and its entries are asked for, as the vault has them now; none if there are none.
pub(crate) async fn of_list(
    attempt: &Attempt,
    vault: &Vault,
    playlist_id: PlaylistId,
) -> Result<Option<Cookies>, Unable> {
    let used = attempt.gate.inspect::<Playlist, _>(playlist_id.uuid(), |state| state.cookies).await?;
    let Some(SiteCookies { secret_id, always }) = used else { return Ok(None) };
    let vault = vault.clone();
    let opened = tokio::task::spawn_blocking(move || vault.open(secret_id)).await;
    let Some(value) = opened.map_err(Unable::unknown)?.map_err(Unable::unknown)? else {
        let job_id = attempt.job_id;
        tracing::warn!(%job_id, %playlist_id, %secret_id, "the cookies of a list were deleted: it is asked without");
        return Ok(None);
    };
    Ok(Some(Cookies::read(value.reveal(), always)?))
}
