//! The state machine alone: time is what the test says it is.

use std::time::Duration;

use mediary_schema::Timestamp;
use tokio::time::Instant;

use super::super::{
    ChildState, Policy,
    children::{Action, Children},
};

const POLICY: Policy = Policy {
    restarts_max: 2,
    window: Duration::from_mins(1),
    wait: Duration::from_millis(100),
    wait_max: Duration::from_millis(150),
};
const AT: Timestamp = Timestamp::from_micros(1);

fn running() -> Children {
    let mut children = Children::new(["one", "two"], POLICY, AT);
    assert!(children.started(0, 1, AT) && children.started(1, 1, AT));
    children
}

fn state(children: &Children, index: usize) -> ChildState {
    children.status()[index].state.clone()
}

fn no() -> String {
    "no".to_owned()
}

fn wait(run: u64, wait_ms: u64) -> Action {
    Action::Wait { index: 0, run, wait: Duration::from_millis(wait_ms) }
}

fn start(run: u64) -> Action {
    Action::Start { index: 0, run }
}

// invariant: A-1
#[tokio::test]
async fn each_failure_in_the_window_waits_longer_and_one_too_many_halts() {
    let (mut children, now) = (running(), Instant::now());
    assert_eq!(children.failed(0, 1, no(), now, AT), Some(wait(1, 100)));
    assert_eq!(children.due(0, 1, AT), Some(start(2)));
    // A start that fails counts like an end.
    assert_eq!(children.failed(0, 2, no(), now, AT), Some(wait(2, 150)));
    assert_eq!(children.due(0, 2, AT), Some(start(3)));
    assert!(children.started(0, 3, AT));
    assert_eq!(children.failed(0, 3, "at last".to_owned(), now, AT), None);
    assert_eq!(state(&children, 0), ChildState::Halted("at last".to_owned()));
    assert_eq!(state(&children, 1), ChildState::Running);
    assert_eq!(children.resume("two", AT), None, "it runs");
    assert_eq!(children.resume("one", AT), Some(start(4)));
    // A resumed child has all its restarts again.
    assert_eq!(children.failed(0, 4, no(), now, AT), Some(wait(4, 100)));
}

#[tokio::test]
async fn failures_before_the_window_are_forgotten() {
    let (mut children, now) = (running(), Instant::now());
    for run in 1..=9 {
        let later = now + Duration::from_secs(61 * run);
        assert_eq!(children.failed(0, run, no(), later, AT), Some(wait(run, 100)));
        assert_eq!(children.due(0, run, AT), Some(start(run + 1)));
        assert!(children.started(0, run + 1, AT));
    }
}

#[tokio::test]
async fn what_is_told_of_an_earlier_start_changes_nothing() {
    let (mut children, now) = (running(), Instant::now());
    children.failed(0, 1, no(), now, AT);
    assert_eq!(children.failed(0, 1, no(), now, AT), None, "it is told twice");
    assert!(!children.started(0, 1, AT), "nobody waits for it");
    children.due(0, 1, AT);
    assert_eq!(children.due(0, 1, AT), None, "the wait is told twice");
    assert_eq!(state(&children, 0), ChildState::Starting);
}

// invariant: A-3
#[tokio::test]
async fn nothing_is_started_once_it_stops() {
    let (mut children, now) = (running(), Instant::now());
    children.failed(0, 1, no(), now, AT);
    children.stop();
    assert_eq!(children.due(0, 1, AT), None);
    assert_eq!(children.failed(1, 1, no(), now, AT), None);
    let mut children = running();
    children.failed(0, 1, no(), now, AT);
    children.due(0, 1, AT);
    children.stop();
    assert!(!children.started(0, 2, AT), "what was being started has to go");
}
