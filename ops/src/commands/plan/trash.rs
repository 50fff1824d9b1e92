//! `mediary trash`: what was deleted, and how long it can be had back.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    answers::download::File,
    client::Client,
    commands::{
        failure::Failure,
        file,
        intent::{Certainty, Intent},
        named,
        noun::Verbs,
        page, plan,
        setting::trash::{self, Kept},
        ticket::Ticket,
    },
    output::{Output, Table, bytes, clean, moment, optional},
};

/// What can be done with what is in the trash.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List what is in the trash, and until when it stays there.
    List,
    /// Put files back into their places.
    Restore(Restore),
    /// Show how long what is deleted can be had back, how full the trash is, and how full it may be.
    Show,
    /// Change how long what is deleted from now on can be had back, and how much the trash may hold.
    #[command(
        after_help = "Examples:\n  mediary trash set --keep-days 30 --limit 200000000000\n  mediary trash set --unlimited"
    )]
    Set {
        #[command(flatten)]
        kept: Kept,
        #[command(flatten)]
        intent: Intent,
    },
}

/// What is put back.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Their ids or the first digits of them, paths or parts of them, or `@last`.
    #[arg(value_name = "FILE", required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List => {
                let trashed = json!({ "filter": { "state": "TRASHED" } });
                let files: Vec<File> = page::all(client, &file::LIST, trashed, None).await?;
                Ok(output.show(&files, |files| table(files))?)
            }
            Self::Show => {
                let shown = client.ask(&trash::SHOW, json!({})).await?;
                Ok(output.show(&shown, trash::text)?)
            }
            Self::Set { kept, intent } => {
                let set = trash::set(client, kept, intent).await?;
                Ok(output.show(&set, |set| set.as_ref().map(trash::text).unwrap_or_default())?)
            }
            Self::Restore(Restore { ids, ticket, intent }) => {
                let ids = named::ids(client, file::KIND, &ids).await?;
                let goal = json!({ "restoreFiles": ids });
                plan::carry_out(client, output, (Certainty { intent, yes: true }, ticket), goal).await
            }
        }
    }
}

fn table(files: &[File]) -> String {
    let mut table = Table::new(&["id", "size", "stays until", "plan", "path"]);
    for file in files {
        table.row([
            file.id.clone(),
            bytes(file.size_bytes),
            file.kept_until.as_deref().map_or_else(|| "-".to_owned(), moment),
            optional(file.plan_id.as_deref()),
            clean(&file.path),
        ]);
    }
    table.text("the trash is empty")
}
