use std::{
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

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
async fn what_was_told_before_is_had_at_once_and_not_again() {
    let hub = SignalHub::default();
    hub.publish(signal(1, 1));
    let mut listener = hub.listen();
    assert_eq!(listener.now(), [signal(1, 1)]);
    assert_eq!(listener.now(), []);
    hub.publish(signal(2, 2));
    assert_eq!(listener.next().await, Some(vec![signal(2, 2)]));
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_forgotten() {
    let hub = SignalHub::default();
    hub.publish(signal(1, 1));
    hub.retire(&signal(1, 1).subject);
    assert_eq!(hub.latest(&signal(1, 1).subject), None);
}

// core A18.
// invariant: A-7
#[test]
fn what_listeners_wait_for_is_never_older_than_the_newest_value() {
    const ROUNDS: u32 = 3_000;
    let hub = SignalHub::default();
    let (turns, behind) = (Barrier::new(4), AtomicU32::new(0));
    thread::scope(|scope| {
        for publisher in 0..3 {
            let (hub, turns) = (&hub, &turns);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    turns.wait();
                    (0..8).for_each(|value| hub.publish(signal(publisher, round + value)));
                    turns.wait();
                }
            });
        }
        for _ in 0..ROUNDS {
            turns.wait();
            turns.wait();
            let (told, newest) = hub.turns();
            behind.fetch_add(u32::from(told != newest), Ordering::Relaxed);
        }
    });
    assert_eq!(behind.into_inner(), 0);
}
