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

/// What a look writes that was wanted just now.
pub(super) struct Follow {
    check_id: String,
    /// The look that was over before.
    before: Option<String>,
    /// Bytes that were written out.
    after: u64,
}

impl Follow {
    /// From now on: of the look that is under way, or of the next one.
    pub(super) async fn begin(client: &Client, check_id: String) -> Result<Self, Failure> {
        let last: Option<CheckLog> = client.ask(&LOG, json!({ "id": check_id, "after": 0 })).await?;
        let before = last.filter(|last| !last.open).map(|last| last.run_id);
        Ok(Self { check_id, before, after: 0 })
    }

    /// Writes out what came since.
    pub(super) async fn write(&mut self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        loop {
            let wanted = json!({ "id": self.check_id, "after": self.after });
            let piece: Option<CheckLog> = client.ask(&LOG, wanted).await?;
            let is_news =
                |piece: &CheckLog| Some(&piece.run_id) != self.before.as_ref() && piece.end > self.after;
            let Some(piece) = piece.filter(is_news) else { return Ok(()) };
            self.after = piece.end;
            output.lines(piece.text.as_bytes())?;
        }
    }
}

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
