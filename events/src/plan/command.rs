use mediary_schema::{
    JobId,
    job::Failure,
    plan::{Goal, Left, Spared, Step},
};

/// What may be asked of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Say what would be done.
    Make {
        /// What it is for.
        goal: Goal,
        /// What becomes of each file.
        steps: Vec<Step>,
        /// Files that stay where they are.
        spared: Vec<Spared>,
    },
    /// Do it. What is otherwise by now, the story has looked.
    Apply {
        /// The job that does it.
        job_id: JobId,
    },
    /// Take it back.
    Undo {
        /// The job that does it.
        job_id: JobId,
    },
    /// It was done, or taken back.
    Finish {
        /// The job that did it.
        job_id: JobId,
        /// Files that were not touched.
        left: Vec<Left>,
    },
    /// The job came to nothing, or was ended in the middle.
    Stop {
        /// The job.
        job_id: JobId,
        /// What went wrong; none if a person ended it.
        failure: Option<Failure>,
    },
}
