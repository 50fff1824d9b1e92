//! `mediary quota`: how much of whose work there may be.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::{
    answers::setting::{Quota, quotas, set_quota},
    client::{Client, Document},
    commands::{failure::Failure, intent::Intent, named, noun::Verbs, playlist::input, project},
    output::{Output, Table, bytes, moment},
};

/// What can be done with quotas.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List every quota, and how much of it is used up.
    List,
    /// Change how much of somebody's work there may be, from now on; what runs goes on, and a job that is over it waits.
    #[command(
        after_help = "What is left out is not limited: a quota with nothing at all is none.\n\nExample:\n  mediary quota set --project kids --at-once 1 --bytes-per-day 20000000000"
    )]
    Set {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        quota: Limits,
        #[command(flatten)]
        intent: Intent,
    },
}

/// Whose work.
#[derive(Debug, Args)]
#[group(id = "whose", required = true, multiple = false)]
pub(crate) struct Whose {
    /// All of a project: its name or its id.
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// What somebody started, in whichever project: the id that events name as their principal.
    #[arg(long, value_name = "ID")]
    principal: Option<String>,
}

/// How much.
#[derive(Debug, Args)]
pub(crate) struct Limits {
    /// Jobs at work at once.
    #[arg(long, value_name = "N")]
    at_once: Option<u32>,
    /// Jobs that are begun in a day of UTC; one that is tried again counts once.
    #[arg(long, value_name = "N")]
    jobs_per_day: Option<u32>,
    /// Bytes of files that are kept in a day of UTC; what is at work once they are reached is kept, too.
    #[arg(long, value_name = "BYTES")]
    bytes_per_day: Option<u64>,
}

pub(crate) const LIST: Document<quotas::Answer> = Document::repeatable(include_str!("quotas.graphql"));

pub(crate) const SET: Document<set_quota::Answer> = Document::repeatable(include_str!("set_quota.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let quotas: Vec<Quota> = match self {
            Self::List => client.ask(&LIST, json!({})).await?,
            Self::Set { whose, quota: Limits { at_once, jobs_per_day, bytes_per_day }, intent } => {
                let of = match whose.project {
                    Some(name) => Some(named::id(client, project::KIND, &name).await?),
                    None => whose.principal,
                };
                let wanted = json!({
                    "of": of, "atOnce": at_once, "jobsPerDay": jobs_per_day, "bytesPerDay": bytes_per_day,
                });
                let outcome = client.meant(intent).act(&SET, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                outcome.payload.quota.into_iter().collect()
            }
        };
        Ok(output.show(&quotas, |quotas| table(quotas))?)
    }
}

fn table(quotas: &[Quota]) -> String {
    let mut table = Table::new(&["of", "at once", "jobs a day", "bytes a day", "anew at"]);
    for Quota { of, at_once, jobs_per_day, bytes_per_day, used } in quotas {
        let used = used.as_ref();
        table.row([
            of.clone(),
            part(used.map(|used| used.at_work_count.to_string()), at_once.map(|jobs| jobs.to_string())),
            part(used.map(|used| used.begun_count.to_string()), jobs_per_day.map(|jobs| jobs.to_string())),
            part(used.map(|used| bytes(used.kept_bytes)), bytes_per_day.map(bytes)),
            used.map_or_else(|| "-".to_owned(), |used| moment(&used.until)),
        ]);
    }
    table.text("no quotas")
}

/// How much is used up, and of how much: `1 of 3`; without a limit the first alone.
fn part(used: Option<String>, limit: Option<String>) -> String {
    match (used, limit) {
        (Some(used), Some(limit)) => format!("{used} of {limit}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "-".to_owned(),
    }
}
