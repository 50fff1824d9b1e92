use async_graphql::SimpleObject;
use mediary_schema::site::{Pace as PaceValue, RequestBudget as RequestBudgetValue};

use crate::scalar::{DateTime, Long};

/// How often a site is asked. What is counted are runs: tries of jobs that need the site, each a look at a list or the
/// fetching of one item. How many requests one is, its site's pages decide.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct RequestBudget {
    /// Runs that are begun within any hour; none if that is not limited.
    per_hour: Option<u32>,
    /// Runs that are begun within any 24 hours; none if that is not limited.
    per_day: Option<u32>,
    /// The least between the beginnings of two runs, to which chance adds up to half of it; none if there is none.
    pause_ms: Option<Long>,
}

/// How often a site is asked, and what that means for what waits for it.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct Pace {
    /// The budget in force.
    budget: RequestBudget,
    /// Runs within any hour that were learnt to be enough, since the site refused more; that is forgotten after a week, or
    /// when somebody sets its budget.
    learnt_per_hour: Option<u32>,
    /// Until when that is believed.
    learnt_until: Option<DateTime>,
    /// Runs that were begun in the last hour, or up to a minute before it.
    last_hour_count: u32,
    /// Runs that were begun in the last 24 hours, or up to a quarter of an hour before them.
    last_day_count: u32,
    /// When one more may be begun, if the budget lets none begin now.
    next_at: Option<DateTime>,
    /// Jobs that could begin if it were not for their turn and the site.
    backlog_count: Long,
    /// When the last of them will have been begun, by estimate: if the budget is used up, by that; else by how it went in
    /// the last hour. None if there are none, or it can't be known.
    backlog_begun_by: Option<DateTime>,
}

impl From<RequestBudgetValue> for RequestBudget {
    fn from(RequestBudgetValue { per_hour, per_day, pause_ms }: RequestBudgetValue) -> Self {
        Self { per_hour, per_day, pause_ms: pause_ms.map(Long) }
    }
}

impl From<PaceValue> for Pace {
    fn from(pace: PaceValue) -> Self {
        let PaceValue { budget, learnt, last_hour, last_day, next_at, backlog, backlog_begun_by } = pace;
        Self {
            budget: budget.into(),
            learnt_per_hour: learnt.map(|learnt| learnt.per_hour),
            learnt_until: learnt.map(|learnt| DateTime(learnt.until)),
            last_hour_count: last_hour,
            last_day_count: last_day,
            next_at: next_at.map(DateTime),
            backlog_count: Long(backlog),
            backlog_begun_by: backlog_begun_by.map(DateTime),
        }
    }
}
