//! Rows of a file, and what becomes of them here.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{apply::Command, document::Section};
use crate::output::{Table, clean, plural};

/// What a row of the file is to this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Change {
    Create,
    #[serde(rename = "CHANGE")]
    Alter,
    Keep,
}

/// What came of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Outcome {
    Done,
    Failed,
    /// What it stands on failed.
    Skipped,
}

/// A row of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) section: Section,
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) change: Change,
    /// Events that would be recorded.
    pub(super) event_count: u64,
    /// Jobs that would begin.
    pub(super) job_count: u64,
    /// None until it is done.
    pub(super) outcome: Option<Outcome>,
    /// Why it failed.
    pub(super) message: Option<String>,
}

impl Row {
    pub(super) fn new(section: Section, name: &str, line: usize, change: Change) -> Self {
        let name = name.to_owned();
        Self { section, name, line, change, event_count: 0, job_count: 0, outcome: None, message: None }
    }

    /// Where it stands, and what it is.
    pub(super) fn place(&self) -> String {
        format!("line {}, {} of {}", self.line, clean(&self.name), self.section.name())
    }
}

/// Rows that are done together, by commands one after the other.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) rows: Vec<Row>,
    pub(super) commands: Vec<Command>,
    /// Addresses of lists that have to be followed first.
    pub(super) needs: Vec<String>,
}

/// What is otherwise, as people read it.
pub(super) fn table(rows: &[Row]) -> String {
    let mut table = Table::new(&["section", "name", "what", "events", "jobs"]);
    let mut kept = BTreeSet::new();
    for row in rows {
        let what = match (row.change, row.outcome) {
            (_, Some(Outcome::Failed)) => {
                format!("failed: {}", row.message.as_deref().map(clean).unwrap_or_default())
            }
            (_, Some(Outcome::Skipped)) => "left out: what it is about is not there".to_owned(),
            (Change::Create, None) => "would be created".to_owned(),
            (Change::Alter, None) => "would be changed".to_owned(),
            (Change::Create, Some(Outcome::Done)) => "created".to_owned(),
            (Change::Alter, Some(Outcome::Done)) => "changed".to_owned(),
            (Change::Keep, _) => {
                kept.insert((row.section, &row.name));
                continue;
            }
        };
        let counts = [row.event_count.to_string(), row.job_count.to_string()];
        let [events, jobs] = counts;
        table.row([row.section.name().to_owned(), row.name.clone(), what, events, jobs]);
    }
    let as_it_is = plural(kept.len() as u64, "thing is", "things are");
    let told = table.text("nothing is otherwise than the file says");
    format!("{told}\n{as_it_is} left as it is here\n")
}
