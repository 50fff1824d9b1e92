mod history;
mod slots;
mod waiting;

use mediary_schema::{
    AttemptId, FailureClass, Ticket, Timestamp, WorkerId,
    job::{Failure, JobState, ResourceUse, RetryPolicy, StoppedAttempt},
};
use proptest::prelude::*;
use uuid::Uuid;

use self::waiting::OTHER;
use super::{Command, Event, Job, Outcome, Rejection, State};
use crate::{
    Concern,
    testing::{
        given,
        samples::{self, WORKER_LIFE},
    },
};

const WORKER: WorkerId = WORKER_LIFE.worker_id;
const START: Timestamp = Timestamp::from_micros(0);
const FIRST: AttemptId = AttemptId::from_uuid(Uuid::from_u128(1));
const SECOND: AttemptId = AttemptId::from_uuid(Uuid::from_u128(2));
const USED: ResourceUse = ResourceUse { cpu_ms: 10, memory_peak_bytes: 20 };

fn queued() -> Event {
    Event::Queued { work: samples::work(), retry: RetryPolicy::default(), ticket: Ticket::default() }
}

fn leased(attempt_id: AttemptId) -> Event {
    let incarnation_id = WORKER_LIFE.incarnation_id;
    Event::Leased { attempt_id, worker_id: WORKER, incarnation_id, until: START }
}

fn running(attempt_id: AttemptId) -> Vec<Event> {
    vec![queued(), leased(attempt_id), Event::Started { attempt_id }]
}

fn failed(class: FailureClass) -> Outcome {
    Outcome::Failed { failure: Failure::new(class, "no"), at: Timestamp::from_micros(0), dice: u32::MAX }
}

fn lose(attempt_id: AttemptId, progressed: bool) -> Command {
    Command::Lose { attempt_id, progressed, at: START, dice: 0 }
}

fn lost(attempt_id: AttemptId, progressed: bool) -> Event {
    Event::AttemptLost { attempt_id, worker_id: WORKER, progressed, retry_at: None }
}

/// What is known of the first attempt, stopped.
fn stopped(resources: Option<ResourceUse>) -> StoppedAttempt {
    StoppedAttempt { attempt_id: FIRST, resources, failure: None }
}

fn end(attempt_id: AttemptId, outcome: Outcome) -> Command {
    Command::End { attempt_id, outcome, resources: USED }
}

// invariant: J-8
#[test]
fn a_transient_fault_is_tried_again_later() {
    given::<Job>(running(FIRST)).when(end(FIRST, failed(FailureClass::Network))).then([
        Event::AttemptFailed {
            attempt_id: FIRST,
            failure: Failure::new(FailureClass::Network, "no"),
            resources: USED,
            retry_at: Timestamp::from_micros(5_000_000),
        },
    ]);
}

// invariant: J-8
#[test]
fn a_permanent_fault_is_given_up_at_once() {
    given::<Job>(running(FIRST)).when(end(FIRST, failed(FailureClass::NotFound))).then([Event::Failed {
        attempt_id: FIRST,
        failure: Failure::new(FailureClass::NotFound, "no"),
        resources: USED,
        tries: 1,
    }]);
}

// invariant: J-8
#[test]
fn the_third_transient_fault_is_the_last() {
    let mut events = vec![queued()];
    for _ in 0..2 {
        events.extend([
            leased(FIRST),
            Event::AttemptFailed {
                attempt_id: FIRST,
                failure: Failure::new(FailureClass::Network, "no"),
                resources: USED,
                retry_at: Timestamp::from_micros(0),
            },
        ]);
    }
    events.push(leased(SECOND));
    let state = given::<Job>(events).when(end(SECOND, failed(FailureClass::Network))).state();
    assert_eq!(state.state, Some(JobState::Failed));
}

fn blocked(class: FailureClass, dice: u32) -> Outcome {
    Outcome::Failed { failure: Failure::new(class, "later"), at: Timestamp::from_micros(0), dice }
}

fn retry_at(state: &State) -> i64 {
    state.not_before.expect("it is tried again").as_micros()
}

