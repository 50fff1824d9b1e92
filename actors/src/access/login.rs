//! A login on its way from the vault to whoever asks a site.

use std::{collections::BTreeSet, fmt, fs, io, path::Path, sync::Arc};

use mediary_log::whole;
use mediary_schema::{FailureClass, job::Failure};
use serde::{Deserialize, Serialize};

use crate::{cookies::Gone, net};

/// Who somebody is to a site, as an attempt is told it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    site: String,
    user: String,
    password: String,
    /// By which name yt-dlp knows the logins of the site, where that is not to be read from the site's own.
    machine: Option<String>,
    always: bool,
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Login")
            .field("site", &self.site)
            .field("always", &self.always)
            .finish_non_exhaustive()
    }
}

/// How the file's name begins.
pub(crate) const FILE: &str = "login-of-";

impl Login {
    /// Reads a secret: a line with the user's name, one with the password, and perhaps one with the name by which yt-dlp knows the
    /// site's logins. What is wrong with it is said without a word of it.
    pub fn read(text: &[u8], site: &str, always: bool) -> Result<Self, Failure> {
        let refused = |reason: &str| {
            let message = format!(
                "the secret is no login, which is a line with the user's name and one with the password: {reason}"
            );
            Failure { for_good: true, ..Failure::new(FailureClass::Unsupported, message) }
        };
        let text = std::str::from_utf8(text).map_err(|_| refused("it is no text"))?;
        let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
        let (user, password, machine) = match lines[..] {
            [user, password] => (user, password, None),
            [user, password, machine] => (user, password, Some(machine.trim())),
            _ => return Err(refused(&format!("it has {} lines", lines.len()))),
        };
        if user.is_empty() || password.is_empty() {
            return Err(refused("one of them is empty"));
        }
        if [user, password].iter().any(|line| line.contains(char::is_control)) {
            return Err(refused("it has a letter that can't be typed"));
        }
        if machine.is_some_and(|machine| !is_machine(machine)) {
            return Err(refused("the third line is no name by which yt-dlp knows logins"));
        }
        Ok(Self {
            site: site.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            machine: machine.map(str::to_owned),
            always,
        })
    }

    /// Puts it into a file of this folder, as yt-dlp reads it. May block.
    pub(super) fn write(self, folder: &Path) -> io::Result<LoginFile> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{FILE}{}", std::process::id()));
        let text = self.netrc();
        // Removed also if it can't be written whole.
        let file = LoginFile { path: Arc::new(Gone(path)), login: self };
        whole::write(file.path(), text.as_bytes())?;
        Ok(file)
    }

    /// A line for each name by which an extractor may look for logins of this site. Without a line for all, an extractor of another
    /// site that this one leads to finds none: who somebody is here is nobody's business there.
    fn netrc(&self) -> String {
        let (user, password) = (quoted(&self.user), quoted(&self.password));
        let line = |machine: String| format!("machine {machine} login {user} password {password}\n");
        self.machines().into_iter().map(line).collect()
    }

    /// Extractors call their logins by the name of their site (`twitch` of `www.twitch.tv`), or by that of its host.
    fn machines(&self) -> BTreeSet<String> {
        let labels: Vec<&str> = self.site.split('.').collect();
        let mut machines = BTreeSet::from([self.site.clone()]);
        if self.site.parse::<std::net::IpAddr>().is_err() {
            for (place, label) in labels.iter().enumerate().take(labels.len().saturating_sub(1)) {
                machines.extend([(*label).to_owned(), label.replace('-', ""), labels[place..].join(".")]);
            }
        }
        machines.extend(self.machine.clone());
        machines.retain(|machine| is_machine(machine) && machine != "www");
        machines
    }
}

/// As yt-dlp wants such a name to be.
fn is_machine(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    !text.is_empty() && text.chars().all(is_letter) && !text.starts_with(['-', '_'])
}

/// As `netrc` reads a word, whatever is in it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A file with a login that is there for as long as this is.
#[derive(Debug, Clone)]
pub struct LoginFile {
    path: Arc<Gone>,
    login: Login,
}

impl LoginFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path.0
    }

    pub(super) fn is_always(&self) -> bool {
        self.login.always
    }

    /// The same for what is asked by ourselves.
    pub(super) fn at_host(&self) -> net::Login {
        let Login { site, user, password, always, machine: _ } = &self.login;
        net::Login::new(site, user, password, *always)
    }
}
