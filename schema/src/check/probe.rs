//! What a check looks at: a variant for each kind.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Probe {
    /// A program that is run, without a shell. Its exit says what it found as plug-ins of Nagios do: 0 is well, 1 and 2 are
    /// not, 3 is unknown; what stands behind `|` in its first line are numbers.
    Command {
        /// The program and its arguments.
        argv: Vec<String>,
        /// Variables that it finds, by the name of the secret that each has.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        secrets: BTreeMap<String, String>,
    },
    /// What is at an address.
    Http {
        /// The address: `http` or `https`, without a password.
        url: String,
        /// What is expected of the answer.
        #[serde(default, skip_serializing_if = "crate::is_default")]
        expect: HttpExpectation,
    },
    /// A port that takes connections.
    Tcp {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// A certificate that is valid, for the name, for a while to come.
    Tls {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// For how many days more it has to be valid.
        days_min: u32,
    },
    /// What a name stands for.
    Dns {
        /// The name.
        name: String,
        /// Which of its records.
        record: RecordType,
        /// Values that have to be among them; without any, that there is one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        expect: Vec<String>,
        /// The server that is asked, by its address; none are those of the machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
    },
    /// The registration of a domain, which lasts for a while to come.
    Domain {
        /// The domain.
        name: String,
        /// For how many days more it has to last.
        days_min: u32,
    },
    /// A host that answers an echo request.
    Ping {
        /// The host.
        host: String,
    },
    /// Room on a disk of the server's machine.
    Disk {
        /// A folder on it.
        path: String,
        /// How much of it has to be free, in hundredths.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        free_min_percent: Option<u8>,
        /// How much of it has to be free, in bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        free_min_bytes: Option<u64>,
    },
    /// A program that runs on the server's machine.
    Process {
        /// What it is called.
        name: String,
        /// How many of it have to run.
        count_min: u32,
    },
    /// A file of the server's machine that changed lately.
    FileAge {
        /// The file.
        path: String,
        /// How long ago at most, in seconds.
        age_max_seconds: u64,
    },
    /// A NATS server that takes connections.
    Nats {
        /// Its address: `nats://host:4222`, without a password.
        url: String,
    },
    /// A container of Docker that runs, and is healthy if it says so.
    Docker {
        /// What it is called.
        container: String,
        /// The socket of Docker.
        socket: String,
    },
    /// Events of this platform: that such a thing was recorded lately.
    Events {
        /// The stored name of an event, such as `download.completed`.
        event: String,
        /// How long ago at most, in seconds.
        age_max_seconds: u64,
    },
    /// Nothing: it reports by itself, at its own address.
    Push {},
}

/// What is expected of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpExpectation {
    /// Statuses of which it has to have one; without any, one from 200 to 399.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<u16>,
    /// What has to stand in its body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What has to be at a place of its body, which is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonExpectation>,
    /// Headers that it has to have, with what stands in them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How long it may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_max_ms: Option<u64>,
    /// Whether a redirect is the answer, in place of what it leads to.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub stays: bool,
}

/// What has to be at a place of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonExpectation {
    /// The place: a JSON Pointer (RFC 6901) such as `/status/db`.
    pub pointer: String,
    /// What has to be there, texts without their quotes; none is that anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
}

/// A kind of records of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// Addresses of IPv4.
    A,
    /// Addresses of IPv6.
    Aaaa,
    /// Another name.
    Cname,
    /// Who takes mail.
    Mx,
    /// Who knows.
    Ns,
    /// Texts.
    Txt,
}

/// Why what would be looked at is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeRefused {
    /// There is no program.
    #[error("a command needs a program")]
    NoProgram,
    /// Something that has to be said is empty, or longer than anybody writes it.
    #[error("{what} has 1 to {TEXT_BYTES_MAX} bytes and no control characters")]
    Text {
        /// What it is.
        what: &'static str,
    },
    /// More than can be said.
    #[error("there are at most {LIST_MAX} {what}")]
    Many {
        /// What there are too many of.
        what: &'static str,
    },
    /// It is no address that can be asked.
    #[error("{url:?} is no address such as {such_as}")]
    Url {
        /// What was said.
        url: String,
        /// What it could be.
        such_as: &'static str,
    },
    /// It has a password in it, which everybody would read.
    #[error(
        "an address of a check has no name and no password in it: everybody who reads the check would read them"
    )]
    Password,
    /// A port is none.
    #[error("a port is from 1 to 65535")]
    Port,
    /// What would be a path is none.
    #[error("{path:?} is no path from the root of the file system")]
    Path {
        /// What was said.
        path: String,
    },
    /// It says nothing of how much.
    #[error("{what}")]
    Amount {
        /// What is missing or wrong.
        what: &'static str,
    },
}

/// The longest text of a probe, in bytes.
const TEXT_BYTES_MAX: usize = 4_096;
/// The most that a list of a probe has.
const LIST_MAX: usize = 64;

