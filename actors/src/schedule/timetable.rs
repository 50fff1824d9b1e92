//! When each schedule comes next: a fold of what is recorded of schedules.

use std::collections::{BTreeMap, BTreeSet};

use mediary_events::{
    Concern as _, Recorded, codec,
    log::{self, Logs},
    schedule::{Event, Schedule},
};
use mediary_log::{Filter, Kept, Log, Passed, ReadError, work::REGISTRY};
use mediary_schema::{
    ProjectId, ScheduleId, Timestamp,
    schedule::{Due, Rhythm},
};
use serde::{Deserialize, Serialize};

/// A schedule that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Armed {
    pub(super) project: ProjectId,
    rhythm: Rhythm,
    /// Every moment up to this one was done, or does not count.
    since: Timestamp,
    is_paused: bool,
    /// When it comes next, if it does.
    next: Option<Timestamp>,
}

/// When each schedule comes next. One event, and one look at what is due, take time with the logarithm of how many there
/// are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Timetable {
    /// Up to here the log was read.
    position: u64,
    passed: Passed,
    schedules: BTreeMap<ScheduleId, Armed>,
    order: BTreeSet<(Timestamp, ScheduleId)>,
}

/// What it reads: schedules, and the epochs of the log, which begin when the clock was set.
pub(super) const CATEGORIES: [&str; 2] = [Schedule::NAME, Logs::NAME];
/// The name of the fold's snapshots.
const SNAPSHOT: &str = "schedules";
/// Raised whenever the fold changes.
const SNAPSHOT_VERSION: u32 = 2;

impl Timetable {
    /// As of the last snapshot, or empty. Blocks for as long as it takes to read a file.
    pub(super) fn restore(log: &Log) -> Self {
        let kept = log.snapshots().load(SNAPSHOT, SNAPSHOT_VERSION);
        kept.and_then(|kept| Self::of_kept(&kept)).unwrap_or_default()
    }

    fn of_kept(kept: &Kept) -> Option<Self> {
        let schedules: Vec<(ScheduleId, Armed)> = rmp_serde::from_slice(&kept.state).ok()?;
        let next = |(id, armed): &(ScheduleId, Armed)| Some((armed.next?, *id));
        Some(Self {
            position: kept.position,
            passed: kept.passed.clone(),
            order: schedules.iter().filter_map(next).collect(),
            schedules: schedules.into_iter().collect(),
        })
    }

    /// Writes it down, so that the next start reads only what comes after it. Blocks for an fsync.
    pub(super) fn save(&self, log: &Log) {
        let schedules: Vec<(&ScheduleId, &Armed)> = self.schedules.iter().collect();
        let saved = rmp_serde::to_vec(&schedules).map_err(|error| error.to_string()).and_then(|state| {
            let kept = Kept { position: self.position, passed: self.passed.clone(), state };
            log.snapshots().save(SNAPSHOT, SNAPSHOT_VERSION, &kept).map_err(|error| error.to_string())
        });
        if let Err(error) = saved {
            tracing::warn!(error, "can't save when schedules come; the next start takes longer");
        }
    }

    /// Up to where it has read.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Reads on to the head of the log. Blocks.
    pub(super) fn read_on(&mut self, log: &Log) -> Result<(), ReadError> {
        self.position = log.read_on(self.position, Filter::categories(CATEGORIES), |recorded| {
            self.take(recorded);
            Ok(())
        })?;
        Ok(())
    }

    fn take(&mut self, recorded: &Recorded) {
        let envelope = &recorded.envelope;
        let stream = &envelope.stream;
        self.position = envelope.position;
        self.passed.take(envelope, REGISTRY.knows(&stream.category, &envelope.name));
        if stream.category == Logs::NAME {
            let events = codec::events_of::<Logs>(recorded).unwrap_or_default();
            if events.iter().any(|event| matches!(event, log::Event::Opened { .. })) {
                self.settle(envelope.at);
            }
            return;
        }
        let id = ScheduleId::from_uuid(stream.uuid);
        // What can't be read any more was erased, or is of a newer program: the gate says what that means for it.
        for event in codec::events_of::<Schedule>(recorded).unwrap_or_default() {
            self.fold(id, envelope.project, event);
        }
    }

    pub(super) fn fold(&mut self, id: ScheduleId, project: ProjectId, event: Event) {
        match event {
            Event::Added { rhythm, since, .. } => {
                self.forget(id);
                let armed = Armed { project, rhythm, since, is_paused: false, next: None };
                self.schedules.insert(id, armed);
                self.change(id, |_| {});
            }
            Event::Paused {} => self.change(id, |armed| armed.is_paused = true),
            Event::Resumed { since, .. } => self.change(id, |armed| {
                (armed.is_paused, armed.since) = (false, since);
            }),
            Event::Fired { moment, .. } => {
                if let Some(moment) = moment {
                    self.done(id, moment);
                }
            }
            Event::Removed {} => self.forget(id),
        }
    }

    /// A moment was done, and all before it.
    pub(super) fn done(&mut self, id: ScheduleId, moment: Timestamp) {
        self.change(id, |armed| armed.since = moment);
    }

    /// The clock was set to this moment, or an epoch of the log begins at it. Later ones were done by a clock that was ahead:
    /// they come again. What was left alone is looked at anew.
    pub(super) fn settle(&mut self, begun: Timestamp) {
        let is_odd = |armed: &Armed| armed.since > begun || (armed.next.is_none() && !armed.is_paused);
        let odd: Vec<ScheduleId> =
            self.schedules.iter().filter(|(_, armed)| is_odd(armed)).map(|(id, _)| *id).collect();
        for id in odd {
            self.change(id, |armed| armed.since = armed.since.min(begun));
        }
    }

    /// A schedule that can't be read comes no more until the next start.
    pub(super) fn leave_alone(&mut self, id: ScheduleId) {
        if let Some(next) = self.schedules.get_mut(&id).and_then(|armed| armed.next.take()) {
            self.order.remove(&(next, id));
        }
    }

    /// A schedule is not there any more.
    pub(super) fn forget(&mut self, id: ScheduleId) {
        if let Some(next) = self.schedules.remove(&id).and_then(|armed| armed.next) {
            self.order.remove(&(next, id));
        }
    }

    /// What is due, at most so many, those first that wait longest.
    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<(ScheduleId, ProjectId, Due)> {
        let over = self.order.iter().take_while(|(moment, _)| *moment <= now);
        let due = |(_, id): &(Timestamp, ScheduleId)| {
            let armed = self.schedules.get(id)?;
            Some((*id, armed.project, armed.rhythm.due(armed.since, now, *id)?))
        };
        over.filter_map(due).take(limit).collect()
    }

    /// When the next one comes.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.order.first().map(|(moment, _)| *moment)
    }

    fn change(&mut self, id: ScheduleId, change: impl FnOnce(&mut Armed)) {
        let Some(armed) = self.schedules.get_mut(&id) else { return };
        if let Some(next) = armed.next.take() {
            self.order.remove(&(next, id));
        }
        change(armed);
        armed.next = if armed.is_paused { None } else { armed.rhythm.next(armed.since, id) };
        self.order.extend(armed.next.map(|next| (next, id)));
    }
}
