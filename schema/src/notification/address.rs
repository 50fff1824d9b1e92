//! Addresses of channels, as Apprise spells them: `ntfys://host/topic`, `jsons://host/path?secret=…`.
//!
//! Every address is a secret as a whole: most of them carry what opens the channel, and which part that is differs from service to
//! service. Nothing here shows one.

mod mail;

use std::{fmt, str::FromStr};

use url::Url;

pub use self::mail::{Encryption, Mail};
use super::Service;

/// Where something is sent, with what opens it.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A program that takes JSON, which is signed if there is a secret.
    Webhook {
        /// Where.
        url: String,
        /// What it is signed by.
        secret: Option<String>,
    },
    /// A topic of a server of ntfy.
    Ntfy {
        /// The server, without a path.
        server: String,
        /// The topic.
        topic: String,
        /// The value of `Authorization`.
        credential: Option<Credential>,
    },
    /// An application of a server of Gotify.
    Gotify {
        /// The server, with the path that it is below.
        server: String,
        /// The application's token.
        token: String,
    },
    /// A webhook of Discord.
    Discord {
        /// Its whole address.
        url: String,
    },
    /// A webhook of Slack, or of what speaks like it.
    Slack {
        /// Its whole address.
        url: String,
    },
    /// A chat with a bot of Telegram.
    Telegram {
        /// The server of the bot API.
        server: String,
        /// The bot's token.
        token: String,
        /// The chat.
        chat: String,
    },
    /// A room of Matrix.
    Matrix {
        /// The server.
        server: String,
        /// Whose access token it is sent by.
        token: String,
        /// The room's id.
        room: String,
    },
    /// Mailboxes.
    Email(Mail),
}

/// What lets somebody in.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// A name and a password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Bearer {
        /// The token.
        token: String,
    },
}

impl fmt::Debug for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Target({})", self.service().name())
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credential")
    }
}

/// Why a text is no address of a channel. It doesn't say the text: that may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressRefused {
    /// It is none at all.
    #[error("this is no address of a channel such as ntfys://HOST/TOPIC")]
    NoAddress,
    /// Nobody here speaks that.
    #[error(
        "no channel has this scheme; there are json(s), ntfy(s), gotify(s), discord, slack, tgram, matrix(s) and mailto(s)"
    )]
    UnknownScheme,
    /// Something is missing in it.
    #[error("the address says not all that this channel needs: {form}")]
    Incomplete {
        /// How it is spelt.
        form: &'static str,
    },
}

impl Target {
    /// The longest address, in bytes.
    pub const ADDRESS_BYTES_MAX: usize = 2_048;

    /// What is spoken there.
    pub const fn service(&self) -> Service {
        match self {
            Self::Webhook { .. } => Service::Webhook,
            Self::Ntfy { .. } => Service::Ntfy,
            Self::Gotify { .. } => Service::Gotify,
            Self::Discord { .. } => Service::Discord,
            Self::Slack { .. } => Service::Slack,
            Self::Telegram { .. } => Service::Telegram,
            Self::Matrix { .. } => Service::Matrix,
            Self::Email(_) => Service::Email,
        }
    }

    /// The host, which may be shown.
    pub fn host(&self) -> String {
        let url = match self {
            Self::Webhook { url, .. } | Self::Discord { url } | Self::Slack { url } => url,
            Self::Ntfy { server, .. }
            | Self::Gotify { server, .. }
            | Self::Telegram { server, .. }
            | Self::Matrix { server, .. } => server,
            Self::Email(mail) => return mail.host.clone(),
        };
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.unwrap_or_default()
    }
}

/// An address taken apart.
struct Parts {
    url: Url,
    is_secure: bool,
    host: String,
    path: Vec<String>,
}

impl Parts {
    /// `https://host:port`.
    fn server(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.host)
    }

    fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The server that is named in place of the usual one.
    fn server_or(&self, usual: &str) -> String {
        self.query("server")
            .map_or_else(|| usual.to_owned(), |server| server.trim_end_matches('/').to_owned())
    }

    fn user(&self) -> Option<String> {
        Some(decoded(self.url.username())).filter(|user| !user.is_empty())
    }

    fn password(&self) -> Option<String> {
        self.url.password().map(decoded)
    }
}

