//! Values of the kernel part `schedule`: when something is done again and again (LI-09).

use std::time::Duration;

use croner::{
    Cron,
    parser::{CronParser, Year},
};
use jiff::{Zoned, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Timestamp,
    account::{Permission, Role},
    id::ids,
};

ids! {
    /// What is done again and again: derived from the project and the name.
    ScheduleId = "schedule";
}

impl Permission {
    /// Have things done again and again.
    pub const SCHEDULE: Self =
        Self::within_project("schedule", Role::Editor, "to have things done again and again");
}

/// At which moments something is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Timing {
    /// Whenever the clock on the wall shows what a cron expression says. Where the clock is put forward, a fixed moment
    /// that it leaves out comes right after the gap; where it is put back, a fixed moment that it shows twice comes once.
    Cron {
        /// Minute, hour, day, month, weekday, as in crontab(5); with seconds in front if there are six.
        #[schemars(length(max = 256))]
        expression: String,
        /// The time zone, as IANA calls it: `Europe/Berlin`.
        #[schemars(length(max = 64))]
        zone: String,
    },
    /// After so many seconds, counted from when it was added or resumed.
    Every {
        /// The seconds; at most 366 days.
        seconds: u32,
    },
}

/// At which moments something is done, each put off by a while of its own, so that not all of them come at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// The moments.
    pub timing: Timing,
    /// By how many seconds they are put off, at most: less than a day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub jitter_seconds: u32,
}

/// What is done: a command as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduledCommand {
    /// Its stored name, such as `playlist.refresh`.
    #[schemars(length(max = 64))]
    pub name: String,
    /// Its arguments, as its JSON Schema has them.
    pub arguments: Value,
}

/// Why something that was due was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotDone {
    /// A stable code in `SCREAMING_SNAKE_CASE`.
    pub code: String,
    /// What was wrong, in words.
    pub message: String,
}

/// What of a rhythm is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The moment that came, before it was put off.
    pub moment: Timestamp,
    /// The first one that was missed, if any was: those up to `moment` are done as one.
    pub missed_since: Option<Timestamp>,
}

/// Why a rhythm is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RhythmRefused {
    /// The expression can't be understood.
    #[error("{expression:?} is no cron expression: {reason}")]
    Expression {
        /// The expression.
        expression: String,
        /// What is wrong.
        reason: String,
    },
    /// There is no such time zone.
    #[error("there is no time zone {zone:?}")]
    Zone {
        /// What was asked for.
        zone: String,
    },
    /// It never comes.
    #[error("{expression:?} never comes")]
    Never {
        /// The expression.
        expression: String,
    },
    /// The time between is too short or too long.
    #[error("{seconds} s: it is from 1 s to 366 days")]
    Every {
        /// What was asked for.
        seconds: u32,
    },
    /// It would be put off by too much.
    #[error("a moment can be put off by less than a day")]
    Jitter,
}