impl Probe {
    /// What people call its kind, as in files and on the command line.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Command { .. } => "command",
            Self::Http { .. } => "http",
            Self::Tcp { .. } => "tcp",
            Self::Tls { .. } => "tls",
            Self::Dns { .. } => "dns",
            Self::Domain { .. } => "domain",
            Self::Ping { .. } => "ping",
            Self::Disk { .. } => "disk",
            Self::Process { .. } => "process",
            Self::FileAge { .. } => "file_age",
            Self::Nats { .. } => "nats",
            Self::Docker { .. } => "docker",
            Self::Events { .. } => "events",
            Self::Push {} => "push",
        }
    }

    /// Every kind.
    pub const KINDS: [&'static str; 14] = [
        "command", "http", "tcp", "tls", "dns", "domain", "ping", "disk", "process", "file_age", "nats",
        "docker", "events", "push",
    ];

    /// What is looked at, in a word or two: an address, a path, a name.
    pub fn target(&self) -> String {
        match self {
            Self::Command { argv, .. } => argv.join(" "),
            Self::Http { url, .. } | Self::Nats { url } => url.clone(),
            Self::Tcp { host, port } | Self::Tls { host, port, .. } => format!("{host}:{port}"),
            Self::Dns { name, .. } | Self::Domain { name, .. } | Self::Process { name, .. } => name.clone(),
            Self::Ping { host } => host.clone(),
            Self::Disk { path, .. } | Self::FileAge { path, .. } => path.clone(),
            Self::Docker { container, .. } => container.clone(),
            Self::Events { event, .. } => event.clone(),
            Self::Push {} => String::new(),
        }
    }

    /// Refuses what can't be looked at.
    pub fn check(&self) -> Result<(), ProbeRefused> {
        match self {
            Self::Command { argv, secrets } => {
                if argv.first().is_none_or(|program| program.trim().is_empty()) {
                    return Err(ProbeRefused::NoProgram);
                }
                few("arguments", argv.len())?;
                few("secrets", secrets.len())?;
                if argv.iter().any(|argument| argument.len() > TEXT_BYTES_MAX || argument.contains('\0')) {
                    return Err(ProbeRefused::Text { what: "an argument" });
                }
                secrets.keys().chain(secrets.values()).try_for_each(|name| text("the name of a secret", name))
            }
            Self::Http { url, expect } => {
                address(url, &["http://", "https://"], "https://example.org/health")?;
                few("statuses", expect.status.len())?;
                few("headers", expect.headers.len())?;
                if expect.status.iter().any(|status| !(100..=599).contains(status)) {
                    return Err(ProbeRefused::Amount { what: "a status is from 100 to 599" });
                }
                let json = expect.json.as_ref().map(|json| &json.pointer);
                if json.is_some_and(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
                    return Err(ProbeRefused::Amount {
                        what: "a place in JSON is written like `/status/db`",
                    });
                }
                let long = expect.body.iter().chain(json).chain(expect.headers.values());
                long.into_iter()
                    .try_for_each(|said| text("what is expected", if said.is_empty() { "-" } else { said }))
            }
            Self::Tcp { host, port } | Self::Tls { host, port, .. } => host_and_port(host, *port),
            Self::Dns { name, expect, server, .. } => {
                few("values", expect.len())?;
                text("a name", name)?;
                expect.iter().chain(server).try_for_each(|said| text("what is expected", said))
            }
            Self::Domain { name, .. } => text("a domain", name),
            Self::Ping { host } => text("a host", host),
            Self::Disk { path, free_min_percent, free_min_bytes } => {
                absolute(path)?;
                match (free_min_percent, free_min_bytes) {
                    (None, None) => Err(ProbeRefused::Amount {
                        what: "say how much of a disk has to be free, in percent or in bytes",
                    }),
                    (Some(percent), _) if *percent > 100 => {
                        Err(ProbeRefused::Amount { what: "a part of a disk is from 0 to 100 percent" })
                    }
                    _ => Ok(()),
                }
            }
            Self::Process { name, .. } => text("the name of a program", name),
            Self::FileAge { path, age_max_seconds } => {
                absolute(path)?;
                some_time(*age_max_seconds)
            }
            Self::Nats { url } => address(url, &["nats://", "tls://"], "nats://127.0.0.1:4222"),
            Self::Docker { container, socket } => {
                text("a container", container)?;
                absolute(socket)
            }
            Self::Events { event, age_max_seconds } => {
                text("the name of an event", event)?;
                some_time(*age_max_seconds)
            }
            Self::Push {} => Ok(()),
        }
    }
}

fn few(what: &'static str, count: usize) -> Result<(), ProbeRefused> {
    if count <= LIST_MAX { Ok(()) } else { Err(ProbeRefused::Many { what }) }
}

fn text(what: &'static str, said: &str) -> Result<(), ProbeRefused> {
    let is_sound = (1..=TEXT_BYTES_MAX).contains(&said.len()) && !said.contains(char::is_control);
    if is_sound { Ok(()) } else { Err(ProbeRefused::Text { what }) }
}

fn some_time(seconds: u64) -> Result<(), ProbeRefused> {
    if seconds > 0 { Ok(()) } else { Err(ProbeRefused::Amount { what: "say how old it may be" }) }
}

fn host_and_port(host: &str, port: u16) -> Result<(), ProbeRefused> {
    text("a host", host)?;
    if port == 0 { Err(ProbeRefused::Port) } else { Ok(()) }
}

fn absolute(path: &str) -> Result<(), ProbeRefused> {
    text("a path", path)?;
    if path.starts_with('/') { Ok(()) } else { Err(ProbeRefused::Path { path: path.to_owned() }) }
}

fn address(url: &str, schemes: &[&str], such_as: &'static str) -> Result<(), ProbeRefused> {
    let refused = || ProbeRefused::Url { url: url.to_owned(), such_as };
    text("an address", url)?;
    let scheme = schemes.iter().find(|scheme| url.starts_with(**scheme)).ok_or_else(refused)?;
    let rest = &url[scheme.len()..];
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || url.contains(char::is_whitespace) {
        return Err(refused());
    }
    if authority.contains('@') { Err(ProbeRefused::Password) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
