//! Leaves secrets out of recorded command lines.

use std::{borrow::Cow, ffi::OsStr, path::Path};

use mediary_schema::redact::REDACTED;
pub use mediary_schema::redact::text;

/// Options whose value is a secret or leads to one.
const SECRET_OPTIONS: [&str; 16] = [
    "--username",
    "--password",
    "--twofactor",
    "--video-password",
    "--ap-username",
    "--ap-password",
    "--cookies",
    "--cookies-from-browser",
    "--netrc-cmd",
    "--netrc-location",
    "--client-certificate-password",
    "--add-headers",
    "--user",
    "--pass",
    "--auth",
    "-headers",
];

/// Values that a program is given and whose words nobody reads: they are left out of all that it says.
#[derive(Clone, Default)]
pub(super) struct Hidden(Vec<String>);

/// Shorter ones are no secrets, and would be found everywhere.
const HIDDEN_BYTES_MIN: usize = 4;

impl std::fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Hidden")
    }
}

impl Hidden {
    /// Hides a value, line by line: what a program says is read so.
    pub(super) fn add(&mut self, value: &str) {
        let lines = value.lines().map(str::trim).filter(|line| line.len() >= HIDDEN_BYTES_MIN);
        self.0.extend(lines.map(str::to_owned));
        // Of one that is part of another nothing is left to be seen.
        self.0.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
    }

    /// A text without them.
    pub(super) fn leave_out(&self, text: String) -> String {
        self.0.iter().fold(text, |text, value| {
            if text.contains(value.as_str()) { text.replace(value.as_str(), REDACTED) } else { text }
        })
    }
}

/// The command line in one line, without secrets.
pub fn command_line(program: &Path, arguments: &[&OsStr]) -> String {
    let mut line = program.to_string_lossy().into_owned();
    let mut secret_next = false;
    for argument in arguments {
        let argument = argument.to_string_lossy();
        let shown = if secret_next { Cow::Borrowed(REDACTED) } else { option_value(&argument) };
        secret_next = !secret_next && SECRET_OPTIONS.contains(&argument.as_ref());
        line.push(' ');
        line.push_str(&quoted(&shown));
    }
    line
}

/// `--password=x` without `x`; other arguments without the secrets of the addresses in them.
fn option_value(argument: &str) -> Cow<'_, str> {
    match argument.split_once('=') {
        Some((option, _)) if SECRET_OPTIONS.contains(&option) => format!("{option}={REDACTED}").into(),
        _ => text(argument),
    }
}

fn quoted(argument: &str) -> Cow<'_, str> {
    let plain = |character: char| character.is_alphanumeric() || "-_./:=,+@%*".contains(character);
    if !argument.is_empty() && argument.chars().all(plain) {
        Cow::Borrowed(argument)
    } else {
        format!("'{}'", argument.replace('\'', r"'\''")).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // invariant: S-1
    #[test]
    fn secrets_do_not_reach_the_recorded_command_line() {
        let arguments = [
            "--username",
            "me",
            "--password",
            "hunter2",
            "--proxy",
            "http://u:p@proxy:3128",
            "--cookies=jar.txt",
            "--add-headers",
            "Authorization:Bearer x",
            "--",
            "https://me:s3cret@example.org/a?b=c@d",
        ]
        .map(OsStr::new);
        let line = command_line(Path::new("/bin/yt-dlp"), &arguments);
        assert_eq!(
            line,
            "/bin/yt-dlp --username *** --password *** --proxy http://***@proxy:3128 --cookies=*** \
             --add-headers *** -- 'https://***@example.org/a?b=***'"
        );
    }
}
