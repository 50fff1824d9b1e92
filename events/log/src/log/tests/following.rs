//! A subscription has every matching event once, in order, however slow it is.

use std::{sync::Arc, thread};

use futures::FutureExt as _;
use mediary_schema::ProjectId;

use super::support::{Bench, append, append_one, erasing, event, stream};
use crate::log::{Filter, Log, ReadError, Recorded, Subscription};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// Follows until the cursor passes a position; answers the positions of what came.
async fn follow(mut subscription: Subscription, until: u64, limit: usize) -> Vec<u64> {
    let mut seen = Vec::new();
    while subscription.next_position() <= until {
        let batch = subscription.next_batch(limit).await.unwrap();
        assert!(batch.events.len() <= limit);
        seen.extend(batch.events.iter().map(|event| event.position()));
        assert_eq!(batch.next_position, subscription.next_position());
    }
    seen
}

fn produce(log: &Log, producer: u128, appends: u128) {
    for n in 0..appends {
        let category = if n % 3 == 0 { "job" } else { "playlist" };
        let events = (0..=n % 2).map(|_| event(&stream(category, n % 4), "noted", "x")).collect();
        log.append_blocking(append(producer << 32 | n, events)).unwrap();
    }
}

// invariant: L-4, L-9
#[test]
fn catching_up_runs_into_living_without_gap_or_repeat() {
    // A ring of 16 makes subscribers go between memory and file all the time.
    let bench = Bench::with(|options| options.ring_events_max = 16);
    produce(&bench.log, 1, 100);
    let total = 1 + 150 + 4 * 150;
    let runtime = runtime();
    thread::scope(|scope| {
        for producer in 2..6 {
            let log = &bench.log;
            scope.spawn(move || produce(log, producer, 100));
        }
        let subscriptions = [(1, 1), (1, 7), (1, 1000), (77, 3), (151, 20), (200, 1), (total, 5)];
        let following = subscriptions.map(|(from, limit)| {
            let subscription = bench.log.subscribe(from, Filter::all());
            async move { (from, follow(subscription, total, limit).await) }
        });
        for (from, seen) in runtime.block_on(futures::future::join_all(following)) {
            assert!(seen.iter().copied().eq(from..=total), "from {from}: {seen:?}");
        }
    });
}

#[test]
fn filtered_subscription_has_exactly_what_matches() {
    let bench = Bench::with(|options| options.ring_bytes_max = 4000);
    let runtime = runtime();
    let total = 1 + 150 * 3;
    thread::scope(|scope| {
        for producer in 1..4 {
            let log = &bench.log;
            scope.spawn(move || produce(log, producer, 100));
        }
        let filter = Filter::categories(["job"]);
        let subscription = bench.log.subscribe(1, filter.clone()).report_skipped(1);
        let seen = runtime.block_on(follow(subscription, total, 10));
        let expected: Vec<u64> =
            bench.all().iter().filter(|event| filter.matches(event)).map(Recorded::position).collect();
        assert_eq!(seen, expected);
        assert!(!expected.is_empty() && expected.len() < total as usize);
    });
}

// invariant: L-10
#[test]
fn slow_subscriber_makes_nobody_wait_and_no_memory_grow() {
    let bench = Bench::with(|options| options.ring_events_max = 8);
    let mut slow = bench.log.subscribe(2, Filter::all());
    let runtime = runtime();
    for n in 1..=500 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), "x")).unwrap();
        if n == 3 {
            assert_eq!(runtime.block_on(slow.next_batch(1)).unwrap().next_position, 3);
        }
    }
    assert!(bench.log.ring().len() <= 8);
    let seen = runtime.block_on(follow(slow, 501, 6));
    assert!(seen.into_iter().eq(3..=501));
}

// invariant: L-10
#[test]
fn memory_holds_so_many_bytes_however_many_read_and_however_slowly() {
    const RING_BYTES: usize = 50_000;
    let bench = Bench::with(|options| options.ring_bytes_max = RING_BYTES);
    let runtime = runtime();
    let text = "x".repeat(5_000);
    let mut subscribers: Vec<_> = (0..100).map(|_| bench.log.subscribe(2, Filter::all())).collect();
    for n in 1..=50 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), &text)).unwrap();
        assert!(bench.log.ring().bytes() <= RING_BYTES);
    }
    // They are all far behind; one after another reads to the end, and nothing is kept for the others.
    for subscriber in &mut subscribers {
        let mut next = 2;
        while next <= 51 {
            next = runtime.block_on(subscriber.next_batch(20)).unwrap().next_position;
        }
        assert!(bench.log.ring().bytes() <= RING_BYTES);
    }
}

// core C4.
// invariant: L-9, L-10
#[test]
fn those_who_lag_at_the_same_place_read_it_once() {
    let bench = Bench::with(|options| (options.ring_events_max, options.ring_bytes_max) = (8, 200_000));
    let runtime = runtime();
    produce(&bench.log, 1, 600);
    let head = bench.log.head().position;
    let first = |subscription: &mut Subscription| {
        let batch = runtime.block_on(subscription.next_batch(3)).unwrap();
        assert_eq!(batch.events[0].position(), batch.next_position - 3);
        batch.events
    };
    let mut some = [1, 1, 100, 200].map(|from| bench.log.subscribe(from, Filter::all()));
    let mut of_project = bench.log.subscribe(100, Filter { project: Some(ProjectId::HOME), ..Filter::all() });
    let [one, other, third, fourth] = some.each_mut().map(first);
    let filtered = first(&mut of_project);
    assert!(Arc::ptr_eq(&one[0], &other[0]));
    assert!(!Arc::ptr_eq(&one[0], &third[0]) && fourth[0].position() == 200);
    assert!(third.iter().zip(&filtered).all(|(event, same)| Arc::ptr_eq(event, same)));
    // A page that is not whole yet, and memory that holds no more than one page: all is seen all the same.
    for (subscription, from) in some.into_iter().zip([4, 4, 103, 203]) {
        let seen = runtime.block_on(follow(subscription, head, 50));
        assert!(seen.into_iter().eq(from..=head));
        assert!(bench.log.ring().bytes() <= 200_000);
    }
    // What was erased is in nobody's memory.
    let mut before = bench.log.subscribe(2, Filter::all());
    assert!(first(&mut before)[0].payload.is_some());
    bench.log.append_blocking(append(1, vec![erasing(&bench.log, &[2])])).unwrap();
    let mut after = bench.log.subscribe(2, Filter::all());
    assert!(first(&mut after)[0].payload.is_none());
}

