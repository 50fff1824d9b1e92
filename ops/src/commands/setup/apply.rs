//! Does what a plan says, and says of each row what came of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    plan::Plan,
    row::{self, Change, Outcome},
};
use crate::{
    client::Client,
    commands::{
        bot, check, failure::Failure, notification, playlist, playlist::input, schedule, setting, template,
        transcode::profile,
    },
    output::Output,
};

/// A command that makes a difference none, with what it is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    Limits(Value),
    Quota(Value),
    Trash(Value),
    Layout(Value),
    Templates(Value),
    Profile(Value),
    Channel(Value),
    Rule(Value),
    RemoveRule(Value),
    Site(Value),
    Bot(Value),
    Check(Value),
    PauseCheck(Value),
    ResumeCheck(Value),
    Follow(Value),
    Schedule(Value),
    Pause(Value),
    Resume(Value),
}

impl Command {
    /// What it is told.
    pub(super) fn input(&self) -> &Value {
        match self {
            Self::Limits(input)
            | Self::Quota(input)
            | Self::Trash(input)
            | Self::Layout(input)
            | Self::Templates(input)
            | Self::Profile(input)
            | Self::Channel(input)
            | Self::Rule(input)
            | Self::RemoveRule(input)
            | Self::Site(input)
            | Self::Bot(input)
            | Self::Check(input)
            | Self::PauseCheck(input)
            | Self::ResumeCheck(input)
            | Self::Follow(input)
            | Self::Schedule(input)
            | Self::Pause(input)
            | Self::Resume(input) => input,
        }
    }

    /// Sends it.
    pub(super) async fn send(&self, client: &Client) -> Result<(), Failure> {
        let told = input(self.input().clone());
        let refused = match self {
            Self::Limits(_) => client.act(&setting::SET, told).await?.user_errors,
            Self::Quota(_) => client.act(&setting::quota::SET, told).await?.user_errors,
            Self::Trash(_) => client.act(&setting::trash::SET, told).await?.user_errors,
            Self::Layout(_) => client.act(&setting::layout::SET, told).await?.user_errors,
            Self::Channel(_) => client.act(&notification::channel::ADD, told).await?.user_errors,
            Self::RemoveRule(_) => client.act(&notification::rule::REMOVE, told).await?.user_errors,
            Self::Site(_) => client.act(&setting::site::SET, told).await?.user_errors,
            Self::Bot(_) => client.act(&bot::SET, told).await?.user_errors,
            Self::Check(_) => client.act(&check::ADD, told).await?.user_errors,
            Self::PauseCheck(_) => client.act(&check::PAUSE, told).await?.user_errors,
            Self::ResumeCheck(_) => client.act(&check::RESUME, told).await?.user_errors,
            Self::Templates(_) => client.act(&template::IMPORT, told).await?.user_errors,
            Self::Profile(_) => client.act(&profile::SAVE, told).await?.user_errors,
            Self::Rule(_) => client.act(&notification::rule::ADD, told).await?.user_errors,
            Self::Follow(_) => client.act(&playlist::FOLLOW, told).await?.user_errors,
            Self::Schedule(_) => client.act(&schedule::ADD, told).await?.user_errors,
            Self::Pause(_) => client.act(&schedule::PAUSE, told).await?.user_errors,
            Self::Resume(_) => client.act(&schedule::RESUME, told).await?.user_errors,
        };
        Failure::refused(refused)
    }
}

/// Does all of it that can be done. A row that fails fails what stands on it, and nothing else; the first failure is the answer.
pub(super) async fn run(mut plan: Plan, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let mut failed_lists = BTreeSet::new();
    let mut first = None;
    for step in &mut plan.steps {
        let (mut outcome, mut message) = (Outcome::Done, None);
        if step.needs.iter().any(|url| failed_lists.contains(url)) {
            outcome = Outcome::Skipped;
        } else {
            for command in &step.commands {
                if let Err(failure) = command.send(client).await {
                    (outcome, message) = (Outcome::Failed, Some(failure.to_string()));
                    first.get_or_insert(failure);
                    break;
                }
            }
        }
        for row in step.rows.iter_mut().filter(|row| row.change != Change::Keep) {
            (row.outcome, row.message) = (Some(outcome), message.clone());
            if outcome == Outcome::Failed {
                failed_lists.insert(row.name.clone());
            }
        }
    }
    output.show(&plan.rows(), |rows| row::table(rows))?;
    first.map_or(Ok(()), Err)
}
