use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures::FutureExt as _;
use mediary_events::testing::NOW;
use mediary_schema::{Clock, Timestamp};
use proptest::prelude::*;
use tokio::{sync::Notify, time::sleep};
use uuid::Uuid;

use super::{Alarms, Key, Leaps};

/// Alarms on a clock that is set, with what rang.
struct Bench {
    alarms: Alarms,
    now: Arc<AtomicI64>,
    driver: Arc<Notify>,
    rang: Arc<Mutex<Vec<(u128, Timestamp)>>>,
}

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

impl Bench {
    fn new() -> Self {
        let (clock, now) = Clock::manual(NOW);
        let (leaps, driver) = Leaps::driven();
        Self { alarms: Alarms::start(clock, leaps), now, driver, rang: Arc::default() }
    }

    fn set(&self, number: u128, moment: Timestamp) {
        let (rang, now) = (Arc::clone(&self.rang), Arc::clone(&self.now));
        self.alarms.set(Key::of("test", Uuid::from_u128(number)), moment, move || {
            rang.lock().unwrap().push((number, Timestamp::from_micros(now.load(Ordering::SeqCst))));
        });
    }

    /// The wall clock is set, by whoever may.
    fn leap_to(&self, moment: Timestamp) {
        self.now.store(moment.as_micros(), Ordering::SeqCst);
        self.driver.notify_one();
    }

    /// Time goes by, for both clocks.
    async fn pass(&self, while_: Duration) {
        self.now.fetch_add(i64::try_from(while_.as_micros()).unwrap(), Ordering::SeqCst);
        sleep(while_).await;
        settled().await;
    }

    fn rang(&self) -> Vec<u128> {
        self.rang.lock().unwrap().iter().map(|(number, _)| *number).collect()
    }
}

/// Lets whoever may go on do so.
async fn settled() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

