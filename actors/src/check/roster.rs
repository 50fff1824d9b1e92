//! Which checks there are and when each is looked at next: a fold of what is recorded of checks, and what was found since.

mod watched;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mediary_events::{
    Concern as _, Recorded,
    check::{Check, Event},
    codec,
};
use mediary_log::{Filter, Kept, Log, Passed, ReadError, work::REGISTRY};
use mediary_schema::{
    CheckId, ProjectId, RunId, ScheduleId, Timestamp,
    check::{Definition, Reason, Verdict},
};
use serde::{Deserialize, Serialize};

/// A check that is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Watched {
    pub(super) project: ProjectId,
    pub(super) definition: Definition,
    /// The file that it is said in; none if it is said by command.
    file: Option<String>,
    is_paused: bool,
    /// Moments count that come after this one.
    since: Timestamp,
    /// What is recorded of it.
    pub(super) verdict: Verdict,
    pub(super) reason: Option<Reason>,
    /// Whether anything is recorded of it.
    pub(super) is_known: bool,
    /// Whether something is wrong, as recorded, and whether that is a consequence of another check's.
    pub(super) incident: Option<Wrong>,
    /// The look that somebody wants.
    pub(super) requested: Option<RunId>,
    /// What that is looked at for.
    pub(super) reference: Option<String>,
    /// The moment of the last look, or of the last report.
    last: Option<Timestamp>,
    /// When it reported that it has begun, unless it reported since that it ended.
    begun: Option<Timestamp>,
    /// What the last looks said, in their order.
    looks: VecDeque<Verdict>,
    /// When it is looked at next, or has to have reported.
    next: Option<Timestamp>,
    /// When what is wrong is told again.
    told_again_at: Option<Timestamp>,
}

/// That something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wrong {
    /// Whether it is a consequence of another check's.
    pub(super) is_behind: bool,
}

/// Which checks there are. One event, and one look at what is due, take time with the logarithm of how many there are.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// Up to here the log was read.
    position: u64,
    passed: Passed,
    checks: BTreeMap<CheckId, Watched>,
    order: BTreeSet<(Timestamp, CheckId)>,
    /// When what is wrong is told again.
    reminders: BTreeSet<(Timestamp, CheckId)>,
    /// How many were never looked at.
    fresh: usize,
    /// Those that somebody wants looked at now.
    wanted: BTreeSet<CheckId>,
}

/// The name of the fold's snapshots.
const SNAPSHOT: &str = "checks";
/// Raised whenever the fold changes.
const SNAPSHOT_VERSION: u32 = 3;
/// So many new checks are looked at at once; more are spread over their interval (CH-05).
const AT_ONCE_MAX: usize = 100;

impl Roster {
    /// As of the last snapshot, or empty. Blocks for as long as it takes to read a file.
    pub(super) fn restore(log: &Log) -> Self {
        let kept = log.snapshots().load(SNAPSHOT, SNAPSHOT_VERSION);
        kept.and_then(|kept| Self::of_kept(&kept)).unwrap_or_default()
    }

    fn of_kept(kept: &Kept) -> Option<Self> {
        let checks: BTreeMap<CheckId, Watched> = rmp_serde::from_slice(&kept.state).ok()?;
        let next = |(id, watched): (&CheckId, &Watched)| Some((watched.next?, *id));
        Some(Self {
            position: kept.position,
            passed: kept.passed.clone(),
            order: checks.iter().filter_map(next).collect(),
            reminders: checks
                .iter()
                .filter_map(|(id, watched)| Some((watched.told_again_at?, *id)))
                .collect(),
            fresh: checks.values().filter(|watched| watched.last.is_none()).count(),
            wanted: checks
                .iter()
                .filter(|(_, watched)| watched.requested.is_some())
                .map(|(id, _)| *id)
                .collect(),
            checks,
        })
    }

    /// Writes it down, so that the next start reads only what comes after it and goes on where this one was. Blocks for an
    /// fsync.
    pub(super) fn save(&self, log: &Log) {
        let saved = rmp_serde::to_vec(&self.checks).map_err(|error| error.to_string()).and_then(|state| {
            let kept = Kept { position: self.position, passed: self.passed.clone(), state };
            log.snapshots().save(SNAPSHOT, SNAPSHOT_VERSION, &kept).map_err(|error| error.to_string())
        });
        if let Err(error) = saved {
            tracing::warn!(
                error,
                "can't save when checks come; after the next start all of them come at once"
            );
        }
    }

