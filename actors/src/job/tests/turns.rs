//! Whose turn it is, by the board's order and by the model's rules.

use mediary_events::{job::Event, lane::Event as LaneEvent};
use mediary_log::{gate::LongWork as _, work::REGISTRY};
use mediary_schema::{
    AttemptId, EntryId, FailureClass, IncarnationId, JobId, PlaylistId, PrincipalId, Priority, ProjectId,
    Ticket, Timestamp, WorkerId,
    download::{DownloadItem, EntryRef},
    job::{Failure, JobState, ResourceUse, Work},
    lane::{Hold, Lane, Reason},
    playlist::RefreshPlaylist,
    setting::{Limits, Quota},
};
use proptest::{prelude::*, sample::Index};
use uuid::Uuid;

use super::{
    super::board::{Board, Flow, Owner},
    bench::{download_for, refresh},
    model::Model,
};
use crate::resource::Left;

/// What happens to a board; jobs are named by their index among the open ones.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// On this host, of this list; no list is a single item.
    Queue {
        host: u8,
        list: Option<u8>,
        is_look: bool,
        terms: Terms,
    },
    /// The dispatcher leases what the board says, or as many of it.
    Lease(u8),
    /// Somebody leases one out of turn.
    LeaseAny(Index),
    Start(Index),
    /// One, or all that are at work.
    ReturnSlot(Option<Index>),
    Fail(Index, u8),
    GiveBack(Index),
    Prioritise(Index, u8),
    GiveUp(Index),
    Cancel(Index),
    /// The dispatcher tells whom it leaves waiting that something came to nothing.
    Strand,
    Pause(Index),
    Resume(Index),
    /// With so many bytes kept.
    Succeed(Index, u8),
    /// These hosts, and the disk.
    Hold(u8),
    Halt(bool),
    Limit {
        refresh: u8,
        download: u8,
        total: u8,
    },
    /// Of the first or the second project, or of the first or the second person: each a number, of which zero is none.
    Quota {
        of: u8,
        at_once: u8,
        jobs: u8,
        bytes: u8,
    },
    Pass(u16),
    /// The board is made of what was kept of it.
    Restart,
}

/// How a job waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) priority: u8,
    /// Seconds from now.
    pub(super) at: Option<u8>,
    pub(super) after: Option<Index>,
    /// Whether it needs one of two drives.
    pub(super) drive: Option<bool>,
    /// The project, and who started it, of two each.
    pub(super) owner: (bool, bool),
}

/// Terms that say nothing.
pub(super) const PLAIN: Terms =
    Terms { priority: 5, at: None, after: None, drive: None, owner: (false, false) };

fn terms() -> impl Strategy<Value = Terms> {
    let rarely = |percent: f64| prop::option::weighted(percent, any::<Index>());
    let numbers = (prop_oneof![Just(5_u8), 0..10_u8], prop::option::weighted(0.2, 0..5_u8));
    (numbers, rarely(0.2), prop::option::weighted(0.2, any::<bool>()), any::<(bool, bool)>())
        .prop_map(|((priority, at), after, drive, owner)| Terms { priority, at, after, drive, owner })
}

