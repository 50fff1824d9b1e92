use std::time::Duration;

use mediary_schema::ProjectId;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Signal, SignalHub, Subject};

fn signal(id: u128, value: u32) -> Signal {
    let subject =
        Subject { project: ProjectId::HOME, concern: "job", name: "progress", id: Uuid::from_u128(id) };
    Signal { subject, payload: value.into() }
}

// invariant: A-7
#[tokio::test(start_paused = true)]
async fn the_latest_value_wins_and_the_last_is_always_heard() {
    let hub = SignalHub::default();
    let mut listener = hub.listen();
    for value in 0..1_000 {
        hub.publish(signal(1, value));
    }
    assert_eq!(listener.next().await, Some(vec![signal(1, 999)]));
    hub.publish(signal(1, 1_000));
    assert_eq!(listener.next().await, Some(vec![signal(1, 1_000)]));
}

#[tokio::test(start_paused = true)]
async fn a_subject_is_heard_at_most_four_times_a_second() {
    let hub = SignalHub::default();
    let mut listener = hub.listen();
    let start = Instant::now();
    for value in 0..9 {
        hub.publish(signal(1, value));
        listener.next().await;
    }
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
}

// invariant: A-7
#[tokio::test(start_paused = true)]
async fn a_slow_listener_misses_values_but_no_subject() {
    let hub = SignalHub::default();
    let mut listener = hub.listen();
    hub.publish(signal(1, 1));
    hub.publish(signal(2, 1));
    hub.publish(signal(1, 2));
    assert_eq!(listener.next().await, Some(vec![signal(2, 1), signal(1, 2)]));
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_forgotten() {
    let hub = SignalHub::default();
    hub.publish(signal(1, 1));
    hub.retire(&signal(1, 1).subject);
    assert_eq!(hub.latest(&signal(1, 1).subject), None);
}
