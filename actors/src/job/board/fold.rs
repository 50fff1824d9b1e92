//! What each event changes on the board.

use mediary_events::{
    Concern, codec,
    job::{Event as JobEvent, Job},
    lane::{Event as LaneEvent, Lanes},
    setting::{Event as SettingEvent, Setting},
    worker::{Event as WorkerEvent, Worker},
};
use mediary_log::{Filter, Log, ReadError, Recorded, work::REGISTRY};
use mediary_schema::{
    JobId, Priority, Ticket, Timestamp,
    job::{JobState, WorkKind},
    lane::{Hold, Reason},
};
#[cfg(test)]
use mediary_schema::{
    setting::{Quota, QuotaOf},
    site::RequestBudget,
};

use super::{
    Board, Lease, OpenJob, Place,
    budgets::Owner,
    flows::{Flow, FlowId},
};

/// An event of a job that was open when it happened.
#[derive(Debug, Clone, Copy)]
pub(in crate::job) struct Told<'a> {
    /// As it is recorded.
    pub(in crate::job) recorded: &'a Recorded,
    /// The job.
    pub(in crate::job) job_id: JobId,
    /// What kind of work it is.
    pub(in crate::job) kind: WorkKind,
    /// What happened.
    pub(in crate::job) event: &'a JobEvent,
}

