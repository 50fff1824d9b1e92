//! Jobs that were started under one name.

use serde_json::json;

use crate::{
    answers::job::{Batch, batch},
    client::{Client, Document},
    commands::failure::Failure,
    output::{Output, plural},
};

pub(crate) const BATCH: Document<batch::Answer> = Document::repeatable(include_str!("batch.graphql"));

/// Says how far a batch is.
pub(super) async fn note(client: &Client, output: &mut Output, name: &str) -> Result<(), Failure> {
    let batch: Option<Batch> = client.ask(&BATCH, json!({ "name": name })).await?;
    let Some(Batch { name, job_count, succeeded_count, given_up_count }) = batch else { return Ok(()) };
    let jobs = plural(job_count, "job", "jobs");
    output.note(&format!("batch {name}: {jobs}, {succeeded_count} done, {given_up_count} given up"));
    Ok(())
}