// invariant: L-10
#[test]
fn the_writer_goes_on_while_somebody_reads() {
    let bench = Bench::new();
    bench.log.append_blocking(append_one(1, &stream("job", 1), "x")).unwrap();
    let head = bench.log.store().read(|_held| {
        for n in 2..=200 {
            bench.log.append_blocking(append_one(n, &stream("job", 1), "x")).unwrap();
        }
        Ok(bench.log.head().position)
    });
    assert_eq!(head.unwrap(), 201);
}

#[test]
fn cursor_moves_where_nothing_matches() {
    let bench = Bench::with(|options| options.ring_events_max = 300);
    for n in 0..9 {
        let events = (0..250).map(|_| event(&stream("job", 1), "noted", "x")).collect();
        bench.log.append_blocking(append(n, events)).unwrap();
    }
    let runtime = runtime();
    let mut subscription = bench.log.subscribe(1, Filter::categories(["playlist"]));
    // The index says that nothing matches in what is no longer in memory.
    let batch = runtime.block_on(subscription.next_batch(10)).unwrap();
    assert_eq!((batch.events.len(), batch.next_position), (0, 2252));
    let skipped = (0..250).map(|_| event(&stream("job", 1), "noted", "x")).collect();
    bench.log.append_blocking(append(50, skipped)).unwrap();
    assert!(
        subscription.next_batch(10).now_or_never().is_none(),
        "250 skipped events are not worth a report"
    );
    bench.log.append_blocking(append_one(100, &stream("playlist", 1), "y")).unwrap();
    let batch = runtime.block_on(subscription.next_batch(10)).unwrap();
    assert_eq!((batch.events.len(), batch.next_position), (1, 2503));
    let mut eager = bench.log.subscribe(2252, Filter::categories(["job"])).report_skipped(1);
    assert_eq!(runtime.block_on(eager.next_batch(10)).unwrap().next_position, 2253);
}

#[test]
fn dropped_wait_loses_nothing() {
    let bench = Bench::new();
    let runtime = runtime();
    let mut subscription = bench.log.subscribe(2, Filter::all());
    let _guard = runtime.enter();
    for n in 1..=50_u64 {
        assert!(subscription.next_batch(10).now_or_never().is_none());
        bench.log.append_blocking(append_one(u128::from(n), &stream("job", 1), "x")).unwrap();
        let batch = runtime.block_on(subscription.next_batch(10)).unwrap();
        assert_eq!(batch.events[0].position(), n + 1);
    }
}

#[test]
fn closed_log_gives_the_rest_and_then_ends() {
    let bench = Bench::new();
    let runtime = runtime();
    let mut subscription = bench.log.subscribe(2, Filter::all());
    bench.log.append_blocking(append_one(1, &stream("job", 1), "x")).unwrap();
    runtime.block_on(bench.log.close());
    assert_eq!(runtime.block_on(subscription.next_batch(10)).unwrap().events.len(), 1);
    assert!(matches!(runtime.block_on(subscription.next_batch(10)), Err(ReadError::Closed)));
}

// core A26.
// invariant: L-9
#[test]
fn a_subscriber_that_lags_when_the_log_is_closed_goes_on_from_its_cursor() {
    let bench = Bench::with(|options| options.ring_events_max = 8);
    let runtime = runtime();
    let mut lagging = bench.log.subscribe(2, Filter::all());
    let mut close_behind = bench.log.subscribe(95, Filter::all());
    for n in 1..=100 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), "x")).unwrap();
    }
    let had = runtime.block_on(lagging.next_batch(10)).unwrap().events.len() as u64;
    runtime.block_on(bench.log.clone().close());
    // What memory has is still told; what only the file had is neither told nor skipped.
    assert_eq!(runtime.block_on(close_behind.next_batch(100)).unwrap().events.len(), 7);
    assert!(matches!(runtime.block_on(lagging.next_batch(10)), Err(ReadError::Closed)));
    assert_eq!(lagging.next_position(), 2 + had);
    let next = lagging.next_position();
    drop((lagging, close_behind));
    let bench = bench.reopen();
    let seen = runtime.block_on(follow(bench.log.subscribe(next, Filter::all()), 102, 9));
    assert!(seen.into_iter().eq(next..=102));
}

#[test]
fn head_is_told_before_the_answer() {
    let bench = Bench::new();
    for n in 1..=20 {
        let appended = bench.log.append_blocking(append_one(n, &stream("job", 1), "x")).unwrap();
        assert!(bench.log.head().position >= appended.last_position);
        assert!(bench.log.watch_head().borrow().position >= appended.last_position);
        assert_eq!(
            bench.log.store().hash_at(bench.log.head().position).unwrap(),
            Some(bench.log.head().hash)
        );
    }
}
