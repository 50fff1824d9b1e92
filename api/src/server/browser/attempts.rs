//! How often somebody may try to sign in: by address and by name, in a rate that lets a burst through (GCRA).
//!
//! Names count whether or not they are somebody's, so that the limit tells nobody which are.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mediary_schema::Timestamp;

/// A rate: one each so often, and so many at once after a rest.
#[derive(Debug, Clone, Copy)]
struct Rate {
    every: Duration,
    burst: u32,
}

/// Somebody who forgot which password it was; behind a proxy it is everybody.
const OF_ADDRESS: Rate = Rate { every: Duration::from_secs(6), burst: 20 };
/// Whoever guesses from many addresses; the user himself waits as long.
const OF_NAME: Rate = Rate { every: Duration::from_secs(30), burst: 10 };
/// How many refusals are recorded: the rest of a flood is counted.
const RECORDED: Rate = Rate { every: Duration::from_mins(1), burst: 30 };
/// Addresses and names that are remembered; what is over is forgotten first.
const KEYS_MAX: usize = 20_000;

/// Who tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Address([u8; 8]),
    Name([u8; 16]),
    Record,
}

/// Who tried how often.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// When each would be at rest.
    rests: Mutex<HashMap<Key, Timestamp>>,
    /// Refusals since the last that was recorded.
    unrecorded: AtomicU64,
}

/// An attempt that is being made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    keys: [Option<Key>; 2],
}

