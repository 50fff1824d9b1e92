//! How far jobs are, told while they run: a signal, never stored, of which the latest value wins.

use std::collections::{HashMap, HashSet};

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use futures::{Stream, stream};
use mediary_events::{Concern as _, job::Job as Jobs};
use mediary_log::signal::{Signal, SignalListener};
use mediary_projections::{
    ViewHandle,
    job::{self as view, JobRow, JobView},
};
use mediary_schema::{
    CorrelationId, JobId,
    job::{Progress as Value, WorkKind},
    scope::Scope,
};

use crate::{
    changes::Named,
    error::view_fault,
    job::{Job, JobById, object::Progress},
    loader::look_up,
    schema::{platform, scope},
};

/// Jobs of which it is remembered whether they are wanted.
const VERDICTS_MAX: usize = 4_096;

/// How far jobs are: first all that have told, then those that tell again. A slow client gets the latest value and fewer of
/// them.
#[derive(Debug, SimpleObject)]
pub(crate) struct JobProgressChange {
    /// Those that have told since the last item.
    jobs: Vec<JobProgress>,
}

/// How far a job is.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct JobProgress {
    /// Which job.
    job_id: ID,
    /// How far it is.
    progress: Progress,
    #[graphql(skip)]
    key: JobId,
}

#[ComplexObject]
impl JobProgress {
    /// The job itself.
    async fn job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        Ok(look_up::<JobById>(context, self.key).await?.map(Job::from))
    }
}

/// What is wanted of jobs besides their names; nothing stands for all.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) kinds: Option<HashSet<WorkKind>>,
    pub(super) story: Option<CorrelationId>,
}

impl Wanted {
    pub(super) fn has(&self, row: &JobRow) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&row.work.kind))
            && self.story.is_none_or(|story| row.story == story)
    }

    const fn is_all(&self) -> bool {
        self.kinds.is_none() && self.story.is_none()
    }
}

/// Whoever follows how far jobs are.
struct Following {
    listener: SignalListener,
    view: ViewHandle,
    scope: Scope,
    named: Named,
    wanted: Wanted,
    /// Which jobs are wanted, of those that have told: neither its kind nor its story ever changes.
    verdicts: HashMap<JobId, bool>,
    is_first: bool,
    has_ended: bool,
}

/// Tells how far jobs are that a subscriber may see, names and wants.
pub(super) fn progress(
    context: &Context<'_>,
    named: Named,
    wanted: Wanted,
) -> Result<impl Stream<Item = Result<JobProgressChange>> + use<>> {
    let scope = scope(context)?;
    let platform = platform(context);
    let (listener, view) = (platform.signals.listen(), platform.views.of::<JobView>().clone());
    let (verdicts, is_first, has_ended) = (HashMap::new(), true, false);
    let following = Following { listener, view, scope, named, wanted, verdicts, is_first, has_ended };
    Ok(stream::unfold(following, |mut following| async move {
        let item = following.next().await?;
        Some((item, following))
    }))
}

impl Following {
    /// None once there is nobody who tells, and behind an error.
    async fn next(&mut self) -> Option<Result<JobProgressChange>> {
        if self.has_ended {
            return None;
        }
        loop {
            let is_first = std::mem::take(&mut self.is_first);
            let signals = if is_first {
                // Whoever has just come is told at once, also that nothing is known.
                self.listener.now()
            } else {
                self.listener.next().await?
            };
            let told: Vec<(JobId, Value)> =
                signals.into_iter().filter_map(|signal| self.read(signal)).collect();
            match self.of_wanted(told).await {
                Ok(told) if told.is_empty() && !is_first => {}
                Ok(told) => {
                    let job = |(id, value): (JobId, Value)| JobProgress {
                        job_id: ID(id.to_string()),
                        progress: value.into(),
                        key: id,
                    };
                    return Some(Ok(JobProgressChange { jobs: told.into_iter().map(job).collect() }));
                }
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            }
        }
    }

    /// What a signal says of a job that may be seen and is named.
    fn read(&self, Signal { subject, payload }: Signal) -> Option<(JobId, Value)> {
        let is_seen = self.scope.project().is_none_or(|project| project == subject.project);
        let is_named = self.named.as_ref().is_none_or(|named| named.contains(&subject.id));
        let is_progress = subject.concern == Jobs::NAME && subject.name == "progress";
        let value = (is_seen && is_named && is_progress).then(|| serde_json::from_value(payload).ok())?;
        Some((JobId::from_uuid(subject.id), value?))
    }

    /// Those of them whose jobs are wanted. The view is asked once for each that it knows.
    async fn of_wanted(&mut self, told: Vec<(JobId, Value)>) -> Result<Vec<(JobId, Value)>> {
        if self.wanted.is_all() || told.is_empty() {
            return Ok(told);
        }
        if self.verdicts.len() > VERDICTS_MAX {
            self.verdicts.clear();
        }
        let ids: Vec<JobId> =
            told.iter().map(|(id, _)| *id).filter(|id| !self.verdicts.contains_key(id)).collect();
        if !ids.is_empty() {
            let read = self.view.read(self.scope, move |rows| view::jobs_by_id(rows, &ids)).await;
            let rows = read.map_err(|error| view_fault(&error))?;
            self.verdicts.extend(rows.into_iter().map(|row| (row.id, self.wanted.has(&row))));
        }
        let is_wanted = |id: &JobId| self.verdicts.get(id).copied().unwrap_or(false);
        Ok(told.into_iter().filter(|(id, _)| is_wanted(id)).collect())
    }
}
