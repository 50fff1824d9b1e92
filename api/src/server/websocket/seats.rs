//! How many sockets there are, in all, of one token, and of one peer that has not signed in.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mediary_schema::TokenId;
use metrics::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Options;

/// The places that sockets may take.
#[derive(Debug)]
pub(super) struct Seats {
    all: Arc<Semaphore>,
    all_max: u32,
    tokens: Arc<Shares<TokenId>>,
    /// Of sockets on which nobody has signed in yet.
    peers: Arc<Shares<IpAddr>>,
}

impl Seats {
    pub(super) fn new(options: &Options) -> Self {
        let all_max = u32::try_from(options.sockets_max).unwrap_or(u32::MAX);
        Self {
            all: Arc::new(Semaphore::new(all_max as usize)),
            all_max,
            tokens: Arc::new(Shares::new(options.sockets_per_token_max)),
            peers: Arc::new(Shares::new(options.sockets_waiting_per_peer_max)),
        }
    }

    /// Takes one of all places, for a socket that nobody has signed in on yet: a peer has few of these, so
    /// that whoever opens and says nothing leaves room for others.
    pub(super) fn take(&self, peer: IpAddr) -> Option<Seat> {
        let waiting = self.peers.take(peer)?;
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let count = Counted::new(metrics::gauge!("mediary_websocket_sockets"));
        Some(Seat { waiting: Some(waiting), _permit: permit, _count: count })
    }

    /// Takes one of the token's places.
    pub(super) fn take_for(&self, token_id: TokenId) -> Option<TokenSeat> {
        self.tokens.take(token_id)
    }

    /// Waits until no place is taken.
    pub(super) async fn all_left(&self) {
        let _all = self.all.acquire_many(self.all_max).await.expect("the semaphore is never closed");
    }
}

/// A socket's place among all, given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    waiting: Option<Share<IpAddr>>,
    _permit: OwnedSemaphorePermit,
    _count: Counted,
}

impl Seat {
    /// Somebody has signed in: the place is no longer one of its peer's few.
    pub(super) fn acknowledge(&mut self) {
        self.waiting = None;
    }
}

/// A socket's place among its token's, given back when dropped.
pub(super) type TokenSeat = Share<TokenId>;

/// Places of which everybody has so many.
#[derive(Debug)]
struct Shares<K> {
    max: usize,
    taken: Mutex<HashMap<K, usize>>,
}

impl<K: Eq + Hash + Copy> Shares<K> {
    fn new(max: usize) -> Self {
        Self { max, taken: Mutex::default() }
    }

    fn take(self: &Arc<Self>, whose: K) -> Option<Share<K>> {
        let mut taken = self.taken();
        let count = taken.entry(whose).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Share { shares: Arc::clone(self), whose })
    }

    fn give_back(&self, whose: K) {
        let mut taken = self.taken();
        if let Some(count) = taken.get_mut(&whose) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&whose);
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        // Counting can't panic half-way, so the counts are right even then.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of somebody's places, given back when dropped.
#[derive(Debug)]
pub(super) struct Share<K: Eq + Hash + Copy> {
    shares: Arc<Shares<K>>,
    whose: K,
}

impl<K: Eq + Hash + Copy> Drop for Share<K> {
    fn drop(&mut self) {
        self.shares.give_back(self.whose);
    }
}

/// One more on a gauge for as long as it lives.
pub(super) struct Counted(Gauge);

impl Counted {
    pub(super) fn new(gauge: Gauge) -> Self {
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

impl std::fmt::Debug for Counted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Counted")
    }
}