impl Board {
    /// Reads on to the head of the log, and tells of each event of a job. Blocks.
    pub(in crate::job) fn catch_up(
        &mut self,
        log: &Log,
        mut each: impl FnMut(Told<'_>),
    ) -> Result<(), ReadError> {
        let filter = Filter::categories([Job::NAME, Setting::NAME, Worker::NAME, Lanes::NAME]);
        self.position = log.read_on(self.position, filter, |recorded| {
            self.fold(recorded, &mut each);
            self.position = recorded.position();
            Ok(())
        })?;
        Ok(())
    }

    fn fold(&mut self, recorded: &Recorded, each: &mut impl FnMut(Told<'_>)) {
        let envelope = &recorded.envelope;
        let stream = &envelope.stream;
        self.pass_to(envelope.at);
        self.passed.take(envelope, REGISTRY.knows(&stream.category, &envelope.name));
        for event in &decode::<Job>(recorded) {
            let job_id = JobId::from_uuid(stream.uuid);
            let when = (envelope.position, envelope.at);
            let kind = if let JobEvent::Queued { work, ticket, .. } = event {
                let owner = Owner { project: envelope.project, principal: envelope.principal };
                let flow = Flow::of_work(work, ticket, owner);
                self.open(job_id, when, &flow, ticket);
                Some(flow.kind)
            } else {
                self.fold_job(job_id, when, event)
            };
            if let Some(kind) = kind {
                each(Told { recorded, job_id, kind, event });
            }
        }
        for event in decode::<Setting>(recorded) {
            match event {
                SettingEvent::LimitsChanged { limits } => self.limits = limits,
                SettingEvent::QuotaChanged { of, quota } => self.flows.set_quota(of, quota),
                SettingEvent::SiteChanged { site, settings } => self.pacing.set(&site, settings.budget),
                // How files are named changes no turn, and whoever moves something into the trash asks for it.
                SettingEvent::LayoutChanged { .. } | SettingEvent::TrashChanged { .. } => {}
            }
        }
        for event in decode::<Worker>(recorded) {
            match event {
                WorkerEvent::Joined { .. } => self.halted.clear(),
                WorkerEvent::PartHalted { part, .. } => self.halted.push(part),
                WorkerEvent::PartResumed { part } => self.halted.retain(|halted| *halted != part),
            }
        }
        for event in decode::<Lanes>(recorded) {
            if let LaneEvent::Held { hold } = &event {
                self.fold_refusal(hold, envelope.at);
            }
            self.fold_lane(&event);
        }
    }

    /// What a site teaches that refuses.
    pub(in crate::job) fn fold_refusal(&mut self, hold: &Hold, at: Timestamp) {
        match hold.reason {
            Reason::RateLimit | Reason::BotCheck => self.pacing.refused(&hold.lane, at),
            Reason::NoRoom { .. } | Reason::LibraryAway | Reason::TrashFull { .. } => {}
        }
    }

    #[cfg(test)]
    pub(in crate::job) fn set_site(&mut self, site: &str, budget: Option<RequestBudget>) {
        self.pacing.set(site, budget);
    }

    #[cfg(test)]
    pub(in crate::job) fn set_quota(&mut self, of: QuotaOf, quota: Quota) {
        self.flows.set_quota(of, quota);
    }

    pub(in crate::job) fn fold_lane(&mut self, event: &LaneEvent) {
        self.lanes.evolve(event);
        self.show_holds();
    }

    /// Takes in what happened to a job after it was queued; answers its kind if it was open.
    pub(in crate::job) fn fold_job(
        &mut self,
        job_id: JobId,
        (position, at): (u64, Timestamp),
        event: &JobEvent,
    ) -> Option<WorkKind> {
        self.pass_to(at);
        let OpenJob { flow, turn, place, is_begun } = *self.jobs.get(&job_id)?;
        let kind = self.flows.kind(flow);
        match event {
            JobEvent::Leased { attempt_id, worker_id, until, .. } => {
                self.move_to(job_id, Place::Leased);
                self.flows.start(flow, turn, position);
                let Flow { owner, lanes, .. } = self.flows.flow(flow)?.clone();
                if !is_begun && let Some(job) = self.jobs.get_mut(&job_id) {
                    job.is_begun = true;
                    self.flows.use_up(owner, 1, 0);
                }
                let (attempt_id, worker_id) = (*attempt_id, *worker_id);
                self.pacing.begun(&lanes, at, attempt_id);
                self.promise(job_id, Lease { attempt_id, worker_id, until: Some(*until), has_slot: true });
            }
            JobEvent::Prioritised { priority } => self.prioritise(job_id, *priority),
            // Told by now; where it is stays said.
            JobEvent::Stranded { after, state } => {
                self.move_to(job_id, Place::Stranded(*after, *state));
                self.stranded.remove(&job_id);
            }
            JobEvent::Started { .. } => self.begun(job_id),
            JobEvent::SlotReturned { .. } => self.return_slot(job_id),
            JobEvent::AttemptFailed { retry_at, .. } => self.move_to(job_id, Place::Again(*retry_at)),
            JobEvent::AttemptLost { retry_at, .. } => {
                self.move_to(job_id, retry_at.map_or(Place::Ready, Place::Again));
            }
            JobEvent::LeaseReturned { .. } | JobEvent::AttemptStopped { .. } => {
                self.move_to(job_id, Place::Ready);
            }
            JobEvent::Parked { losses, .. } => self.move_to(job_id, Place::Parked(*losses)),
            JobEvent::Paused { .. } => self.move_to(job_id, Place::Held),
            JobEvent::Resumed {} if place == Place::Leased => {}
            JobEvent::Resumed {} => self.move_to(job_id, Place::Ready),
            // Whoever does the work is told; it has the job until its end. What is queued is opened by whoever knows whose it is.
            JobEvent::CancelRequested { .. } | JobEvent::PauseRequested { .. } | JobEvent::Queued { .. } => {}
            JobEvent::Succeeded { kept_bytes, .. } => {
                let owner = self.flows.flow(flow)?.owner;
                // First whom its end lets go, then whom it blocks: a class of which one may start after all, and now
                // another instead, waits on.
                self.close(job_id, flow, JobState::Succeeded);
                self.flows.use_up(owner, 0, *kept_bytes);
            }
            JobEvent::Failed { .. } => self.close(job_id, flow, JobState::Failed),
            JobEvent::Cancelled { .. } => self.close(job_id, flow, JobState::Cancelled),
        }
        kind
    }

    /// Takes in a job of a flow.
    pub(in crate::job) fn open(
        &mut self,
        job_id: JobId,
        (position, at): (u64, Timestamp),
        flow: &Flow,
        ticket: &Ticket,
    ) {
        self.pass_to(at);
        let id = self.flows.open(flow);
        self.jobs.insert(job_id, OpenJob { flow: id, turn: position, place: Place::Held, is_begun: false });
        self.move_to(job_id, self.place(ticket, at));
    }

    /// Takes a job to the flow where it matters so much; its turn there is that of its age.
    fn prioritise(&mut self, job_id: JobId, priority: Priority) {
        let Some(job) = self.jobs.get(&job_id).copied() else { return };
        let Some(flow) = self.flows.flow(job.flow).filter(|flow| flow.priority != priority) else { return };
        let flow = Flow { priority, ..flow.clone() };
        let has_slot = self.leases.get(&job_id).is_none_or(|lease| lease.has_slot);
        match job.place {
            Place::Ready => self.flows.take(job.flow, job.turn),
            Place::Leased => self.flows.stop(job.flow, has_slot),
            Place::Later(_)
            | Place::Again(_)
            | Place::After(..)
            | Place::Stranded(..)
            | Place::Parked(_)
            | Place::Held => {}
        }
        let to = self.flows.open(&flow);
        self.flows.close(job.flow);
        self.jobs.insert(job_id, OpenJob { flow: to, ..job });
        match job.place {
            Place::Ready => self.flows.put(to, job.turn, job_id),
            Place::Leased => self.flows.has_started(to, has_slot),
            Place::Later(_)
            | Place::Again(_)
            | Place::After(..)
            | Place::Stranded(..)
            | Place::Parked(_)
            | Place::Held => {}
        }
    }

    fn close(&mut self, job_id: JobId, flow: FlowId, ended: JobState) {
        self.move_to(job_id, Place::Held);
        self.jobs.remove(&job_id);
        self.flows.close(flow);
        self.let_go(job_id, ended);
    }

    /// Where a job is with this ticket that is queued at this moment. What it is to wait for and is not open came to its
    /// end before: well, or the next event says otherwise.
    fn place(&self, ticket: &Ticket, at: Timestamp) -> Place {
        match (ticket.after.filter(|after| self.is_open(*after)), ticket.at) {
            (Some(after), moment) => Place::After(after, moment.unwrap_or_default()),
            (None, Some(moment)) if moment > at => Place::Later(moment),
            (None, _) => Place::Ready,
        }
    }
}

/// The events, if they are of this concern and can be read; views and gate say what can't.
fn decode<C: Concern>(recorded: &Recorded) -> Vec<C::Event> {
    codec::events_of::<C>(recorded).unwrap_or_default()
}
