//! Whether files that lie in a folder have settled.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use mediary_schema::{Timestamp, file::Stamp, watch::Chooser};
use tokio::time::Instant;

/// The files of a folder that may be taken: those that wait until they have settled, and those of which that is done with.
#[derive(Debug)]
pub(super) struct Settling {
    chooser: Chooser,
    waiting: BTreeMap<String, Seen>,
    /// By a hash of their ways: what was asked for, or is known anyway, as it was then.
    done: HashMap<u64, Stamp>,
    hasher: RandomState,
}

/// A file as it was seen.
#[derive(Debug, Clone, Copy)]
struct Seen {
    stamp: Stamp,
    since: Instant,
}

/// Between two looks at a file that are to agree.
pub(super) const LOOKS_APART: Duration = Duration::from_secs(2);

impl Settling {
    /// Of those that a chooser takes.
    pub(super) fn new(chooser: Chooser) -> Self {
        Self { chooser, waiting: BTreeMap::new(), done: HashMap::new(), hasher: RandomState::new() }
    }

    /// Takes in how a file is now, by the way to it below the folder; none if there is none.
    pub(super) fn see(&mut self, way: String, found: Option<Stamp>, now: Instant) {
        let hash = self.hasher.hash_one(&way);
        let Some(stamp) = found.filter(|stamp| self.chooser.takes(&way, stamp.size_bytes)) else {
            self.waiting.remove(&way);
            self.done.remove(&hash);
            return;
        };
        if self.done.get(&hash).is_some_and(|done| done.is_same(stamp)) {
            return;
        }
        let seen = self.waiting.entry(way).or_insert(Seen { stamp, since: now });
        if !seen.stamp.is_same(stamp) {
            *seen = Seen { stamp, since: now };
        }
    }

    /// Forgets what lies there no more: these are all that do.
    pub(super) fn keep(&mut self, ways: &[String]) {
        let there: HashSet<u64> = ways.iter().map(|way| self.hasher.hash_one(way)).collect();
        self.waiting.retain(|way, _| there.contains(&self.hasher.hash_one(way)));
        self.done.retain(|hash, _| there.contains(hash));
    }

    /// The ways of those that have settled, if they are still as they were seen.
    ///
    /// One that nobody wrote for so long as the watch says has; what was moved here has an old time already, and needs but two
    /// looks. A time that lies in the future says nothing.
    pub(super) fn settled(&self, now: Instant, clock: Timestamp) -> Vec<String> {
        let settle = Duration::from_secs(self.chooser.settle_s().into());
        let is_settled = |seen: &Seen| {
            let watched = now.saturating_duration_since(seen.since);
            let age_ms = u64::try_from(clock.as_micros() / 1_000 - seen.stamp.modified_ms).unwrap_or(0);
            watched >= LOOKS_APART && (watched >= settle || Duration::from_millis(age_ms) >= settle)
        };
        let settled = self.waiting.iter().filter(|(_, seen)| is_settled(seen));
        settled.map(|(way, _)| way.clone()).collect()
    }

    /// How a file was that waits.
    pub(super) fn waits_as(&self, way: &str) -> Option<Stamp> {
        self.waiting.get(way).map(|seen| seen.stamp)
    }

    /// It has to be looked at twice again from then on: somebody has it open to write it, or it can't be asked for just now.
    pub(super) fn put_off(&mut self, way: &str, until: Instant) {
        if let Some(seen) = self.waiting.get_mut(way) {
            seen.since = until;
        }
    }

    /// It was asked for, or is known anyway.
    pub(super) fn is_done(&mut self, way: &str) {
        if let Some((way, seen)) = self.waiting.remove_entry(way) {
            self.done.insert(self.hasher.hash_one(&way), seen.stamp);
        }
    }

    /// Whether any waits.
    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use mediary_schema::{file::Inode, watch::Which};

    use super::*;

    const CLOCK: i64 = 1_800_000_000_000;

    fn clock() -> Timestamp {
        Timestamp::from_micros(CLOCK * 1_000)
    }

    fn settling() -> Settling {
        Settling::new(Which::default().chooser().unwrap())
    }

    /// A file that was written so many seconds ago.
    fn stamp(size_bytes: u64, age_s: i64) -> Stamp {
        let inode = Some(Inode { device: 1, number: 2 });
        Stamp { size_bytes, modified_ms: CLOCK - age_s * 1_000, inode }
    }

    fn see(settling: &mut Settling, found: impl Into<Option<Stamp>>, now: Instant) {
        settling.see("a.mkv".to_owned(), found.into(), now);
    }

    // TR-02.
    #[test]
    fn what_was_moved_here_needs_two_looks_and_what_is_written_as_long_as_is_said() {
        let (mut moved, start) = (settling(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        see(&mut moved, stamp(5, 3_600), start);
        assert!(moved.settled(after(1), clock()).is_empty());
        assert_eq!(moved.settled(after(2), clock()), ["a.mkv"]);

        let mut copied = settling();
        see(&mut copied, stamp(5, 0), start);
        assert!(copied.settled(after(59), clock()).is_empty());
        // It grew: its time begins anew.
        see(&mut copied, stamp(6, 0), after(59));
        assert!(copied.settled(after(60), clock()).is_empty());
        assert_eq!(copied.settled(after(119), clock()), ["a.mkv"]);
        copied.put_off("a.mkv", after(119));
        assert!(copied.settled(after(120), clock()).is_empty());

        let mut ahead = settling();
        see(&mut ahead, stamp(5, -3_600), start);
        assert!(ahead.settled(after(59), clock()).is_empty());
        assert_eq!(ahead.settled(after(60), clock()), ["a.mkv"]);
    }

    #[test]
    fn what_is_done_waits_no_more_until_it_is_another_one() {
        let (mut settling, start) = (settling(), Instant::now());
        see(&mut settling, stamp(5, 3_600), start);
        settling.is_done("a.mkv");
        see(&mut settling, stamp(5, 3_600), start);
        assert!(!settling.has_waiting());
        see(&mut settling, stamp(6, 3_600), start);
        assert_eq!(settling.waits_as("a.mkv"), Some(stamp(6, 3_600)));
        see(&mut settling, None, start);
        assert!(!settling.has_waiting());
        // It came again.
        see(&mut settling, stamp(6, 3_600), start);
        settling.is_done("a.mkv");
        settling.keep(&[]);
        see(&mut settling, stamp(6, 3_600), start);
        assert!(settling.has_waiting());
    }
}
