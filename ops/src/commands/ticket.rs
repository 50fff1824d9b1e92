//! When the turn of work comes that a command starts: the flags of every verb that starts some.

use clap::{Args, builder::RangedI64ValueParser};
use serde_json::{Value, json};

use super::{failure::Failure, moment, named};
use crate::{client::Client, output::Output};

/// When its turn comes, and under which names it is found.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "When its turn comes")]
pub(crate) struct Ticket {
    /// Not before then: a moment (2026-11-21T08:00:00Z), a day of UTC (2026-11-21), or in how long (90m, 2h, 7d).
    #[arg(long, value_name = "T", value_parser = moment::parse_ahead)]
    at: Option<String>,
    /// Not before this job is done: by its id or the first digits of it, or `@last`. If it comes to nothing, what waits
    /// for it is held.
    #[arg(long, value_name = "JOB")]
    after: Option<String>,
    /// A name for all that is started together.
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// A word by which it is found; may be given several times.
    #[arg(long = "tag", value_name = "T")]
    tags: Vec<String>,
    /// A template, for whatever is not said here: `job template list` shows them. Tags are had besides its own.
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// How much it matters, from 0 to 9: the higher one is first, and whoever waits long overtakes [else: 5]
    #[arg(long, value_name = "0..9", value_parser = RangedI64ValueParser::<i64>::new().range(0..=9))]
    priority: Option<i64>,
}

/// Says that work was under way already, so that what the flags say is not what its job has.
pub(crate) fn note_joined(output: &mut Output, ticket: &Value, joined_job_ids: &[String]) {
    if ticket.is_null() || joined_job_ids.is_empty() {
        return;
    }
    output.note(&format!(
        "{} was under way for the same work and is joined: it matters as much as said, if that is more, and keeps its own batch, tags, \
         template and moment; `mediary job show` tells them",
        joined_job_ids.join(", ")
    ));
}

impl Ticket {
    /// Whether any of its flags is given.
    pub(crate) const fn says_something(&self) -> bool {
        let Self { at, after, batch, tags, template, priority } = self;
        at.is_some()
            || after.is_some()
            || batch.is_some()
            || !tags.is_empty()
            || template.is_some()
            || priority.is_some()
    }

    /// As the API takes it: nothing, if nothing is said.
    pub(crate) async fn input(self, client: &Client) -> Result<Value, Failure> {
        if !self.says_something() {
            return Ok(Value::Null);
        }
        let Self { at, after, batch, tags, template, priority } = self;
        let after = match after {
            Some(after) => Some(named::id(client, crate::commands::job::KIND, &after).await?),
            None => None,
        };
        Ok(json!({
            "at": at, "after": after, "batch": batch, "priority": priority, "template": template,
            "tags": if tags.is_empty() { Value::Null } else { tags.into() },
        }))
    }
}
