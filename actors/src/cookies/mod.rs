//! Cookies on their way from the vault to a program that asks a site (DL-08).
//!
//! Guarantees: outside the vault they are in memory, and in one file of the attempt's own folder that its owner alone may
//! read, for as long as the attempt has it; what a kill leaves is taken away before the folder is used again, and with the
//! next start. They are in no argument, variable or message of a program: what is no cookie is never written, since
//! programs print a line that they can't read.

#[cfg(test)]
mod tests;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use mediary_log::whole;
use mediary_schema::{FailureClass, job::Failure};
use serde::{Deserialize, Serialize};

use crate::{access, ytdlp::DESCRIBED};

/// Cookies as an attempt is told them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookies {
    /// Lines of seven fields each.
    lines: String,
    /// Whether they are sent along without having been asked for.
    always: bool,
}

impl fmt::Debug for Cookies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cookies").field("always", &self.always).finish_non_exhaustive()
    }
}

/// The first line by which programs know such a file.
const HEAD: &str = "# Netscape HTTP Cookie File";
/// What stands before a cookie that scripts don't see.
const HTTP_ONLY: &str = "#HttpOnly_";
/// How the file's name begins.
const FILE: &str = "cookies-of-";

impl Cookies {
    /// Reads a file of cookies as browsers and yt-dlp write it. What is wrong with it is said without a word of it.
    pub fn read(text: &[u8], always: bool) -> Result<Self, Failure> {
        let refused = |reason: &str| {
            let message = format!("the secret is no file of cookies as browsers export it: {reason}");
            Failure { for_good: true, ..Failure::new(FailureClass::Unsupported, message) }
        };
        let text = std::str::from_utf8(text).map_err(|_| refused("it is no text"))?;
        let mut lines = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_end_matches('\r');
            let (mark, cookie) = match line.strip_prefix(HTTP_ONLY) {
                Some(cookie) => (HTTP_ONLY, cookie),
                None if line.trim().is_empty() || line.starts_with('#') => continue,
                None => ("", line),
            };
            let fields: Vec<&str> = cookie.split('\t').collect();
            let [domain, _, path, secure, expires, name, value] = fields[..] else {
                return Err(refused(&format!("line {number} has {} fields, and not 7", fields.len())));
            };
            let is_number = expires.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
            if domain.is_empty() || name.is_empty() || !is_number {
                return Err(refused(&format!(
                    "line {number} has no domain, no name, or an end that is no number"
                )));
            }
            let flag = |is_set: bool| if is_set { "TRUE" } else { "FALSE" };
            let (of_all, secure) = (flag(domain.starts_with('.')), flag(secure.eq_ignore_ascii_case("true")));
            let expires = if expires.is_empty() { "0" } else { expires };
            let line = [domain, of_all, path, secure, expires, name, value].join("\t");
            lines.extend([mark, &line, "\n"]);
        }
        if lines.is_empty() { Err(refused("it has none")) } else { Ok(Self { lines, always }) }
    }

    /// Puts them into a file of this folder. May block.
    pub fn write(&self, folder: &Path) -> io::Result<CookieFile> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{FILE}{}", std::process::id()));
        // Removed also if it can't be written whole.
        let file = CookieFile { path: Arc::new(Gone(path)), always: self.always };
        // Its owner's alone; what a kill leaves of it half written is called alike, and swept away.
        whole::write(file.path(), format!("{HEAD}\n\n{}", self.lines).as_bytes())?;
        Ok(file)
    }
}

/// A file of cookies that is there for as long as this is.
#[derive(Debug, Clone)]
pub struct CookieFile {
    path: Arc<Gone>,
    always: bool,
}

/// A file that goes when this does.
#[derive(Debug)]
pub(crate) struct Gone(pub(crate) PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.0) {
            tracing::error!(%error, "a file with cookies or a login can't be removed");
        }
    }
}

impl CookieFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path.0
    }

    /// Whether they are sent along without having been asked for.
    pub(crate) fn is_always(&self) -> bool {
        self.always
    }
}

/// Removes what a killed attempt may have left in the folder of its job. May block.
pub(crate) fn sweep(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_of = |start: &str| name.as_encoded_bytes().starts_with(start.as_bytes());
        if is_of(FILE) || is_of(access::LOGIN_FILE) || name == DESCRIBED {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