// invariant: A-10
#[tokio::test(start_paused = true)]
async fn each_moment_rings_once_in_its_order_and_not_before() {
    let bench = Bench::new();
    for (number, seconds) in [(1, 3), (2, 1), (3, 2)] {
        bench.set(number, NOW.after(SECOND * seconds));
    }
    bench.set(4, NOW);
    settled().await;
    assert_eq!(bench.rang(), [4], "what is over rings at once");
    bench.pass(Duration::from_micros(999_999)).await;
    assert_eq!(bench.rang(), [4]);
    bench.pass(Duration::from_micros(1)).await;
    assert_eq!(bench.rang(), [4, 2]);
    bench.pass(SECOND * 5).await;
    assert_eq!(bench.rang(), [4, 2, 3, 1]);
    assert!(bench.alarms.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_set_anew_replaces_what_was_and_what_is_cleared_is_silent() {
    let bench = Bench::new();
    bench.set(1, NOW.after(SECOND));
    bench.set(1, NOW.after(SECOND * 3));
    bench.set(2, NOW.after(SECOND * 2));
    bench.alarms.clear(Key::of("test", Uuid::from_u128(2)));
    assert_eq!(bench.alarms.len(), 1);
    bench.pass(SECOND * 2).await;
    assert_eq!(bench.rang(), [0; 0]);
    bench.set(1, NOW);
    settled().await;
    assert_eq!(bench.rang(), [1], "an earlier one replaces it, too");
    bench.pass(DAY).await;
    assert_eq!(bench.rang(), [1]);
}

// A machine that slept and a clock that somebody sets are the same to whoever waits for a moment.
// invariant: A-10
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_either_way_is_followed_at_once() {
    let bench = Bench::new();
    bench.set(1, NOW.after(DAY));
    bench.set(2, NOW.after(DAY * 2));
    settled().await;
    let before = tokio::time::Instant::now();
    bench.leap_to(NOW.after(DAY));
    settled().await;
    assert_eq!((bench.rang(), before.elapsed()), (vec![1], Duration::ZERO), "forward");

    bench.leap_to(NOW);
    settled().await;
    sleep(DAY).await;
    assert_eq!(
        bench.rang(),
        [1],
        "back: the day that the sleep was for has gone by, and the moment is still to come"
    );
    bench.leap_to(NOW.after(DAY * 2));
    settled().await;
    assert_eq!(bench.rang(), [1, 2]);
}

// Where the kernel tells nothing, it is looked at twice a minute.
#[tokio::test(start_paused = true)]
async fn a_leap_that_nobody_tells_is_noticed_all_the_same() {
    let (clock, now) = Clock::manual(NOW);
    let alarms = Alarms::start(clock, Leaps::untold());
    let mut reached = std::pin::pin!(alarms.reached(NOW.after(DAY)));
    assert_eq!(reached.as_mut().now_or_never(), None);
    settled().await;
    now.store(NOW.after(DAY).as_micros(), Ordering::SeqCst);
    let before = tokio::time::Instant::now();
    reached.await;
    assert_eq!(before.elapsed(), SECOND * 30);
}

// PL-96: idle is idle.
// invariant: A-10
#[tokio::test(start_paused = true)]
async fn nothing_wakes_while_nothing_is_due() {
    let bench = Bench::new();
    settled().await;
    let idle = bench.alarms.wakes();
    bench.pass(DAY).await;
    assert_eq!(bench.alarms.wakes(), idle, "none is set");
    bench.set(1, NOW.after(DAY * 30));
    settled().await;
    for number in 2..1_000 {
        bench.set(number, NOW.after(DAY * 31));
    }
    bench.pass(DAY).await;
    assert_eq!(bench.alarms.wakes(), idle + 1, "it took notice of the first one, and sleeps until that");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_given_up_leaves_nothing_behind() {
    let bench = Bench::new();
    assert_eq!(bench.alarms.reached(NOW.after(DAY)).now_or_never(), None);
    assert!(bench.alarms.is_empty());
    bench.alarms.reached(NOW).await;
    assert!(bench.alarms.is_empty());
}

// A defect of one who is rung is nobody else's.
#[tokio::test(start_paused = true)]
async fn who_panics_when_he_is_rung_keeps_nobody_else_waiting() {
    let bench = Bench::new();
    bench.alarms.set(Key::part("faulty"), NOW.after(SECOND), || panic!("on purpose"));
    bench.set(1, NOW.after(SECOND));
    bench.set(2, NOW.after(SECOND * 2));
    bench.pass(SECOND * 2).await;
    bench.pass(SECOND * 2).await;
    assert_eq!(bench.rang(), [1, 2]);
}

// The real one: the kernel's timer is there, and a moment of the system's clock is met.
#[tokio::test]
async fn the_systems_clock_rings_at_its_moment() {
    assert!(Leaps::system().are_told());
    let alarms = Alarms::system(Clock::system());
    let moment = alarms.now().after(Duration::from_millis(50));
    alarms.reached(moment).await;
    assert!(alarms.now() >= moment);
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Set(u8, u16),
    Clear(u8),
    Pass(u16),
    Leap(i16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_u8..6, 0_u16..100).prop_map(|(key, seconds)| Step::Set(key, seconds)),
        1 => (0_u8..6).prop_map(Step::Clear),
        3 => (0_u16..60).prop_map(Step::Pass),
        1 => (-100_i16..100).prop_map(Step::Leap),
    ]
}

proptest! {
    // invariant: A-10
    #[test]
    fn what_rings_is_what_a_list_that_is_looked_through_would_ring(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new();
            let (mut model, mut expected) = (Vec::<(Timestamp, u128)>::new(), Vec::new());
            let now = || bench.alarms.now();
            for step in steps {
                match step {
                    Step::Set(key, seconds) => {
                        let moment = now().after(SECOND * u32::from(seconds));
                        model.retain(|(_, known)| *known != u128::from(key));
                        model.push((moment, key.into()));
                        bench.set(key.into(), moment);
                    }
                    Step::Clear(key) => {
                        model.retain(|(_, known)| *known != u128::from(key));
                        bench.alarms.clear(Key::of("test", Uuid::from_u128(key.into())));
                    }
                    Step::Pass(seconds) => bench.pass(SECOND * u32::from(seconds)).await,
                    Step::Leap(seconds) => {
                        let to = now().as_micros() + i64::from(seconds) * 1_000_000;
                        bench.leap_to(Timestamp::from_micros(to));
                    }
                }
                settled().await;
                model.sort_unstable();
                let due = model.iter().take_while(|(moment, _)| *moment <= now()).count();
                expected.extend(model.drain(..due).map(|(_, key)| key));
                prop_assert_eq!(bench.rang(), expected.clone());
                prop_assert_eq!(bench.alarms.len(), model.len());
            }
            Ok(())
        })?;
    }
}
