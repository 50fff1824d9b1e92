//! How often a site is asked: never more often than its budget, and again as soon as that lets it be.

use mediary_events::{job::Event, lane::Event as LaneEvent};
use mediary_log::work::REGISTRY;
use mediary_schema::{
    AttemptId, IncarnationId, JobId, Ticket, Timestamp, WorkerId,
    lane::{Hold, Lane, Reason},
    site::RequestBudget,
    ticket::Wait,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    super::board::Board,
    turns::{flow, job, kept, work},
};
use crate::resource::Left;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// A board whose jobs are done in no time, and when they were begun.
#[derive(Default)]
struct Site {
    board: Board,
    position: u64,
    now: i64,
    begun: Vec<i64>,
}

impl Site {
    /// So many downloads of one host, which is asked so often.
    fn with(jobs: u64, budget: RequestBudget) -> Self {
        let mut site = Self { now: 1_000 * DAY, ..Self::default() };
        site.board.limits.total = 9;
        site.board.set_site("1.example", Some(budget));
        site.queue(1, jobs);
        site
    }

    fn queue(&mut self, host: u8, jobs: u64) -> Vec<JobId> {
        let queued = (0..jobs).map(|_| {
            let when = self.told();
            let (job_id, flow) = (job(when.0), flow(&work(when.0, host, Some(host), false)));
            self.board.open(job_id, when, &flow, &Ticket::default());
            job_id
        });
        queued.collect()
    }

    fn told(&mut self) -> (u64, Timestamp) {
        self.position += 1;
        (self.position, self.now())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now)
    }

    /// Begins what may be begun, and ends it; answers when to look again.
    fn look(&mut self, dice: u128) -> Option<i64> {
        loop {
            let (ready, next) = self.board.ready(&REGISTRY.work_kinds(), &Left::default(), self.now());
            if ready.is_empty() {
                return next.map(Timestamp::as_micros);
            }
            for job_id in ready {
                self.begin(job_id, dice);
            }
        }
    }

    fn begin(&mut self, job_id: JobId, dice: u128) {
        let ids = (WorkerId::from_uuid(Uuid::nil()), IncarnationId::from_uuid(Uuid::nil()));
        let (worker_id, incarnation_id) = ids;
        let attempt_id = AttemptId::from_uuid(Uuid::from_u128(dice));
        let leased = Event::Leased { attempt_id, worker_id, incarnation_id, until: self.now() };
        for event in [leased, kept(0)] {
            let when = self.told();
            self.board.fold_job(job_id, when, &event);
        }
        self.begun.push(self.now);
    }

    fn restart(&mut self) {
        self.board = Board::from_bytes(&self.board.to_bytes().unwrap()).unwrap();
    }

    /// Begins as many as there are, each as soon as that may be.
    fn until_all_are_begun(&mut self) {
        while let Some(next) = self.look(0) {
            self.now = next;
        }
    }

    fn refuse(&mut self) {
        let (lane, until) = (host(), None);
        let hold = Hold { lane, reason: Reason::RateLimit, until, job_id: job(1) };
        let (_, at) = self.told();
        self.board.fold_refusal(&hold, at);
    }
}

fn host() -> Lane {
    Lane::Host("1.example".to_owned())
}

const fn per_hour(runs: u32) -> RequestBudget {
    RequestBudget { per_hour: Some(runs), per_day: None, pause_ms: None }
}

fn budget() -> impl Strategy<Value = RequestBudget> {
    let pause = prop::option::of(1..1_200_000_u64);
    (prop::option::of(1..7_u32), prop::option::of(1..20_u32), pause)
        .prop_map(|(per_hour, per_day, pause_ms)| RequestBudget { per_hour, per_day, pause_ms })
}

proptest! {
    // LI-11: in no hour and in no 24 hours more than the budget says, no two closer than the pause, whatever is restarted;
    // and one more as soon as that is so, give or take a part of the window.
    // invariant: J-23
    #[test]
    fn a_site_is_asked_no_more_often_than_its_budget_and_as_often_as_that(
        budget in budget(),
        steps in prop::collection::vec((0..4_u8, 0..3 * HOUR, any::<u128>()), 1..60),
    ) {
        let mut site = Site::with(400, budget);
        for (step, wait, dice) in steps {
            let next = site.look(dice);
            let is_limited = budget != RequestBudget::UNLIMITED;
            prop_assert_eq!(next.is_some(), is_limited && site.begun.len() < 400);
            match (step, next) {
                (0, _) => site.restart(),
                (1, _) => site.now += wait,
                (_, Some(next)) => {
                    prop_assert!(next > site.now);
                    site.now = next - 1;
                    let before = site.begun.len();
                    site.look(dice);
                    prop_assert_eq!(site.begun.len(), before, "not before its moment");
                    site.now = next;
                    site.look(dice);
                    prop_assert!(site.begun.len() > before, "at its moment");
                }
                (_, None) => {}
            }
        }
        for (number, at) in site.begun.iter().enumerate() {
            let within = |span| site.begun[..=number].iter().filter(|begun| **begun > at - span).count() as u32;
            prop_assert!(budget.per_hour.is_none_or(|most| within(HOUR) <= most));
            prop_assert!(budget.per_day.is_none_or(|most| within(DAY) <= most));
            let pause = i64::try_from(budget.pause().as_micros()).unwrap();
            prop_assert!(number == 0 || at - site.begun[number - 1] >= pause);
        }
    }
}

