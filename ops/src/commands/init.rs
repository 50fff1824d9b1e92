//! `mediary init`: asks what a server has to be told, checks it, and writes the configuration file.
//!
//! Guarantees: what a flag says is not asked. A file that is there keeps everything else that it says, and is written only after
//! what would be otherwise was told and meant. Nothing is written that can't work where it is written. A new file is its owner's alone;
//! one that is there stays where links lead to it, with its mode and, as far as whoever asks may say so, its owner.
//!
//! Does not: start a server, make folders or a token: the server does, and the last lines say how.

mod answers;
mod file;

use std::{
    fs::{self, Metadata},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, chown},
    path::{Path, PathBuf},
};

use clap::Args;
use mediary_log::whole;
use serde::Serialize;

use self::{
    answers::{Answers, Asking},
    file::Keys,
};
use super::{arguments::Everywhere, connection::Environment, failure::Failure, part::Part, server};
use crate::{
    configuration::{self, Configuration, NatsMode},
    doctor::{self, Finding, Verdict},
    output::Output,
};

pub(crate) const HELP: &str = "\
Each question is a flag, too; what a flag says is not asked, and with `--yes` nothing is. MEDIARY_DATA says the data folder as
`--data` does. An answer that is left out is what the file says already, and otherwise what is usual.

Examples:
  mediary init
  mediary init --data /srv/mediary --library /mnt/films --nats off --yes
  mediary init --listen 0.0.0.0:8484 --token laptop --yes";

/// What the server is told.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder of kept files, a root of the server from its start on [default: `library` in the data folder].
    #[arg(long, value_name = "DIR")]
    library: Option<String>,
    /// The address to listen on [default: 127.0.0.1:8484].
    #[arg(long, value_name = "ADDR:PORT", value_parser = answers::listen)]
    listen: Option<String>,
    /// Fan events out over NATS: a server's URL, `auto` (a nats-server that is found is run as a child), or `off`
    /// [default: auto].
    #[arg(long, value_name = "URL|auto|off", value_parser = answers::nats)]
    nats: Option<String>,
    /// A certificate (PEM) with which other machines are answered by TLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<String>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<String>,
    /// What the first token is called that other machines show, if the server listens beyond this one [default: owner].
    #[arg(long, value_name = "NAME", value_parser = answers::token)]
    token: Option<String>,
    /// The configuration file.
    #[arg(long, value_name = "FILE", default_value = "mediary.toml")]
    config: PathBuf,
    /// Ask nothing, and write what comes of it.
    #[arg(long)]
    yes: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    config: PathBuf,
    is_changed: bool,
    /// Keys that the file says otherwise than before.
    changes: Vec<file::Change>,
    findings: Vec<Finding>,
    /// The next two commands.
    next: Vec<String>,
}

/// Asks, checks and writes.
pub(crate) async fn run(
    wanted: Init,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    let Init { library, listen, nats, tls_certificate, tls_key, token, config, yes } = wanted;
    let before = text_of(&config)?;
    let known = configuration::of_text(&config, before.as_deref().unwrap_or_default())?;
    let data = match (&flags.data, &environment.data) {
        (Some(data), _) | (None, Some(data)) => Some(answers::path(data)?),
        (None, None) => None,
    };
    output.note(&match &before {
        Some(_) => format!("{} is there: what is not asked for stays as it is", config.display()),
        None => format!("{} will be made", config.display()),
    });
    let said = Answers { data, library, listen, nats, tls_certificate, tls_key, token };
    let mut asking = Asking::new(!yes, output);
    let answers = asking.all(said, &known)?;
    let mut keys = Keys::of(before.as_deref().unwrap_or_default(), &known);
    answers.say(&mut keys, &known);
    let text = keys.text();
    let configuration = configuration::of_text(&config, &text)?;
    check(&configuration)?;
    let findings = doctor::examine(&configuration).await;
    if let Some(bad) = findings.iter().find(|finding| is_of_answers(finding)) {
        return Err(refused(bad));
    }
    let changes = keys.changes();
    let is_changed = before.as_deref() != Some(text.as_str());
    if is_changed {
        if before.is_some() {
            output.note(&format!("{} would say otherwise:\n{}", config.display(), file::told(&changes)));
        }
        if !yes && !Asking::new(true, output).is_meant(&format!("Write {}? [Y/n]", config.display()))? {
            return Err(Failure::Unapplied { advice: "`--yes` writes it without asking".to_owned() });
        }
        write(&config, &text)?;
    }
    let next = next(&config, &configuration, &answers);
    let told = Told { config, is_changed, changes, findings, next };
    Ok(output.show(&told, said_of)?)
}