    /// Reads on to the head of the log; answers which checks are other than before. Blocks.
    pub(super) fn read_on(&mut self, log: &Log) -> Result<BTreeSet<CheckId>, ReadError> {
        let mut changed = BTreeSet::new();
        self.position = log.read_on(self.position, Filter::categories([Check::NAME]), |recorded| {
            changed.insert(self.take(recorded));
            Ok(())
        })?;
        Ok(changed)
    }

    fn take(&mut self, recorded: &Recorded) -> CheckId {
        let envelope = &recorded.envelope;
        self.position = envelope.position;
        self.passed.take(envelope, REGISTRY.knows(&envelope.stream.category, &envelope.name));
        let id = CheckId::from_uuid(envelope.stream.uuid);
        // What can't be read any more was erased, or is of a newer program.
        for event in codec::events_of::<Check>(recorded).unwrap_or_default() {
            self.fold(id, envelope.project, event.clone());
            let told_again_at =
                self.get(id).and_then(|watched| watched.told_again_after(&event, envelope.at));
            self.tell_again(id, told_again_at);
        }
        id
    }

    pub(super) fn fold(&mut self, id: CheckId, project: ProjectId, event: Event) {
        match event {
            Event::Defined { definition, since, file, .. } => {
                self.define(id, project, *definition, since);
                self.change(id, |watched| watched.file = file);
            }
            Event::Paused {} => self.change(id, |watched| watched.is_paused = true),
            Event::Resumed { since } => self.change(id, |watched| {
                (watched.is_paused, watched.since) = (false, since);
                (watched.last, watched.begun) = (None, None);
            }),
            Event::Removed {} => self.forget(id),
            Event::RunRequested { run_id, reference } => self.change(id, |watched| {
                (watched.requested, watched.reference) = (Some(run_id), reference);
            }),
            Event::RunEnded { .. } => self.change(id, |watched| {
                (watched.requested, watched.reference) = (None, None);
            }),
            Event::Turned { verdict, reason, .. } => self.change(id, |watched| {
                (watched.verdict, watched.reason, watched.is_known) = (verdict, reason, true);
                if watched.looks.is_empty() {
                    // What was found before this program began.
                    watched.looks.push_back(verdict);
                }
            }),
            Event::IncidentOpened { behind, .. } => {
                self.change(id, |watched| watched.incident = Some(Wrong { is_behind: behind.is_some() }));
            }
            Event::IncidentDetached { .. } => {
                self.change(id, |watched| watched.incident = Some(Wrong { is_behind: false }));
            }
            Event::IncidentClosed { .. } => self.change(id, |watched| watched.incident = None),
            Event::Acknowledged { .. }
            | Event::Snoozed { .. }
            | Event::IncidentReminded { .. }
            | Event::Reported { .. } => {}
        }
    }

    /// What is looked at in another way is looked at anew; what was found of it stays until then.
    fn define(&mut self, id: CheckId, project: ProjectId, definition: Definition, since: Timestamp) {
        let before = self.checks.remove(&id);
        if let Some(before) = &before {
            self.unlist(id, before);
        }
        let watched = match before {
            Some(before) => {
                let (last, begun, next) = (None, None, None);
                Watched { definition, since, last, begun, next, looks: VecDeque::new(), ..before }
            }
            None => Watched {
                project,
                definition,
                file: None,
                is_paused: false,
                since,
                verdict: Verdict::Unknown,
                reason: None,
                is_known: false,
                incident: None,
                requested: None,
                reference: None,
                last: None,
                begun: None,
                looks: VecDeque::new(),
                next: None,
                told_again_at: None,
            },
        };
        self.fresh += 1;
        self.checks.insert(id, watched);
        self.change(id, |_| {});
    }

    pub(super) fn get(&self, id: CheckId) -> Option<&Watched> {
        self.checks.get(&id)
    }

    /// What is said in files, by the file.
    pub(super) fn said_in_files(&self) -> BTreeMap<CheckId, String> {
        self.checks.iter().filter_map(|(id, watched)| Some((*id, watched.file.clone()?))).collect()
    }

