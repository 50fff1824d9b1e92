//! What a job waits for besides its turn: what matters more, a moment, another job, what only one can have.

use std::{collections::BTreeMap, time::Duration};

use mediary_events::job::{Event, Job};
use mediary_log::work;
use mediary_schema::{
    JobId, Label, Priority, Ticket, WorkerId,
    job::{Failure, JobState, ResourceUse, WorkKind},
    lane::Lane,
    ticket::Wait,
};
use proptest::prelude::*;

use super::{
    super::board::Flow,
    bench::{Bench, download, refresh},
    turns::{ATTEMPT, Both, PLAIN, Step, Terms, flow, job, leased, moment, served, succeeded, work},
};

const fn of_priority(priority: u8) -> Terms {
    Terms { priority, ..PLAIN }
}

/// One at a time; so many downloads of this priority of one list, from this number on.
fn queue_list(both: &mut Both, priority: u8, numbers: std::ops::Range<u64>) {
    both.take(Step::Limit { refresh: 1, download: 1, total: 4 });
    for number in numbers {
        let (flow, ticket) = (flow(&work(number, 1, Some(1), false)), Ticket::default());
        both.queue(job(number), &Flow { priority: Priority::try_from(priority).unwrap(), ..flow }, &ticket);
    }
}

/// The job that `queue_with` makes next.
fn next_job(both: &Both) -> JobId {
    job(both.position + 1)
}

// PL-22.
// invariant: J-14
#[test]
fn what_matters_more_starts_first_however_long_the_list_before_it() {
    let mut both = Both::default();
    queue_list(&mut both, 5, 1..3_001);
    served(&mut both, 3);
    let urgent = next_job(&both);
    both.queue_with(&work(9_000, 1, None, false), of_priority(6));
    let idle = next_job(&both);
    both.queue_with(&work(9_001, 1, None, false), of_priority(4));
    assert_eq!(served(&mut both, 1), [urgent]);
    assert!(!served(&mut both, 50).contains(&idle));
}

// PL-22: nothing starves. Ten minutes count as one priority, and whoever had a turn waits anew.
// invariant: J-14
#[test]
fn what_waits_long_overtakes_what_matters_more_and_then_waits_anew() {
    let mut both = Both::default();
    queue_list(&mut both, 9, 1..3_001);
    let lowest: Vec<JobId> = (0..2)
        .map(|number| {
            let job_id = next_job(&both);
            both.queue_with(&work(9_000 + number, 2, None, false), of_priority(0));
            job_id
        })
        .collect();
    // A start of the others each minute.
    let mut started = Vec::new();
    for minute in 0..200 {
        let next = served(&mut both, 1);
        started.extend(lowest.iter().position(|job_id| next == [*job_id]).map(|number| (number, minute)));
        both.take(Step::Pass(60));
    }
    assert_eq!(started, [(0, 90), (1, 180)], "nine steps of ten minutes each");
}

#[test]
fn equals_take_turns_whatever_else_there_is() {
    let mut both = Both::default();
    queue_list(&mut both, 5, 1..101);
    let urgent: Vec<JobId> = (0..4)
        .map(|number| {
            let job_id = next_job(&both);
            let list = number % 2;
            both.queue_with(&work(9_000 + number, 2, Some(list as u8 + 2), false), of_priority(9));
            job_id
        })
        .collect();
    assert_eq!(served(&mut both, 4), urgent, "two lists in turns, each in its order");
}

/// The waits of the one job, by the board.
fn wait_of(both: &mut Both, job_id: JobId) -> Option<Wait> {
    let now = moment(both.seconds);
    both.board.waits(&[job_id], now).remove(&job_id)
}

// PL-29: each row says why it is where it is.
#[test]
fn a_job_says_what_it_waits_for() {
    let mut both = Both::default();
    both.take(Step::Limit { refresh: 1, download: 1, total: 4 });
    let first = job(1);
    both.queue_work(first, &work(1, 1, None, false));
    both.tell(first, &leased(moment(60)));
    assert_eq!(wait_of(&mut both, first), None, "somebody has it");

    let (second, other) = (job(2), job(3));
    both.queue_work(second, &work(2, 1, None, false));
    both.queue_work(other, &work(3, 2, None, false));
    let third = job(4);
    both.queue_work(third, &work(4, 1, None, false));
    let turn = |place, host: &str| {
        Some(Wait::Turn { place: Some(place), lane: Some(Lane::Host(format!("{host}.example"))) })
    };
    assert_eq!(wait_of(&mut both, second), turn(1, "1"));
    assert_eq!(wait_of(&mut both, other), turn(1, "2"));
    assert_eq!(wait_of(&mut both, third), turn(2, "1"), "behind the one that needs the same");

    both.take(Step::Halt(true));
    assert_eq!(wait_of(&mut both, third), Some(Wait::Halted(WorkKind::new("download"))));
    both.take(Step::Halt(false));
    both.take(Step::Hold(0b10));
    assert!(matches!(wait_of(&mut both, third), Some(Wait::Held(hold)) if hold.lane.name() == "1.example"));
    let lane = Lane::Host("1.example".to_owned());
    both.board.fold_lane(&mediary_events::lane::Event::Paused { lane: lane.clone() });
    assert_eq!(wait_of(&mut both, third), Some(Wait::LanePaused(lane.clone())));
    both.board.fold_lane(&mediary_events::lane::Event::Resumed { lane });
    assert!(matches!(wait_of(&mut both, third), Some(Wait::Held(_))), "the condition holds it still");
    both.take(Step::Hold(0));

    let scheduled = next_job(&both);
    both.queue_with(&work(9, 3, None, false), Terms { at: Some(4), ..PLAIN });
    assert_eq!(wait_of(&mut both, scheduled), Some(Wait::NotBefore(moment(4))));
    let (failure, resources) =
        (Failure::new(mediary_schema::FailureClass::Network, "no"), ResourceUse::default());
    let retry_at = moment(99);
    both.tell(first, &Event::AttemptFailed { attempt_id: ATTEMPT, failure, resources, retry_at });
    assert_eq!(wait_of(&mut both, first), Some(Wait::Retry(moment(99))));
    both.tell(first, &Event::Paused { attempt: None });
    assert_eq!(wait_of(&mut both, first), None, "a person holds it");
}

