use std::{fmt, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mediary_schema::Clock;
use rustls::RootCertStore;
use url::Url;

use super::Guard;
use crate::resource::Resources;

/// How other machines are reached.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which of them may be.
    pub guard: Guard,
    /// A proxy that everything but opened networks is reached by.
    pub upstream: Option<Upstream>,
    /// The folder of answers that are kept to ask less next time, and of pauses; it may be lost at any time.
    pub folder: PathBuf,
    /// How long a connection may take.
    pub connects_within: Duration,
    /// How long the beginning of an answer may take, and each further part of it.
    pub answers_within: Duration,
    /// What each host takes at a time, of which jobs take their part, too.
    pub resources: Resources,
    /// Bytes per second that all of it takes in together; none is no limit.
    pub bytes_per_second: Option<u64>,
    /// Bytes of answers that are kept in the folder, all together.
    pub cache_bytes_max: u64,
    /// By which a host's pause ends.
    pub clock: Clock,
    /// Whose certificates are believed; those that the system believes if none are said.
    pub authorities: Option<Arc<RootCertStore>>,
}

impl Options {
    /// What is usual, with a folder of its own.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            guard: Guard::default(),
            upstream: None,
            folder,
            connects_within: Duration::from_secs(10),
            answers_within: Duration::from_secs(20),
            resources: Resources::default(),
            bytes_per_second: None,
            cache_bytes_max: 512 << 20,
            clock: Clock::system(),
            authorities: None,
        }
    }
}

/// A proxy between us and the internet, spoken to by HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct Upstream {
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<String>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Upstream({}:{})", self.host, self.port)
    }
}

/// Why a proxy can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is given as http://[USER:PASSWORD@]HOST[:PORT]")]
pub struct UpstreamRefused;

impl FromStr for Upstream {
    type Err = UpstreamRefused;

    fn from_str(text: &str) -> Result<Self, UpstreamRefused> {
        let url = Url::parse(text.trim()).map_err(|_| UpstreamRefused)?;
        let (Some(host), Some(port), "http") = (url.host_str(), url.port_or_known_default(), url.scheme())
        else {
            return Err(UpstreamRefused);
        };
        let authorization = (!url.username().is_empty()).then(|| {
            let plain = |text| percent_decoded(text);
            let pair = format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or_default()));
            format!("Basic {}", STANDARD.encode(pair))
        });
        Ok(Self { host: host.to_owned(), port, authorization })
    }
}

fn percent_decoded(text: &str) -> String {
    let escaped = text.replace('+', "%2B");
    let query = format!("x={escaped}");
    url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_and_its_password_is_not_shown() {
        let proxy: Upstream = "http://me:p%40ss+@proxy.example:3128".parse().unwrap();
        assert_eq!(format!("{proxy:?}"), "Upstream(proxy.example:3128)");
        assert_eq!(proxy.authorization.unwrap(), format!("Basic {}", STANDARD.encode("me:p@ss+")));
        for refused in ["proxy.example:3128", "socks5://proxy.example", "", "https://proxy.example"] {
            assert_eq!(refused.parse::<Upstream>(), Err(UpstreamRefused), "{refused}");
        }
    }
}
