//! What can be typed behind `mediary check`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{backtest::Backtest, export::Export, import::Import, log::Log, report::Report};
use crate::commands::{intent::Intent, schedule::seconds};

const ADD_HELP: &str = r#"
A file has as many checks as it likes:

  [[check]]
  name = "backup"
  kind = "command"           # command http tcp tls dns domain ping disk process file_age nats docker events push
  argv = ["/usr/local/bin/check-backup", "--days", "1"]
  every = "5m"               # or cron = "0 3 * * *" with zone = "Europe/Berlin"
  timeout = "30s"
  fail_after = 2             # of the last 3: fail_of = 3
  depends_on = ["nas"]
  notify = ["mail"]

Examples:
  mediary check add --url https://example.org
  mediary check add --url tcp://nas:22 --name nas --every 5m
  mediary check add checks.toml"#;

const RUN_HELP: &str = "\
With --wait it ends with 0 if all is well, with 1 if not, and with 6 if nobody can say.";

const PUSH_HELP: &str = "\
Behind the address may stand /start, /fail, /log or an exit code, or /ci for the webhook of a CI service; what is sent along is its
message and its numbers. With ?create=1 a check of that
name is made by its first report.

Examples:
  curl -fsS \"$(mediary check push-url backup)\"
  backup; curl -fsS \"$(mediary check push-url backup)/$?\"";

const RUN_URL_HELP: &str = "\
It is signed as Standard Webhooks has it (webhook-signature) or GitHub (X-Hub-Signature-256), or has the secret as the token of GitLab.
What the body says that it is for (reference, after, checkout_sha, ref) is the variable MEDIARY_REFERENCE of the check's program.";

const IMPORT_HELP: &str = "\
No channel, password or header is taken: they may be secret, and are named. Of a database of Uptime Kuma what its rules make of all
that it found is shown, too: stop it before you copy kuma.db, or copy kuma.db-wal with it.

Examples:
  mediary check import kuma.db
  mediary check import Uptime_Kuma_Backup.json
  mediary check import gatus.yaml --yes
  curl -fsS -H \"X-Api-Key: $KEY\" https://healthchecks.io/api/v3/checks/ | mediary check import -";

const BACKTEST_HELP: &str = "\
Looks are tried as they are kept: each one of the last two days, by minutes for two weeks, by hours before. Whatever a check depends
on is left out of it.

Examples:
  mediary check backtest site --since 30d --fail-after 2 --fail-of 3
  mediary check backtest --file checks.toml --since 365d";

const REPORT_HELP: &str = "\
A minute is up if every look in it was well, down if one was not, and not watched if nobody looked or nobody could say. The log proves
from then on that this was said; with --html, so does one file.

Examples:
  mediary check report --month 2026-11
  mediary check report site --month 2026-11 --zone Europe/Berlin --html site-2026-11.html";

const EXPORT_HELP: &str = "\
Secrets are named in it, never told.

Examples:
  mediary check export > checks.toml
  mediary check export site backup";

const FILES_HELP: &str = "\
What lies as NAME.toml in the folder `checks` of the server's data folder is looked at as it says, from the moment it is written.
`mediary check add --help` has an example.";

/// What can be done with checks.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Have something checked again and again: what is at an address, or all that a file says.
    #[command(after_help = ADD_HELP)]
    Add(Box<Add>),
    /// List what is checked, by name.
    List(List),
    /// Show a check: what was found, since when, and when it is looked at next.
    Show(Which),
    /// Look now, too.
    #[command(after_help = RUN_HELP)]
    Run(Run),
    /// Whenever a check, or any, was found to be another thing than before; the newest first.
    History(History),
    /// Show what the program of a look wrote, also while it runs.
    Log(Log),
    /// Say that somebody knows that it is wrong.
    Acknowledge(Acknowledge),
    /// Tell nobody of it for a while; what is found is recorded all the same.
    Snooze(Snooze),
    /// Say where a check reports that reports by itself: whoever has this address may report.
    #[command(after_help = PUSH_HELP)]
    PushUrl(Which),
    /// Say where a signed webhook has a check looked at, and by which secret it is signed.
    #[command(after_help = RUN_URL_HELP)]
    RunUrl(Which),
    /// Say what a rule makes of the looks that are recorded, before anybody keeps it.
    #[command(after_help = BACKTEST_HELP)]
    Backtest(Backtest),
    /// Write down how a month was, minute by minute: up, down, or not watched.
    #[command(after_help = REPORT_HELP)]
    Report(Report),
    /// Write checks as a file that says them, for `check add` or the folder of checks.
    #[command(after_help = EXPORT_HELP)]
    Export(Export),
    /// Take what another monitor looks at: what of it, and what not and why, is shown before anything is done.
    #[command(after_help = IMPORT_HELP)]
    Import(Import),
    /// List the files of the server's folder of checks, and what is wrong with them.
    #[command(after_help = FILES_HELP)]
    Files,
    /// Look no more until it is resumed.
    Pause(One),
    /// Look again.
    Resume(One),
    /// Look no more.
    Remove(One),
}