impl Attempts {
    /// Begins an attempt, by the address and the name that are known of it; or answers how long he has to wait.
    pub(crate) fn begin(
        &self,
        address: Option<IpAddr>,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt, Duration> {
        let keys = [address.map(of_address), name.map(of_name)];
        let mut rests = self.rests();
        let waits = keys.iter().flatten().filter_map(|key| wait(&rests, *key, now));
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        for key in keys.iter().flatten() {
            charge(&mut rests, *key, now);
        }
        Ok(Attempt { keys })
    }

    /// Takes an attempt back that was none: he is let in.
    pub(crate) fn forgive(&self, attempt: Attempt) {
        let mut rests = self.rests();
        for key in attempt.keys.iter().flatten() {
            if let Some(rest) = rests.get_mut(key) {
                *rest = Timestamp::from_micros(rest.as_micros() - micros(rate(*key).every));
            }
        }
    }

    /// Whether a refusal is recorded, and how many more there were since the last one that was.
    pub(super) fn record(&self, now: Timestamp) -> Option<u64> {
        let mut rests = self.rests();
        if wait(&rests, Key::Record, now).is_some() {
            self.unrecorded.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        charge(&mut rests, Key::Record, now);
        Some(self.unrecorded.swap(0, Ordering::Relaxed))
    }

    fn rests(&self) -> MutexGuard<'_, HashMap<Key, Timestamp>> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rate(key: Key) -> Rate {
    match key {
        Key::Address(_) => OF_ADDRESS,
        Key::Name(_) => OF_NAME,
        Key::Record => RECORDED,
    }
}

/// How long a key has to wait; none if it needn't.
fn wait(rests: &HashMap<Key, Timestamp>, key: Key, now: Timestamp) -> Option<Duration> {
    let Rate { every, burst } = rate(key);
    let rest = rests.get(&key)?;
    let owed = rest.since(now) + every;
    owed.checked_sub(every * burst).filter(|wait| !wait.is_zero())
}

fn charge(rests: &mut HashMap<Key, Timestamp>, key: Key, now: Timestamp) {
    if rests.len() >= KEYS_MAX && !rests.contains_key(&key) {
        rests.retain(|_, rest| *rest > now);
        // Whoever comes from so many addresses at once is not held up by theirs, but by the names that he tries.
        if rests.len() >= KEYS_MAX {
            rests.retain(|key, _| !matches!(key, Key::Address(_)));
        }
        // So many names at once are a flood, too: each that is forgotten costs whoever guesses thousands of attempts.
        if rests.len() >= KEYS_MAX {
            rests.retain(|key, _| *key == Key::Record);
        }
    }
    let rest = rests.entry(key).or_insert(now);
    *rest = (*rest).max(now).after(rate(key).every);
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// One line of the house has a whole network of version 6.
fn of_address(address: IpAddr) -> Key {
    let mut network = [0; 8];
    match address.to_canonical() {
        IpAddr::V4(address) => network[..4].copy_from_slice(&address.octets()),
        IpAddr::V6(address) => network.copy_from_slice(&address.octets()[..8]),
    }
    Key::Address(network)
}

/// Names are as long as whoever sends them likes, and may be passwords: only a hash is kept.
fn of_name(name: &str) -> Key {
    let hash = blake3::hash(name.to_lowercase().as_bytes());
    Key::Name(*hash.as_bytes().first_chunk().expect("32 bytes begin with 16"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 168, 1, last])
    }

    fn tries(attempts: &Attempts, address: IpAddr, name: &str, now: Timestamp) -> u32 {
        (0..1_000).take_while(|_| attempts.begin(Some(address), Some(name), now).is_ok()).count() as u32
    }

    // SE-06.
    // invariant: G-13
    #[test]
    fn a_name_is_tried_so_often_from_wherever_and_then_now_and_then() {
        let attempts = Attempts::default();
        assert_eq!(tries(&attempts, address(1), "anna", NOW), OF_NAME.burst);
        let wait = attempts.begin(Some(address(2)), Some("ANNA"), NOW).unwrap_err();
        assert_eq!(wait, OF_NAME.every, "however it is spelt, from wherever");
        assert_eq!(tries(&attempts, address(2), "anna", NOW.after(wait)), 1);
        assert_eq!(
            tries(&attempts, address(2), "nobody", NOW),
            OF_NAME.burst,
            "a name that nobody has is no other"
        );
    }

    // invariant: G-13
    #[test]
    fn an_address_tries_so_many_names() {
        let attempts = Attempts::default();
        let tried = (0..100)
            .take_while(|n| attempts.begin(Some(address(1)), Some(&n.to_string()), NOW).is_ok())
            .count();
        assert_eq!(tried, OF_ADDRESS.burst as usize);
        assert!(attempts.begin(Some(address(2)), Some("anna"), NOW).is_ok(), "and not for another one");
        let (one, other) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:1".parse().unwrap());
        assert_eq!(of_address(one), of_address(other), "one line of version 6 is one");
        assert_eq!(of_address("::ffff:192.168.1.1".parse().unwrap()), of_address(address(1)));
    }

    #[test]
    fn whoever_is_let_in_did_not_try() {
        let attempts = Attempts::default();
        for _ in 0..100 {
            attempts.forgive(attempts.begin(Some(address(1)), Some("anna"), NOW).unwrap());
        }
    }

    #[test]
    fn a_flood_is_recorded_by_its_number() {
        let attempts = Attempts::default();
        let recorded = (0..100).filter_map(|_| attempts.record(NOW)).count();
        assert_eq!(recorded, RECORDED.burst as usize);
        assert_eq!(attempts.record(NOW.after(RECORDED.every)), Some(70));
        assert_eq!(attempts.record(NOW.after(RECORDED.every * 2)), Some(0));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let attempts = Attempts::default();
        for number in 0..(KEYS_MAX as u32 + 10) {
            attempts.begin(Some(IpAddr::from(number.to_be_bytes())), None, NOW).unwrap();
            assert!(attempts.rests().len() <= KEYS_MAX);
        }
        attempts.record(NOW);
        for number in 0..(KEYS_MAX as u32 + 10) {
            let address = IpAddr::from(number.to_be_bytes());
            attempts.begin(Some(address), Some(&number.to_string()), NOW).unwrap();
            assert!(attempts.rests().len() <= KEYS_MAX, "nor by names");
        }
        assert!(attempts.rests().contains_key(&Key::Record), "what is recorded stays bounded");
    }
}