fn text_of(config: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(config) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("reading", config)(error)),
    }
}

/// Writes the file in one step. A server that runs as somebody else reads it as before, wherever it lies.
fn write(config: &Path, text: &str) -> Result<(), Failure> {
    let failed = || Failure::file("writing", config);
    let place = match fs::canonicalize(config) {
        Ok(place) => place,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return whole::write(config, text.as_bytes()).map_err(failed());
        }
        Err(error) => return Err(failed()(error)),
    };
    let before = fs::metadata(&place).map_err(failed())?;
    let part = Part::try_new(&place, true, "name the file to write, for example mediary.toml")?;
    let mut out = part.create()?;
    // Before anything is in it that not everybody may read.
    as_before(part.path(), &before).map_err(failed())?;
    out.write_all(text.as_bytes()).map_err(failed())?;
    part.finish(out)?;
    part.keep()
}

/// Gives a file the owner and the mode of another one.
fn as_before(file: &Path, before: &Metadata) -> io::Result<()> {
    // Only the superuser gives files away; whoever is of the group may give them to it.
    if chown(file, Some(before.uid()), Some(before.gid())).is_err() {
        chown(file, None, Some(before.gid())).ok();
    }
    // Last, since giving away takes bits off.
    fs::set_permissions(file, before.permissions())
}

/// What makes an answer one that can't work, whatever is installed later.
fn is_of_answers(finding: &Finding) -> bool {
    finding.verdict == Verdict::Error
        && ["data folder", "library", "placing files", "address", "tls"].contains(&finding.subject.as_str())
}

fn refused(finding: &Finding) -> Failure {
    let Finding { subject, detail, advice, .. } = finding;
    Failure::Unsound {
        code: "DOCTOR".to_owned(),
        message: format!("nothing was written: {subject}: {detail}"),
        advice: advice.clone().unwrap_or_default(),
    }
}

/// The next two commands: the server, and what one does first with it.
fn next(config: &Path, configuration: &Configuration, answers: &Answers) -> Vec<String> {
    let named = if config == Path::new("mediary.toml") {
        String::new()
    } else {
        format!(" --config {}", quoted(&config.display().to_string()))
    };
    let data = quoted(&configuration.data.display().to_string());
    let first = match answers.token.as_deref().filter(|_| !configuration.listen.ip().is_loopback()) {
        Some(name) => format!("mediary --data {data} token create {} --role owner", quoted(name)),
        None => format!("mediary --data {data} playlist follow https://example.org/feed.xml --wait"),
    };
    vec![format!("mediary serve{named}"), first]
}

/// A word of a shell's line.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-:@%+=,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn said_of(told: &Told) -> String {
    let Told { config, is_changed, findings, next, .. } = told;
    let state = if *is_changed { "is written" } else { "is as it was" };
    let lines = next.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n");
    format!(
        "{}\n{} {state}. Next, the second one in another terminal:\n{lines}\n",
        server::table(findings),
        config.display()
    )
}

/// What makes no sense in whichever place.
fn check(configuration: &Configuration) -> Result<(), Failure> {
    let absolute = configuration.clone().absolute()?;
    let (data, library) = (&absolute.data, absolute.library_folder());
    if data.starts_with(&library) {
        return Err(Failure::Usage {
            message: format!("the data folder {} would lie in the library", data.display()),
            advice: "name a folder for the library that has only kept files, such as one below the data folder",
        });
    }
    for folder in [data, &library] {
        answers::can_be_made(folder)?;
    }
    Ok(())
}

impl Answers {
    /// Has the file say so.
    fn say(&self, keys: &mut Keys<'_>, known: &Configuration) {
        let data = self.data.clone().unwrap_or_else(|| known.data.display().to_string());
        let usual = Path::new(&data).join("library").display().to_string();
        keys.say("data", Some(data));
        // Where it lies of itself needs no word, unless the file has one.
        let library = self.library.clone().filter(|library| *library != usual || known.library.is_some());
        keys.say("library", library);
        keys.say("listen", self.listen.clone());
        keys.say("nats", self.nats.clone());
        keys.say("tls_certificate", self.tls_certificate.clone());
        keys.say("tls_key", self.tls_key.clone());
    }
}

/// A way of NATS as it may be shown.
pub(super) fn shown_nats(text: &str) -> String {
    text.parse::<NatsMode>().map_or_else(|_| "?".to_owned(), |mode| mode.to_string())
}
