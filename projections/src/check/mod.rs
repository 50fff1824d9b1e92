//! The view of checks: how each was found last, whenever that turned, and what was wrong.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, CheckField, CheckFilter, CheckRow, IncidentField, IncidentRow, TurnField, TurnRow, check,
    check_of_run, checks, checks_by_id, incidents, turns,
};
pub use view::CheckView;