// Core A14, edge A11: a disk that is full over night, a source that refuses for a day.
// invariant: J-8
#[test]
fn what_waits_for_a_condition_is_never_given_up_and_never_asks_at_once() {
    let mut events = vec![queued()];
    for _ in 0..100 {
        events.push(leased(FIRST));
        let state =
            given::<Job>(events.clone()).when(end(FIRST, blocked(FailureClass::RateLimit, 0))).state();
        assert_eq!(state.state, Some(JobState::Queued));
        assert!(retry_at(&state) >= 15_000_000, "at least half of 30 seconds: {}", retry_at(&state));
        let retry_at = state.not_before.unwrap();
        let failure = Failure::new(FailureClass::RateLimit, "later");
        events.push(Event::AttemptFailed { attempt_id: FIRST, failure, resources: USED, retry_at });
    }
    events.push(leased(FIRST));
    let state = given::<Job>(events).when(end(FIRST, blocked(FailureClass::BotCheck, u32::MAX))).state();
    assert_eq!(retry_at(&state), 600_000_000, "the longest wait is the policy's");
}

#[test]
fn what_would_come_to_the_same_again_is_given_up_at_once() {
    let failure =
        Failure { for_good: true, ..Failure::new(FailureClass::Damaged, "the source itself is damaged") };
    let outcome = Outcome::Failed { failure, at: Timestamp::from_micros(9), dice: 0 };
    let state = given::<Job>(running(FIRST)).when(end(FIRST, outcome)).state();
    assert_eq!(state.state, Some(JobState::Failed));
}

#[test]
fn who_waits_for_room_waits_for_nothing_else() {
    let mut failure = Failure::new(FailureClass::DiskFull, "no room");
    failure.room_bytes = Some(7);
    let outcome = Outcome::Failed { failure, at: Timestamp::from_micros(9), dice: u32::MAX };
    let state = given::<Job>(running(FIRST)).when(end(FIRST, outcome)).state();
    assert_eq!(retry_at(&state), 9);
}

fn not_yet(retry_after_ms: Option<u64>) -> Failure {
    Failure { retry_after_ms, ..Failure::new(FailureClass::NotYet, "being broadcast") }
}

// invariant: J-12
// Field 14: a premiere failed before its time and was never tried again.
#[test]
fn what_is_not_there_yet_is_awaited_and_costs_no_try() {
    const MINUTE: i64 = 60_000_000;
    let mut events = vec![queued()];
    for turn in 0..40 {
        events.push(leased(FIRST));
        let outcome = Outcome::Failed { failure: not_yet(None), at: Timestamp::from_micros(0), dice: 0 };
        let state = given::<Job>(events.clone()).when(end(FIRST, outcome)).state();
        assert_eq!((state.state, state.tries, state.failures), (Some(JobState::Queued), 0, 0));
        assert!(state.awaits);
        let expected = [5, 10, 20, 40].get(turn).copied().unwrap_or(60);
        assert_eq!(retry_at(&state), expected * MINUTE);
        let retry_at = state.not_before.unwrap();
        events.push(Event::AttemptFailed {
            attempt_id: FIRST,
            failure: not_yet(None),
            resources: USED,
            retry_at,
        });
    }
    events.push(leased(FIRST));
    assert!(!given::<Job>(events).when(Command::Pause).state().awaits, "it is asked for just now");
}

#[test]
fn what_is_announced_for_a_moment_is_asked_for_right_after_it() {
    let outcome =
        |dice| Outcome::Failed { failure: not_yet(Some(7_200_000)), at: Timestamp::from_micros(0), dice };
    for (dice, expected) in [(0, 7_200_000_000), (u32::MAX, 7_230_000_000)] {
        let state = given::<Job>(running(FIRST)).when(end(FIRST, outcome(dice))).state();
        assert_eq!(retry_at(&state), expected);
    }
}

#[test]
fn a_wait_that_the_source_asked_for_is_the_least() {
    let mut failure = Failure::new(FailureClass::RateLimit, "429");
    failure.retry_after_ms = Some(3_600_000);
    let outcome = Outcome::Failed { failure: failure.clone(), at: Timestamp::from_micros(0), dice: 0 };
    given::<Job>(running(FIRST)).when(end(FIRST, outcome)).then([Event::AttemptFailed {
        attempt_id: FIRST,
        failure,
        resources: USED,
        retry_at: Timestamp::from_micros(3_600_000_000),
    }]);
}

