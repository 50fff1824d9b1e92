//! Every moment at which a subscriber can look while the writer tells what it wrote.

use std::{ops::RangeInclusive, sync::Arc};

use tokio::{runtime::Runtime, sync::watch};

use super::support::{Bench, append_one, stream};
use crate::log::{Filter, Head, Recorded, Subscription};

/// One thing that the writer does after a commit, as a subscriber can see it.
#[derive(Debug, Clone)]
enum Step {
    /// The newest events come into memory.
    Push(RangeInclusive<u64>),
    /// Memory is emptied, since something was erased.
    Clear,
    /// The head moves.
    Tell(u64),
}

/// Four commits: of one event, of two, one that erases, and of one again.
const STEPS: [Step; 9] = [
    Step::Push(1..=1),
    Step::Tell(1),
    Step::Push(2..=3),
    Step::Tell(3),
    Step::Clear,
    Step::Push(4..=5),
    Step::Tell(5),
    Step::Push(6..=6),
    Step::Tell(6),
];

/// A subscriber, and the head that it was told.
struct Reader<'a> {
    runtime: &'a Runtime,
    heads: watch::Sender<Head>,
    subscription: Subscription,
    limit: usize,
    seen: Vec<u64>,
}

impl Reader<'_> {
    fn head(&self) -> u64 {
        self.heads.borrow().position
    }

    /// Looks once, if there is something for it.
    fn look(&mut self) {
        let head = self.head();
        if self.subscription.next_position() > head {
            return;
        }
        let batch = self.runtime.block_on(self.subscription.next_batch(self.limit)).unwrap();
        assert!(batch.events.len() <= self.limit);
        self.seen.extend(batch.events.iter().map(|event| event.position()));
        assert!(self.seen.iter().copied().eq(1..=self.seen.len() as u64), "{:?}", self.seen);
        assert!(self.seen.len() as u64 <= head, "{:?} with {head} told", self.seen);
    }
}

// invariant: L-4, L-9
#[test]
fn whenever_a_subscriber_looks_it_has_every_event_once_and_none_that_is_not_told() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    for ring_events_max in [1, 2, 100] {
        let bench = Bench::with(|options| options.ring_events_max = ring_events_max);
        for n in 2..=6 {
            bench.log.append_blocking(append_one(n, &stream("job", 1), "x")).unwrap();
        }
        let events: Vec<Arc<Recorded>> = bench.all().into_iter().map(Arc::new).collect();
        for limit in [1, 2, 100] {
            for looks in 0..1_u32 << STEPS.len() {
                bench.log.ring().clear();
                let (heads, to_read) = watch::channel(Head { position: 0, hash: [0; 32] });
                let subscription = Subscription::new(bench.log.clone(), to_read, 1, Filter::all());
                let mut reader = Reader { runtime: &runtime, heads, subscription, limit, seen: Vec::new() };
                for (number, step) in STEPS.iter().enumerate() {
                    match step.clone() {
                        Step::Push(positions) => {
                            bench
                                .log
                                .ring()
                                .push(positions.map(|position| Arc::clone(&events[position as usize - 1])));
                        }
                        Step::Clear => bench.log.ring().clear(),
                        Step::Tell(position) => {
                            reader.heads.send_replace(Head { position, hash: [0; 32] });
                        }
                    }
                    if looks >> number & 1 == 1 {
                        reader.look();
                    }
                }
                while reader.subscription.next_position() <= reader.head() {
                    reader.look();
                }
                assert_eq!(reader.seen.len() as u64, reader.head(), "looks {looks:b}, limit {limit}");
            }
        }
    }
}
