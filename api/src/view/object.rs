use std::time::Duration;

use async_graphql::{Enum, SimpleObject};
use mediary_projections::{
    Comparison, Difference, EditionReport, EditionState, Fault, Otherwise, Side, ViewReport,
};

use crate::scalar::{DateTime, Long, Position};

/// Rows that are made of events: what is shown. It can be built anew at any time.
#[derive(Debug, SimpleObject)]
pub(crate) struct View {
    /// Its name: `job`; `viewRebuild` takes it.
    name: String,
    /// Its versions, the newest first.
    versions: Vec<ViewVersion>,
}

/// A version of a view, or what was built of it anew.
#[derive(Debug, SimpleObject)]
pub(crate) struct ViewVersion {
    /// `3`, or `3.1` for what was built of version 3 anew; `viewUse` takes it.
    version: String,
    /// What it is for.
    state: ViewVersionState,
    /// The position of the last event that is in it.
    position: Position,
    /// Events that were recorded since.
    events_behind: Long,
    /// For how long the first of these has been recorded.
    seconds_behind: Option<Long>,
    /// Events that it takes in a second, while it is behind.
    events_per_second: Option<Long>,
    /// When it is at the end of the log, at this rate.
    seconds_left: Option<Long>,
    /// What it takes on the disk.
    size_bytes: Long,
    /// What keeps it from going on, and is tried again.
    trouble: Option<String>,
    /// Why it stopped, if it did.
    fault: Option<ViewFault>,
    /// When it is removed, if another version took its place.
    kept_until: Option<DateTime>,
    /// What was found when it was compared with the version before, both at the same position.
    comparison: Option<ViewComparison>,
}

/// What a version of a view is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "EditionState")]
pub(crate) enum ViewVersionState {
    /// Queries are answered from it.
    Serving,
    /// It is not at the end of the log yet; then it takes the place of the one that serves.
    Building,
    /// It is up to date, and another version serves because somebody chose that.
    Ready,
    /// It stopped at an event that it can't take or read.
    Halted,
    /// Another version took its place; it takes no more events, and is removed in time.
    Kept,
}

/// An event that a view can't take, or can't read.
#[derive(Debug, SimpleObject)]
pub(crate) struct ViewFault {
    /// The event's position.
    position: Position,
    /// A stable code: the log's, if it is the log that can't be read.
    code: String,
    /// What is wrong.
    reason: String,
}

/// What differs between a version of a view and the one before.
#[derive(Debug, SimpleObject)]
pub(crate) struct ViewComparison {
    /// The version before.
    with: String,
    /// The position at which both were.
    position: Position,
    /// Rows that both have, alike or not.
    common_rows: Long,
    /// Rows that only the version before has.
    only_old: Long,
    /// Rows that only this one has.
    only_new: Long,
    /// Rows that both have, with something else in them.
    different: Long,
    /// Whether the same version made other rows of the same events: then one of both is wrong.
    is_defect: bool,
    /// The first few of each.
    samples: Vec<ViewDifference>,
    /// Tables and columns that only one of them has, or that can't be compared.
    uncompared: Vec<String>,
}

/// A row that is not the same in both.
#[derive(Debug, SimpleObject)]
pub(crate) struct ViewDifference {
    /// Its table.
    table: String,
    /// By what it is known: its id, where it has one.
    row: String,
    /// Which of them has it.
    side: ViewSide,
    /// What differs in it.
    columns: Vec<ViewColumn>,
}

/// Which version has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Side")]
pub(crate) enum ViewSide {
    /// Only the one before.
    OnlyOld,
    /// Only the new one.
    OnlyNew,
    /// Both, with something else in it.
    Both,
}

/// A column of a row with its two values, cut where they are long.
#[derive(Debug, SimpleObject)]
pub(crate) struct ViewColumn {
    /// The column.
    name: String,
    /// What the version before has there.
    old: Option<String>,
    /// What the new one has there.
    new: Option<String>,
}

impl From<ViewReport> for View {
    fn from(report: ViewReport) -> Self {
        let ViewReport { name, editions } = report;
        Self { name: name.to_owned(), versions: editions.into_iter().map(ViewVersion::from).collect() }
    }
}

impl From<EditionReport> for ViewVersion {
    fn from(report: EditionReport) -> Self {
        let seconds = |time: Duration| Long(time.as_secs());
        Self {
            version: report.edition.to_string(),
            state: report.state.into(),
            position: Position(report.position),
            events_behind: Long(report.events_behind),
            seconds_behind: report.behind.map(seconds),
            events_per_second: report.rate_per_second.map(Long),
            seconds_left: report.time_left.map(seconds),
            size_bytes: Long(report.size_bytes),
            trouble: report.trouble,
            fault: report.fault.map(ViewFault::from),
            kept_until: report.kept_until.map(DateTime),
            comparison: report.comparison.map(ViewComparison::from),
        }
    }
}

impl From<Fault> for ViewFault {
    fn from(Fault { position, code, reason }: Fault) -> Self {
        Self { position: Position(position), code: code.to_owned(), reason }
    }
}

impl From<Comparison> for ViewComparison {
    fn from(comparison: Comparison) -> Self {
        let is_defect = comparison.is_defect();
        Self {
            with: comparison.old.to_string(),
            position: Position(comparison.position),
            common_rows: Long(comparison.common_rows),
            only_old: Long(comparison.only_old),
            only_new: Long(comparison.only_new),
            different: Long(comparison.different),
            is_defect,
            samples: comparison.samples.into_iter().map(ViewDifference::from).collect(),
            uncompared: comparison.uncompared,
        }
    }
}

impl From<Difference> for ViewDifference {
    fn from(Difference { table, row, side, columns }: Difference) -> Self {
        let column = |Otherwise { name, old, new }| ViewColumn { name, old, new };
        Self { table, row, side: side.into(), columns: columns.into_iter().map(column).collect() }
    }
}
