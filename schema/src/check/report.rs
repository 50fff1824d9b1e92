//! What a month of a check was, minute by minute: up, down, or not watched.

use std::{fmt, str::FromStr, time::Duration};

use jiff::{civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::Timestamp;

/// A month of the calendar: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9]{4}-[0-9]{2}$"))]
pub struct Month {
    year: i16,
    month: i8,
}

/// Why a month can't be reported of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportRefused {
    /// It is none.
    #[error("a month is a year and a number from 1 to 12, as in 2026-11")]
    NoMonth,
    /// Nobody knows the zone.
    #[error("there is no time zone {zone:?}")]
    Zone {
        /// What was said.
        zone: String,
    },
    /// It is still to come.
    #[error("{month} has not begun")]
    ToCome {
        /// The month.
        month: Month,
    },
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = ReportRefused;

    fn from_str(text: &str) -> Result<Self, ReportRefused> {
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        let (year, month) = text.split_once('-').ok_or(ReportRefused::NoMonth)?;
        if !digits(year, 4) || !digits(month, 2) {
            return Err(ReportRefused::NoMonth);
        }
        let day = format!("{text}-01").parse::<Date>().map_err(|_| ReportRefused::NoMonth)?;
        // Of the first and the last year of the calendar not every moment can be written.
        if !(1970..=9_000).contains(&day.year()) {
            return Err(ReportRefused::NoMonth);
        }
        Ok(Self { year: day.year(), month: day.month() })
    }
}

impl TryFrom<String> for Month {
    type Error = ReportRefused;

    fn try_from(text: String) -> Result<Self, ReportRefused> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl Month {
    /// From its first midnight in a zone up to the first of the month behind it; of one that is not over, up to the last whole
    /// minute.
    ///
    /// # Errors
    /// If there is no such zone, or the month is still to come.
    pub fn span(self, zone: &str, now: Timestamp) -> Result<(Timestamp, Timestamp), ReportRefused> {
        let known = TimeZone::get(zone).map_err(|_| ReportRefused::Zone { zone: zone.to_owned() })?;
        let first = Date::new(self.year, self.month, 1).map_err(|_| ReportRefused::NoMonth)?;
        let next = first.last_of_month().tomorrow().map_err(|_| ReportRefused::NoMonth)?;
        let midnight = |day: Date| {
            let moment = day.to_zoned(known.clone()).map_err(|_| ReportRefused::NoMonth)?;
            Ok(Timestamp::from_micros(moment.timestamp().as_microsecond()))
        };
        let (from, end) = (midnight(first)?, midnight(next)?);
        let whole = Timestamp::from_micros(now.as_micros() - now.as_micros().rem_euclid(MINUTE_US));
        let until = end.min(whole);
        if until <= from {
            return Err(ReportRefused::ToCome { month: self });
        }
        Ok((from, until))
    }
}

/// How a check was in a month, minute by minute, as it was known when that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The month.
    pub month: Month,
    /// The time zone by whose midnights it begins and ends, as IANA calls it.
    pub zone: String,
    /// Its first minute.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub from: Timestamp,
    /// The end of its last minute, or of the last whole one if it was not over.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub until: Timestamp,
    /// Minutes in which every look was well.
    pub up_minutes: u32,
    /// Minutes in which one was not.
    pub down_minutes: u32,
    /// Minutes for which nobody looked, or nobody could say.
    pub unwatched_minutes: u32,
    /// All of them in their order, as how many in a row: `1440u3d20n` is a day up, three minutes down, twenty not watched.
    pub minutes: String,
    /// From when on it is known of each minute whether somebody looked. Of hours before, how many looks there were is known:
    /// they are spread evenly.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub exact_since: Timestamp,
}

/// What a minute was. What is worse wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Minute {
    Up,
    Unwatched,
    Down,
}

impl Minute {
    const fn letter(self) -> char {
        match self {
            Self::Up => 'u',
            Self::Down => 'd',
            Self::Unwatched => 'n',
        }
    }
}

