//! What the program of a look wrote.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::KIND;
use crate::{
    answers::check::{CheckLog, log},
    client::{Client, Document, POLL_INTERVAL},
    commands::{failure::Failure, named},
    output::Output,
};

/// Whose output to show.
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// A look by its id, as `check history` and `check run` say it; or a check, whose last look is meant.
    #[arg(value_name = "RUN")]
    id: String,
    /// Go on until the look is over.
    #[arg(long)]
    follow: bool,
}

pub(crate) const LOG: Document<log::Answer> = Document::repeatable(include_str!("log.graphql"));

/// How the id of a look begins.
const RUN: &str = "run-";
/// How often it is looked whether there is more: what programs write is no event.
const LOOK_INTERVAL: Duration = POLL_INTERVAL;
const ADVICE: &str =
    "only a check of the kind `command` has a program that writes; what is kept of old looks is limited";

pub(super) async fn run(wanted: Log, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Log { id, follow } = wanted;
    let id = if id.starts_with(RUN) { id } else { named::id(client, KIND, &id).await? };
    let mut after: u64 = 0;
    loop {
        let answer: Option<CheckLog> = client.ask(&LOG, json!({ "id": id, "after": after })).await?;
        let Some(piece) = answer else {
            return Err(Failure::NotFound { id: format!("output of {id}"), advice: ADVICE });
        };
        let is_more = piece.end > after;
        after = piece.end;
        if output.is_json() {
            if is_more || !follow {
                output.ndjson(&piece)?;
            }
        } else {
            if piece.left_out > 0 {
                output.note(&format!("({} bytes are no longer kept)", piece.left_out));
            }
            output.lines(piece.text.as_bytes())?;
        }
        if is_more {
            continue;
        }
        if !(follow && piece.open) {
            return Ok(());
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}
