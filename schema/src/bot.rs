//! Values of the kernel part `bot`: who may ask by a messenger, and how often (OP-14, SE-15).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Identities, ProjectId, SecretId,
    account::{Permission, Role},
};

impl Permission {
    /// Let people in by a bot.
    pub const BOT: Self = Self::within_project("bot", Role::Owner, "to let people in by a bot");
}

impl Identities {
    /// Somebody who asks by the bot of a project: what he began is found by it again, and nobody reads his number in it.
    pub fn guest(&self, project: ProjectId, person: u64) -> Uuid {
        self.derive("mediary 2 guest", &[project.uuid().as_bytes().as_slice(), &person.to_le_bytes()])
    }
}

/// A bot of Telegram: who may ask by it, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bot {
    /// Its token, in the vault.
    pub secret_id: SecretId,
    /// Who may ask, by the numbers that Telegram gives people. Nobody else may.
    pub allow: Vec<u64>,
    /// How much each of them may ask in a minute.
    pub per_minute: u32,
    /// The server of the bot API, if it is another one than Telegram's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

impl Bot {
    /// How much somebody may ask in a minute, if nothing is said.
    pub const PER_MINUTE: u32 = 20;
    /// The most that somebody may ask in a minute: Telegram takes not much more answers.
    pub const PER_MINUTE_MAX: u32 = 60;
    /// People of one bot.
    pub const ALLOW_MAX: usize = 100;
    /// The longest address of a server, in bytes.
    pub const SERVER_BYTES_MAX: usize = 256;

    /// Says what keeps it from being a bot.
    pub fn check(&self) -> Result<(), String> {
        if self.allow.is_empty() || self.allow.len() > Self::ALLOW_MAX {
            return Err(format!("1 to {} people may ask by a bot", Self::ALLOW_MAX));
        }
        if self.per_minute == 0 || self.per_minute > Self::PER_MINUTE_MAX {
            return Err(format!("each may ask 1 to {} times in a minute", Self::PER_MINUTE_MAX));
        }
        let is_server = |server: &String| {
            let is_short = server.len() <= Self::SERVER_BYTES_MAX && !server.contains(['@', '?', '#']);
            let url = url::Url::parse(server).ok().filter(url::Url::has_host);
            is_short && url.is_some_and(|url| matches!(url.scheme(), "http" | "https"))
        };
        if self.server.as_ref().is_some_and(|server| !is_server(server)) {
            return Err("the server is no address such as https://api.telegram.org".to_owned());
        }
        Ok(())
    }

    /// The same without numbers of people: nobody may ask by it.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { allow: Vec::new(), ..self.clone() }
    }
}