// Lesson: a late message of a dead attempt must change nothing.
// invariant: J-2
#[test]
fn a_dead_attempt_is_refused() {
    let events = [running(FIRST), vec![lost(FIRST, false), leased(SECOND)]].concat();
    for command in [
        Command::Start { attempt_id: FIRST },
        end(FIRST, Outcome::Succeeded { kept_bytes: 0 }),
        Command::GiveBack { attempt_id: FIRST },
        lose(FIRST, false),
    ] {
        given::<Job>(events.clone()).when(command).rejected(&Rejection::StaleAttempt { attempt_id: FIRST });
    }
}

#[test]
fn cancel_waits_for_the_process_to_be_gone() {
    given::<Job>(running(FIRST)).when(Command::Cancel).then([Event::CancelRequested { attempt_id: FIRST }]);
    let asked = [running(FIRST), vec![Event::CancelRequested { attempt_id: FIRST }]].concat();
    given::<Job>(asked.clone()).when(Command::Cancel).then([]);
    given::<Job>(asked.clone())
        .when(end(FIRST, Outcome::Stopped))
        .then([Event::Cancelled { attempt: Some(stopped(Some(USED))) }]);
    given::<Job>(asked).when(lose(FIRST, false)).then([Event::Cancelled { attempt: Some(stopped(None)) }]);
}

// Core B13: what was decided about the attempt is kept with the end that it had.
#[test]
fn whoever_is_asked_to_stop_and_fails_first_leaves_its_failure() {
    let failed = failed(FailureClass::Network);
    let Outcome::Failed { failure, .. } = failed.clone() else { unreachable!("it is one") };
    let attempt = Some(StoppedAttempt { attempt_id: FIRST, resources: Some(USED), failure: Some(failure) });
    let asked = [running(FIRST), vec![Event::PauseRequested { attempt_id: FIRST }]].concat();
    given::<Job>(asked).when(end(FIRST, failed)).then([Event::Paused { attempt }]);
    given::<Job>([queued()]).when(Command::Pause).then([Event::Paused { attempt: None }]);
}

#[test]
fn pause_keeps_the_job_and_resume_waits_for_the_dying_run() {
    let asked = [running(FIRST), vec![Event::PauseRequested { attempt_id: FIRST }]].concat();
    given::<Job>(asked.clone())
        .when(Command::Resume)
        .rejected(&Rejection::Unready { state: JobState::Running });
    let paused = [asked, vec![Event::Paused { attempt: None }]].concat();
    given::<Job>(paused).when(Command::Resume).then([Event::Resumed {}]);
}

/// The job after so many losses without getting any further, leased and begun once more.
fn after_losses(losses: usize) -> Vec<Event> {
    let mut events = vec![queued()];
    for _ in 0..losses {
        events.extend([leased(FIRST), lost(FIRST, false)]);
    }
    events.extend([leased(SECOND), Event::Started { attempt_id: SECOND }]);
    events
}

// Blackbox 31: three restarts while yt-dlp was still silent parked an innocent list.
// invariant: J-9
#[test]
fn restarts_in_a_row_meet_a_job_that_lost_two_workers_waiting_and_the_third_loss_parks_it() {
    let lost_after = |wait_ms: Option<i64>| Event::AttemptLost {
        attempt_id: SECOND,
        worker_id: WORKER,
        progressed: false,
        retry_at: wait_ms.map(|wait_ms| Timestamp::from_micros(wait_ms * 1_000)),
    };
    given::<Job>(after_losses(0)).when(lose(SECOND, false)).then([lost_after(None)]);
    given::<Job>(after_losses(1)).when(lose(SECOND, false)).then([lost_after(Some(15_000))]);
    given::<Job>(after_losses(2)).when(lose(SECOND, false)).then([Event::Parked {
        attempt_id: SECOND,
        worker_id: WORKER,
        losses: 3,
    }]);
}

// Core A24: loss, failure, loss, failure, loss are no losses in a row.
// invariant: J-9
#[test]
fn losses_with_an_attempt_between_that_kept_its_worker_are_not_in_a_row() {
    let between = [
        Event::AttemptFailed {
            attempt_id: SECOND,
            failure: Failure::new(FailureClass::BotCheck, "no"),
            resources: USED,
            retry_at: START,
        },
        Event::AttemptStopped { attempt_id: SECOND, resources: USED },
    ];
    for event in between {
        let events = [after_losses(2), vec![event, leased(FIRST), Event::Started { attempt_id: FIRST }]];
        given::<Job>(events.concat()).when(lose(FIRST, false)).then([lost(FIRST, false)]);
    }
}