impl From<Verdict> for Minute {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ok => Self::Up,
            Verdict::Failing => Self::Down,
            Verdict::Unknown => Self::Unwatched,
        }
    }
}

const MINUTE_US: i64 = 60_000_000;

impl Report {
    /// Of a month of looks in their order, those before it included whose word still holds in it. Each look says how it is from its
    /// minute on until the next, and no longer than `holds` says: when the next was due, with the time that it may have taken.
    ///
    /// # Errors
    /// If there is no such zone, or the month is still to come.
    pub fn of(
        (month, zone): (Month, &str),
        now: Timestamp,
        looks: &[(Timestamp, Verdict)],
        holds: impl Fn(Timestamp) -> Duration,
        exact_since: Timestamp,
    ) -> Result<Self, ReportRefused> {
        let (from, until) = month.span(zone, now)?;
        let place = |at: Timestamp| (at.as_micros() - from.as_micros()).div_euclid(MINUTE_US);
        let count = place(until);
        // The minutes of a look itself, of which the worst counts, and those that it speaks for after it.
        let mut seen: Vec<Option<Minute>> = vec![None; usize::try_from(count).unwrap_or_default()];
        let mut spoken = seen.clone();
        for (number, (at, verdict)) in looks.iter().enumerate() {
            let found = Minute::from(*verdict);
            let own = place(*at);
            if let Some(minute) = usize::try_from(own).ok().and_then(|own| seen.get_mut(own)) {
                *minute = (*minute).max(Some(found));
            }
            let next = looks.get(number + 1).map_or(until, |(next, _)| *next).min(at.after(holds(*at)));
            // A minute that it does not speak for to its end is not its own.
            for minute in (own + 1).max(0)..place(next).min(count) {
                if let Some(minute) = usize::try_from(minute).ok().and_then(|minute| spoken.get_mut(minute)) {
                    *minute = Some(found);
                }
            }
        }
        let minutes = seen.into_iter().zip(spoken).map(|(seen, spoken)| seen.or(spoken));
        let minutes: Vec<Minute> = minutes.map(|minute| minute.unwrap_or(Minute::Unwatched)).collect();
        let of = |wanted: Minute| minutes.iter().filter(|minute| **minute == wanted).count() as u32;
        let mut in_a_row = String::new();
        for run in minutes.chunk_by(|one, next| one == next) {
            in_a_row += &run.len().to_string();
            in_a_row.push(run[0].letter());
        }
        Ok(Self {
            month,
            zone: zone.to_owned(),
            from,
            until,
            up_minutes: of(Minute::Up),
            down_minutes: of(Minute::Down),
            unwatched_minutes: of(Minute::Unwatched),
            minutes: in_a_row,
            exact_since: exact_since.clamp(from, until),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn november(looks: &[(Timestamp, Verdict)], now: &str) -> Report {
        let holds = |_| Duration::from_secs(90);
        let month = ("2026-11".parse().unwrap(), "UTC");
        Report::of(month, at(now), looks, holds, at("2026-11-01T00:00:00Z")).unwrap()
    }

    /// A look each minute at so many seconds behind it, as letters: `+` is well, `-` is not, `?` nobody can say, `.` none.
    fn each_minute(letters: &str) -> Vec<(Timestamp, Verdict)> {
        let first = at("2026-11-01T00:00:20Z");
        let of = |(minute, letter)| {
            let verdict = match letter {
                '+' => Verdict::Ok,
                '-' => Verdict::Failing,
                '?' => Verdict::Unknown,
                _ => return None,
            };
            Some((first.after(Duration::from_secs(60 * minute as u64)), verdict))
        };
        letters.chars().enumerate().filter_map(of).collect()
    }

    // CH-04: what nobody saw is not what was seen last.
    #[test]
    fn each_minute_is_what_was_seen_and_no_better() {
        let looks = each_minute("+++--+?...++");
        let report = november(&looks, "2026-11-01T00:15:30Z");
        assert_eq!(report.minutes, "3u2d1u4n2u3n");
        let minutes = (report.up_minutes, report.down_minutes, report.unwatched_minutes);
        assert_eq!(minutes, (6, 2, 7));
        assert_eq!(report.until, at("2026-11-01T00:15:00Z"), "a minute that is not over is nobody's");
    }

    #[test]
    fn a_look_speaks_for_the_time_up_to_the_next_that_is_due() {
        let month = ("2026-11".parse().unwrap(), "UTC");
        let looks = [
            (at("2026-10-31T23:58:00Z"), Verdict::Failing),
            (at("2026-11-01T00:05:00Z"), Verdict::Ok),
            (at("2026-11-01T00:20:00Z"), Verdict::Ok),
        ];
        let holds = |_| Duration::from_secs(630);
        let (now, exact) = (at("2026-11-01T00:25:00Z"), at("2026-10-01T00:00:00Z"));
        let report = Report::of(month, now, &looks, holds, exact).unwrap();
        assert_eq!(report.minutes, "5d10u5n5u", "ten and a half minutes are ten");
        assert_eq!(report.exact_since, report.from);
    }

    #[test]
    fn the_worst_look_of_a_minute_is_what_it_was() {
        let second = |second| at("2026-11-01T00:00:00Z").after(Duration::from_secs(second));
        let looks = [
            (second(0), Verdict::Ok),
            (second(1), Verdict::Failing),
            (second(2), Verdict::Ok),
            (second(61), Verdict::Unknown),
            (second(62), Verdict::Ok),
        ];
        assert_eq!(november(&looks, "2026-11-01T00:02:00Z").minutes, "1d1n");
    }

    // Must hold 4: a month has the hours that it has where its clocks are set.
    #[test]
    fn a_month_begins_and_ends_by_the_clock_of_its_zone() {
        let span = |month: &str, zone| {
            let (from, until) =
                month.parse::<Month>().unwrap().span(zone, at("2027-01-01T00:00:00Z")).unwrap();
            (from.to_string(), until.since(from).as_secs() / 3_600)
        };
        assert_eq!(span("2026-10", "Europe/Berlin"), ("2026-09-30T22:00:00.000000Z".to_owned(), 31 * 24 + 1));
        assert_eq!(span("2026-03", "Europe/Berlin"), ("2026-02-28T23:00:00.000000Z".to_owned(), 31 * 24 - 1));
        assert_eq!(span("2026-12", "UTC"), ("2026-12-01T00:00:00.000000Z".to_owned(), 31 * 24));
    }

    #[test]
    fn what_is_no_month_or_still_to_come_is_refused() {
        for text in ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "0001-01", "+026-11"]
        {
            assert_eq!(text.parse::<Month>(), Err(ReportRefused::NoMonth), "{text}");
        }
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(month.span("UTC", at("2026-11-01T00:00:59Z")), Err(ReportRefused::ToCome { month }));
        let zone = "Mars/Olympus".to_owned();
        let refused = month.span(&zone, at("2026-12-01T00:00:00Z"));
        assert_eq!(refused, Err(ReportRefused::Zone { zone }));
    }

    #[test]
    fn the_longest_report_fits_into_an_event() {
        let holds = |_| Duration::from_mins(1);
        let (from, until) =
            ("2026-01".parse::<Month>().unwrap()).span("UTC", at("2027-01-01T00:00:00Z")).unwrap();
        let minutes = until.since(from).as_secs() / 60;
        let of = |minute| if minute % 2 == 0 { Verdict::Ok } else { Verdict::Failing };
        let looks: Vec<_> =
            (0..minutes).map(|minute| (from.after(Duration::from_secs(60 * minute)), of(minute))).collect();
        let report = Report::of(("2026-01".parse().unwrap(), "UTC"), until, &looks, holds, from).unwrap();
        assert_eq!((report.up_minutes, report.down_minutes), (22_320, 22_320));
        assert!(report.minutes.len() < 100_000, "{}", report.minutes.len());
    }
}
