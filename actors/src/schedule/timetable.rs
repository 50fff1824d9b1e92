//! When each schedule comes next: a fold of what is recorded of schedules.

use std::collections::{BTreeMap, BTreeSet};

use mediary_events::{
    Concern as _, Recorded, codec,
    schedule::{Event, Schedule},
};
use mediary_log::{Filter, Kept, Log, Passed, Read, ReadError, work::REGISTRY};
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

/// The name of the fold's snapshots.
const SNAPSHOT: &str = "schedules";
/// Raised whenever the fold changes.
const SNAPSHOT_VERSION: u32 = 1;
/// Events read at once.
const PAGE: usize = 1_024;
/// Bytes read at once.
const PAGE_BYTES: usize = 1 << 20;

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
        loop {
            let head = log.head().position;
            if head <= self.position {
                return Ok(());
            }
            let filter = Filter::categories([Schedule::NAME]);
            let request = Read::forward(self.position + 1).limit(PAGE).filter(filter);
            let page = log.read_page(&Read { bytes_max: PAGE_BYTES, ..request })?;
            page.events.iter().for_each(|recorded| self.take(recorded));
            let Some(next) = page.next_position else {
                self.position = self.position.max(head);
                return Ok(());
            };
            self.position = next - 1;
        }
    }

    fn take(&mut self, recorded: &Recorded) {
        let envelope = &recorded.envelope;
        let stream = &envelope.stream;
        self.position = envelope.position;
        self.passed.take(envelope, REGISTRY.knows(&stream.category, &envelope.name));
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
        self.change(id, |armed| armed.since = armed.since.max(moment));
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