// Core A24: what a person resumed has been tried before.
#[test]
fn the_tries_of_a_job_are_those_of_its_whole_life() {
    let again =
        [after_losses(1), vec![lost(SECOND, false), Event::Paused { attempt: None }, Event::Resumed {}]];
    let events = [again.concat(), vec![leased(FIRST)]].concat();
    given::<Job>(events).when(end(FIRST, failed(FailureClass::NotFound))).then([Event::Failed {
        attempt_id: FIRST,
        failure: Failure::new(FailureClass::NotFound, "no"),
        resources: USED,
        tries: 3,
    }]);
}

// invariant: J-9
#[test]
fn a_job_that_gets_further_is_not_to_blame_for_lost_workers() {
    let mut events = vec![queued()];
    for _ in 0..5 {
        events.extend([leased(FIRST), lost(FIRST, true)]);
    }
    events.extend([leased(SECOND), Event::Started { attempt_id: SECOND }]);
    given::<Job>(events).when(lose(SECOND, true)).then([lost(SECOND, true)]);
}

// Edge A8: leases that were given while a performer started anew parked innocent jobs.
// invariant: J-9
#[test]
fn a_lease_that_nobody_took_up_is_given_back_and_not_counted() {
    let mut events = after_losses(2);
    events.pop();
    let returned = Event::LeaseReturned { attempt_id: SECOND, worker_id: WORKER };
    let asked = [events.clone(), vec![Event::CancelRequested { attempt_id: SECOND }]].concat();
    for command in [lose(SECOND, false), Command::GiveBack { attempt_id: SECOND }] {
        given::<Job>(events.clone()).when(command.clone()).then([returned.clone()]);
        let attempt = Some(StoppedAttempt { attempt_id: SECOND, ..stopped(None) });
        given::<Job>(asked.clone()).when(command).then([Event::Cancelled { attempt }]);
    }
    given::<Job>(running(FIRST)).when(Command::GiveBack { attempt_id: FIRST }).then([]);
}

#[test]
fn a_server_that_stops_puts_its_work_back() {
    given::<Job>(running(FIRST))
        .when(end(FIRST, Outcome::Stopped))
        .then([Event::AttemptStopped { attempt_id: FIRST, resources: USED }]);
}

fn any_command() -> impl Strategy<Value = Command> {
    let attempt = prop_oneof![Just(FIRST), Just(SECOND)];
    prop_oneof![
        Just(Command::Queue {
            work: samples::work(),
            retry: RetryPolicy::default(),
            ticket: Ticket { after: Some(OTHER), ..Ticket::default() }
        }),
        Just(Command::Strand { after: OTHER, state: JobState::Cancelled }),
        attempt.clone().prop_map(|attempt_id| Command::Lease {
            attempt_id,
            worker: WORKER_LIFE,
            until: START
        }),
        attempt.clone().prop_map(|attempt_id| Command::GiveBack { attempt_id }),
        attempt.clone().prop_map(|attempt_id| Command::Start { attempt_id }),
        attempt.clone().prop_map(|attempt_id| lose(attempt_id, false)),
        attempt.clone().prop_map(|attempt_id| end(attempt_id, Outcome::Succeeded { kept_bytes: 0 })),
        attempt.clone().prop_map(|attempt_id| end(attempt_id, Outcome::Stopped)),
        attempt.prop_map(|attempt_id| end(attempt_id, failed(FailureClass::Network))),
        Just(Command::Cancel),
        Just(Command::Pause),
        Just(Command::Resume),
    ]
}

proptest! {
    // PL-20: terminal states are final; one attempt has the job exactly while it is leased or running.
    // invariant: J-1, J-3
    #[test]
    fn terminal_is_final_and_an_attempt_is_there_exactly_while_leased_or_running(
        commands in prop::collection::vec(any_command(), 1..60),
    ) {
        let mut state = State::default();
        for command in commands {
            let before = state.clone();
            for event in Job::decide(&state, command).unwrap_or_default() {
                Job::evolve(&mut state, &event);
            }
            if before.is_terminal() {
                prop_assert_eq!(&state, &before);
            }
            let working = matches!(state.state, Some(JobState::Leased | JobState::Running));
            prop_assert_eq!(working, state.attempt.is_some());
        }
    }
}
