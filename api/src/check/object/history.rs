//! What turned, and what was wrong.

use async_graphql::{ID, SimpleObject};
use mediary_projections::check::{IncidentRow, TurnRow};

use super::{CheckReason, CheckState};
use crate::{notification::SeverityName, scalar::DateTime};

/// That a check was found to be another thing than before.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CheckTurn {
    /// The check.
    check_id: ID,
    /// What it said from then on.
    state: CheckState,
    /// Why nobody could say, if so.
    reason: Option<CheckReason>,
    /// What was seen, in one line.
    message: String,
    /// When.
    at: DateTime,
    /// By which look; none if it was none, such as a moment that went by.
    run_id: Option<ID>,
}

/// What is wrong with a check, or was.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CheckIncident {
    /// `incident-<uuid>`.
    id: ID,
    /// The check.
    check_id: ID,
    /// How much it matters.
    severity: SeverityName,
    /// What was seen when it began, in one line.
    message: String,
    /// When that was.
    opened_at: DateTime,
    /// When it was over; none as long as it is not.
    closed_at: Option<DateTime>,
    /// The check of which it is a consequence, if it is one.
    behind: Option<ID>,
    /// Whether somebody knows of it.
    is_acknowledged: bool,
    /// What he had to say.
    note: Option<String>,
}

impl From<TurnRow> for CheckTurn {
    fn from(TurnRow { check_id, state, reason, message, at, run_id }: TurnRow) -> Self {
        Self {
            check_id: ID(check_id.to_string()),
            state: state.into(),
            reason: reason.map(CheckReason::from),
            message,
            at: DateTime(at),
            run_id: run_id.map(|run_id| ID(run_id.to_string())),
        }
    }
}

impl From<IncidentRow> for CheckIncident {
    fn from(row: IncidentRow) -> Self {
        let IncidentRow {
            id,
            check_id,
            severity,
            message,
            opened_at,
            closed_at,
            behind,
            is_acknowledged,
            note,
        } = row;
        Self {
            id: ID(id.to_string()),
            check_id: ID(check_id.to_string()),
            severity: severity.into(),
            message,
            opened_at: DateTime(opened_at),
            closed_at: closed_at.map(DateTime),
            behind: behind.map(|behind| ID(behind.to_string())),
            is_acknowledged,
            note,
        }
    }
}