/// Undoes what a URL escapes.
fn decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

impl FromStr for Target {
    type Err = AddressRefused;

    fn from_str(text: &str) -> Result<Self, AddressRefused> {
        let text = text.trim();
        let is_short = text.len() <= Self::ADDRESS_BYTES_MAX && !text.contains(char::is_control);
        let (scheme, rest) = text.split_once("://").filter(|_| is_short).ok_or(AddressRefused::NoAddress)?;
        let scheme = scheme.to_ascii_lowercase();
        // Parsed as http, so that host, port and path are what they are there. Where a part of what opens the channel comes
        // first, that is no host.
        let (first, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = if ["discord", "slack", "tgram"].contains(&scheme.as_str()) { "none" } else { first };
        let url = Url::parse(&format!("http://{host}{behind}")).map_err(|_| AddressRefused::NoAddress)?;
        let host = url.host_str().ok_or(AddressRefused::NoAddress)?.to_owned();
        let path = url.path_segments().into_iter().flatten().map(decoded);
        let path = path.filter(|part| !part.is_empty()).collect();
        let is_secure =
            matches!(scheme.as_str(), "jsons" | "ntfys" | "gotifys" | "matrixs" | "mailtos" | "https");
        let parts = Parts { url, is_secure, host, path };
        match scheme.as_str() {
            "json" | "jsons" => Ok(webhook(&parts)),
            "ntfy" | "ntfys" => ntfy(&parts),
            "gotify" | "gotifys" => gotify(&parts),
            "discord" => discord(&parts, first),
            "slack" => slack(&parts, first),
            "tgram" => telegram(&parts, first),
            "matrix" | "matrixs" => matrix(&parts),
            "mailto" | "mailtos" => mail::mail(&parts),
            "https" if parts.host == "discord.com" => Ok(Self::Discord { url: text.to_owned() }),
            "https" if parts.host == "hooks.slack.com" => Ok(Self::Slack { url: text.to_owned() }),
            _ => Err(AddressRefused::UnknownScheme),
        }
    }
}

fn webhook(parts: &Parts) -> Target {
    let mut url = parts.server();
    url.push_str(parts.url.path());
    let others = parts.url.query_pairs().filter(|(name, _)| name != "secret");
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(others).finish();
    if !query.is_empty() {
        url = format!("{url}?{query}");
    }
    Target::Webhook { url, secret: parts.query("secret") }
}

fn ntfy(parts: &Parts) -> Result<Target, AddressRefused> {
    let form = "ntfys://[USER:PASSWORD@|TOKEN@]HOST/TOPIC";
    let [topic] = parts.path.as_slice() else { return Err(AddressRefused::Incomplete { form }) };
    let credential = match (parts.user(), parts.password()) {
        (Some(user), Some(password)) => Some(Credential::Basic { user, password }),
        (Some(token), None) => Some(Credential::Bearer { token }),
        (None, _) => None,
    };
    Ok(Target::Ntfy { server: parts.server(), topic: topic.clone(), credential })
}

fn gotify(parts: &Parts) -> Result<Target, AddressRefused> {
    let form = "gotifys://HOST[/PATH]/TOKEN";
    let [before @ .., token] = parts.path.as_slice() else { return Err(AddressRefused::Incomplete { form }) };
    let below: String = before.iter().flat_map(|part| ["/", part.as_str()]).collect();
    Ok(Target::Gotify { server: format!("{}{below}", parts.server()), token: token.clone() })
}

fn discord(parts: &Parts, id: &str) -> Result<Target, AddressRefused> {
    let form = "discord://WEBHOOK-ID/WEBHOOK-TOKEN";
    let [token] = parts.path.as_slice() else { return Err(AddressRefused::Incomplete { form }) };
    let server = parts.server_or("https://discord.com");
    Ok(Target::Discord { url: format!("{server}/api/webhooks/{id}/{token}") })
}

fn slack(parts: &Parts, first: &str) -> Result<Target, AddressRefused> {
    let form = "slack://T…/B…/SECRET";
    let [second, third] = parts.path.as_slice() else { return Err(AddressRefused::Incomplete { form }) };
    let server = parts.server_or("https://hooks.slack.com");
    Ok(Target::Slack { url: format!("{server}/services/{first}/{second}/{third}") })
}

fn telegram(parts: &Parts, token: &str) -> Result<Target, AddressRefused> {
    let [chat] = parts.path.as_slice() else {
        return Err(AddressRefused::Incomplete { form: "tgram://BOT-TOKEN/CHAT-ID" });
    };
    let server = parts.server_or("https://api.telegram.org");
    Ok(Target::Telegram { server, token: decoded(token), chat: chat.clone() })
}

fn matrix(parts: &Parts) -> Result<Target, AddressRefused> {
    let refused = || AddressRefused::Incomplete { form: "matrixs://ACCESS-TOKEN@HOST/ROOM-ID" };
    let ([room], Some(token)) = (parts.path.as_slice(), parts.user()) else { return Err(refused()) };
    Ok(Target::Matrix { server: parts.server(), token, room: room.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(text: &str, expected: &Target) {
        // Not by `assert_eq`, whose text would show nothing.
        assert!(text.parse::<Target>().as_ref() == Ok(expected), "{text}");
    }

    #[test]
    fn an_address_is_read_as_it_is_spelt_elsewhere() {
        let text = str::to_owned;
        let signed =
            Target::Webhook { url: text("https://a.example:8443/in?x=1"), secret: Some(text("s+ &")) };
        is("jsons://a.example:8443/in?x=1&secret=s%2B+%26", &signed);
        is("json://a.example/in", &Target::Webhook { url: text("http://a.example/in"), secret: None });
        let ntfy =
            |credential| Target::Ntfy { server: text("https://ntfy.sh"), topic: text("news"), credential };
        is("ntfys://ntfy.sh/news", &ntfy(None));
        is("ntfys://tk_1@ntfy.sh/news", &ntfy(Some(Credential::Bearer { token: text("tk_1") })));
        let basic = Credential::Basic { user: text("anna"), password: text("p@ss") };
        is("ntfys://anna:p%40ss@ntfy.sh/news", &ntfy(Some(basic)));
        is(
            "gotify://b.example:8080/push/Tok",
            &Target::Gotify { server: text("http://b.example:8080/push"), token: text("Tok") },
        );
        let discord = "https://discord.com/api/webhooks/123456789012345678/AbC";
        is("discord://123456789012345678/AbC", &Target::Discord { url: text(discord) });
        is("slack://T1/B1/xYz", &Target::Slack { url: text("https://hooks.slack.com/services/T1/B1/xYz") });
        let telegram = |server: &str| Target::Telegram {
            server: text(server),
            token: text("12:Ab"),
            chat: text("-100"),
        };
        is("tgram://12:Ab/-100/", &telegram("https://api.telegram.org"));
        is("tgram://12:Ab/-100?server=http://127.0.0.1:9/", &telegram("http://127.0.0.1:9"));
        let matrix = Target::Matrix {
            server: text("https://m.example"),
            token: text("syt"),
            room: text("!r:m.example"),
        };
        is("matrixs://syt@m.example/!r:m.example", &matrix);
    }

    #[test]
    fn what_is_none_is_refused_without_saying_what_it_was() {
        for text in
            ["", "hunter2", "ftp://hunter2/x", "ntfy://hunter2", "tgram://hunter2", "matrix://host/hunter2"]
        {
            let refused = text.parse::<Target>().unwrap_err();
            assert!(!refused.to_string().contains("hunter2"), "{refused}");
        }
        let target: Target = "ntfys://tk_1@ntfy.sh/hunter2".parse().unwrap();
        assert_eq!((format!("{target:?}"), target.host()), ("Target(ntfy)".to_owned(), "ntfy.sh".to_owned()));
    }
}