// Who waits behind more than is counted is told that it waits, and nobody counts a million to say where.
#[test]
fn a_place_far_behind_has_no_number() {
    let mut both = Both::default();
    queue_list(&mut both, 5, 1..1_003);
    let place = |wait: Option<Wait>| match wait {
        Some(Wait::Turn { place, .. }) => place,
        other => panic!("{other:?}"),
    };
    assert_eq!(place(wait_of(&mut both, job(1))), Some(1));
    assert_eq!(place(wait_of(&mut both, job(1_000))), Some(1_000));
    assert_eq!(place(wait_of(&mut both, job(1_002))), None);
}

// invariant: J-15
#[test]
fn what_waits_for_a_job_starts_when_that_is_done_and_not_before_its_own_moment() {
    let mut both = Both::default();
    both.take(Step::Limit { refresh: 2, download: 4, total: 8 });
    let first = job(1);
    both.queue_work(first, &work(1, 1, None, true));
    let (behind, later) = (job(2), job(3));
    for (job_id, at) in [(behind, None), (later, Some(moment(30)))] {
        let ticket = Ticket { after: Some(first), at, ..Ticket::default() };
        both.queue(job_id, &flow(&work(7, 2, None, false)), &ticket);
    }
    assert_eq!(both.ready(), [first]);
    assert_eq!(wait_of(&mut both, behind), Some(Wait::After { job_id: first }));
    both.tell(first, &leased(moment(60)));
    both.tell(first, &succeeded());
    assert_eq!(both.ready(), [behind]);
    assert_eq!(wait_of(&mut both, later), Some(Wait::NotBefore(moment(30))));
    both.take(Step::Pass(30));
    assert_eq!(both.ready(), [behind, later]);
}

// invariant: J-15
#[test]
fn what_waits_for_a_job_that_comes_to_nothing_is_held_and_says_so() {
    let mut both = Both::default();
    let first = job(1);
    both.queue_work(first, &work(1, 1, None, true));
    let behind = job(2);
    let ticket = Ticket { after: Some(first), ..Ticket::default() };
    both.queue(behind, &flow(&work(2, 2, None, false)), &ticket);
    both.tell(first, &Event::Cancelled { attempt: None });
    assert_eq!(both.ready(), []);
    let stranded = Some(Wait::Stranded { job_id: first, state: JobState::Cancelled });
    assert_eq!(wait_of(&mut both, behind), stranded);
    both.take(Step::Restart);
    assert_eq!(both.board.stranded(10), [(behind, first)], "nobody has told yet");
    both.tell(behind, &Event::Stranded { after: first, state: JobState::Cancelled });
    both.take(Step::Restart);
    assert_eq!((both.board.stranded(10), wait_of(&mut both, behind)), (vec![], stranded));
    both.tell(behind, &Event::Resumed {});
    assert_eq!(both.ready(), [behind], "a person has said so");
}

// PL-23, PL-29.
#[test]
fn what_lost_its_worker_too_often_says_so_until_a_person_resumes_it() {
    let mut both = Both::default();
    let unlucky = job(1);
    both.queue_work(unlucky, &work(1, 1, None, true));
    both.tell(unlucky, &leased(moment(60)));
    let worker_id = WorkerId::from_uuid(uuid::Uuid::nil());
    both.tell(unlucky, &Event::Parked { attempt_id: ATTEMPT, worker_id, losses: 3 });
    let parked = Some(Wait::Parked { losses: 3 });
    assert_eq!((both.ready(), wait_of(&mut both, unlucky)), (vec![], parked.clone()));
    both.take(Step::Restart);
    assert_eq!(wait_of(&mut both, unlucky), parked, "also to the board of the next start");
    both.tell(unlucky, &Event::Resumed {});
    assert_eq!((both.ready(), wait_of(&mut both, unlucky).is_some()), (vec![unlucky], true));
}