fn step() -> impl Strategy<Value = Step> {
    let job = any::<Index>;
    prop_oneof![
        6 => (0..4_u8, proptest::option::of(0..2_u8), any::<bool>(), terms())
            .prop_map(|(host, list, is_look, terms)| Step::Queue { host, list, is_look, terms }),
        4 => (1..4_u8).prop_map(Step::Lease),
        1 => job().prop_map(Step::LeaseAny),
        1 => job().prop_map(Step::Start),
        2 => prop::option::weighted(0.8, job()).prop_map(Step::ReturnSlot),
        2 => (job(), 0..5_u8).prop_map(|(job, wait)| Step::Fail(job, wait)),
        1 => job().prop_map(Step::GiveBack),
        1 => (job(), 0..10_u8).prop_map(|(job, priority)| Step::Prioritise(job, priority)),
        1 => job().prop_map(Step::GiveUp),
        1 => job().prop_map(Step::Cancel),
        1 => Just(Step::Strand),
        1 => job().prop_map(Step::Pause),
        1 => job().prop_map(Step::Resume),
        3 => (job(), 0..4_u8).prop_map(|(job, bytes)| Step::Succeed(job, bytes)),
        1 => any::<u8>().prop_map(Step::Hold),
        1 => any::<bool>().prop_map(Step::Halt),
        1 => (0..4_u8, 0..4_u8, 0..6_u8)
            .prop_map(|(refresh, download, total)| Step::Limit { refresh, download, total }),
        1 => (0..4_u8, 0..4_u8, 0..6_u8, 0..8_u8)
            .prop_map(|(of, at_once, jobs, bytes)| Step::Quota { of, at_once, jobs, bytes }),
        2 => prop_oneof![3 => 0..4_u16, 3 => 0..3_000_u16, 1 => 0..60_000_u16].prop_map(Step::Pass),
        1 => Just(Step::Restart),
    ]
}

