//! The view of plans.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, PlanField, PlanRow, StepField, StepFilter, StepRow, Touch, plan, plans, plans_by_id, steps,
};
pub use view::PlanView;
