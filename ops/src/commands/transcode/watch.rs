//! `mediary transcode watch`: folders from which files are taken.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::{
    answers::transcode::{Watch, unwatch, watch, watches},
    client::{Client, Document},
    commands::{failure::Failure, file::root::whole, intent::Intent, playlist::input},
    output::{Output, Table, bytes, fields, optional},
};

/// What can be done with watched folders.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Take files from a folder of the server's machine once they have settled, and have one made of each.
    Add(Add),
    /// List the folders from which files are taken.
    List,
    /// Take nothing from a folder any more; what was taken stays what it is.
    Remove {
        /// The folder, or the id of the watch.
        #[arg(value_name = "DIR")]
        folder: String,
        #[command(flatten)]
        intent: Intent,
    },
}

/// From where, and what becomes of it.
#[derive(Debug, Args)]
#[command(after_help = ADD_HELP)]
pub(crate) struct Add {
    /// The folder. It lies in a root, or becomes one.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// By which rules: `web`, `archive`, `mobile`, `tv`, `audio`, `remux`, or a profile of your own.
    #[arg(long, value_name = "NAME")]
    profile: String,
    /// Only files whose names fit one of these patterns; media by their endings where none is given.
    #[arg(long = "name", value_name = "PATTERN")]
    names: Vec<String>,
    /// Only files of so many bytes at least.
    #[arg(long, value_name = "BYTES")]
    min_bytes: Option<u64>,
    /// Only files of so many bytes at most.
    #[arg(long, value_name = "BYTES")]
    max_bytes: Option<u64>,
    /// Only files in so many folders within each other below it; 0 is the folder itself.
    #[arg(long, value_name = "N")]
    depth: Option<u32>,
    /// A file is taken once nobody has written it for so many seconds; one that was moved here when it was older than that, at once.
    #[arg(long, value_name = "SECONDS", default_value_t = mediary_schema::watch::Which::SETTLE_S)]
    settle: u32,
    /// Once what is made is proved, it gets the place of what it is made of, which goes into the trash.
    #[arg(long)]
    replace: bool,
    /// Replace also files that have other names (hard links), too: those keep the file that it was.
    #[arg(long, requires = "replace")]
    allow_links: bool,
    #[command(flatten)]
    intent: Intent,
}

const ADD_HELP: &str = "\
A file that is still written is not taken, nor is one that is hidden or ends as an unfinished one does (`.part`, `.crdownload`, \
`.tmp`). What is taken is recorded as a kept file and stays where it is; what is made of it lies beside it, unless it is replaced.

Files are taken in your name: they are no more once your token is revoked, until somebody adds the folder again.

Examples:
  mediary transcode watch add /srv/recordings --profile archive --replace
  mediary transcode watch add /srv/incoming --profile web --name '*.mkv' --name '*.ts' --settle 10";

pub(crate) const LIST: Document<watches::Answer> = Document::repeatable(include_str!("watches.graphql"));

pub(crate) const ADD: Document<watch::Answer> = Document::repeatable(include_str!("watch.graphql"));

pub(crate) const REMOVE: Document<unwatch::Answer> = Document::repeatable(include_str!("unwatch.graphql"));

const ADVICE: &str = "`mediary transcode watch list` shows them";

impl Verb {
    pub(crate) async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List => {
                let all: Vec<Watch> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&all, |all| table(all))?)
            }
            Self::Add(wanted) => {
                let outcome = client.meant(wanted.intent).act(&ADD, input(wanted.asked())).await?;
                Failure::refused(outcome.user_errors)?;
                let added: Vec<Watch> = outcome.payload.watch.into_iter().collect();
                Ok(output.show(&added, |added| added.iter().map(details).collect())?)
            }
            Self::Remove { folder, intent } => {
                let all: Vec<Watch> = client.ask(&LIST, json!({})).await?;
                let path = whole(PathBuf::from(&folder));
                let is_it = |watch: &&Watch| {
                    watch.id == folder || whole_path(watch).is_some_and(|watched| Path::new(&watched) == path)
                };
                let not_found = || Failure::NotFound { id: format!("watch of {folder:?}"), advice: ADVICE };
                let found = all.iter().find(is_it).ok_or_else(not_found)?;
                let gone = json!({ "id": found.id });
                let outcome = client.meant(intent).act(&REMOVE, input(gone.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&gone, |_| format!("nothing is taken from {folder} any more"))?)
            }
        }
    }
}

impl Add {
    fn asked(self) -> Value {
        let mut asked = json!({
            "folder": whole(self.folder),
            "profile": self.profile,
            "names": self.names,
            "bytesMin": self.min_bytes,
            "bytesMax": self.max_bytes,
            "depthMax": self.depth,
            "settleSeconds": self.settle,
        });
        if self.replace {
            asked["replace"] = json!({ "allowLinks": self.allow_links });
        }
        asked
    }
}

/// The folder by its whole path, for whoever may see it.
fn whole_path(watch: &Watch) -> Option<String> {
    let folder = watch.root.as_ref()?.folder.as_deref()?;
    Some(if watch.way.is_empty() { folder.to_owned() } else { format!("{folder}/{}", watch.way) })
}

/// The folder as a person is told it: for whoever may not see its whole path, from the name of the root on.
pub(crate) fn folder(watch: &Watch) -> String {
    let named = || {
        let root = watch.root.as_ref().map_or("", |root| root.name.as_str());
        [root, &watch.way].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    };
    whole_path(watch).unwrap_or_else(named)
}

/// Whether anything can be taken from it now.
fn standing(watch: &Watch) -> &'static str {
    let is_away = watch.root.as_ref().is_some_and(|root| root.standing == "AWAY");
    if is_away { "its root is not there" } else { "watched" }
}

fn table(all: &[Watch]) -> String {
    let mut table = Table::new(&["folder", "profile", "names", "in place", "state"]);
    for watch in all {
        table.row([
            folder(watch),
            watch.profile.clone(),
            optional((!watch.names.is_empty()).then(|| watch.names.join(" ")).as_deref()),
            if watch.replace.is_some() { "yes" } else { "no" }.to_owned(),
            watch.stopped.clone().unwrap_or_else(|| standing(watch).to_owned()),
        ]);
    }
    table.text("no folder is watched")
}

fn details(watch: &Watch) -> String {
    fields(&[
        ("id", Some(watch.id.clone())),
        ("folder", Some(folder(watch))),
        ("profile", Some(watch.profile.clone())),
        ("names", (!watch.names.is_empty()).then(|| watch.names.join(" "))),
        ("at least", watch.bytes_min.map(bytes)),
        ("at most", watch.bytes_max.map(bytes)),
        ("folders deep", watch.depth_max.map(|depth| depth.to_string())),
        ("settles", Some(format!("{} seconds", watch.settle_seconds))),
        ("in place", watch.replace.as_ref().map(|_| "yes".to_owned())),
        ("state", Some(watch.stopped.clone().unwrap_or_else(|| standing(watch).to_owned()))),
    ])
}
