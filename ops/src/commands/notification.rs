//! `mediary notification`: what is told, and by which rules.

pub(crate) mod channel;
mod entry;
mod outbox;
pub(crate) mod rule;

use clap::{Args, Subcommand, builder::RangedU64ValueParser};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::Intent,
    named::{self, Kind},
    noun::Verbs,
    page,
    playlist::input,
};
use crate::{
    answers::notification::{Notification, dismiss, list},
    client::{Client, Document},
    output::{Output, Table, clean, moment, plural, word},
};

/// What it is about, by what is told.
pub(crate) const KIND: Kind =
    Kind::new("NOTIFICATION", "notice", "`mediary notification list` shows those that there are");

/// What can be done with notices.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List what you are told: what was said last first, without what is over or what you dismissed.
    List {
        /// Also what is over, and what you dismissed.
        #[arg(long)]
        all: bool,
        /// Only what this rule tells.
        #[arg(long, value_name = "NAME")]
        rule: Option<String>,
        /// Only what is told of this thing.
        #[arg(long = "of", value_name = "ID")]
        subject: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
        limit: Option<usize>,
    },
    /// Show notices no more, to you: until something new is said.
    #[command(
        after_help = "Examples:\n  mediary notification dismiss @last\n  mediary notification dismiss --all"
    )]
    Dismiss(Dismiss),
    /// Say where notices are sent.
    #[command(subcommand)]
    Channel(channel::Verb),
    /// See what was sent, and send it again.
    #[command(subcommand)]
    Outbox(outbox::Verb),
    /// Say what is told of which events.
    #[command(subcommand)]
    Rule(rule::Verb),
}

/// Which notices.
#[derive(Debug, Args)]
pub(crate) struct Dismiss {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    intent: Intent,
}

/// Exactly one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// Each by its id or the first digits of it, its title, or `@last`.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// All that there are by now.
    #[arg(long)]
    all: bool,
}

pub(crate) const LIST: Document<list::Answer> =
    Document::repeatable(include_str!("notification/list.graphql"));
pub(crate) const DISMISS: Document<dismiss::Answer> =
    Document::repeatable(include_str!("notification/dismiss.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List { all, rule, subject, limit } => {
                let resolved = (!all).then_some(false);
                let filter =
                    json!({ "dismissed": all, "resolved": resolved, "rule": rule, "subjectId": subject });
                let notices = page::all(client, &LIST, json!({ "filter": filter }), limit).await?;
                Ok(output.show(&notices, |notices| table(notices))?)
            }
            Self::Dismiss(Dismiss { which: Which { ids, all: _ }, intent }) => {
                let mut found = Vec::new();
                for id in &ids {
                    found.push(named::id(client, KIND, id).await?);
                }
                // None named is all of them.
                let wanted = if found.is_empty() { json!({}) } else { json!({ "ids": found }) };
                let outcome = client.meant(intent).act(&DISMISS, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                let told = match found.len() {
                    0 => "all notices are dismissed".to_owned(),
                    count => format!("{} dismissed", plural(count as u64, "notice is", "notices are")),
                };
                Ok(output.show(&wanted, |_| told)?)
            }
            Self::Channel(verb) => verb.run(client, output).await,
            Self::Outbox(verb) => verb.run(client, output).await,
            Self::Rule(verb) => verb.run(client, output).await,
        }
    }
}

fn table(notices: &[Notification]) -> String {
    let mut table = Table::new(&["severity", "notice", "said", "over", "id"]);
    for Notification { id, severity, title, raised_at, resolved_at, .. } in notices {
        let over = resolved_at.as_deref().map_or_else(|| "-".to_owned(), moment);
        table.row([word(severity), clean(title), moment(raised_at), over, id.clone()]);
    }
    table.text("you are told nothing; `mediary notification rule list` says what you would be told")
}
