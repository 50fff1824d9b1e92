//! Where our server listens, and the passwords: made once and kept.

use std::{
    fmt, fs, io,
    net::{Ipv4Addr, TcpListener},
    ops::Range,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use mediary_log::{
    fanout::{Credentials, Options, Secret, Server},
    whole,
};
use rand::{Rng as _, SeedableRng as _, distr::Alphanumeric, rngs::StdRng};
use serde::{Deserialize, Serialize};

use super::Error;

/// The user that publishes.
pub(super) const PLATFORM: &str = "platform";
/// The user that listens.
pub(super) const AUTOMATION: &str = "automation";
/// Where the platform gets its answers. Others can't listen there, as they can below `_INBOX`.
pub(super) const PLATFORM_INBOX: &str = "_INBOX_MEDIARY";

const FILE: &str = "access.json";
/// Below the ports that the system gives to outgoing connections, so that none of them has ours when we come back.
const PORTS: Range<u16> = 20_000..30_000;
/// After so many taken ones the fault is elsewhere.
const PORT_TRIES: u32 = 100;
/// Of 62 characters each: 238 bits.
const PASSWORD_CHARACTERS: usize = 40;

/// Where our server listens, and the passwords of its users.
#[derive(Clone)]
pub struct Access {
    pub(super) port: u16,
    pub(super) platform: Secret,
    pub(super) automation: Secret,
}

/// What is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    port: u16,
    platform: String,
    automation: String,
}

/// The server's folder in a data folder.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("nats")
}

impl Access {
    /// Reads what an earlier start made; none if there was none.
    pub fn read(data: &Path) -> Result<Option<Self>, Error> {
        let path = folder(data).join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::File { step: "read", path, source }),
        };
        let stored: Stored =
            serde_json::from_slice(&text).map_err(|source| Error::Access { path, source })?;
        Ok(Some(Self {
            port: stored.port,
            platform: Secret::new(stored.platform),
            automation: Secret::new(stored.automation),
        }))
    }

    /// Reads what an earlier start made, or makes it; takes another port if somebody else has ours.
    ///
    /// Only for whoever holds the data folder, and after orphans of an earlier run were ended: one of them
    /// may be a server that has the port and, worse, the store.
    pub fn open(data: &Path) -> Result<Self, Error> {
        let known = Self::read(data)?;
        if let Some(known) = &known
            && bind(known.port).is_ok()
        {
            return Ok(known.clone());
        }
        let port = free_port().map_err(Error::Port)?;
        let access = match known {
            Some(known) => {
                tracing::warn!(taken = known.port, port, "nats.port_changed");
                Self { port, ..known }
            }
            None => Self { port, platform: password(), automation: password() },
        };
        access.write(data)?;
        Ok(access)
    }

    fn write(&self, data: &Path) -> Result<(), Error> {
        let stored = Stored {
            port: self.port,
            platform: self.platform.reveal().to_owned(),
            automation: self.automation.reveal().to_owned(),
        };
        let text = serde_json::to_vec_pretty(&stored).expect("a number and two texts are JSON");
        write_private(&folder(data), FILE, &text)
    }

    /// The port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What a relay needs to publish.
    pub fn relay_options(&self) -> Options {
        let server = Server { tls: false, host: Ipv4Addr::LOCALHOST.to_string(), port: self.port };
        let credentials = Credentials::User { name: PLATFORM.to_owned(), password: self.platform.clone() };
        let mut options = Options::new(vec![server], credentials);
        options.inbox_prefix = Some(PLATFORM_INBOX.to_owned());
        options
    }

    /// The address for automations, with the password: only for whoever owns the data folder and asks.
    pub fn automation_line(&self) -> Secret {
        Secret::new(self.line(self.automation.reveal()))
    }

    fn line(&self, password: &str) -> String {
        format!("nats://{AUTOMATION}:{password}@{}:{}", Ipv4Addr::LOCALHOST, self.port)
    }
}

/// The address for automations, with stars for the password.
impl fmt::Display for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.line("***"))
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Access({self})")
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

fn free_port() -> io::Result<u16> {
    let mut random = StdRng::from_os_rng();
    let mut last = None;
    for _ in 0..PORT_TRIES {
        let port = random.random_range(PORTS);
        match bind(port) {
            Ok(_) => return Ok(port),
            Err(error) => last = Some(error),
        }
    }
    Err(last.expect("there was a try"))
}

fn password() -> Secret {
    let characters = StdRng::from_os_rng().sample_iter(Alphanumeric).take(PASSWORD_CHARACTERS);
    Secret::new(characters.map(char::from).collect::<String>())
}

/// Writes a file that nobody else may read into a folder of that kind, whole or not at all.
pub(super) fn write_private(folder: &Path, name: &str, text: &[u8]) -> Result<(), Error> {
    let failed = |step, path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { step, path, source }
    };
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(failed("make the folder", folder))?;
    let path = folder.join(name);
    whole::write(&path, text).map_err(failed("write", &path))
}
