//! `mediary lane`: what work shares, and what holds it.

mod entry;

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, intent::Intent, noun::Verbs, playlist::input, setting::site};
use crate::{
    answers::lane::{Lane, LaneHold, LaneHolder, LanePayload, list, pause, resume},
    client::{Client, Document},
    output::{Output, Table, moment},
};

/// What can be done with lanes.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the lanes that open work needs, those that are held, and who has what of each.
    List,
    /// Begin nothing that needs a lane until it is resumed; what runs goes on.
    #[command(after_help = "Example:\n  mediary lane pause www.example.org")]
    Pause(One),
    /// Go on with what needs a lane, unless a condition holds it, too: that ends by itself.
    Resume(One),
}

/// Which lane.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// A host, `library_disk`, `file_trash`, `drive:NAME` or `encoder:NAME`, as `lane list` shows it.
    #[arg(value_name = "LANE")]
    name: String,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("lane/list.graphql"));

pub(crate) const PAUSE: Document<pause::Answer> = Document::repeatable(include_str!("lane/pause.graphql"));

pub(crate) const RESUME: Document<resume::Answer> = Document::repeatable(include_str!("lane/resume.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let lanes = match self {
            Self::List => client.ask(&LIST, json!({})).await?,
            Self::Pause(one) => act(&PAUSE, one, client).await?,
            Self::Resume(one) => act(&RESUME, one, client).await?,
        };
        Ok(output.show(&lanes, |lanes| table(lanes))?)
    }
}

async fn act(document: &Document<LanePayload>, one: One, client: &Client) -> Result<Vec<Lane>, Failure> {
    let One { name, intent } = one;
    let outcome = client.meant(intent).act(document, input(json!({ "name": name }))).await?;
    Failure::refused(outcome.user_errors)?;
    Ok(outcome.payload.lane.into_iter().collect())
}

fn table(lanes: &[Lane]) -> String {
    let mut table = Table::new(&[
        "lane",
        "in use",
        "by",
        "jobs waiting",
        "others waiting",
        "asked in the hour",
        "next at",
        "begun by",
        "held",
    ]);
    for lane in lanes {
        let condition = lane.hold.as_ref().map(|LaneHold { message, until, .. }| {
            let until = until.as_deref().map(|until| format!(", until {}", moment(until)));
            format!("{message}{}", until.unwrap_or_default())
        });
        let person = lane.paused.then(|| "until somebody resumes it".to_owned());
        let held: Vec<String> = person.into_iter().chain(condition).collect();
        let pace = lane.pace.as_ref();
        table.row([
            lane.name.clone(),
            format!("{} of {}", lane.holders.len(), lane.budget),
            holders(&lane.holders),
            lane.waiting_count.to_string(),
            lane.waiting_permit_count.to_string(),
            pace.map_or_else(dash, |pace| site::of(pace.last_hour_count, site::per_hour(pace))),
            pace.and_then(|pace| pace.next_at.as_deref()).map_or_else(dash, moment),
            pace.map_or_else(dash, site::begun_by),
            if held.is_empty() { dash() } else { held.join("; ") },
        ]);
    }
    table.text("nothing needs a lane, and none is held")
}

/// Each name once, with how often: `2 download, feed`.
fn holders(holders: &[LaneHolder]) -> String {
    let mut counts = BTreeMap::new();
    for LaneHolder { name, .. } in holders {
        *counts.entry(name.as_str()).or_insert(0_usize) += 1;
    }
    let said = counts.into_iter().map(|(name, count)| match count {
        1 => name.to_owned(),
        _ => format!("{count} {name}"),
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { dash() } else { said.join(", ") }
}

fn dash() -> String {
    "-".to_owned()
}
