//! The view of jobs.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, JobField, JobFilter, JobRow, StoryRow, attempts, batch, changed_jobs, counts, job,
    job_of_attempt, jobs, jobs_by_id, story,
};
pub use view::JobView;
