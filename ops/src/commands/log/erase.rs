//! `mediary log erase`: what events say is gone for ever, and that it is gone is recorded.

use clap::Args;
use serde_json::json;

use crate::{
    answers::log::erase,
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::{self, Certainty},
        playlist::input,
    },
    output::{Output, plural},
};

/// What is erased.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// The positions of the events.
    #[arg(required = true, value_name = "POSITION")]
    positions: Vec<u64>,
    /// On which ground, for whoever verifies the log later. It can't be erased itself.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    certainty: Certainty,
}

pub(crate) const ERASE: Document<erase::Answer> = Document::repeatable(include_str!("erase.graphql"));

pub(super) async fn run(erase: Erase, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Erase { positions, reason, certainty } = erase;
    let wanted = input(json!({ "positions": positions, "reason": reason }));
    let outcome = intent::act_for_good(client, output, certainty, &ERASE, wanted).await?;
    Failure::refused(outcome.user_errors)?;
    let replaced = outcome.payload.replaced;
    let done = json!({ "erased": positions, "replaced": replaced });
    let count = positions.len() as u64;
    Ok(output.show(&done, |_| format!("{} nothing any more", plural(count, "event says", "events say")))?)
}
