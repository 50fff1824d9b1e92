//! `mediary worker` and `mediary concern`: the parts that do the work, and those that were halted.

mod entry;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, intent::Intent, noun::Verbs, playlist::input};
use crate::{
    answers::worker::{Worker, list, resume},
    client::{Client, Document},
    output::{Output, Table, clean, moment, word},
};

/// What can be done with workers.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the parts of every worker, and how each is.
    List,
}

/// What can be done with the parts of a worker.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    /// Start a part again that was halted because it failed too often.
    Resume(Resume),
}

/// What is started again.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// Its name, as `worker list` shows it: a kind of work, a reaction, `dispatcher`, `nats`.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("worker/list.graphql"));

pub(crate) const RESUME: Document<resume::Answer> =
    Document::repeatable(include_str!("worker/resume.graphql"));

impl Worker {
    /// What is halted, with what to do about it.
    pub(crate) fn halts(&self) -> impl Iterator<Item = String> {
        self.parts.iter().filter(|part| part.state == "HALTED").map(|part| {
            let (name, reason) = (&part.name, clean(part.reason.as_deref().unwrap_or("no reason is known")));
            format!("{name} is halted ({reason}); `mediary concern resume {name}` starts it again")
        })
    }
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List => {
                let workers: Vec<Worker> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&workers, |workers| table(workers))?)
            }
        }
    }
}

impl Verbs for Part {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let Self::Resume(resume) = self;
        resume.run(client, output).await
    }
}

impl Resume {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let Self { name, intent } = self;
        let outcome = client.meant(intent).act(&RESUME, input(json!({ "part": name }))).await?;
        Failure::refused(outcome.user_errors)?;
        Ok(output.show(&json!({ "part": name }), |_| format!("{name} goes on"))?)
    }
}

fn table(workers: &[Worker]) -> String {
    let mut table = Table::new(&["part", "state", "since", "reason"]);
    for part in workers.iter().flat_map(|worker| &worker.parts) {
        let reason = clean(part.reason.as_deref().unwrap_or("-"));
        table.row([part.name.clone(), word(&part.state), moment(&part.since), reason]);
    }
    table.text("no workers")
}
