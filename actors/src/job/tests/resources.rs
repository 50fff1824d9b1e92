//! Jobs and what is short draw from one budget, whatever comes in which order.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::FutureExt as _;
use mediary_events::job::Event;
use mediary_log::work::REGISTRY;
use mediary_schema::{
    AttemptId, FailureClass, IncarnationId, JobId, Ticket, WorkerId,
    job::{Failure, ResourceUse},
    lane::Lane,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use uuid::Uuid;

use super::{
    super::board::{Board, Flow},
    bench::{Bench, refresh},
    turns::{job, moment, owner, work},
};
use crate::resource::{Budgets, Caller, Leased, Leasing, Permit, Resources};

type Asking = Pin<Box<dyn Future<Output = Permit> + Send>>;

/// What short things ask for, as long as it is asked for or had.
struct Short {
    lane: Lane,
    attempt_id: Option<AttemptId>,
    asking: Asking,
    permit: Option<Permit>,
}

/// A board, its resources, and whoever gives out what the board says.
struct Schedule {
    random: StdRng,
    resources: Resources,
    leasing: Leasing,
    rung: Arc<AtomicBool>,
    board: Board,
    position: u64,
    seconds: i64,
    queued: u64,
    at_work: BTreeMap<AttemptId, Leased>,
    short: Vec<Short>,
}

fn lanes() -> [Lane; 5] {
    let host = |name: &str| Lane::Host(format!("{name}.example"));
    let drive = |name: &str| Lane::Drive(name.to_owned());
    [host("0"), host("1"), drive("sr0"), drive("sr1"), Lane::Encoder("vaapi".to_owned())]
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let resources = Resources::new(Budgets { host: 3, ..Budgets::default() });
        let rung = Arc::new(AtomicBool::new(false));
        let bell = Arc::clone(&rung);
        let leasing = resources.leasing(move || bell.store(true, Ordering::SeqCst));
        let mut board = Board::default();
        board.limits.total = 6;
        Self {
            random: StdRng::seed_from_u64(seed),
            resources,
            leasing,
            rung,
            board,
            position: 0,
            seconds: 0,
            queued: 0,
            at_work: BTreeMap::new(),
            short: Vec::new(),
        }
    }

    fn told(&mut self) -> (u64, mediary_schema::Timestamp) {
        self.position += 1;
        self.rung.store(true, Ordering::SeqCst);
        (self.position, moment(self.seconds))
    }

    fn queue(&mut self) {
        self.queued += 1;
        let mut flow = Flow::of_work(
            &work(self.queued, 0, None, self.random.random()),
            &Ticket::default(),
            owner((false, false)),
        );
        flow.lanes = lanes().into_iter().filter(|_| self.random.random_bool(0.4)).collect();
        let when = self.told();
        self.board.open(job(self.queued), when, &flow, &Ticket::default());
    }

    /// As the dispatcher does it, and only if it was rung.
    fn dispatch(&mut self) {
        while self.rung.swap(false, Ordering::SeqCst) {
            self.leasing.agree(self.board.leased());
            let (kinds, now) = (REGISTRY.work_kinds(), moment(self.seconds));
            let (ready, _) = self.board.ready(&kinds, &self.leasing.left(), now);
            let wanted = self.board.wanted(&kinds);
            for job_id in ready {
                let attempt_id = AttemptId::from_uuid(Uuid::from_u128(u128::from(self.position) + 1));
                let leased = self.board.lease_of(job_id, attempt_id).expect("it is open");
                self.leasing.lease(leased.clone()).expect("nobody took it between look and lease");
                self.at_work.insert(attempt_id, leased);
                let (worker_id, incarnation_id) =
                    (WorkerId::from_uuid(Uuid::nil()), IncarnationId::from_uuid(Uuid::nil()));
                let event = Event::Leased { attempt_id, worker_id, incarnation_id, until: now };
                let when = self.told();
                self.board.fold_job(job_id, when, &event);
            }
            self.leasing.want(&wanted);
            self.check();
        }
    }

    fn end(&mut self, fails: bool) {
        let at_work: Vec<AttemptId> = self.at_work.keys().copied().collect();
        let Some(attempt_id) = at_work.choose(&mut self.random).copied() else { return };
        let Some(Leased { job_id, .. }) = self.at_work.remove(&attempt_id) else { return };
        let resources = ResourceUse::default();
        let when = self.told();
        let event = if fails {
            let failure = Failure::new(FailureClass::Network, "no");
            Event::AttemptFailed { attempt_id, failure, resources, retry_at: when.1 }
        } else {
            Event::Succeeded { attempt_id, resources, kept_bytes: 0 }
        };
        self.board.fold_job(job_id, when, &event);
    }

    /// What is left of one needs no host.
    fn return_slot(&mut self) {
        let at_work: Vec<AttemptId> = self.at_work.keys().copied().collect();
        let Some(attempt_id) = at_work.choose(&mut self.random).copied() else { return };
        let Some(leased) = self.at_work.get_mut(&attempt_id) else { return };
        leased.lanes.retain(|lane| !lane.is_host());
        let job_id = leased.job_id;
        let when = self.told();
        self.board.fold_job(job_id, when, &Event::SlotReturned { attempt_id });
    }

    fn ask(&mut self) {
        let lane = lanes().choose(&mut self.random).cloned().expect("there are some");
        let at_work: Vec<AttemptId> = self.at_work.keys().copied().collect();
        let attempt_id = at_work.choose(&mut self.random).copied().filter(|_| self.random.random());
        let caller = Caller { name: "test", attempt_id };
        let (resources, asked) = (self.resources.clone(), lane.clone());
        let asking = Box::pin(async move { resources.permit(asked, caller).await });
        self.short.push(Short { lane, attempt_id, asking, permit: None });
    }

    /// Whoever was called up takes what it was given.
    fn poll(&mut self) {
        for short in &mut self.short {
            if short.permit.is_none() {
                short.permit = short.asking.as_mut().now_or_never();
            }
        }
    }

    /// Somebody is done, or waits no longer.
    fn leave(&mut self) {
        if !self.short.is_empty() {
            let index = self.random.random_range(0..self.short.len());
            self.short.swap_remove(index);
        }
        self.poll();
    }

    fn step(&mut self) {
        self.seconds += 1;
        match self.random.random_range(0..11) {
            0..=2 => self.queue(),
            10 => self.return_slot(),
            3 => self.end(true),
            4 | 5 => self.end(false),
            6 | 7 => self.ask(),
            _ => self.leave(),
        }
        self.poll();
        self.check();
        self.dispatch();
        self.poll();
        self.check();
    }

    /// What is used by this test's own count, which knows nothing of lines and turns.
    fn check(&self) {
        for lane in lanes() {
            let needs = |leased: &&Leased| leased.lanes.contains(&lane);
            let jobs = self.at_work.values().filter(needs).count();
            let has = |short: &&Short| short.lane == lane && short.permit.is_some();
            let mut requests: BTreeMap<Option<AttemptId>, usize> = BTreeMap::new();
            for short in self.short.iter().filter(has) {
                *requests.entry(short.attempt_id).or_default() += 1;
            }
            // One at a time is on the unit that the job has.
            let rides = |attempt_id: &Option<AttemptId>| {
                attempt_id.and_then(|id| self.at_work.get(&id)).is_some_and(|leased| needs(&leased))
            };
            let others: usize = requests.iter().map(|(id, count)| count - usize::from(rides(id))).sum();
            let budget = self.resources.budgets().of(&lane);
            assert!(jobs <= budget.leases_max as usize, "{jobs} jobs at once have {lane}");
            assert!(jobs + others <= budget.units as usize, "{jobs} jobs and {others} requests have {lane}");
        }
    }

    /// Everybody who was asked to wait gets a turn once others go.
    fn come_to_an_end(&mut self) {
        while !self.short.is_empty() {
            self.leave();
            self.dispatch();
            self.poll();
            self.check();
        }
        while !self.at_work.is_empty() {
            self.end(false);
            self.dispatch();
        }
        assert_eq!(self.board.len(), 0, "jobs wait though nobody has anything");
        assert!(self.resources.uses().values().all(|used| used.holders.is_empty() && used.waiting == 0));
    }
}

