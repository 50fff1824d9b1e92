//! `mediary parrot`: texts that are repeated.

mod entry;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, job, noun::Verbs, page, intent::Intent, playlist::input, ticket::Ticket, wait};
use crate::{
    answers::parrot::{Parrot, ParrotPayload, list, tell},
    client::{Client, Document},
    output::{Output, Table, clean},
};

/// What can be done with parrots.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Have a text repeated.
    Tell(Tell),
    /// List what was or will be repeated, newest first.
    List,
}

/// What to repeat.
#[derive(Debug, Args)]
pub(crate) struct Tell {
    /// The text.
    #[arg(value_name = "TEXT")]
    text: String,
    /// Wait until it is repeated.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const TELL: Document<tell::Answer> = Document::repeatable(include_str!("parrot/tell.graphql"));

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("parrot/list.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Tell(Tell { text, wait, ticket, intent }) => {
                let asked = input(json!({ "text": text, "ticket": ticket.input(client).await? }));
                let outcome = client.meant(intent).act(&TELL, asked).await?;
                Failure::refused(outcome.user_errors)?;
                let ParrotPayload { job, position } = outcome.payload;
                let mut told = job.ok_or_else(|| job::not_found("of the text"))?;
                if wait {
                    told = wait::for_job(client, output, &told.id, position).await?;
                }
                output.show(&told, |told| job::table(std::slice::from_ref(told)))?;
                if wait { wait::verdict(&told) } else { Ok(()) }
            }
            Self::List => {
                let parrots = page::all(client, &LIST, json!({}), None).await?;
                Ok(output.show(&parrots, |parrots| table(parrots))?)
            }
        }
    }
}

fn table(parrots: &[Parrot]) -> String {
    let mut table = Table::new(&["id", "letters", "text"]);
    for Parrot { id, text, letters } in parrots {
        let letters = letters.map_or_else(|| "-".to_owned(), |letters| letters.to_string());
        table.row([id.clone(), letters, clean(text)]);
    }
    table.text("nothing was told; `mediary parrot tell TEXT` does")
}
