//! What the programs of a job wrote.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::not_found;
use crate::{
    answers::job::{JobLog, JobLogPiece as Piece, log},
    client::{Client, Document, POLL_INTERVAL},
    commands::{failure::Failure, named},
    output::Output,
};

/// Whose output to show.
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// Its id or the first digits of it, or `@last`.
    #[arg(value_name = "JOB")]
    id: String,
    /// Go on until the job has ended.
    #[arg(long)]
    follow: bool,
}

pub(crate) const LOG: Document<log::Answer> = Document::repeatable(include_str!("log.graphql"));

/// How often it is looked whether there is more: what programs write is no event.
const LOOK_INTERVAL: Duration = POLL_INTERVAL;

pub(super) async fn run(log: Log, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let id = named::id(client, crate::commands::job::KIND, &log.id).await?;
    let mut attempt = String::new();
    let mut cursor: Option<String> = None;
    loop {
        let answer = client.ask(&LOG, json!({ "id": id, "after": cursor })).await?;
        let JobLog { pieces, end_cursor, has_more, open } = answer.ok_or_else(|| not_found(&id))?;
        let is_new = end_cursor != cursor;
        cursor = end_cursor;
        for piece in &pieces {
            show(piece, &mut attempt, output)?;
        }
        if is_new && (has_more || log.follow) {
            continue;
        }
        if !(log.follow && open) {
            break;
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    if attempt.is_empty() && !output.is_json() {
        output.note("nothing was written, or nothing of it is kept");
    }
    Ok(())
}

/// A piece as an object on a line, or its lines as they are; whose they are is no data.
fn show(piece: &Piece, attempt: &mut String, output: &mut Output) -> Result<(), Failure> {
    let is_next = *attempt != piece.attempt_id;
    attempt.clone_from(&piece.attempt_id);
    if output.is_json() {
        return Ok(output.ndjson(piece)?);
    }
    if is_next {
        output.note(&format!("{attempt}:"));
    }
    if piece.left_out > 0 {
        output.note(&format!("({} bytes are no longer kept)", piece.left_out));
    }
    Ok(output.lines(piece.text.as_bytes())?)
}