    /// The ids of all.
    pub(super) fn ids(&self) -> impl Iterator<Item = CheckId> + '_ {
        self.checks.keys().copied()
    }

    /// A look was made, or a report came, for this moment.
    pub(super) fn looked(&mut self, id: CheckId, moment: Timestamp) {
        self.change(id, |watched| (watched.last, watched.begun) = (Some(moment), None));
    }

    /// It reports that it has begun.
    pub(super) fn begins(&mut self, id: CheckId, at: Timestamp) {
        self.change(id, |watched| watched.begun = Some(at));
    }

    /// What a look said; answers whether something is wrong with it now.
    pub(super) fn judge(&mut self, id: CheckId, at: Timestamp, verdict: Verdict) -> bool {
        let Some(Watched { definition, looks, incident, .. }) = self.checks.get_mut(&id) else {
            return false;
        };
        definition.judge(looks, (at, verdict), incident.is_some())
    }

    /// Nobody listened until now: whatever reports by itself has as long as if it had reported now.
    pub(super) fn listen_anew(&mut self, id: CheckId, now: Timestamp) {
        self.change(id, |watched| (watched.last, watched.begun) = (Some(now), None));
    }

    /// What is due, at most so many, those first that wait longest.
    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<CheckId> {
        self.order.iter().take_while(|(moment, _)| *moment <= now).map(|(_, id)| *id).take(limit).collect()
    }

    /// What is wrong with it is told again then, or not at all.
    pub(super) fn tell_again(&mut self, id: CheckId, at: Option<Timestamp>) {
        if self.checks.get(&id).is_some_and(|watched| watched.told_again_at != at) {
            self.change(id, |watched| watched.told_again_at = at);
        }
    }

    /// What is to be told again by now.
    pub(super) fn to_be_told_again(&self, now: Timestamp) -> Vec<CheckId> {
        self.reminders.iter().take_while(|(moment, _)| *moment <= now).map(|(_, id)| *id).collect()
    }

    /// Up to where the log was read.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// What somebody wants looked at now.
    pub(super) fn wanted(&self) -> impl Iterator<Item = CheckId> + '_ {
        self.wanted.iter().copied()
    }

    /// When the next one is due, or told again.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let of = |order: &BTreeSet<(Timestamp, CheckId)>| order.first().map(|(moment, _)| *moment);
        [of(&self.order), of(&self.reminders)].into_iter().flatten().min()
    }

    /// The moment that is due now, of which those before it are made up for.
    pub(super) fn moment(&self, id: CheckId, now: Timestamp) -> Timestamp {
        let due = self.checks.get(&id).and_then(|watched| {
            let last = watched.last?;
            watched.definition.rhythm.due(last, now, seed(id))
        });
        // The first look is where its rhythm begins.
        due.map_or(now, |due| due.moment)
    }

    /// The clock was set to this moment: what was looked at later is looked at by the new clock.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let ahead: Vec<CheckId> =
            self.checks.iter().filter(|(_, watched)| watched.last > Some(now)).map(|(id, _)| *id).collect();
        for id in ahead {
            self.change(id, |watched| watched.last = Some(now));
        }
    }

    fn forget(&mut self, id: CheckId) {
        if let Some(watched) = self.checks.remove(&id) {
            self.unlist(id, &watched);
        }
    }

    fn unlist(&mut self, id: CheckId, watched: &Watched) {
        self.wanted.remove(&id);
        if let Some(moment) = watched.told_again_at {
            self.reminders.remove(&(moment, id));
        }
        if let Some(next) = watched.next {
            self.order.remove(&(next, id));
        }
        self.fresh -= usize::from(watched.last.is_none());
    }

    fn change(&mut self, id: CheckId, change: impl FnOnce(&mut Watched)) {
        let Some(mut watched) = self.checks.remove(&id) else { return };
        self.unlist(id, &watched);
        change(&mut watched);
        self.fresh += usize::from(watched.last.is_none());
        watched.next = watched.comes_next(id, self.fresh > AT_ONCE_MAX);
        self.order.extend(watched.next.map(|next| (next, id)));
        self.reminders.extend(watched.told_again_at.map(|moment| (moment, id)));
        if watched.requested.is_some() && watched.is_looked_at() {
            self.wanted.insert(id);
        }
        self.checks.insert(id, watched);
    }
}

/// What stands for a check where moments are put off.
const fn seed(id: CheckId) -> ScheduleId {
    ScheduleId::from_uuid(id.uuid())
}

#[cfg(test)]
mod tests;
