//! `mediary notification`: what is told, and by which rules.

pub(crate) mod channel;
mod entry;
mod outbox;
pub(crate) mod rule;

use clap::{Args, Subcommand, builder::RangedU64ValueParser};
use serde_json::{Value, json};

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
    answers::notification::{Notification, NotificationGroup, dismiss, groups, list, read},
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
    /// Count what you are told by the rules that tell it: what was said last first.
    Groups,
    /// Mark notices as read by you, until something new is said; they stay in the list.
    #[command(after_help = "Examples:\n  mediary notification read @last\n  mediary notification read --all")]
    Read(Mark),
    /// Show notices no more, to you: until something new is said.
    #[command(
        after_help = "Examples:\n  mediary notification dismiss @last\n  mediary notification dismiss --all"
    )]
    Dismiss(Mark),
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
pub(crate) struct Mark {
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
pub(crate) const GROUPS: Document<groups::Answer> =
    Document::repeatable(include_str!("notification/groups.graphql"));
pub(crate) const READ: Document<read::Answer> =
    Document::repeatable(include_str!("notification/read.graphql"));
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
            Self::Groups => {
                let groups: Vec<NotificationGroup> = client.ask(&GROUPS, json!({})).await?;
                Ok(output.show(&groups, |groups| counted(groups))?)
            }
            Self::Read(Mark { which, intent }) => {
                let wanted = which.found(client).await?;
                let outcome = client.meant(intent).act(&READ, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&wanted, |wanted| marked(wanted, "read"))?)
            }
            Self::Dismiss(Mark { which, intent }) => {
                let wanted = which.found(client).await?;
                let outcome = client.meant(intent).act(&DISMISS, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&wanted, |wanted| marked(wanted, "dismissed"))?)
            }
            Self::Channel(verb) => verb.run(client, output).await,
            Self::Outbox(verb) => verb.run(client, output).await,
            Self::Rule(verb) => verb.run(client, output).await,
        }
    }
}

impl Which {
    /// As the API takes them: none named is all of them.
    async fn found(&self, client: &Client) -> Result<Value, Failure> {
        let mut found = Vec::new();
        for id in &self.ids {
            found.push(named::id(client, KIND, id).await?);
        }
        Ok(if found.is_empty() { json!({}) } else { json!({ "ids": found }) })
    }
}

fn marked(wanted: &Value, how: &str) -> String {
    match wanted["ids"].as_array().map_or(0, Vec::len) {
        0 => format!("all notices are {how}"),
        count => format!("{} {how}", plural(count as u64, "notice is", "notices are")),
    }
}

fn counted(groups: &[NotificationGroup]) -> String {
    let mut table = Table::new(&["rule", "notices", "said last", "id"]);
    for NotificationGroup { rule, count, latest_id, raised_at } in groups {
        table.row([clean(rule), count.to_string(), moment(raised_at), latest_id.clone()]);
    }
    table.text("you are told nothing")
}

fn table(notices: &[Notification]) -> String {
    let mut table = Table::new(&["severity", "notice", "said", "read", "over", "id"]);
    for Notification { id, severity, title, raised_at, resolved_at, is_read, .. } in notices {
        let over = resolved_at.as_deref().map_or_else(|| "-".to_owned(), moment);
        let read = if *is_read { "yes" } else { "-" };
        table.row([word(severity), clean(title), moment(raised_at), read.to_owned(), over, id.clone()]);
    }
    table.text("you are told nothing; `mediary notification rule list` says what you would be told")
}