/// What happens to jobs that need one of two drives.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Queue(Terms),
    Lease(u8),
    /// The leased one of this number ends: well, badly, or goes back.
    End(prop::sample::Index, u8),
    Pass(u16),
    Hold(bool),
    Restart,
}

fn turn() -> impl Strategy<Value = Turn> {
    let terms = (0..10_u8, prop::option::of(0..5_u8), any::<bool>());
    let terms = terms.prop_map(|(priority, at, second)| Terms {
        priority,
        at,
        after: None,
        drive: Some(second),
        ..PLAIN
    });
    prop_oneof![
        4 => terms.prop_map(Turn::Queue),
        4 => (1..4_u8).prop_map(Turn::Lease),
        3 => (any::<prop::sample::Index>(), 0..3_u8).prop_map(|(which, how)| Turn::End(which, how)),
        1 => prop_oneof![0..4_u16, 0..3_000_u16].prop_map(Turn::Pass),
        1 => any::<bool>().prop_map(Turn::Hold),
        1 => Just(Turn::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    // Issue 7, must hold 2: told by what is leased, not by what the board thinks is.
    // invariant: J-16
    #[test]
    fn two_jobs_on_one_drive_never_overlap(turns in prop::collection::vec(turn(), 1..80)) {
        let mut both = Both::default();
        both.take(Step::Limit { refresh: 3, download: 3, total: 6 });
        let mut drives: BTreeMap<JobId, bool> = BTreeMap::new();
        let mut at_work: Vec<JobId> = Vec::new();
        for turn in turns {
            match turn {
                Turn::Queue(terms) => {
                    drives.insert(next_job(&both), terms.drive == Some(true));
                    let is_look = both.position % 2 == 0;
                    both.queue_with(&work(both.position, 1, None, is_look), terms);
                }
                Turn::Lease(count) => {
                    for job_id in both.ready().into_iter().take(count.into()) {
                        let clash = at_work.iter().find(|other| drives[other] == drives[&job_id]);
                        prop_assert_eq!(clash, None, "{} has the drive that {} gets", clash.unwrap_or(&job_id), job_id);
                        both.tell(job_id, &leased(moment(both.seconds + 60)));
                        at_work.push(job_id);
                    }
                }
                Turn::End(which, how) if !at_work.is_empty() => {
                    let job_id = at_work.swap_remove(which.index(at_work.len()));
                    let (attempt_id, resources) = (ATTEMPT, ResourceUse::default());
                    both.tell(job_id, &match how {
                        0 => succeeded(),
                        1 => Event::Cancelled { attempt: None },
                        _ => Event::AttemptStopped { attempt_id, resources },
                    });
                }
                Turn::End(..) => {}
                Turn::Pass(seconds) => both.take(Step::Pass(seconds)),
                Turn::Hold(is_held) => both.take(Step::Hold(u8::from(is_held) << 1)),
                Turn::Restart => both.take(Step::Restart),
            }
            // As the model says, too.
            both.ready();
        }
        let used: std::collections::BTreeSet<bool> = drives.values().copied().collect();
        prop_assert!(at_work.len() <= used.len());
    }
}

fn label(text: &str) -> Label {
    text.parse().unwrap()
}

// PL-22: the dispatcher says it where a person looks, and a retry waits for nothing of what the first one waited for.
// invariant: J-15
#[tokio::test(start_paused = true)]
async fn a_job_whose_predecessor_is_cancelled_is_held_by_the_dispatcher() {
    let mut bench = Bench::new();
    bench.pass(Duration::from_secs(1));
    let first = bench.queue(refresh(1, "https://a.example/")).await;
    let ticket = Ticket { after: Some(first), batch: Some(label("night")), ..Ticket::default() };
    let behind = bench.queue_with(download(2, "https://b.example/"), ticket.clone()).await;
    let free =
        bench.queue_with(download(3, "https://c.example/"), Ticket { after: None, ..ticket.clone() }).await;
    bench.dispatch().await;
    bench.leased(free).await;
    bench.cancel(free).await;
    let attempt_id = bench.leased(first).await;
    bench.cancel(first).await;
    bench
        .tell(move |story| {
            work::end(story, first, attempt_id, mediary_events::job::Outcome::Stopped, ResourceUse::default())
        })
        .await;
    bench.until("job.stranded").await;
    assert_eq!(bench.story_of(behind), ["job.queued", "job.stranded"]);
    let state = bench.gate.state::<Job>(behind.uuid()).await.unwrap();
    assert_eq!((state.state, state.after), (Some(JobState::Paused), Some(first)));

    bench.cancel(behind).await;
    let again = bench.tell(move |story| work::job::retry(story, behind, None)).await;
    bench.leased(again).await;
    let state = bench.gate.state::<Job>(again.uuid()).await.unwrap();
    assert_eq!(state.ticket, Ticket { after: None, ..ticket });
}
