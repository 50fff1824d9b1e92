//! `mediary log tail`: what is recorded, as it is recorded.
//!
//! Asks for the page behind the last position whenever the server says that there is one: a break of the connection, or
//! of the server, loses nothing and repeats nothing.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    head::{HEAD, Head},
    show::{Question, subjects},
};
use crate::{
    answers::log::EventPage,
    client::{Client, Document, POLL_INTERVAL, Watch},
    commands::{failure::Failure, moment},
    output::Output,
};

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct Tail {
    /// Only these: full names such as `job.failed`, or concerns; separated by commas.
    #[arg(long, value_name = "T", value_delimiter = ',')]
    types: Vec<String>,
    /// Only of this stream, or of those that begin so.
    #[arg(long, value_name = "S")]
    stream: Option<String>,
    /// Only about this thing, in whichever concern: an id such as `item-<uuid>`, or what it is called.
    #[arg(long, value_name = "THING")]
    subject: Option<String>,
    /// Begin behind this position; without it, at the end of the log.
    #[arg(long, value_name = "N", conflicts_with = "since")]
    after: Option<u64>,
    #[arg(long, value_name = "WHEN", value_parser = moment::parse, help = moment::SINCE_HELP)]
    since: Option<String>,
    /// End after so many events.
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

/// After what time without a word is asked all the same.
const ASK_ANYWAY_AFTER: Duration = Duration::from_mins(1);
/// How long a server may be away, restarting, before waiting for it makes no sense.
const ABSENCE_MAX: Duration = Duration::from_mins(1);

/// Rings for each event, and for a stretch without one, which is no reason to ask.
pub(crate) const RECORDED: Document<Value> = Document::repeatable(include_str!("recorded.graphql"));

pub(super) async fn run(tail: Tail, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let after = match (tail.after, &tail.since) {
        (Some(after), _) => after,
        (None, Some(_)) => 0,
        (None, None) => client.ask(&HEAD, json!({})).await?.position,
    };
    let (streams, subjects) = (tail.stream.into_iter().collect(), subjects(client, tail.subject).await?);
    let question = Question { after, types: tail.types, streams, subjects, since: tail.since };
    let mut watch = Watch::new(client, RECORDED, question.filter());
    let mut follower = Follower { client, question, is_away: false, answered_at: Instant::now() };
    let mut left = tail.count.unwrap_or(u64::MAX);
    while left > 0 {
        let page = follower.next(left, output).await?;
        for event in &page.events {
            if output.is_json() { output.ndjson(event)? } else { output.text(&event.line())? }
        }
        left -= (page.events.len() as u64).min(left);
        if page.next_after.is_none() && left > 0 {
            let is_event = |item: &Value| !item["event"].is_null();
            watch.changed(follower.question.after, ASK_ANYWAY_AFTER, is_event).await;
        }
    }
    Ok(())
}

struct Follower<'a> {
    client: &'a Client,
    question: Question,
    is_away: bool,
    answered_at: Instant,
}

impl Follower<'_> {
    /// The next page, as soon as there is a server to give one.
    async fn next(&mut self, left: u64, output: &mut Output) -> Result<EventPage, Failure> {
        loop {
            match self.ask(left).await {
                Ok(page) => {
                    self.answered_at = Instant::now();
                    self.is_away = false;
                    return Ok(page);
                }
                Err(Failure::Client(error)) if error.is_absence() && self.may_wait() => {
                    if !self.is_away {
                        output
                            .note(&format!("{error}; waiting, and going on behind {}", self.question.after));
                    }
                    self.is_away = true;
                    tokio::time::sleep(POLL_INTERVAL).await;
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    fn may_wait(&self) -> bool {
        self.answered_at.elapsed() < ABSENCE_MAX
    }

    /// The page behind the last position, which moves on even where nothing matches.
    async fn ask(&mut self, left: u64) -> Result<EventPage, Failure> {
        let head: Head = self.client.ask(&HEAD, json!({})).await?;
        if head.position <= self.question.after {
            return Ok(EventPage { events: Vec::new(), next_after: None });
        }
        let page = self.question.ask(self.client, left).await?;
        let last = page.events.last().map_or(0, |event| event.position);
        // A page that ends with the log has seen all up to the head that was asked before it.
        self.question.after = page.next_after.unwrap_or_else(|| head.position.max(last));
        Ok(page)
    }
}
