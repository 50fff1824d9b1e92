//! The one place that waits for moments: a retry, the end of a lease, of a hold or of a token, the next look at the files.
//!
//! Guarantees: what is due rings once, in the order of the moments, and never early; it sleeps until the next moment, so
//! that nothing wakes while nothing is due; a wall clock that is set, either way, and a machine that slept are noticed at
//! once. Nothing is kept over a restart: whoever wants to be rung says so again from what is recorded.

mod leaps;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mediary_schema::{Clock, Timestamp};
use tokio::{
    sync::{Notify, oneshot},
    time::sleep,
};
use uuid::Uuid;

pub use self::leaps::Leaps;
use crate::spawn::{self, Service};

/// Who is to be rung: a part, and what of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    part: &'static str,
    id: Uuid,
}

impl Key {
    /// The one moment of a part that waits for one at a time.
    pub const fn part(part: &'static str) -> Self {
        Self { part, id: Uuid::nil() }
    }

    /// The moment of one of the things that a part waits with.
    pub const fn of(part: &'static str, id: Uuid) -> Self {
        Self { part, id }
    }
}

/// What is done at a moment. It must not block: it tells somebody who does the rest.
type Ring = Box<dyn FnOnce() + Send>;
/// The same, for what comes again.
type RingAgain = Box<dyn Fn() + Send>;

/// Rings at moments. Cheap to clone; the last one dropped ends the waiting.
#[derive(Clone)]
pub struct Alarms {
    shared: Arc<Shared>,
    _waiting: Arc<Service>,
}

struct Shared {
    clock: Clock,
    set: Mutex<Set>,
    /// The next moment is another one than before.
    changed: Notify,
    waiters: AtomicU64,
    wakes: AtomicU64,
}

/// What is to ring.
#[derive(Default)]
struct Set {
    order: BTreeSet<(Timestamp, Key)>,
    rings: BTreeMap<Key, (Timestamp, Ring)>,
    /// Who is told that the wall clock may have been set.
    told_of_leaps: BTreeMap<Key, RingAgain>,
}

impl Set {
    fn next(&self) -> Option<Timestamp> {
        self.order.first().map(|(moment, _)| *moment)
    }

    fn take(&mut self, key: Key) -> Option<Ring> {
        let (moment, ring) = self.rings.remove(&key)?;
        self.order.remove(&(moment, key));
        Some(ring)
    }
}

impl Alarms {
    /// Begins to wait beside its caller, which has a runtime.
    pub fn start(clock: Clock, leaps: Leaps) -> Self {
        let shared = Arc::new(Shared {
            clock,
            set: Mutex::default(),
            changed: Notify::new(),
            waiters: AtomicU64::new(0),
            wakes: AtomicU64::new(0),
        });
        let (waiting, leaps) = (Arc::clone(&shared), Arc::new(leaps));
        let waiting = spawn::service("clock", move || wait(Arc::clone(&waiting), Arc::clone(&leaps)));
        Self { shared, _waiting: Arc::new(waiting) }
    }

    /// With the clock of the system.
    pub fn system(clock: Clock) -> Self {
        Self::start(clock, Leaps::system())
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Rings once at this moment, or at once if that is over. What was set for this key before does not ring any more.
    pub fn set(&self, key: Key, moment: Timestamp, ring: impl FnOnce() + Send + 'static) {
        let mut set = self.shared.lock();
        let before = set.next();
        set.take(key);
        set.order.insert((moment, key));
        set.rings.insert(key, (moment, Box::new(ring)));
        if set.next() != before {
            self.shared.changed.notify_one();
        }
    }

    /// Rings each time when the wall clock may have been set, for those whose moments depend on what it said before; it does
    /// so while anything is set at all.
    pub fn on_leap(&self, key: Key, ring: impl Fn() + Send + 'static) {
        self.shared.lock().told_of_leaps.insert(key, Box::new(ring));
    }

    /// Does not ring for this key.
    pub fn clear(&self, key: Key) {
        // Whoever sleeps for it finds nothing due, and that once.
        self.shared.lock().take(key);
    }

    /// Tells nobody of leaps for this key.
    pub fn clear_leaps(&self, key: Key) {
        self.shared.lock().told_of_leaps.remove(&key);
    }

    /// Waits until this moment has come.
    pub async fn reached(&self, moment: Timestamp) {
        let number = self.shared.waiters.fetch_add(1, Ordering::Relaxed);
        let key = Key::of("waiter", Uuid::from_u128(number.into()));
        let (bell, rung) = oneshot::channel();
        let _cleared = ClearedAtTheEnd { alarms: self, key };
        // Nobody is there to be rung once the wait was given up.
        self.set(key, moment, move || {
            bell.send(()).ok();
        });
        // What is dropped unrung is replaced by nobody: the key is its own.
        rung.await.ok();
    }

    /// How many are set.
    pub fn len(&self) -> usize {
        self.shared.lock().rings.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often it was awake, for those who prove that it sleeps.
    pub fn wakes(&self) -> u64 {
        self.shared.wakes.load(Ordering::Relaxed)
    }
}

/// A waiter that is dropped leaves nothing behind.
struct ClearedAtTheEnd<'a> {
    alarms: &'a Alarms,
    key: Key,
}

impl Drop for ClearedAtTheEnd<'_> {
    fn drop(&mut self) {
        self.alarms.clear(self.key);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Set> {
        // What rings only tells somebody, so that nobody can have left it half-way.
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_of_a_leap(&self) {
        self.lock().told_of_leaps.values().for_each(|ring| ring());
    }

    /// What is due now, in its order.
    fn due(&self) -> Option<Ring> {
        let now = self.clock.now();
        let mut set = self.lock();
        let (_, key) = set.order.first().copied().filter(|(moment, _)| *moment <= now)?;
        set.take(key)
    }
}

/// The longest sleep where nobody tells that the wall clock was set or that the machine slept.
const UNTOLD_SLEEP_MAX: Duration = Duration::from_secs(30);

async fn wait(shared: Arc<Shared>, leaps: Arc<Leaps>) {
    loop {
        shared.wakes.fetch_add(1, Ordering::Relaxed);
        while let Some(ring) = shared.due() {
            ring();
        }
        let next = shared.lock().next();
        let until_next = async {
            match next {
                Some(moment) => {
                    let left = moment.since(shared.clock.now());
                    sleep(if leaps.are_told() { left } else { left.min(UNTOLD_SLEEP_MAX) }).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.changed.notified() => {}
            () = leaps.next(), if next.is_some() => shared.tell_of_a_leap(),
            () = until_next => {
                if !leaps.are_told() {
                    shared.tell_of_a_leap();
                }
            }
        }
    }
}

impl fmt::Debug for Alarms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<Key> = self.shared.lock().rings.keys().copied().collect();
        formatter.debug_struct("Alarms").field("set", &keys).finish_non_exhaustive()
    }
}
