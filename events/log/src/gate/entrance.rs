//! Who is let in: how many stories are told at once, how many wait for that, and who goes first among those that were
//! overtaken.
//!
//! A story holds a thread until it is on the disk, so the log's own queue never fills up behind the gate: what would wait
//! is counted here, and refused in words where it is too much. Half of the runtime's threads for blocking work are
//! left to readers.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Semaphore;

use super::Refusal;
use crate::{log::StreamId, spawn};

/// Stories that are told at once: half of the threads that tokio has for blocking work.
const TOLD_AT_ONCE: usize = 256;
/// Stories that may wait for one of those to end: as many as the log itself would let wait.
const WAITING_MAX: usize = 4_096;
/// Streams share a turn where their numbers meet.
const TURNS: usize = 64;

/// The places of stories.
#[derive(Debug)]
pub(super) struct Entrance {
    /// Inside or waiting.
    places: Semaphore,
    /// Inside.
    threads: Arc<Semaphore>,
}

impl Default for Entrance {
    fn default() -> Self {
        Self::new(TOLD_AT_ONCE, WAITING_MAX)
    }
}

impl Entrance {
    pub(super) fn new(told_at_once: usize, waiting_max: usize) -> Self {
        let threads = Arc::new(Semaphore::new(told_at_once));
        Self { places: Semaphore::new(told_at_once + waiting_max), threads }
    }

    /// Tells a story when it is its turn; refuses it if too many wait. Dropping the future doesn't take back what has
    /// begun.
    pub(super) async fn tell<T: Send + 'static>(
        &self,
        tell: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
        retry_after: impl FnOnce() -> Duration,
    ) -> Result<T, Refusal> {
        let Ok(_place) = self.places.try_acquire() else {
            return Err(Refusal::Overloaded { retry_after: retry_after() });
        };
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| Refusal::Stopping)?;
        let told = spawn::blocking(move || {
            let _thread = thread;
            tell()
        });
        told.await.map_err(Refusal::unfinished)?
    }
}

/// A turn for each of a few groups of streams.
///
/// A story that was overtaken holds the one of the stream at which it was, so that of all that were overtaken there one
/// is told at a time: each of many that want the same stream then succeeds the second time. It never takes a
/// second one, so nobody waits in a circle.
#[derive(Debug)]
pub(super) struct Turns([Mutex<()>; TURNS]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Turns {
    /// Waits for the turn of a stream, or for that of all that can't name one.
    pub(super) fn of(&self, stream: Option<&StreamId>) -> MutexGuard<'_, ()> {
        // The low bits of an id are drawn at random, in whichever version.
        let number = stream.map_or(0, |stream| stream.uuid.as_u128());
        self.0[(number % TURNS as u128) as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