const DAY_SECONDS: u32 = 86_400;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Rhythm {
    /// Refuses what can't be understood, or never comes after this moment.
    pub fn check(&self, now: Timestamp) -> Result<(), RhythmRefused> {
        if self.jitter_seconds >= DAY_SECONDS {
            return Err(RhythmRefused::Jitter);
        }
        match &self.timing {
            Timing::Every { seconds } if !(1..=366 * DAY_SECONDS).contains(seconds) => {
                Err(RhythmRefused::Every { seconds: *seconds })
            }
            Timing::Every { .. } => Ok(()),
            Timing::Cron { expression, zone } => {
                let clock = WallClock::new(expression, zone)?;
                let never = || RhythmRefused::Never { expression: expression.clone() };
                clock.next(now).map(drop).ok_or_else(never)
            }
        }
    }

    /// When it comes next after this moment, of those that it had; none if it never does. What `seed` stands for is put
    /// off by whiles of its own.
    pub fn next(&self, since: Timestamp, seed: ScheduleId) -> Option<Timestamp> {
        Some(self.put_off(self.moments()?.next(since)?, seed))
    }

    /// What is due now if everything up to `since` was done.
    pub fn due(&self, since: Timestamp, now: Timestamp, seed: ScheduleId) -> Option<Due> {
        let moments = self.moments()?;
        let first = moments.next(since)?;
        if self.put_off(first, seed) > now {
            return None;
        }
        let mut moment = moments.last(since, now)?;
        while moment > first && self.put_off(moment, seed) > now {
            moment = moments.before(since, moment)?;
        }
        let moment = moment.max(first);
        Some(Due { moment, missed_since: (moment != first).then_some(first) })
    }

    fn moments(&self) -> Option<Moments> {
        match &self.timing {
            Timing::Every { seconds } => Some(Moments::Every(i64::from(*seconds) * 1_000_000)),
            Timing::Cron { expression, zone } => {
                WallClock::new(expression, zone).ok().map(Box::new).map(Moments::Cron)
            }
        }
    }

    /// The same for the same moment, however often it is asked: a restart puts nothing off anew.
    fn put_off(&self, moment: Timestamp, seed: ScheduleId) -> Timestamp {
        if self.jitter_seconds == 0 {
            return moment;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed.uuid().as_bytes()).update(&moment.as_micros().to_le_bytes());
        let mut chance = [0; 8];
        hasher.finalize_xof().fill(&mut chance);
        let most = u64::from(self.jitter_seconds) * 1_000_000;
        moment.after(Duration::from_micros(u64::from_le_bytes(chance) % (most + 1)))
    }
}

/// The moments of a timing, before they are put off.
enum Moments {
    /// With so many microseconds between them.
    Every(i64),
    Cron(Box<WallClock>),
}

impl Moments {
    fn next(&self, since: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Every(micros) => at(since.as_micros().checked_add(*micros)?),
            Self::Cron(clock) => clock.next(since),
        }
    }

    /// The last one up to now; none if there is none after `since`.
    fn last(&self, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let last = match self {
            Self::Every(micros) => {
                let past = now.as_micros().checked_sub(since.as_micros())?;
                at(since.as_micros() + past.div_euclid(*micros) * micros)
            }
            Self::Cron(clock) => clock.last(now, true),
        };
        last.filter(|moment| *moment > since)
    }

    /// The one before.
    fn before(&self, since: Timestamp, moment: Timestamp) -> Option<Timestamp> {
        let before = match self {
            Self::Every(micros) => at(moment.as_micros().checked_sub(*micros)?),
            Self::Cron(clock) => clock.last(moment, false),
        };
        before.filter(|moment| *moment > since)
    }
}

fn at(micros: i64) -> Option<Timestamp> {
    (Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros())
        .contains(&micros)
        .then(|| Timestamp::from_micros(micros))
}

/// A cron expression on the clock of a place.
struct WallClock {
    cron: Cron,
    zone: TimeZone,
}

impl WallClock {
    fn new(expression: &str, zone: &str) -> Result<Self, RhythmRefused> {
        let refused =
            |reason: String| RhythmRefused::Expression { expression: expression.to_owned(), reason };
        // One year alone would be no rhythm.
        let parser = CronParser::builder().year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(|error| refused(error.to_string()))?;
        let zone = TimeZone::get(zone).map_err(|_| RhythmRefused::Zone { zone: zone.to_owned() })?;
        Ok(Self { cron, zone })
    }

    fn next(&self, since: Timestamp) -> Option<Timestamp> {
        let found = self.cron.find_next_occurrence(&self.shown(since)?, false).ok()?;
        at(found.timestamp().as_microsecond()).filter(|moment| *moment > since)
    }

    fn last(&self, now: Timestamp, inclusive: bool) -> Option<Timestamp> {
        let found = self.cron.find_previous_occurrence(&self.shown(now)?, inclusive).ok()?;
        at(found.timestamp().as_microsecond()).filter(|moment| *moment <= now)
    }

    fn shown(&self, moment: Timestamp) -> Option<Zoned> {
        let moment = jiff::Timestamp::from_microsecond(moment.as_micros()).ok()?;
        Some(moment.to_zoned(self.zone.clone()))
    }
}

#[cfg(test)]
mod tests;