#[test]
fn what_waits_for_a_site_says_so_and_keeps_nobody_else() {
    let mut site = Site::with(3, per_hour(2));
    let other = site.queue(2, 2);
    let next = site.look(0).unwrap();
    assert_eq!(site.begun.len(), 4);
    let waiting = job(3);
    let wait = site.board.waits(&[waiting, other[0]], site.now());
    let until = Timestamp::from_micros(next);
    assert_eq!(wait.into_iter().collect::<Vec<_>>(), [(waiting, Wait::Budget { lane: host(), until })]);
    let pace = site.board.pace(&host(), site.now()).unwrap();
    assert_eq!((pace.last_hour, pace.next_at, pace.backlog), (2, Some(until), 1));
    // Another budget counts what was asked before, and holds at once.
    site.board.set_site("1.example", Some(per_hour(3)));
    site.look(0);
    assert_eq!(site.begun.len(), 5);
    assert_eq!(site.board.pace(&host(), site.now()).unwrap().last_hour, 3);
}

#[test]
fn what_holds_for_all_holds_where_nothing_is_said_and_at_home_nothing_does() {
    let mut site = Site::with(3, per_hour(1));
    site.board.set_site("1.example", None);
    site.board = std::mem::take(&mut site.board).with_usual_budget(per_hour(2));
    site.look(0);
    assert_eq!(site.begun.len(), 2);
    let at_home = Lane::Host("127.0.0.1".to_owned());
    let pace = site.board.pace(&at_home, site.now()).unwrap();
    assert_eq!(pace.budget, RequestBudget::UNLIMITED);
}

// A refusal of a site that is asked often teaches; a person knows better, and a week is long ago.
#[test]
fn a_site_that_refuses_is_asked_less_often_for_a_while() {
    let mut site = Site::with(19, RequestBudget::UNLIMITED);
    site.look(0);
    site.refuse();
    assert_eq!(site.board.pace(&host(), site.now()).unwrap().learnt, None, "it has another reason");
    site.queue(1, 21);
    site.look(0);
    site.refuse();
    let learnt = site.board.pace(&host(), site.now()).unwrap().learnt.unwrap();
    assert_eq!(learnt.per_hour, 30);
    site.queue(1, 100);
    site.restart();
    let before = site.begun.len();
    let next = site.look(0).unwrap();
    assert_eq!(site.begun.len(), before);
    site.now = next;
    site.look(0);
    assert_eq!(site.begun.len(), before + 30);
    site.now += 8 * DAY;
    site.look(0);
    assert_eq!(site.begun.len(), before + 100, "a week is over");

    let mut site = Site::with(40, RequestBudget::UNLIMITED);
    site.look(0);
    site.refuse();
    site.queue(1, 40);
    site.board.set_site("1.example", Some(per_hour(100)));
    site.look(0);
    assert_eq!(site.begun.len(), 80, "a person said so");
}

// invariant: J-24
#[test]
fn when_the_backlog_will_be_begun_is_told_if_it_can_be_known() {
    for budget in [
        per_hour(5),
        RequestBudget { per_day: Some(40), ..per_hour(6) },
        RequestBudget { pause_ms: Some(60_000), ..per_hour(5) },
    ] {
        let mut site = Site::with(100, budget);
        while site.board.pace(&host(), site.now()).unwrap().last_hour < budget.per_hour.unwrap() {
            site.now = site.look(0).unwrap().min(site.now + 90 * SECOND);
        }
        let told = site.board.pace(&host(), site.now()).unwrap().backlog_begun_by.unwrap();
        let from = site.now;
        site.until_all_are_begun();
        let (told, was) = (told.as_micros() - from, site.begun.last().unwrap() - from);
        assert!((told - was).abs() < was / 20, "{budget:?}: told {told}, was {was}");
        assert_eq!(site.board.pace(&host(), site.now()).unwrap().backlog_begun_by, None, "there is none");
    }

    let mut site = Site::with(100, RequestBudget { pause_ms: Some(1_000), ..per_hour(1_000) });
    assert_eq!(site.board.pace(&host(), site.now()).unwrap().backlog_begun_by, None, "nobody knows yet");
    // One every two minutes, for another reason than the budget: it goes on so.
    for number in 1..=10 {
        let ready = site.board.ready(&REGISTRY.work_kinds(), &Left::default(), site.now()).0;
        site.begin(ready[0], 0);
        site.now += 120 * SECOND;
        let known = site.board.pace(&host(), site.now()).unwrap().backlog_begun_by;
        assert_eq!(known.is_some(), number >= 3, "{number}");
    }
    let told = site.board.pace(&host(), site.now()).unwrap().backlog_begun_by.unwrap();
    let left = 90 * 120 * SECOND;
    assert!((told.as_micros() - site.now - left).abs() < left / 20, "{told}");
    site.board.fold_lane(&LaneEvent::Paused { lane: host() });
    assert_eq!(site.board.pace(&host(), site.now()).unwrap().backlog_begun_by, None, "a person holds it");
}

#[test]
fn a_clock_that_was_ahead_holds_a_site_no_longer_than_its_window() {
    let mut site = Site::with(4, per_hour(2));
    let now = site.now;
    site.now += 365 * DAY;
    site.look(0);
    assert_eq!(site.begun.len(), 2);
    site.now = now;
    let next = site.look(0).unwrap();
    assert!(next <= now + HOUR + 60 * SECOND, "{}", next - now);
    site.now = next;
    site.look(0);
    assert_eq!(site.begun.len(), 4);
}