/// What is looked at, and when.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// A file of checks.
    #[arg(value_name = "FILE", required_unless_present = "url", conflicts_with = "url")]
    pub(super) file: Option<PathBuf>,
    /// What to look at: `https://…`, `tcp://HOST:PORT`, `tls://HOST`, `ping://HOST`, `dns://NAME`, `nats://HOST`.
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,
    /// What it is called; the host if left out.
    #[arg(long, value_name = "NAME", requires = "url")]
    pub(super) name: Option<String>,
    /// Look again after so long: 30s, 5m, 1h; a minute if left out.
    #[arg(long, value_name = "D", value_parser = seconds, requires = "url")]
    pub(super) every: Option<u32>,
    /// How long a look may take.
    #[arg(long, value_name = "D", value_parser = seconds, requires = "url")]
    pub(super) timeout: Option<u32>,
    /// Take the place of those that are called so already.
    #[arg(long)]
    pub(super) replace: bool,
    #[command(flatten)]
    pub(super) intent: Intent,
}

/// Which checks are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those that were found so.
    #[arg(long, value_name = "S")]
    pub(super) state: Option<State>,
    /// Only those of this kind.
    #[arg(long, value_name = "KIND")]
    pub(super) kind: Option<String>,
    /// Only those with these words in their names, targets or tags.
    #[arg(long, value_name = "T")]
    pub(super) search: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// All is well.
    Ok,
    /// It is not.
    Failing,
    /// Nobody can say.
    Unknown,
}

/// Which check.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Its name, its id or the first digits of it, or `@last`.
    #[arg(value_name = "CHECK")]
    pub(super) id: String,
}

/// Which check.
#[derive(Debug, Args)]
pub(crate) struct One {
    #[command(flatten)]
    pub(super) which: Which,
    #[command(flatten)]
    pub(super) intent: Intent,
}

/// Which check is looked at.
#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(super) which: Which,
    /// Wait for what is found; meanwhile what its program writes is shown.
    #[arg(long)]
    pub(super) wait: bool,
    /// What it is looked at for, such as a commit: its program has it as `MEDIARY_REFERENCE`.
    #[arg(long, value_name = "TEXT")]
    pub(super) reference: Option<String>,
    #[command(flatten)]
    pub(super) intent: Intent,
}

/// Of what is told.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Its name, its id or the first digits of it, or `@last`; all checks if left out.
    #[arg(value_name = "CHECK")]
    pub(super) id: Option<String>,
    /// Only what was seen in the last while: 2h, 7d.
    #[arg(long, value_name = "T", value_parser = seconds)]
    pub(super) since: Option<u32>,
}

/// Of what somebody knows.
#[derive(Debug, Args)]
pub(crate) struct Acknowledge {
    #[command(flatten)]
    pub(super) which: Which,
    /// What to say to others.
    #[arg(long, value_name = "TEXT")]
    pub(super) note: Option<String>,
    #[command(flatten)]
    pub(super) intent: Intent,
}

/// Of what nobody is told.
#[derive(Debug, Args)]
pub(crate) struct Snooze {
    #[command(flatten)]
    pub(super) which: Which,
    /// For how long: 30m, 2h, 1d.
    #[arg(long = "for", value_name = "D", value_parser = seconds, required_unless_present = "end")]
    pub(super) lasts: Option<u32>,
    /// Be told again from now on.
    #[arg(long, conflicts_with = "lasts")]
    pub(super) end: bool,
    #[command(flatten)]
    pub(super) intent: Intent,
}
