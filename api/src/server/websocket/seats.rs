//! How many sockets there are, in all and of one principal.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mediary_schema::PrincipalId;
use metrics::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places that sockets may take.
#[derive(Debug)]
pub(super) struct Seats {
    all: Arc<Semaphore>,
    all_max: u32,
    principal_max: usize,
    taken: Mutex<HashMap<PrincipalId, usize>>,
}

impl Seats {
    pub(super) fn new(all_max: usize, principal_max: usize) -> Self {
        let all_max = u32::try_from(all_max).unwrap_or(u32::MAX);
        Self {
            all: Arc::new(Semaphore::new(all_max as usize)),
            all_max,
            principal_max,
            taken: Mutex::default(),
        }
    }

    /// Takes one of all places, for a socket that nobody has signed in on yet.
    pub(super) fn take(&self) -> Option<Seat> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Seat { _permit: permit, _count: Counted::new(metrics::gauge!("mediary_websocket_sockets")) })
    }

    /// Takes one of the principal's places.
    pub(super) fn take_for(self: &Arc<Self>, principal: PrincipalId) -> Option<PrincipalSeat> {
        let mut taken = self.taken();
        let count = taken.entry(principal).or_default();
        if *count >= self.principal_max {
            return None;
        }
        *count += 1;
        Some(PrincipalSeat { seats: Arc::clone(self), principal })
    }

    /// Waits until no place is taken.
    pub(super) async fn all_left(&self) {
        let _all = self.all.acquire_many(self.all_max).await.expect("the semaphore is never closed");
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<PrincipalId, usize>> {
        // Counting can't panic half-way, so the counts are right even then.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket's place among all, given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    _permit: OwnedSemaphorePermit,
    _count: Counted,
}

/// A socket's place among its principal's, given back when dropped.
#[derive(Debug)]
pub(super) struct PrincipalSeat {
    seats: Arc<Seats>,
    principal: PrincipalId,
}

impl Drop for PrincipalSeat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(count) = taken.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.principal);
            }
        }
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
