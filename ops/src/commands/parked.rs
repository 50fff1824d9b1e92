//! `mediary parked`: events that a reaction could not handle.

mod entry;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::{self, Certainty, Intent},
    noun::Verbs,
    playlist::input,
};
use crate::{
    answers::parked::{self as answers, Parked, ParkedEvent as Event},
    client::{Client, Document},
    output::{Output, Table, fields, plural, word},
};

/// What can be done with events that wait.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List what waits, and what failed alike.
    List,
    /// Show an event that waits, and why.
    Show {
        /// `event-…`.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Try events again; each is free once it is handled.
    Retry(Retry),
    /// Never handle an event; what waits behind it goes on.
    Skip {
        /// `event-…`.
        #[arg(value_name = "ID")]
        id: String,
        /// Why; it is recorded.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        certainty: Certainty,
    },
}

/// Which events to try again.
#[derive(Debug, Args)]
pub(crate) struct Retry {
    /// `event-…`, one or several.
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// All that are parked.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const LIST: Document<answers::list::Answer> =
    Document::repeatable(include_str!("parked/list.graphql"));

pub(crate) const RETRY: Document<answers::retry::Answer> =
    Document::repeatable(include_str!("parked/retry.graphql"));

pub(crate) const SKIP: Document<answers::skip::Answer> =
    Document::repeatable(include_str!("parked/skip.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let parked: Parked = client.ask(&LIST, json!({})).await?;
        match self {
            Self::List => Ok(output.show(&parked, listed)?),
            Self::Show { id } => {
                let found = of_id(&parked, &id)?;
                Ok(output.show(&found, |found| found.iter().map(details).collect::<Vec<_>>().join("\n\n"))?)
            }
            Self::Retry(Retry { ids, all, intent }) => {
                let found = if all {
                    parked.nodes.iter().filter(|event| event.state == "PARKED").cloned().collect()
                } else {
                    ids.iter().map(|id| of_id(&parked, id)).collect::<Result<Vec<_>, _>>()?.concat()
                };
                retry(found, &client.meant(intent), output).await
            }
            Self::Skip { id, reason, certainty } => {
                for event in of_id(&parked, &id)? {
                    let wanted = json!({ "reaction": event.reaction, "eventId": event.id, "reason": reason });
                    let outcome =
                        intent::act_for_good(client, output, certainty, &SKIP, input(wanted)).await?;
                    Failure::refused(outcome.user_errors)?;
                }
                Ok(output.show(&json!({ "id": id }), |_| format!("{id} is never handled"))?)
            }
        }
    }
}

/// One command for each reaction.
async fn retry(mut events: Vec<Event>, client: &Client, output: &mut Output) -> Result<(), Failure> {
    events.sort_by(|one, other| (&one.reaction, one.position).cmp(&(&other.reaction, other.position)));
    events.dedup_by(|one, other| (&one.reaction, &one.id) == (&other.reaction, &other.id));
    for of_reaction in events.chunk_by(|one, other| one.reaction == other.reaction) {
        let ids: Vec<&str> = of_reaction.iter().map(|event| event.id.as_str()).collect();
        let wanted = json!({ "reaction": of_reaction[0].reaction, "eventIds": ids });
        let outcome = client.act(&RETRY, input(wanted)).await?;
        Failure::refused(outcome.user_errors)?;
    }
    let told = |events: &Vec<Event>| {
        format!(
            "{} tried again; `mediary parked list` shows what came of it",
            plural(events.len() as u64, "event is", "events are")
        )
    };
    Ok(output.show(&events, told)?)
}

/// What waits under an id: for one reaction, or for several.
fn of_id(parked: &Parked, id: &str) -> Result<Vec<Event>, Failure> {
    let found: Vec<Event> = parked.nodes.iter().filter(|event| event.id == id).cloned().collect();
    if found.is_empty() {
        let advice = "`mediary parked list` shows what waits";
        return Err(Failure::NotFound { id: id.to_owned(), advice });
    }
    Ok(found)
}

fn listed(parked: &Parked) -> String {
    let mut events = Table::new(&["id", "state", "reaction", "stream", "why"]);
    for event in &parked.nodes {
        let why =
            event.code.clone().zip(event.place.clone()).map(|(code, place)| format!("{code} in {place}"));
        events.row([
            event.id.clone(),
            word(&event.state),
            event.reaction.clone(),
            event.stream.clone(),
            why.unwrap_or_default(),
        ]);
    }
    let mut text = events.text("nothing is parked");
    if parked.groups.iter().any(|group| group.count > 1) {
        let mut groups = Table::new(&["count", "reaction", "code", "place"]);
        for group in &parked.groups {
            groups.row([
                group.count.to_string(),
                group.reaction.clone(),
                group.code.clone(),
                group.place.clone(),
            ]);
        }
        text = format!("{text}\n\n{}", groups.text(""));
    }
    text
}

fn details(event: &Event) -> String {
    fields(&[
        ("id", Some(event.id.clone())),
        ("state", Some(word(&event.state))),
        ("reaction", Some(event.reaction.clone())),
        ("position", Some(event.position.to_string())),
        ("stream", Some(event.stream.clone())),
        ("code", event.code.clone()),
        ("place", event.place.clone()),
        ("detail", event.detail.clone()),
    ])
}