pub(super) fn job(number: u64) -> JobId {
    // Not in the order of their turn.
    JobId::from_uuid(Uuid::from_u128(u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
}

pub(super) fn work(number: u64, host: u8, list: Option<u8>, is_look: bool) -> Work {
    let url = format!("https://{host}.example/{number}");
    if is_look {
        return refresh(number.into(), &url);
    }
    let entry = list.map(|list| EntryRef {
        playlist_id: PlaylistId::from_uuid(Uuid::from_u128(list.into())),
        entry_id: EntryId::from_uuid(Uuid::from_u128(number.into())),
    });
    download_for(number.into(), &url, entry)
}

/// Whose work it is, of two projects and two people.
pub(super) fn owner((other_project, other_person): (bool, bool)) -> Owner {
    let id = |is_other| Uuid::from_u128(u128::from(is_other));
    Owner {
        project: ProjectId::from_uuid(id(other_project)),
        principal: PrincipalId::from_uuid(id(other_person)),
    }
}

/// The flow of a piece of work of which there is much.
pub(super) fn flow(work: &Work) -> Flow {
    Flow::of_work(work, &Ticket { bulk: true, ..Ticket::default() }, owner((false, false)))
}

pub(super) const ATTEMPT: AttemptId = AttemptId::from_uuid(Uuid::from_u128(7));

pub(super) fn leased(until: Timestamp) -> Event {
    let (worker_id, incarnation_id) =
        (WorkerId::from_uuid(Uuid::nil()), IncarnationId::from_uuid(Uuid::nil()));
    Event::Leased { attempt_id: ATTEMPT, worker_id, incarnation_id, until }
}

pub(super) fn succeeded() -> Event {
    kept(0)
}

pub(super) fn kept(kept_bytes: u64) -> Event {
    Event::Succeeded { attempt_id: ATTEMPT, resources: ResourceUse::default(), kept_bytes }
}

pub(super) fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// A board and a model that are told the same.
#[derive(Default)]
pub(super) struct Both {
    pub(super) board: Board,
    pub(super) model: Model,
    pub(super) position: u64,
    pub(super) seconds: i64,
}

impl Both {
    pub(super) fn tell(&mut self, job_id: JobId, event: &Event) {
        self.position += 1;
        let at = moment(self.seconds);
        self.model.now = at;
        self.board.fold_job(job_id, (self.position, at), event);
        self.model.fold(job_id, self.position, event);
    }

    pub(super) fn queue(&mut self, job_id: JobId, flow: &Flow, ticket: &Ticket) {
        self.position += 1;
        let at = moment(self.seconds);
        self.model.now = at;
        self.board.open(job_id, (self.position, at), flow, ticket);
        self.model.queue(job_id, self.position, flow, ticket);
    }

    pub(super) fn queue_work(&mut self, job_id: JobId, work: &Work) {
        self.queue(job_id, &flow(work), &Ticket::default());
    }

    pub(super) fn queue_with(&mut self, work: &Work, terms: Terms) {
        let Terms { priority, at, after, drive, owner: whose } = terms;
        let priority = Priority::try_from(priority).unwrap();
        let open: Vec<JobId> = self.model.jobs.keys().copied().collect();
        let after = after.filter(|_| !open.is_empty()).map(|index| *index.get(&open));
        let at = at.map(|seconds| moment(self.seconds + i64::from(seconds)));
        let ticket = Ticket { priority, at, after, ..Ticket::default() };
        let mut flow = Flow { priority, owner: owner(whose), ..flow(work) };
        flow.lanes.extend(drive.map(|second| Lane::Drive(format!("sr{}", u8::from(second)))));
        self.queue(job(self.position + 1), &flow, &ticket);
    }

    /// Tells it of an open job of which this is so.
    fn tell_one(&mut self, index: Index, may: fn(bool, bool) -> bool, event: &Event) {
        let jobs = self.model.jobs.iter().filter(|(_, job)| may(job.is_leased, job.is_paused));
        let jobs: Vec<JobId> = jobs.map(|(job_id, _)| *job_id).collect();
        if !jobs.is_empty() {
            self.tell(*index.get(&jobs), event);
        }
    }

    pub(super) fn ready(&mut self) -> Vec<JobId> {
        let now = moment(self.seconds);
        self.model.now = now;
        let (ready, due) = self.board.ready(&REGISTRY.work_kinds(), &Left::default(), now);
        assert_eq!(ready, self.model.ready(), "what is next");
        assert_eq!(due, self.model.due(), "when to look again");
        let (expired, _) = self.board.expired(now);
        let expired: Vec<JobId> = expired.into_iter().map(|(job_id, _)| job_id).collect();
        assert_eq!(expired, self.model.expired(), "what nobody took up");
        let stranded: Vec<JobId> = self.board.stranded(usize::MAX).into_iter().map(|(id, _)| id).collect();
        assert_eq!(stranded, self.model.untold(), "what waits for nothing any more");
        ready
    }

    pub(super) fn take(&mut self, step: Step) {
        let at_work = |is_leased, _| is_leased;
        let until = moment(self.seconds + 2);
        match step {
            Step::Queue { host, list, is_look, terms } => {
                self.queue_with(&work(self.position + 1, host, list, is_look), terms);
            }
            Step::Lease(count) => {
                for job_id in self.ready().into_iter().take(count.into()) {
                    self.tell(job_id, &leased(until));
                }
            }
            Step::LeaseAny(index) => {
                self.tell_one(index, |is_leased, is_paused| !is_leased && !is_paused, &leased(until));
            }
            Step::Start(index) => self.tell_one(index, at_work, &Event::Started { attempt_id: ATTEMPT }),
            Step::ReturnSlot(index) => {
                let event = Event::SlotReturned { attempt_id: ATTEMPT };
                if let Some(index) = index {
                    self.tell_one(index, at_work, &event);
                } else {
                    let at_work = self.model.jobs.iter().filter(|(_, job)| job.is_leased);
                    let at_work: Vec<JobId> = at_work.map(|(job_id, _)| *job_id).collect();
                    for job_id in at_work {
                        self.tell(job_id, &event);
                    }
                }
            }
            Step::Fail(index, wait) => {
                let (failure, resources) =
                    (Failure::new(FailureClass::Network, "no"), ResourceUse::default());
                let retry_at = moment(self.seconds + i64::from(wait));
                let event = Event::AttemptFailed { attempt_id: ATTEMPT, failure, resources, retry_at };
                self.tell_one(index, at_work, &event);
            }
            Step::GiveBack(index) => {
                let worker_id = WorkerId::from_uuid(Uuid::nil());
                self.tell_one(index, at_work, &Event::LeaseReturned { attempt_id: ATTEMPT, worker_id });
            }
            Step::Prioritise(index, priority) => {
                let priority = Priority::try_from(priority).unwrap();
                self.tell_one(index, |_, _| true, &Event::Prioritised { priority });
            }
            Step::GiveUp(index) => {
                let (failure, resources) =
                    (Failure::new(FailureClass::NotFound, "no"), ResourceUse::default());
                let event = Event::Failed { attempt_id: ATTEMPT, failure, resources, tries: 1 };
                self.tell_one(index, at_work, &event);
            }
            Step::Cancel(index) => self.tell_one(index, |_, _| true, &Event::Cancelled { attempt: None }),
            Step::Strand => {
                for (job_id, after) in self.board.stranded(usize::MAX) {
                    self.tell(job_id, &Event::Stranded { after, state: JobState::Failed });
                }
            }
            Step::Pause(index) => {
                self.tell_one(index, |_, is_paused| !is_paused, &Event::Paused { attempt: None });
            }
            Step::Resume(index) => self.tell_one(index, |is_leased, _| !is_leased, &Event::Resumed {}),
            Step::Succeed(index, bytes) => self.tell_one(index, at_work, &kept(bytes.into())),
            Step::Hold(bits) => self.hold(bits),
            Step::Halt(is_halted) => {
                self.board.halted = is_halted.then(|| "download".to_owned()).into_iter().collect();
                self.model.halted = is_halted.then_some(DownloadItem::KIND).into_iter().collect();
            }
            Step::Limit { refresh, download, total } => {
                let of = [(RefreshPlaylist::KIND, refresh.into()), (DownloadItem::KIND, download.into())];
                let limits = Limits { per_kind: of.into(), total: total.into() };
                (self.board.limits, self.model.limits) = (limits.clone(), limits);
            }
            Step::Quota { of, at_once, jobs, bytes } => {
                let quota = Quota {
                    at_once: (at_once > 0).then_some(at_once.into()),
                    jobs_per_day: (jobs > 0).then_some(jobs.into()),
                    bytes_per_day: (bytes > 0).then_some(bytes.into()),
                };
                let whose = owner((of & 1 == 1, of & 1 == 1)).quotas()[usize::from(of >> 1)];
                self.board.set_quota(whose, quota);
                self.model.budgets.set(whose, quota);
            }
            Step::Pass(seconds) => self.seconds += i64::from(seconds),
            Step::Restart => {
                let bytes = self.board.to_bytes().unwrap();
                self.board = Board::from_bytes(&bytes).unwrap();
            }
        }
        self.ready();
    }

    /// A bit for each host, and one for the disk.
    pub(super) fn hold(&mut self, bits: u8) {
        let hosts = (0..4).map(|host| Lane::Host(format!("{host}.example")));
        let lanes = hosts.chain([Lane::LibraryDisk]).enumerate();
        self.model.held = lanes.filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, lane)| lane).collect();
        for hold in std::mem::take(&mut self.board.lanes.holds) {
            self.board.fold_lane(&LaneEvent::Released { lane: hold.lane });
        }
        for lane in &self.model.held {
            let hold = Hold { lane: lane.clone(), reason: Reason::RateLimit, until: None, job_id: job(0) };
            self.board.fold_lane(&LaneEvent::Held { hold });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    // Core C8: the order is kept, and it is the one that filtering and sorting all that waits gives.
    // invariant: J-10, J-13, J-18
    #[test]
    fn the_board_says_what_the_simple_rules_say(steps in prop::collection::vec(step(), 1..120)) {
        let mut both = Both::default();
        for step in steps {
            both.take(step);
        }
    }
}

/// Leases what is next and ends it, so many times; answers which jobs these were.
pub(super) fn served(both: &mut Both, times: usize) -> Vec<JobId> {
    let mut served = Vec::new();
    for _ in 0..times {
        let ready = both.ready();
        for job_id in &ready {
            both.tell(*job_id, &leased(moment(0)));
        }
        for job_id in &ready {
            both.tell(*job_id, &succeeded());
        }
        served.extend(ready);
    }
    served
}
