//! `mediary notification outbox`: what is sent of notices, and what became of it.

use clap::{Args, Subcommand, ValueEnum, builder::RangedU64ValueParser};
use serde_json::json;

use crate::{
    answers::notification::{Delivery, outbox_delivery, outbox_list, outbox_retry},
    client::{Client, Document, DryRun, Error},
    commands::{
        failure::Failure,
        intent::Intent,
        named::{self, Kind},
        page,
        playlist::input,
    },
    output::{Output, Table, clean, moment, word},
};

/// What it is about, by what they say.
pub(crate) const KIND: Kind =
    Kind::new("DELIVERY", "delivery", "`mediary notification outbox list` shows those that there are");

/// What can be done with deliveries.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List what was sent, or is to be: newest first.
    List {
        /// Only what stands so; `failed` is what nobody tries any more, `unsure` what may have been sent.
        #[arg(long, value_name = "S", value_enum)]
        state: Option<State>,
        /// Only what is for this channel.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
        limit: Option<usize>,
    },
    /// Send again what failed, or what nobody knows of whether it was sent: that may then arrive twice.
    #[command(after_help = "\
Examples:
  mediary notification outbox retry @last
  mediary notification outbox retry --all --channel phone")]
    Retry(Retry),
}

/// Which deliveries.
#[derive(Debug, Args)]
pub(crate) struct Retry {
    #[command(flatten)]
    which: Which,
    /// Of all, only what is for this channel.
    #[arg(long, value_name = "NAME", requires = "all")]
    channel: Option<String>,
    #[command(flatten)]
    intent: Intent,
}

/// Exactly one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// Each by its id or the first digits of it, or what it says.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// All that failed. What nobody knows of is named one by one, since it may then arrive twice.
    #[arg(long)]
    all: bool,
}

/// How it stands with a message.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum State {
    Queued,
    Sending,
    Sent,
    Failed,
    Unsure,
    Skipped,
}

pub(crate) const LIST: Document<outbox_list::Answer> =
    Document::repeatable(include_str!("outbox_list.graphql"));
pub(crate) const DELIVERY: Document<outbox_delivery::Answer> =
    Document::repeatable(include_str!("outbox_delivery.graphql"));
pub(crate) const RETRY: Document<outbox_retry::Answer> =
    Document::repeatable(include_str!("outbox_retry.graphql"));

impl Verb {
    pub(super) async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List { state, channel, limit } => {
                let state = state.map(|state| format!("{state:?}").to_ascii_uppercase());
                let filter = json!({ "state": state, "channel": channel });
                let found = page::all(client, &LIST, json!({ "filter": filter }), limit).await?;
                Ok(output.show(&found, |found| table(found))?)
            }
            Self::Retry(wanted) => retry(wanted, client, output).await,
        }
    }
}

/// Deliveries of one command: the answer has each of them.
const AT_ONCE: usize = 100;
/// Deliveries of one dry run, whose answer has none: as many as a command takes.
const PLANNED_AT_ONCE: usize = 500;

async fn retry(wanted: Retry, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Retry { which: Which { ids, all }, channel, intent } = wanted;
    let mut found = Vec::new();
    for id in &ids {
        found.push(named::id(client, KIND, id).await?);
    }
    if all {
        let filter = json!({ "state": "FAILED", "channel": channel });
        let failed = page::all(client, &LIST, json!({ "filter": filter }), None).await?;
        found.extend(failed.into_iter().map(|delivery| delivery.id));
    }
    let at_once = if intent.dry_run { PLANNED_AT_ONCE } else { AT_ONCE };
    let meant = client.meant(intent);
    let (mut retried, mut plan) = (Vec::new(), None::<DryRun>);
    for ids in found.chunks(at_once) {
        let outcome = match meant.act(&RETRY, input(json!({ "ids": ids }))).await {
            Err(Error::DryRun(next)) => {
                plan = Some(DryRun::joined(plan, *next));
                continue;
            }
            answer => answer?,
        };
        Failure::refused(outcome.user_errors)?;
        retried.extend(outcome.payload.deliveries);
    }
    if let Some(plan) = plan {
        return Err(Error::DryRun(Box::new(plan)).into());
    }
    Ok(output.show(&retried, |found| table(found))?)
}

pub(super) fn table(deliveries: &[Delivery]) -> String {
    let mut table = Table::new(&["channel", "message", "state", "tries", "next", "reason", "id"]);
    for Delivery { id, channel, title, state, due_at, tries, reason, .. } in deliveries {
        let next = due_at.as_deref().map_or_else(|| "-".to_owned(), moment);
        let reason = reason.as_deref().map_or_else(|| "-".to_owned(), clean);
        table.row([clean(channel), clean(title), word(state), tries.to_string(), next, reason, id.clone()]);
    }
    table.text("nothing was sent")
}
