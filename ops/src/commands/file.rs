//! `mediary file`: what is in the library.

mod entry;
pub(crate) mod root;

use clap::{Args, Subcommand, builder::RangedU64ValueParser};
use mediary_schema::plan::Step;
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::{Certainty, Intent},
    named::{self, Kind},
    noun::Verbs,
    page, plan,
    playlist::input,
    schedule::seconds,
    ticket::{Ticket, note_joined},
    wait,
};
use crate::{
    answers::{
        download::File,
        file::{FileLink, FilePayload, Root, link, list, show, verify},
    },
    client::{Client, Document},
    output::{Output, Table, bytes, clean, duration, fields, moment, optional, plural, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind = Kind::new("FILE", "file", "`mediary file list` shows them");

/// What can be done with files.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List files, newest first.
    List {
        /// Only those with each of these words in their path, in whichever case.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
        limit: Option<usize>,
    },
    /// Show a file.
    Show {
        /// Its id or the first digits of it, its path or a part of it, or `@last`.
        #[arg(value_name = "FILE")]
        id: String,
    },
    /// Make an address of a file that works without a token, until it ends.
    Link(Link),
    /// Read files and compare their bytes with what was recorded; fail if some are not as they were kept.
    Verify(Verify),
    /// Put files into the trash, where they stay for 14 days at least.
    Delete(Delete),
    /// Give files the names that their layout has for them.
    Rename(Rename),
    /// Register the folders below which files lie, and list them.
    #[command(subcommand)]
    Root(root::Verb),
}

/// What to give away.
#[derive(Debug, Args)]
#[command(after_help = LINK_HELP)]
pub(crate) struct Link {
    /// Its id or the first digits of it, its path or a part of it, or `@last`.
    #[arg(value_name = "FILE")]
    id: String,
    /// For how long it works, from a minute to a week.
    #[arg(long = "for", value_name = "TIME", default_value = "1d", value_parser = seconds)]
    seconds: u32,
}

const LINK_HELP: &str = "\
Whoever has the address can play and save that file and what lies beside it, and nothing else. It ends by itself, with the token or
the user who asked for it, and with all other links by `mediary secret rotate`.

Example:
  mediary file link @last --for 2h";

/// What to delete.
#[derive(Debug, Args)]
#[command(after_help = DELETE_HELP)]
pub(crate) struct Delete {
    /// Their ids or the first digits of them, paths or parts of them, or `@last`.
    #[arg(value_name = "FILE", required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    certainty: Certainty,
}

const DELETE_HELP: &str = "\
Without `--yes` nothing is touched: a plan is made and shown, which `mediary plan apply` carries out as long as nothing of it is
otherwise. Files go into the trash by a rename; `mediary undo` takes all of it back, `mediary trash restore` single files.

Example:
  mediary file delete 'Sample videos/' --yes";

/// What to rename.
#[derive(Debug, Args)]
#[command(after_help = RENAME_HELP)]
pub(crate) struct Rename {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    certainty: Certainty,
}

/// Which files.
#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = false)]
pub(crate) struct Which {
    /// Their ids or the first digits of them, paths or parts of them, or `@last`.
    #[arg(value_name = "FILE")]
    ids: Vec<String>,
    /// All that were kept for this list: its id or the first digits of it, its title, its address, or `@last`.
    #[arg(long, value_name = "PLAYLIST")]
    playlist: Option<String>,
    /// All that are there, if they are 5,000 at most: as many as one plan takes.
    #[arg(long)]
    all: bool,
}

const RENAME_HELP: &str = "\
Without `--yes` nothing is touched: a plan is made and shown, which `mediary plan apply` carries out as long as nothing of it is
otherwise. What lies beside a file goes with it; nothing is overwritten; `mediary undo` gives all of them their old names. One plan
takes 5,000 files at most: a larger library is renamed list by list.

Examples:
  mediary layout set plex && mediary file rename --all
  mediary file rename --playlist @last --yes";

/// What to read.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Their ids or the first digits of them, paths or parts of them, or `@last`; all files if none is named.
    #[arg(value_name = "FILE")]
    ids: Vec<String>,
    /// Only files below this root, by its name, its id or the first digits of it.
    #[arg(long, value_name = "ROOT", conflicts_with = "ids")]
    root: Option<String>,
    /// Take the folder of the root, else of the library, as it is, though nothing that was kept is in it: what is not there is lost then.
    #[arg(long, conflicts_with = "ids")]
    accept_folder: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("file/list.graphql"));

pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("file/show.graphql"));

pub(crate) const LINK: Document<link::Answer> = Document::repeatable(include_str!("file/link.graphql"));

pub(crate) const VERIFY: Document<verify::Answer> = Document::repeatable(include_str!("file/verify.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List { search, limit } => {
                let files: Vec<File> =
                    page::all(client, &LIST, json!({ "filter": { "search": search } }), limit).await?;
                let roots = client.ask(&root::LIST, json!({})).await?;
                Ok(output.show(&files, |files| table(files, &roots))?)
            }
            Self::Show { id } => {
                let id = named::id(client, KIND, &id).await?;
                let file: Option<File> = client.ask(&SHOW, json!({ "id": id })).await?;
                let file =
                    file.ok_or(Failure::NotFound { id, advice: "`mediary file list` shows what there is" })?;
                Ok(output.show(&file, details)?)
            }
            Self::Link(Link { id, seconds }) => {
                let id = named::id(client, KIND, &id).await?;
                let mut link: FileLink =
                    client.ask(&LINK, json!({ "id": id, "forSeconds": seconds })).await?;
                link.url = client.address(&link.url);
                Ok(output.show(&link, |link| format!("{}\n", link.url))?)
            }
            Self::Verify(wanted) => verify(wanted, client, output).await,
            Self::Delete(Delete { ids, ticket, certainty }) => {
                let ids = named::ids(client, KIND, &ids).await?;
                plan::carry_out(client, output, (certainty, ticket), json!({ "deleteFiles": ids })).await
            }
            Self::Rename(wanted) => rename(wanted, client, output).await,
            Self::Root(verb) => root::run(verb, client, output).await,
        }
    }
}

async fn rename(wanted: Rename, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Rename { which: Which { ids, playlist, all }, ticket, certainty } = wanted;
    let goal = if let Some(list) = playlist {
        json!({ "renameList": named::id(client, super::playlist::KIND, &list).await? })
    } else if all {
        let ids = all_there(client).await?;
        if ids.is_empty() {
            let nothing =
                json!({ "planId": null, "undoId": null, "fileCount": 0, "sizeBytes": 0, "leftCount": 0 });
            return Ok(output.show(&nothing, |_| "no file is there: there is nothing to rename".to_owned())?);
        }
        json!({ "renameFiles": ids })
    } else {
        json!({ "renameFiles": named::ids(client, KIND, &ids).await? })
    };
    plan::carry_out(client, output, (certainty, ticket), goal).await
}

/// The ids of all files that are there, unless they are more than one plan takes.
async fn all_there(client: &Client) -> Result<Vec<String>, Failure> {
    let there = json!({ "filter": { "state": "PRESENT" } });
    let files: Vec<File> = page::all(client, &LIST, there, Some(Step::MAX + 1)).await?;
    if files.len() > Step::MAX {
        return Err(Failure::Usage {
            message: format!("more than {} files are there, and one plan takes no more", Step::MAX),
            advice: "rename them list by list: `mediary file rename --playlist PLAYLIST`; nothing was done",
        });
    }
    Ok(files.into_iter().map(|file| file.id).collect())
}

