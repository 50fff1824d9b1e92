//! The view of checks: how each was found last, whenever that turned, and what was wrong.

mod looks;
mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use looks::looks;
pub use query::{
    CALLED, CheckField, CheckFilter, CheckRow, IncidentField, IncidentRow, TurnField, TurnRow, alerts_told,
    check, checks, checks_by_id, incidents, incidents_since, public_checks, turns, turns_between,
};
pub use view::CheckView;
