//! When what waits for a site will have been begun, as far as that can be known.

use std::time::Duration;

use mediary_schema::{AttemptId, Timestamp, lane::Lane, site::Pace};

use super::{
    Limits, Pacing, Site,
    runs::{DAY, HOUR},
};

/// Begun within an hour, as many are needed to say how it goes on.
const KNOWN_FROM: u32 = 3;
/// Runs that are gone through one by one; what is beyond goes on as these did.
const STEPS_MAX: u64 = 2_000;
/// What is taken for the time since the first run, at least: all of them at once say nothing of the next.
const SINCE_LEAST: Duration = Duration::from_mins(1);

impl Pacing {
    /// How often a site is asked, with so many jobs that wait for it. While somebody or something holds it for a time
    /// that nobody knows, nobody knows the end either.
    pub(in crate::job::board) fn pace(
        &self,
        lane: &Lane,
        backlog: u64,
        held: Held,
        now: Timestamp,
    ) -> Option<Pace> {
        let Lane::Host(host) = lane else { return None };
        let none = Site::default();
        let site = self.sites.get(host).unwrap_or(&none);
        let limits = self.budget(host, now);
        let begun_by = match held {
            Held::Not => begun_by(site, &limits, backlog, (now, now)),
            // How it went before.
            Held::Until(until) => begun_by(site, &limits, backlog, (site.runs.latest(), until)),
            Held::Unknown => None,
        };
        Some(Pace {
            budget: limits.budget,
            learnt: site.learnt.filter(|learnt| learnt.until > now),
            last_hour: site.runs.within(HOUR, now),
            last_day: site.runs.within(DAY, now),
            next_at: site.next_at.filter(|next| *next > now),
            backlog,
            backlog_begun_by: begun_by.filter(|_| backlog > 0),
        })
    }
}

/// Whether a site is held, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::job) enum Held {
    /// It is not.
    Not,
    /// Until then.
    Until(Timestamp),
    /// Until something happens of which nobody knows when.
    Unknown,
}

/// When the last one begins. Where the budget is used up, it decides; else the later one of two: when the budget lets the
/// last one begin, and when it is begun if it goes on as in the hour before. Before a few were begun within an hour, nobody
/// knows how it goes.
fn begun_by(
    site: &Site,
    limits: &Limits,
    backlog: u64,
    (known, from): (Timestamp, Timestamp),
) -> Option<Timestamp> {
    let by_budget = by_budget(site, limits, backlog, from);
    let count = site.runs.within(HOUR, known);
    let is_spent = limits.per_hour.is_some_and(|most| count >= most)
        || limits.per_day.is_some_and(|most| site.runs.within(DAY, known) >= most);
    if is_spent {
        return Some(by_budget);
    }
    let since = site.runs.hour_since(known).filter(|_| count >= KNOWN_FROM)?;
    let each = known.since(since).max(SINCE_LEAST).as_micros() / u128::from(count);
    Some(after(from, each.saturating_mul(u128::from(backlog))).max(by_budget))
}

/// When the last one begins, if each does once the budget lets it.
fn by_budget(site: &Site, limits: &Limits, backlog: u64, from: Timestamp) -> Timestamp {
    if limits.at_first() == u32::MAX {
        return from;
    }
    let (mut runs, mut now) = (site.runs.clone(), from);
    let steps = backlog.min(STEPS_MAX);
    for _ in 0..steps {
        now = now.max(runs.next_at(limits).unwrap_or(now));
        // With half of what chance may add.
        runs.begin(now, AttemptId::from_uuid(uuid::Uuid::from_u128(500)));
    }
    let each = now.since(from).as_micros() / u128::from(steps.max(1));
    after(now, each.saturating_mul(u128::from(backlog - steps)))
}

fn after(moment: Timestamp, micros: u128) -> Timestamp {
    moment.after(Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
}