/// Has files read, waits for it, and says which are not as they were kept.
async fn verify(wanted: Verify, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Verify { ids, root, accept_folder, ticket, intent } = wanted;
    let ticket = ticket.input(client).await?;
    let mut named = Vec::new();
    for id in &ids {
        let id = named::id(client, KIND, id).await?;
        if !named.contains(&id) {
            named.push(id);
        }
    }
    let root_id = match &root {
        Some(root) => Some(named::id(client, root::KIND, root).await?),
        None => None,
    };
    let ids = (!named.is_empty()).then_some(&named);
    let asked = json!({ "ids": ids, "rootId": root_id, "acceptFolder": accept_folder, "ticket": &ticket });
    let outcome = client.meant(intent).act(&VERIFY, input(asked)).await?;
    Failure::refused(outcome.user_errors)?;
    let FilePayload { job, position, joined_job_ids } = outcome.payload;
    note_joined(output, &ticket, &joined_job_ids);
    let job =
        job.ok_or_else(|| Failure::NotFound { id: "job".to_owned(), advice: "ask again in a moment" })?;
    let job = wait::for_job(client, output, &job.id, position).await?;
    let verdict = wait::verdict(&job);
    let files = if named.is_empty() {
        let all: Vec<File> = page::all(client, &LIST, json!({}), None).await?;
        all.into_iter().filter(|file| root_id.as_ref().is_none_or(|root| file.root_id == *root)).collect()
    } else {
        let mut files: Vec<File> = Vec::new();
        for id in &named {
            files.extend(client.ask(&SHOW, json!({ "id": id })).await?);
        }
        files
    };
    let roots = client.ask(&root::LIST, json!({})).await?;
    output.show(&files, |files| table(files, &roots))?;
    verdict?;
    as_kept(&files)
}

/// Fails if some files are not as they were kept.
fn as_kept(files: &[File]) -> Result<(), Failure> {
    let count = |state: &str| files.iter().filter(|file| file.state == state).count();
    let (lost, changed) = (count("LOST"), count("CHANGED"));
    // Who gave his place to another kept file is no more to be looked for there.
    let is_swapped = |file: &&File| file.state == "REPLACED" && file.replaced_by_id.is_none();
    let replaced = files.iter().filter(is_swapped).count();
    if lost + changed + replaced == 0 {
        return Ok(());
    }
    Err(Failure::Unsound {
        code: "FILES_NOT_AS_KEPT".to_owned(),
        message: format!(
            "{lost} lost, {changed} changed and {replaced} replaced of {}",
            plural(files.len() as u64, "file", "files")
        ),
        advice: "put them back, or fetch them again: `mediary download start` wants what is lost".to_owned(),
    })
}

fn table(files: &[File], roots: &[Root]) -> String {
    let mut table = Table::new(&["id", "state", "size", "length", "root", "path"]);
    for file in files {
        let root = roots.iter().find(|root| root.id == file.root_id).map(|root| root.name.as_str());
        table.row([
            file.id.clone(),
            word(&file.state),
            bytes(file.size_bytes),
            duration(file.duration_ms),
            optional(root),
            file.path.clone(),
        ]);
    }
    table.text("no files; `mediary download start` makes some")
}

fn details(file: &File) -> String {
    let picture = file.width.zip(file.height).map(|(width, height)| format!("{width} × {height}"));
    fields(&[
        ("id", Some(file.id.clone())),
        ("root", Some(file.root_id.clone())),
        ("path", Some(file.path.clone())),
        ("state", Some(word(&file.state))),
        ("size", Some(bytes(file.size_bytes))),
        ("length", Some(duration(file.duration_ms))),
        ("picture", picture),
        (
            "codecs",
            Some([&file.video_codec, &file.audio_codec].map(|codec| optional(codec.as_deref())).join(", ")),
        ),
        ("container", Some(file.container.clone())),
        ("checked", Some(word(&file.check))),
        (
            "odd",
            Some(file.oddities.iter().map(|oddity| word(oddity)).collect::<Vec<_>>().join(", "))
                .filter(|odd| !odd.is_empty()),
        ),
        ("blake3", Some(file.blake3.clone())),
        ("beside", beside(file)),
        ("not beside", not_beside(file)),
        ("item", file.item_id.clone()),
        ("recorded", Some(moment(&file.recorded_at))),
    ])
}

/// What lies beside a file, by its names.
fn beside(file: &File) -> Option<String> {
    let names = file.sidecars.iter().map(|sidecar| sidecar.path.rsplit('/').next().unwrap_or_default());
    let names: Vec<&str> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// What was to lie beside a file, and why it doesn't.
fn not_beside(file: &File) -> Option<String> {
    let told = file.missing_sidecars.iter().map(|missing| {
        let language = missing.language.as_ref().map(|language| format!(" {language}")).unwrap_or_default();
        format!("{}{language}: {}", word(&missing.kind), clean(&missing.reason))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join("; "))
}
