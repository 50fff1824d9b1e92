use mediary_events::{
    playlist::{self, Playlist},
    setting::{self, Setting},
};
use mediary_log::vault::{Value, Vault};
use mediary_schema::{
    FailureClass, PlaylistId, SecretId, SettingId,
    cookies::SiteCookies,
    job::Failure,
    lane::Lane,
    site::{SiteLogin, SiteSettings},
};

use super::{Access, Login, Proxy};
use crate::{cookies::Cookies, job::Attempt, workspace::Unable};

/// How an address is asked for, with the secrets as the vault has them now. What is said of the list that it was found in holds,
/// else what is said of its site.
pub(crate) async fn of(
    attempt: &Attempt,
    vault: &Vault,
    playlist_id: Option<PlaylistId>,
    address: &str,
) -> Result<Access, Unable> {
    let (site, settings) = of_site(attempt, address).await?;
    let (is_said, said) = match playlist_id {
        Some(id) => of_list(attempt, id).await?,
        None => (false, None),
    };
    let cookies = match if is_said { said } else { settings.cookies } {
        Some(SiteCookies { secret_id, always }) => {
            let value = without(attempt, secret_id, "cookies", opened(vault, secret_id).await?);
            value.map(|value| Cookies::read(value.reveal(), always)).transpose()?
        }
        None => None,
    };
    let login = match settings.login {
        Some(SiteLogin { secret_id, always }) => {
            let value = without(attempt, secret_id, "login", opened(vault, secret_id).await?);
            value.map(|value| Login::read(value.reveal(), &site, always)).transpose()?
        }
        None => None,
    };
    let proxy = match settings.proxy {
        Some(proxy) => match opened(vault, proxy.secret_id).await? {
            Some(value) => Some(Proxy::read(value.reveal())?),
            // Whoever wanted a proxy does not want to be seen without.
            None => return Err(no_proxy(&site).into()),
        },
        None => None,
    };
    let bytes_per_second = settings.rate_limit.and_then(|limit| limit.job_bytes_per_second);
    Ok(Access { cookies, login, proxy, bytes_per_second })
}

fn no_proxy(site: &str) -> Failure {
    let message = format!(
        "the proxy of {site} was deleted, and the site is not asked without: `mediary site set {site} --proxy SECRET`, or `--proxy none`"
    );
    Failure { for_good: true, ..Failure::new(FailureClass::Proxy, message) }
}

async fn opened(vault: &Vault, secret_id: SecretId) -> Result<Option<Value>, Unable> {
    let vault = vault.clone();
    let opened = tokio::task::spawn_blocking(move || vault.open(secret_id)).await;
    opened.map_err(Unable::unknown)?.map_err(Unable::unknown)
}

fn without(attempt: &Attempt, secret_id: SecretId, what: &str, value: Option<Value>) -> Option<Value> {
    if value.is_none() {
        let job_id = attempt.job_id;
        tracing::warn!(%job_id, %secret_id, what, "a secret of a list or site was deleted: it is asked without");
    }
    value
}

/// Whether it was said of a list with which cookies it is asked for, and which these are: none, too.
async fn of_list(attempt: &Attempt, id: PlaylistId) -> Result<(bool, Option<SiteCookies>), Unable> {
    let said = |state: &playlist::State| (state.says_cookies, state.cookies);
    Ok(attempt.gate.inspect::<Playlist, _>(id.uuid(), said).await?)
}

/// The site of an address, and what was said of it in the project whose work it is: its secrets are no other's.
async fn of_site(attempt: &Attempt, address: &str) -> Result<(String, SiteSettings), Unable> {
    let Some(Lane::Host(site)) = Lane::of_address(address) else { return Ok(Default::default()) };
    let settings = SettingId::from_project(attempt.lease.envelope.project).uuid();
    let named = site.clone();
    let of = move |state: &setting::State| state.sites.get(&named).copied().unwrap_or_default();
    Ok((site, attempt.gate.inspect::<Setting, _>(settings, of).await?))
}
