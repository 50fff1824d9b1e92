//! `mediary log show`: what is recorded already.

use clap::{Args, builder::RangedU64ValueParser};
use serde_json::{Value, json};

use crate::{
    answers::log::{Event, EventPage, events},
    client::{Client, Document},
    commands::{
        failure::Failure,
        moment,
        named::{self, Kind},
    },
    output::Output,
};

/// Which events.
#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = true, args = ["stream", "subject", "from", "since"])]
pub(crate) struct Show {
    /// Only of this stream, `<concern>-<uuid>`, or of those that begin so.
    #[arg(long, value_name = "S")]
    stream: Option<String>,
    /// Only about this thing, in whichever concern: an id such as `item-<uuid>`, or what it is called.
    #[arg(long, value_name = "THING")]
    subject: Option<String>,
    /// From this position on.
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    #[arg(long, value_name = "WHEN", value_parser = moment::parse, help = moment::SINCE_HELP)]
    since: Option<String>,
    /// Only these: full names such as `playlist.refresh_completed`, or concerns; separated by commas.
    #[arg(long, value_name = "T", value_delimiter = ',')]
    types: Vec<String>,
    /// At most so many.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    limit: Option<u64>,
}

pub(crate) const EVENTS: Document<events::Answer> = Document::repeatable(include_str!("events.graphql"));

/// What part of the log is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    pub(super) after: u64,
    pub(super) types: Vec<String>,
    pub(super) streams: Vec<String>,
    pub(super) subjects: Vec<String>,
    pub(super) since: Option<String>,
}

impl Question {
    pub(super) async fn ask(&self, client: &Client, first: u64) -> Result<EventPage, Failure> {
        let mut variables = self.filter();
        variables["after"] = self.after.into();
        variables["first"] = first.min(super::PAGE).into();
        variables["since"] = self.since.clone().into();
        Ok(client.ask(&EVENTS, variables).await?)
    }

    /// Which events, from wherever on.
    pub(super) fn filter(&self) -> Value {
        let some = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
        let Self { types, streams, subjects, .. } = self;
        json!({ "types": some(types), "streams": some(streams), "subjects": some(subjects) })
    }
}

/// The ids of what is asked about.
pub(super) async fn subjects(client: &Client, subject: Option<String>) -> Result<Vec<String>, Failure> {
    named::ids(client, Kind::ANY, subject.as_slice()).await
}

pub(super) async fn run(show: Show, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let subjects = subjects(client, show.subject).await?;
    let mut question = Question {
        after: show.from.unwrap_or(1).saturating_sub(1),
        types: show.types,
        streams: show.stream.into_iter().collect(),
        subjects,
        since: show.since,
    };
    let mut left = show.limit.unwrap_or(u64::MAX);
    // What is refused begins no array.
    let mut page = question.ask(client, left).await?;
    let mut array = output.array()?;
    loop {
        left -= (page.events.len() as u64).min(left);
        for event in &page.events {
            // A log may be longer than memory: each page is printed before the next is asked for.
            array.item(event, Event::line)?;
        }
        match page.next_after {
            Some(after) if left > 0 => question.after = after,
            Some(_) | None => break,
        }
        page = question.ask(client, left).await?;
    }
    Ok(array.finish()?)
}
