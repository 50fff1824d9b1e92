//! By which cookies a site is asked (DL-08).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SecretId;

/// When cookies are sent along, or a login is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CookieMode {
    /// Never.
    Off,
    /// Once the site has refused without them: it wants a sign-in, a member, an age, a proof of a human.
    WhenNeeded,
    /// Always.
    Always,
}

/// The cookies by which a list and its entries are asked for; what they are, only the vault knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteCookies {
    /// The secret: a file of cookies, as browsers and yt-dlp write it.
    pub secret_id: SecretId,
    /// Whether they are sent along without having been asked for.
    pub always: bool,
}

/// With which cookies a site is asked, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UseCookies {
    /// When they are sent along.
    pub mode: CookieMode,
    /// The secret that has them: a file of cookies as browsers export it; as it was if left out.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub secret_id: Option<SecretId>,
}

impl UseCookies {
    /// These, said in full.
    pub fn of(cookies: Option<&SiteCookies>) -> Self {
        Self { mode: CookieMode::of(cookies), secret_id: cookies.map(|cookies| cookies.secret_id) }
    }

    /// What is said in full; none is without cookies.
    pub fn site_cookies(&self) -> Option<SiteCookies> {
        let (always, secret_id) = self.mode.always().zip(self.secret_id)?;
        Some(SiteCookies { secret_id, always })
    }
}

impl CookieMode {
    /// When these are sent along.
    pub fn of(cookies: Option<&SiteCookies>) -> Self {
        match cookies.map(|cookies| cookies.always) {
            None => Self::Off,
            Some(false) => Self::WhenNeeded,
            Some(true) => Self::Always,
        }
    }

    /// Whether they are sent along without having been asked for; none if they never are.
    pub const fn always(self) -> Option<bool> {
        match self {
            Self::Off => None,
            Self::WhenNeeded => Some(false),
            Self::Always => Some(true),
        }
    }
}
