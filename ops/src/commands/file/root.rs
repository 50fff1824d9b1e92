//! `mediary file root`: the folders below which files lie.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    answers::file::{Root, root_add, root_list},
    client::{Client, Document},
    commands::{failure::Failure, intent::Intent, named::Kind, playlist::input},
    output::{Output, Table, optional, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("ROOT", "root", "`mediary file root list` shows those that there are");

/// What can be done with roots.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Register a folder of the server's machine below which files lie.
    #[command(after_help = "Example:\n  mediary file root add /mnt/tank/Incoming --watch")]
    Add(Add),
    /// List the roots, in the order in which they were registered.
    List,
}

/// A folder to be registered.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The folder; what does not begin with a slash lies in the folder that this is typed in.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Others put files there.
    #[arg(long)]
    watch: bool,
    /// What people call it; the name of the folder if left out.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const ADD: Document<root_add::Answer> = Document::repeatable(include_str!("root_add.graphql"));

pub(crate) const LIST: Document<root_list::Answer> = Document::repeatable(include_str!("root_list.graphql"));

pub(super) async fn run(verb: Verb, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let roots: Vec<Root> = match verb {
        Verb::Add(add) => register(add, client).await?,
        Verb::List => client.ask(&LIST, json!({})).await?,
    };
    Ok(output.show(&roots, |roots| table(roots))?)
}

/// A folder by its whole path, as it is typed here. The links of this machine lead to where the server finds it; one that isn't here
/// is the server's to judge.
pub(crate) fn whole(folder: PathBuf) -> PathBuf {
    folder.canonicalize().or_else(|_| std::path::absolute(&folder)).unwrap_or(folder)
}

async fn register(add: Add, client: &Client) -> Result<Vec<Root>, Failure> {
    let Add { folder, watch, name, intent } = add;
    let folder = whole(folder);
    let kind = if watch { "WATCH" } else { "LIBRARY" };
    let asked = json!({ "folder": folder, "kind": kind, "name": name });
    let outcome = client.meant(intent).act(&ADD, input(asked)).await?;
    Failure::refused(outcome.user_errors)?;
    Ok(outcome.payload.root.into_iter().collect())
}

fn table(roots: &[Root]) -> String {
    let mut table = Table::new(&["id", "kind", "name", "state", "folder"]);
    for root in roots {
        table.row([
            root.id.clone(),
            word(&root.kind),
            root.name.clone(),
            word(&root.standing),
            optional(root.folder.as_deref()),
        ]);
    }
    table.text("no roots")
}
