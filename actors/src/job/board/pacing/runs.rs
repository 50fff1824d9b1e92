use std::collections::VecDeque;

use mediary_schema::{AttemptId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Limits;

/// A span of time that runs are counted in, by parts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    span_us: i64,
    part_us: i64,
}

/// An hour, by minutes.
pub(super) const HOUR: Window = Window { span_us: 3_600_000_000, part_us: 60_000_000 };
/// A day, by quarters of an hour.
pub(super) const DAY: Window = Window { span_us: 24 * 3_600_000_000, part_us: 900_000_000 };

impl Window {
    /// The part in which a moment is.
    pub(super) const fn part(self, at: Timestamp) -> i64 {
        at.as_micros().div_euclid(self.part_us)
    }

    /// The first part of which something is within the span that ends at this moment.
    const fn first(self, now: Timestamp) -> i64 {
        (now.as_micros() - self.span_us).div_euclid(self.part_us)
    }

    /// When all of a part is over, for the span.
    const fn over(self, part: i64) -> Timestamp {
        Timestamp::from_micros((part + 1) * self.part_us + self.span_us)
    }
}

/// Runs that were begun, by the part of the time in which that was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Runs {
    of_hour: VecDeque<(i64, u32)>,
    of_day: VecDeque<(i64, u32)>,
    latest: Timestamp,
    /// How much of its half chance adds to the pause after the latest, in parts of 1,000.
    chance: u16,
}

impl Runs {
    /// One was begun. Its own id is the dice, so that whoever reads the log throws the same.
    pub(super) fn begin(&mut self, at: Timestamp, attempt_id: AttemptId) {
        if self.is_ahead(at) {
            self.set_back(at);
        }
        for (window, counts) in [(HOUR, &mut self.of_hour), (DAY, &mut self.of_day)] {
            let (part, first) = (window.part(at), window.first(at));
            match counts.back_mut() {
                Some((last, count)) if *last == part => *count += 1,
                Some(_) | None => counts.push_back((part, 1)),
            }
            while counts.front().is_some_and(|(part, _)| *part < first) {
                counts.pop_front();
            }
        }
        self.latest = at;
        self.chance = (attempt_id.uuid().as_u128() % 1_001) as u16;
    }

    /// Runs within the span that ends at this moment, those that may lie before it by a part of it among them.
    pub(super) fn within(&self, window: Window, now: Timestamp) -> u32 {
        let first = window.first(now);
        self.of(window).iter().filter(|(part, _)| *part >= first).map(|(_, count)| count).sum()
    }

    /// When the latest was.
    pub(super) const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// Whether none of them counts any more.
    pub(super) fn are_over(&self, now: Timestamp) -> bool {
        self.within(DAY, now) == 0
    }

    /// Whether some of them were begun after this moment, by a clock that was ahead.
    pub(super) fn is_ahead(&self, now: Timestamp) -> bool {
        self.latest > now
    }

    /// Takes what was begun after this moment as begun at it.
    pub(super) fn set_back(&mut self, now: Timestamp) {
        for (window, counts) in [(HOUR, &mut self.of_hour), (DAY, &mut self.of_day)] {
            let part = window.part(now);
            let mut ahead = 0;
            while let Some((_, count)) = counts.pop_back_if(|(at, _)| *at >= part) {
                ahead += count;
            }
            if ahead > 0 {
                counts.push_back((part, ahead));
            }
        }
        self.latest = self.latest.min(now);
    }

    /// When one more may be begun; none if there is nothing that it would have to wait for.
    pub(super) fn next_at(&self, limits: &Limits) -> Option<Timestamp> {
        let pause = i64::try_from(limits.budget.pause().as_micros()).unwrap_or(i64::MAX);
        let chance = pause / 2_000 * i64::from(self.chance);
        let after_pause = (pause > 0).then(|| {
            Timestamp::from_micros(self.latest.as_micros().saturating_add(pause).saturating_add(chance))
        });
        let of = |limit: Option<u32>, window: Window| {
            let mut left: u32 = self.of(window).iter().map(|(_, count)| count).sum();
            let mut next = None;
            for (part, count) in self.of(window) {
                if left < limit? {
                    break;
                }
                left -= count;
                next = Some(window.over(*part));
            }
            next
        };
        [after_pause, of(limits.per_hour, HOUR), of(limits.per_day, DAY)].into_iter().flatten().max()
    }

    /// The moments from which on the runs of the last hour are known: the beginning of the first part.
    pub(super) fn hour_since(&self, now: Timestamp) -> Option<Timestamp> {
        let first = HOUR.first(now);
        let (part, _) = self.of_hour.iter().find(|(part, _)| *part >= first)?;
        Some(Timestamp::from_micros(part * HOUR.part_us))
    }

    const fn of(&self, window: Window) -> &VecDeque<(i64, u32)> {
        if window.span_us == HOUR.span_us { &self.of_hour } else { &self.of_day }
    }
}
