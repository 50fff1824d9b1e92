//! Jobs that were started under one name.

use serde_json::json;

use super::{CANCEL, Job, jobs, show_outcome};
use crate::{
    answers::job::{Batch, batch},
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::{self, Certainty},
        playlist::input,
    },
    output::{Output, plural},
};

pub(crate) const BATCH: Document<batch::Answer> = Document::repeatable(include_str!("batch.graphql"));

/// Jobs that one command ends.
const CANCELLED_AT_ONCE_MAX: usize = 500;

/// Says how far a batch is.
pub(super) async fn note(client: &Client, output: &mut Output, name: &str) -> Result<(), Failure> {
    let batch: Option<Batch> = client.ask(&BATCH, json!({ "name": name })).await?;
    let Some(Batch { name, job_count, succeeded_count, given_up_count }) = batch else { return Ok(()) };
    let jobs = plural(job_count, "job", "jobs");
    output.note(&format!("batch {name}: {jobs}, {succeeded_count} done, {given_up_count} given up"));
    Ok(())
}

/// Ends all jobs of a batch that have not ended, also those that come to it meanwhile.
pub(super) async fn cancel(
    client: &Client,
    output: &mut Output,
    name: &str,
    certainty: Certainty,
) -> Result<(), Failure> {
    let mut asked: Vec<String> = Vec::new();
    loop {
        let mut open = open(client, name).await?;
        // What runs is asked to end, and open until it has.
        open.retain(|id| !asked.contains(id));
        if open.is_empty() && asked.is_empty() {
            let id = format!("open job of the batch {name:?}");
            return Err(Failure::NotFound { id, advice: "`mediary job list --batch NAME` shows its jobs" });
        }
        if open.is_empty() {
            return Ok(());
        }
        open.truncate(CANCELLED_AT_ONCE_MAX);
        let wanted = input(json!({ "ids": open }));
        let meant = Certainty { yes: certainty.yes || !asked.is_empty(), ..certainty };
        let outcome = intent::act_for_good(client, output, meant, &CANCEL, wanted).await?;
        show_outcome(outcome, output)?;
        asked.append(&mut open);
    }
}

async fn open(client: &Client, name: &str) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::new();
    for state in ["QUEUED", "LEASED", "RUNNING", "PAUSED"] {
        let filter = json!({ "batch": name, "state": state });
        let of_state: Vec<Job> = jobs(client, filter, Some(CANCELLED_AT_ONCE_MAX)).await?;
        ids.extend(of_state.into_iter().map(|job| job.id));
    }
    Ok(ids)
}
