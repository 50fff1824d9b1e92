//! Which server, as whom, and within which limits.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use mediary_schema::Clock;
use url::Url;

/// Settings and components of a relay.
#[derive(Debug, Clone)]
pub struct Options {
    /// The server, or several of one cluster.
    pub servers: Vec<Server>,
    /// Who we are to it.
    pub credentials: Credentials,
    /// Certificates to trust instead of the system's (PEM).
    pub ca_file: Option<PathBuf>,
    /// The first word of the subjects for answers; none is NATS's own `_INBOX`.
    pub inbox_prefix: Option<String>,
    /// The most bytes that the stream keeps.
    pub stream_bytes_max: u64,
    /// How long the stream keeps an event.
    pub stream_age_max: Duration,
    /// Copies of a stream that is made anew; more than 1 needs a cluster.
    pub stream_replicas: u8,
    /// The most events that are published and not acknowledged.
    pub window_events_max: usize,
    /// How long an answer of the server may take.
    pub answer_timeout: Duration,
    /// How often an idle relay looks whether the stream is as it left it.
    pub check_interval: Duration,
    /// The longest wait before another try to connect.
    pub retry_delay_max: Duration,
    /// The time, to know which events the stream would still hold.
    pub clock: Clock,
}

impl Options {
    /// A week of events is enough for whoever was away to go on without the log in most cases.
    pub const STREAM_AGE_MAX: Duration = Duration::from_hours(7 * 24);
    /// At some 700 bytes an event these are well over half a million events.
    pub const STREAM_BYTES_MAX: u64 = 512 << 20;
    /// Room for the largest event, several times over.
    pub const STREAM_BYTES_MIN: u64 = 16 << 20;
    /// More in flight is hardly faster on one machine (measured: 128 gives 85–102 k/s, 1024 127 k/s).
    const WINDOW_EVENTS_MAX: usize = 256;
    const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
    const CHECK_INTERVAL: Duration = Duration::from_secs(15);
    const RETRY_DELAY_MAX: Duration = Duration::from_secs(5);

    /// The defaults for servers given as a text: one address, or several with commas between.
    ///
    /// `nats://user:password@host:4222`; `tls://` wants an encrypted connection.
    pub fn parse(servers: &str) -> Result<Self, ParseServerError> {
        let mut credentials = Credentials::None;
        let mut parsed = Vec::new();
        for text in servers.split(',') {
            let url = server_url(text.trim())?;
            let found = Credentials::of_url(&url);
            if !matches!(found, Credentials::None) {
                credentials = found;
            }
            parsed.push(Server::of_url(&url)?);
        }
        Ok(Self::new(parsed, credentials))
    }

    /// The defaults for servers.
    pub fn new(servers: Vec<Server>, credentials: Credentials) -> Self {
        Self {
            servers,
            credentials,
            ca_file: None,
            inbox_prefix: None,
            stream_bytes_max: Self::STREAM_BYTES_MAX,
            stream_age_max: Self::STREAM_AGE_MAX,
            stream_replicas: 1,
            window_events_max: Self::WINDOW_EVENTS_MAX,
            answer_timeout: Self::ANSWER_TIMEOUT,
            check_interval: Self::CHECK_INTERVAL,
            retry_delay_max: Self::RETRY_DELAY_MAX,
            clock: Clock::system(),
        }
    }

    /// The servers, for people.
    pub fn servers_text(&self) -> String {
        let texts: Vec<_> = self.servers.iter().map(Server::to_string).collect();
        texts.join(",")
    }
}

/// An address of a server, without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Whether nothing is said before the connection is encrypted.
    pub tls: bool,
    /// The name or number of the machine.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Server {
    const PORT: u16 = 4222;

    fn of_url(url: &Url) -> Result<Self, ParseServerError> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(ParseServerError::Host)?;
        let port = url.port().unwrap_or(Self::PORT);
        Ok(Self { tls: url.scheme() == "tls", host: host.to_owned(), port })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "tls" } else { "nats" };
        write!(formatter, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl FromStr for Server {
    type Err = ParseServerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of_url(&server_url(text)?)
    }
}

/// The answer to a text that is not the address of a server. It doesn't repeat the text, which may
/// have a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseServerError {
    /// Not the form of an address.
    #[error("not an address such as nats://127.0.0.1:4222")]
    Form(#[from] url::ParseError),
    /// An address of something else.
    #[error("{scheme}:// is not a scheme of NATS: write nats:// or tls://")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// No machine is named.
    #[error("no host in it, such as nats://127.0.0.1:4222 has one")]
    Host,
}

fn server_url(text: &str) -> Result<Url, ParseServerError> {
    let url = if text.contains("://") { Url::parse(text)? } else { Url::parse(&format!("nats://{text}"))? };
    match url.scheme() {
        "nats" | "tls" => Ok(url),
        scheme => Err(ParseServerError::Scheme { scheme: scheme.to_owned() }),
    }
}

/// Who we are to a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Credentials {
    /// Nobody in particular.
    #[default]
    None,
    /// A user of the server's configuration.
    User {
        /// The name.
        name: String,
        /// The password.
        password: Secret,
    },
    /// A token of the server's configuration.
    Token(Secret),
    /// The seed of an nkey (`SU…`).
    Nkey(Secret),
    /// A file with a JWT and the seed of its nkey (`.creds`).
    File(PathBuf),
}

impl Credentials {
    /// Takes `user:password@`, or `token@`, out of an address.
    fn of_url(url: &Url) -> Self {
        let name = percent_decoded(url.username());
        match url.password() {
            Some(password) => Self::User { name, password: Secret::new(percent_decoded(password)) },
            None if name.is_empty() => Self::None,
            None => Self::Token(Secret::new(name)),
        }
    }
}

fn percent_decoded(text: &str) -> String {
    // A form also takes `+` for a blank, an address doesn't.
    let form = text.replace('+', "%2B");
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
