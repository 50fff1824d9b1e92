//! Who is let in, and how often.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

/// Who is let in, and what was said to whom.
#[derive(Debug)]
pub(super) struct Guests {
    allowed: BTreeSet<u64>,
    per_minute: usize,
    /// When each asked within the last minute.
    asked: BTreeMap<u64, VecDeque<Instant>>,
    /// Those who were told that it is too much, and have not been let in since.
    told: BTreeSet<u64>,
    /// Strangers who were told that this is not for them.
    refused: BTreeSet<u64>,
}

/// What becomes of somebody who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// He is answered.
    Welcome,
    /// He is told that this is not for him: once.
    Stranger,
    /// He is told to wait: once.
    TooMuch {
        /// How long.
        left: Duration,
    },
    /// He is told nothing.
    Ignored,
}

const MINUTE: Duration = Duration::from_mins(1);
/// Strangers who are told something: whoever finds the bot after them hears nothing, and memory has an end.
const STRANGERS_MAX: usize = 1_000;

impl Guests {
    pub(super) fn new(allowed: impl IntoIterator<Item = u64>, per_minute: u32) -> Self {
        Self {
            allowed: allowed.into_iter().collect(),
            per_minute: per_minute as usize,
            asked: BTreeMap::new(),
            told: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    /// Somebody says something.
    pub(super) fn admit(&mut self, person: u64, now: Instant) -> Admission {
        if !self.allowed.contains(&person) {
            let is_new = self.refused.len() < STRANGERS_MAX && self.refused.insert(person);
            return if is_new { Admission::Stranger } else { Admission::Ignored };
        }
        let asked = self.asked.entry(person).or_default();
        while asked.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
            asked.pop_front();
        }
        if asked.len() < self.per_minute {
            asked.push_back(now);
            self.told.remove(&person);
            return Admission::Welcome;
        }
        let left = asked.front().map_or(MINUTE, |first| MINUTE.saturating_sub(now.duration_since(*first)));
        if self.told.insert(person) { Admission::TooMuch { left } } else { Admission::Ignored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // SE-15.
    #[test]
    fn a_stranger_is_told_once_and_a_guest_has_a_limit() {
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let mut guests = Guests::new([7], 2);
        assert_eq!(guests.admit(8, now), Admission::Stranger);
        assert_eq!(guests.admit(8, at(90)), Admission::Ignored);
        assert_eq!(guests.admit(7, now), Admission::Welcome);
        assert_eq!(guests.admit(7, at(10)), Admission::Welcome);
        assert_eq!(guests.admit(7, at(20)), Admission::TooMuch { left: Duration::from_secs(40) });
        assert_eq!(guests.admit(7, at(30)), Admission::Ignored);
        assert_eq!(guests.admit(7, at(60)), Admission::Welcome);
        assert_eq!(guests.admit(7, at(61)), Admission::TooMuch { left: Duration::from_secs(9) });
        for stranger in 100..2_000 {
            guests.admit(stranger, now);
        }
        assert_eq!(guests.refused.len(), STRANGERS_MAX);
    }
}
