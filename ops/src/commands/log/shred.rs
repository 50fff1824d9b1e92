//! `mediary log shred`: what belongs to a person is unreadable for ever, and that it is so is recorded.

use clap::Args;
use mediary_schema::PrincipalId;
use serde_json::json;

use crate::{
    answers::log::shred,
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::{self, Certainty},
        playlist::input,
    },
    output::Output,
};

/// The word for whoever holds the installation.
const OWNER: &str = "owner";

/// Whose keys are destroyed.
#[derive(Debug, Args)]
pub(crate) struct Shred {
    /// The person: `owner`, or an id such as `log show --format json` has it as `principal`.
    #[arg(value_name = "PERSON", value_parser = parse_person)]
    person: PrincipalId,
    /// On which ground, for whoever verifies the log later. It can't be erased itself.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    certainty: Certainty,
}

pub(crate) const SHRED: Document<shred::Answer> = Document::repeatable(include_str!("shred.graphql"));

fn parse_person(text: &str) -> Result<PrincipalId, String> {
    match text {
        OWNER => Ok(PrincipalId::OWNER),
        id => id.parse().map_err(|error| format!("{error}; the owner is called `{OWNER}`")),
    }
}

pub(super) async fn run(shred: Shred, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Shred { person, reason, certainty } = shred;
    let wanted = input(json!({ "principalId": person, "reason": reason }));
    let outcome = intent::act_for_good(client, output, certainty, &SHRED, wanted).await?;
    Failure::refused(outcome.user_errors)?;
    let (is_destroyed, left) = (outcome.payload.is_destroyed, outcome.payload.out_of_reach);
    let done = json!({ "principalId": person, "isDestroyed": is_destroyed, "outOfReach": left });
    let first = if is_destroyed {
        "what belonged to that person is unreadable here; out of reach may be:"
    } else {
        "it is recorded, and the keys are not all destroyed yet: the server's log says why, and tries again; out of reach may be:"
    };
    let rest = left.iter().map(|place| format!("  {}: {}", place.place, place.message));
    let text = std::iter::once(first.to_owned()).chain(rest).collect::<Vec<_>>().join("\n");
    Ok(output.show(&done, |_| text)?)
}
