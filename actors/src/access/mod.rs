//! How a site is asked for one attempt: with which cookies, as whom, by which proxy, and how fast (DL-08).
//!
//! Guarantees: outside the vault, cookies and logins are in memory, and in files of the attempt's own folder that their owner
//! alone may read ([`crate::cookies`], `login`); the address of a proxy is in memory alone, since programs only know the gateway
//! ([`crate::net::Gateway`]). What is for a site with a proxy goes by that proxy or not at all.

mod clerk;
mod login;
#[cfg(test)]
mod tests;

use std::{fmt, io, path::Path};

use mediary_schema::{FailureClass, job::Failure};
use serde::{Deserialize, Serialize};

pub(crate) use clerk::of;
pub(crate) use login::FILE as LOGIN_FILE;
pub use login::{Login, LoginFile};

use crate::{
    cookies::{CookieFile, Cookies},
    net::{self, Upstream},
    workspace::Unable,
};

/// How a site is asked, as an attempt is told it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Access {
    /// With which cookies.
    pub cookies: Option<Cookies>,
    /// As whom.
    pub login: Option<Login>,
    /// By which proxy.
    pub proxy: Option<Proxy>,
    /// How many bytes the attempt may take in per second.
    pub bytes_per_second: Option<u64>,
}

/// The address of a proxy, which may have a password in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxy(String);

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Proxy(***)")
    }
}

impl Proxy {
    /// Reads an address. What is wrong with it is said without a word of it.
    pub fn read(text: &[u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(text).map_err(|_| unusable())?.trim();
        text.parse::<Upstream>().map_err(|_| unusable())?;
        Ok(Self(text.to_owned()))
    }

    fn upstream(&self) -> Result<Upstream, Failure> {
        self.0.parse().map_err(|_| unusable())
    }
}

fn unusable() -> Failure {
    let message = "the secret of the proxy is no address such as http://USER:PASSWORD@HOST:PORT";
    Failure { for_good: true, ..Failure::new(FailureClass::Proxy, message) }
}

impl Access {
    /// Puts what programs read from files into files of an attempt's folder.
    pub(crate) async fn grant(self, folder: &Path) -> Result<Granted, Unable> {
        let folder = folder.to_owned();
        let written = tokio::task::spawn_blocking(move || self.write(&folder)).await;
        let written = written.map_err(io::Error::other).flatten();
        written.map_err(|error| Unable::storage("cookies or a login can't be written", &error))
    }

    /// The same. May block.
    fn write(self, folder: &Path) -> io::Result<Granted> {
        let Self { cookies, login, proxy, bytes_per_second } = self;
        Ok(Granted {
            cookies: cookies.map(|cookies| cookies.write(folder)).transpose()?,
            login: login.map(|login| login.write(folder)).transpose()?,
            proxy,
            bytes_per_second,
        })
    }
}

/// How a site is asked, as long as an attempt has this.
#[derive(Debug, Clone, Default)]
pub struct Granted {
    pub(crate) cookies: Option<CookieFile>,
    pub(crate) login: Option<LoginFile>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) bytes_per_second: Option<u64>,
}

/// What a run of a program is given, as files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Credentials<'a> {
    /// Cookies, as browsers and yt-dlp write them.
    pub cookies: Option<&'a Path>,
    /// A login, as `netrc` has it.
    pub login: Option<&'a Path>,
}

impl Granted {
    /// With these cookies, and nothing else.
    pub fn with_cookies(cookies: CookieFile) -> Self {
        Self { cookies: Some(cookies), ..Self::default() }
    }

    /// What the first run is given.
    pub fn at_first(&self) -> Credentials<'_> {
        Credentials {
            cookies: self.cookies.as_ref().filter(|file| file.is_always()).map(CookieFile::path),
            login: self.login.as_ref().filter(|file| file.is_always()).map(LoginFile::path),
        }
    }

    /// What a second run is given after the first one failed for this; none if that would be the same again.
    pub fn after(&self, failure: &Failure) -> Option<Credentials<'_>> {
        let helps = matches!(
            failure.class,
            FailureClass::Private
                | FailureClass::MembersOnly
                | FailureClass::Forbidden
                | FailureClass::BotCheck
        );
        let all = Credentials {
            cookies: self.cookies.as_ref().map(CookieFile::path),
            login: self.login.as_ref().map(LoginFile::path),
        };
        (helps && all != self.at_first()).then_some(all)
    }

    /// Whether the source is reached as any other is.
    pub(crate) fn is_by_usual_way(&self) -> bool {
        self.login.is_none() && self.proxy.is_none() && self.bytes_per_second.is_none()
    }

    /// A client that goes the way of this attempt.
    pub(crate) fn way(&self, usual: &net::Net) -> Result<net::Net, Failure> {
        let proxy = self.proxy.as_ref().map(Proxy::upstream).transpose()?;
        let login = self.login.as_ref().map(LoginFile::at_host);
        Ok(usual.by_way(proxy, self.bytes_per_second, login))
    }
}
