//! Kinds of long work: what their concern says of them, in one place.

use std::fmt;

use mediary_schema::{
    JobId, Subject,
    job::{Failure, Work, WorkKind},
    lane::Lane,
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Effects, Refusal, Transaction};

/// A kind of long work: what a job of it says of itself, and what its ends mean to its concern. The task is a value with
/// all that an attempt needs frozen in.
///
/// To add one: this for the task, and [`KindOfWork::of`] in the entry of its concern.
pub trait LongWork: Serialize + DeserializeOwned + 'static {
    /// Its name in events, settings, metrics and on the command line; never renamed.
    const KIND: WorkKind;
    /// What it is, in one sentence.
    const ABOUT: &'static str;
    /// How many attempts run at once unless that is set.
    const AT_ONCE: u32;
    /// The outside programs without which none can be done.
    const TOOLS: &'static [&'static str] = &[];

    /// By what the same work asked twice is one job (PL-26).
    fn key(&self) -> String;

    /// What it is called, for people and without secrets: an address or a title.
    fn title(&self) -> String;

    /// What it is done to: by that its jobs are found.
    fn subjects(&self) -> Vec<Subject>;

    /// Where it was asked for, from the whole to its part: a list and its row. Work of one list takes turns with other
    /// work as one.
    fn within(&self) -> Vec<Subject> {
        Vec::new()
    }

    /// What it shares with other work.
    fn lanes(&self) -> Vec<Lane> {
        Vec::new()
    }

    /// Does it again as the new job of this id, or joins an open one. Answers the job that does it.
    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal>;

    /// Tells its concern that a job was given up: with the failure, or without one if a person ended it. The task may be
    /// erased by then.
    fn given_up(
        story: &mut Transaction<'_>,
        job_id: JobId,
        work: &Work,
        failure: Option<Failure>,
    ) -> Result<(), Refusal>;

    /// Adds what it does in the world: nothing, if it only reads what is here.
    fn effects(&self, _: &mut Effects) {}

    /// The value that a job holds.
    fn work(&self) -> Work {
        Work {
            kind: Self::KIND,
            key: self.key(),
            title: self.title(),
            subjects: self.subjects(),
            within: self.within(),
            lanes: self.lanes(),
            task: serde_json::to_value(self).expect("a task is JSON"),
        }
    }
}

/// A [`LongWork`], as far as jobs have to know it.
pub struct KindOfWork {
    /// Which.
    pub kind: WorkKind,
    /// [`LongWork::ABOUT`].
    pub about: &'static str,
    /// [`LongWork::AT_ONCE`].
    pub at_once: u32,
    /// [`LongWork::TOOLS`].
    pub tools: &'static [&'static str],
    /// [`LongWork::given_up`].
    pub given_up: fn(&mut Transaction<'_>, JobId, &Work, Option<Failure>) -> Result<(), Refusal>,
    /// [`LongWork::retry`]; refused if the task is erased.
    pub retry: fn(&mut Transaction<'_>, JobId, &Work) -> Result<JobId, Refusal>,
    /// [`LongWork::effects`].
    pub effects: fn(&Work, &mut Effects),
}

impl KindOfWork {
    /// The kind whose tasks these are.
    pub const fn of<T: LongWork>() -> Self {
        Self {
            kind: T::KIND,
            about: T::ABOUT,
            at_once: T::AT_ONCE,
            tools: T::TOOLS,
            given_up: T::given_up,
            retry: retry::<T>,
            effects: effects::<T>,
        }
    }
}

fn retry<T: LongWork>(story: &mut Transaction<'_>, job_id: JobId, work: &Work) -> Result<JobId, Refusal> {
    let task: T = work.task().map_err(mediary_events::job::Rejection::from)?;
    task.retry(story, job_id)
}

fn effects<T: LongWork>(work: &Work, effects: &mut Effects) {
    // What is erased does nothing any more.
    if let Ok(task) = work.task::<T>() {
        task.effects(effects);
    }
}

impl fmt::Debug for KindOfWork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KindOfWork({})", self.kind)
    }
}
