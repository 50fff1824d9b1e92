use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use futures::{future::join, poll};

use super::{appending::overtake, id, owner, texts, write};
use crate::{
    gate::{Refusal, Transaction, entrance::Entrance},
    testing::bench::Bench,
};
use mediary_events::testing::note::Note;

/// How long anything here waits for what must happen.
const DEADLINE: Duration = Duration::from_secs(30);

// core A13.
// invariant: L-12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_finds_the_entrance_full_is_told_when_to_come_back() {
    let gate = Bench::new().gate.with_entrance(Entrance::new(1, 1));
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let mut inside = Box::pin(gate.transact(owner(1), move |story| {
        held.lock().unwrap().recv_timeout(DEADLINE).unwrap();
        write(story, 1, "a")
    }));
    assert!(poll!(&mut inside).is_pending());
    let mut waiting = Box::pin(gate.transact(owner(2), |story| write(story, 1, "b")));
    assert!(poll!(&mut waiting).is_pending());
    match gate.transact(owner(3), |story| write(story, 1, "c")).await {
        Err(refusal @ Refusal::Overloaded { retry_after }) => {
            assert!(refusal.is_retryable() && !retry_after.is_zero());
        }
        other => panic!("{other:?}"),
    }
    // Whoever only looks needs no place.
    assert_eq!(gate.inspect::<Note, _>(id(1), |note| note.texts.len()).await.unwrap(), 0);
    release.send(()).unwrap();
    let (first, second) = join(inside, waiting).await;
    assert!(first.unwrap().position < second.unwrap().position);
    gate.transact(owner(3), |story| write(story, 1, "c")).await.unwrap();
}

// core A13.
// invariant: G-4
#[test]
fn whoever_is_overtaken_at_one_thing_keeps_nobody_who_was_at_another() {
    let bench = Bench::new();
    let (arrived, arrival) = mpsc::channel();
    let (release, held) = mpsc::channel();
    let held = Mutex::new(held);
    // Is overtaken the first time, and the second time it takes long.
    let tell = |note: u128, command: u128, is_slow: bool| {
        let (runs, bench, arrived, held) = (AtomicU32::new(0), &bench, &arrived, &held);
        let story = move |story: &mut Transaction<'_>| {
            let before = texts(story, note)?.len();
            match runs.fetch_add(1, Ordering::Relaxed) {
                0 => overtake(&bench.gate, note),
                _ if is_slow => {
                    arrived.send(()).unwrap();
                    held.lock().unwrap().recv_timeout(DEADLINE).expect("nobody is kept");
                }
                _ => {}
            }
            write(story, note, &before.to_string())
        };
        bench.tell(owner(command), story).unwrap();
    };
    thread::scope(|scope| {
        let slow = scope.spawn(|| tell(1, 1, true));
        arrival.recv_timeout(DEADLINE).unwrap();
        tell(2, 2, false);
        release.send(()).unwrap();
        slow.join().unwrap();
    });
    assert_eq!(bench.told(|story| texts(story, 1)), ["overtaken", "1"]);
    assert_eq!(bench.told(|story| texts(story, 2)), ["overtaken", "1"]);
}