// PL-29, and must hold 2 of issue 7.
// invariant: J-16, J-20
#[test]
fn jobs_and_requests_never_have_more_than_the_budget_over_a_thousand_schedules() {
    for seed in 0..1_000 {
        let mut schedule = Schedule::new(seed);
        for _ in 0..60 {
            schedule.step();
        }
        schedule.come_to_an_end();
    }
}

// invariant: J-20
#[tokio::test(start_paused = true)]
async fn a_job_waits_for_what_requests_have_and_is_the_next_to_get_it() {
    let mut bench = Bench::new();
    let host = Lane::Host("busy.example".to_owned());
    let caller = Caller { name: "test", attempt_id: None };
    let resources = bench.desk.resources().clone();
    let mut had = Vec::new();
    for _ in 0..resources.budgets().host {
        had.push(resources.permit(host.clone(), caller).await);
    }
    bench.dispatch().await;
    let job_id: JobId = bench.queue(refresh(1, "https://busy.example/a")).await;
    let other = bench.queue(refresh(2, "https://idle.example/b")).await;
    let runs = bench.leased(other).await;
    bench.begin(other, runs).await;
    assert_eq!(bench.story_of(job_id), ["job.queued"]);
    let mut late = Box::pin(resources.permit(host.clone(), caller));
    assert!(late.as_mut().now_or_never().is_none());
    had.pop();
    bench.leased(job_id).await;
    assert!(late.as_mut().now_or_never().is_none(), "the job stood before it");
    had.pop();
    drop(late.await);
}
