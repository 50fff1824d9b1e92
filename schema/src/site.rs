//! Values of settings that are a site's own: how often it is asked (LI-11), and with which cookies, as whom, by which proxy and
//! how fast (DL-08).

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    SecretId, Timestamp,
    cookies::{CookieMode, SiteCookies},
    lane::Lane,
};

/// How often a site is asked. What is left out is not limited.
///
/// What is counted are *runs*: tries of jobs that need the site, each a look at a list or the fetching of one item. How
/// many requests one is, its site's pages decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestBudget {
    /// Runs that are begun within any hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_hour: Option<u32>,
    /// Runs that are begun within any 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<u32>,
    /// The least between the beginnings of two runs, in milliseconds; chance adds up to half of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_ms: Option<u64>,
}

impl RequestBudget {
    /// The longest pause: a site that is asked less often has a schedule.
    pub const PAUSE_MAX: Duration = Duration::from_hours(24);

    /// As often as there is something to do.
    pub const UNLIMITED: Self = Self { per_hour: None, per_day: None, pause_ms: None };

    /// What holds for a site of which nobody said anything: the given budget on the internet, and none within networks
    /// of one's own, by which nobody is a guest.
    #[must_use]
    pub fn unless_at_home(self, host: &str) -> Self {
        if is_at_home(host) { Self::UNLIMITED } else { self }
    }

    /// The least between two beginnings.
    pub fn pause(self) -> Duration {
        Duration::from_millis(self.pause_ms.unwrap_or_default())
    }
}

/// How much a site may send. What is left out is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Bytes per second that each job takes in from it, and from whatever hosts it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_bytes_per_second: Option<u64>,
}

impl RateLimit {
    /// The least: a slower source would be taken for one that has stopped sending.
    pub const BYTES_PER_SECOND_MIN: u64 = 1 << 10;

    /// Whether it limits something.
    pub const fn limits_something(&self) -> bool {
        self.job_bytes_per_second.is_some()
    }
}

/// The proxy that a site is reached by; its address, only the vault knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteProxy {
    /// The secret: `http://[USER:PASSWORD@]HOST[:PORT]`.
    pub secret_id: SecretId,
}

/// By which proxy a site is reached from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseProxy {
    /// The secret that is its address: `http://[USER:PASSWORD@]HOST[:PORT]`; by none if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_id: Option<SecretId>,
}

/// As whom a site is asked; who that is, only the vault knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteLogin {
    /// The secret: a line with the user's name, and one with the password.
    pub secret_id: SecretId,
    /// Whether it is used without having been asked for.
    pub always: bool,
}

/// As whom a site is asked from now on, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseLogin {
    /// When it is used.
    pub mode: CookieMode,
    /// The secret that has it: a line with the user's name, one with the password, and perhaps one with the name by which yt-dlp
    /// knows the site's logins (its netrc machine); as it was if left out.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub secret_id: Option<SecretId>,
}

/// What people set for one site; what is left out is as for any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SiteSettings {
    /// How often it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<RequestBudget>,
    /// With which cookies it is asked, for all of which nobody said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookies: Option<SiteCookies>,
    /// By which proxy it is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<SiteProxy>,
    /// As whom it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<SiteLogin>,
    /// How much it may send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
}

impl SiteSettings {
    /// Whether something of it is otherwise than for any other site.
    pub const fn sets_something(&self) -> bool {
        let Self { budget, cookies, proxy, login, rate_limit } = self;
        budget.is_some() || cookies.is_some() || proxy.is_some() || login.is_some() || rate_limit.is_some()
    }

    /// The secrets by which it is asked: of its cookies, its proxy and its login.
    pub fn secrets(&self) -> [Option<SecretId>; 3] {
        let Self { cookies, proxy, login, .. } = self;
        [
            cookies.map(|cookies| cookies.secret_id),
            proxy.map(|proxy| proxy.secret_id),
            login.map(|login| login.secret_id),
        ]
    }
}

/// How often a site is asked, and what that means for what waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// The budget in force.
    pub budget: RequestBudget,
    /// What was learnt of it: fewer runs per hour than it refused at, until that is forgotten.
    pub learnt: Option<Learnt>,
    /// Runs that were begun in the last hour; up to a minute more.
    pub last_hour: u32,
    /// Runs that were begun in the last 24 hours; up to a quarter of an hour more.
    pub last_day: u32,
    /// When one more may be begun, if not now.
    pub next_at: Option<Timestamp>,
    /// Jobs that could begin if it were not for their turn and the site.
    pub backlog: u64,
    /// When the last of them will have been begun, by estimate; none if there are none, or it can't be known.
    pub backlog_begun_by: Option<Timestamp>,
}

/// What a site's refusal taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learnt {
    /// Runs within any hour.
    pub per_hour: u32,
    /// Until when that is believed.
    pub until: Timestamp,
}

/// The site of a text: the name of a host, as lanes name it.
pub fn site_of(text: &str) -> Option<String> {
    match text.parse().ok()? {
        Lane::Host(host) => Some(host),
        Lane::LibraryDisk | Lane::Trash | Lane::Drive(_) | Lane::Encoder(_) => None,
    }
}

/// Whether a host is named so within a network of one's own only.
pub fn is_at_home(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = literal.parse::<std::net::IpAddr>() {
        return match address {
            std::net::IpAddr::V4(address) => {
                address.is_loopback() || address.is_private() || address.is_link_local()
            }
            std::net::IpAddr::V6(address) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
        };
    }
    let ends = [".local", ".lan", ".home.arpa", ".internal", ".localhost"];
    !host.contains('.') || ends.iter().any(|end| host.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_at_home_asks_as_often_as_he_likes() {
        let polite = RequestBudget { per_hour: Some(250), ..RequestBudget::UNLIMITED };
        for host in ["127.0.0.1", "192.168.1.4", "[::1]", "[fd00::1]", "nas", "nas.local", "media.home.arpa"]
        {
            assert_eq!(polite.unless_at_home(host), RequestBudget::UNLIMITED, "{host}");
        }
        for host in ["www.example.org", "8.8.8.8", "[2001:db8::1]", "local.example", "mylocal.org"] {
            assert_eq!(polite.unless_at_home(host), polite, "{host}");
        }
    }

    #[test]
    fn a_site_is_called_as_its_lane() {
        assert_eq!(site_of("WWW.Example.org"), Some("www.example.org".to_owned()));
        for text in ["library_disk", "drive:sr0", "encoder:vaapi", "https://example.org/", "", "a b"] {
            assert_eq!(site_of(text), None, "{text}");
        }
    }
}
