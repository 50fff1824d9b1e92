use std::time::Duration;

use mediary_schema::{
    FailureClass,
    job::{Failure, Progress},
};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{
    process::Assignment,
    room::{Missing, Promise, Room},
    ytdlp::{Extracted, Protocol},
};

/// How often it is looked at whether there is still room while something is fetched: a fast line writes some
/// hundred megabytes meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What an item needs of the disk, as far as its source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Needed {
    size_bytes: Option<u64>,
    copies: u64,
}

impl Needed {
    pub(super) fn of(extracted: &Extracted) -> Self {
        // Streams and fragments that are joined are there twice for a moment.
        let is_joined = extracted.streams.len() > 1 || is_in_pieces(extracted);
        let size_bytes = extracted.size_bytes.filter(|bytes| *bytes > 0);
        Self { size_bytes, copies: if is_joined { 2 } else { 1 } }
    }

    /// Bytes in total; nothing if that is not known.
    pub(super) fn bytes(self) -> u64 {
        self.size_bytes.unwrap_or(0) * self.copies
    }

    /// What is still to be written when so much of it is fetched.
    fn left(self, done: u64) -> u64 {
        self.bytes().saturating_sub(done)
    }
}

pub(super) fn is_in_pieces(extracted: &Extracted) -> bool {
    extracted.streams.iter().any(|stream| stream.protocol != Protocol::Http)
}

/// What there is not enough room for waits until there is.
pub(super) fn no_room(missing: Missing) -> Failure {
    let Missing { needed_bytes, free_bytes } = missing;
    let message = format!(
        "{needed_bytes} bytes have to be free, with what is kept free, but the disk has {free_bytes} left for it"
    );
    Failure { room_bytes: Some(needed_bytes), ..Failure::new(FailureClass::DiskFull, message) }
}

/// Watches the disk while something is fetched, for neither a source's word nor our own sum is the truth.
pub(super) struct Watch<'a> {
    pub(super) room: &'a Room,
    pub(super) promise: Promise,
    pub(super) needed: Needed,
    pub(super) assignment: &'a Assignment,
}

impl Watch<'_> {
    /// Fetches, and ends that when only what is kept free is left of the disk.
    pub(super) async fn over<T>(
        self,
        fetch: impl Future<Output = Result<T, Failure>>,
        told: watch::Receiver<Progress>,
    ) -> Result<T, Failure> {
        let mut fetch = std::pin::pin!(fetch);
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                fetched = &mut fetch => return fetched.map_err(|failure| self.with_room(failure, &told)),
                _ = look.tick() => {}
            }
            let done = told.borrow().done;
            self.promise.shrink(self.needed.left(done));
            if self.is_full().await {
                self.assignment.stop().cancel();
                // Its processes are gone once it answers; that they were stopped is what it says.
                drop(fetch.await);
                return Err(self.full(done));
            }
        }
    }

    /// A disk that can't be asked is left to the tools, which say what they meet.
    async fn is_full(&self) -> bool {
        let room = self.room.clone();
        let free = tokio::task::spawn_blocking(move || room.free_bytes()).await;
        matches!(free, Ok(Ok(free)) if free < self.room.kept_free_bytes())
    }

    fn full(&self, done: u64) -> Failure {
        let kept_free = self.room.kept_free_bytes();
        match self.needed.size_bytes {
            None => Failure::new(
                FailureClass::TooLarge,
                format!(
                    "it says no length, and had not ended after {done} bytes, when only the {kept_free} bytes were \
                     left that are kept free"
                ),
            ),
            Some(_) => no_room(Missing {
                needed_bytes: self.needed.left(done).saturating_add(kept_free),
                free_bytes: kept_free,
            }),
        }
    }

    /// What a tool says of a full disk names no room that would be enough.
    fn with_room(&self, failure: Failure, told: &watch::Receiver<Progress>) -> Failure {
        if failure.class != FailureClass::DiskFull || failure.room_bytes.is_some() {
            return failure;
        }
        match self.full(told.borrow().done) {
            full if full.class == FailureClass::DiskFull => {
                Failure { room_bytes: full.room_bytes, ..failure }
            }
            too_large => too_large,
        }
    }
}
