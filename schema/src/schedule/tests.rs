use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const SEED: ScheduleId = ScheduleId::from_uuid(Uuid::from_u128(7));

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn berlin(expression: &str) -> Rhythm {
    let timing = Timing::Cron { expression: expression.to_owned(), zone: "Europe/Berlin".to_owned() };
    Rhythm { timing, jitter_seconds: 0 }
}

fn every(seconds: u32) -> Rhythm {
    Rhythm { timing: Timing::Every { seconds }, jitter_seconds: 0 }
}

/// The moments of a rhythm between two, each as UTC.
fn moments(rhythm: &Rhythm, from: &str, until: &str) -> Vec<String> {
    let (mut since, until, mut found) = (moment(from), moment(until), Vec::new());
    while let Some(next) = rhythm.next(since, SEED).filter(|next| *next <= until) {
        found.push(next.to_string().replace(".000000Z", "Z"));
        since = next;
    }
    found
}

// LI-09. What the clock on the wall shows in Berlin: 2026-03-29 goes from 01:59:59 to 03:00, 2026-10-25 has the hour from
// 02:00 twice.
#[test]
fn both_nights_of_the_change_are_as_on_the_wall() {
    let night = berlin("30 2 * * *");
    assert_eq!(
        moments(&night, "2026-03-27T12:00:00Z", "2026-03-31T12:00:00Z"),
        ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"],
        "what the clock leaves out comes right after the gap"
    );
    assert_eq!(
        moments(&night, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        "what the clock shows twice comes once"
    );
    assert_eq!(
        moments(&berlin("0 * * * *"), "2026-10-24T23:30:00Z", "2026-10-25T03:00:00Z"),
        ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"],
        "every hour is every hour"
    );
    assert_eq!(
        moments(&every(86_400), "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
        ["2026-10-25T12:00:00Z", "2026-10-26T12:00:00Z"],
        "an interval knows no clock on the wall"
    );
}

#[test]
fn what_was_missed_is_due_once() {
    let night = berlin("30 2 * * *");
    let due = |since, now| night.due(moment(since), moment(now), SEED);
    assert_eq!(due("2026-10-24T12:00:00Z", "2026-10-25T00:29:59Z"), None);
    let on_time = Due { moment: moment("2026-10-25T00:30:00Z"), missed_since: None };
    assert_eq!(due("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"), Some(on_time));
    assert_eq!(due("2026-10-25T00:30:00Z", "2026-10-25T23:00:00Z"), None, "the second half past two");
    let three =
        Due { moment: moment("2026-10-26T01:30:00Z"), missed_since: Some(moment("2026-10-24T00:30:00Z")) };
    assert_eq!(due("2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z"), Some(three));
    let hours = Due { moment: moment("2026-01-01T05:00:00Z"), missed_since: None };
    assert_eq!(
        every(3_600).due(moment("2026-01-01T04:00:00Z"), moment("2026-01-01T05:59:00Z"), SEED),
        Some(hours)
    );
}

#[test]
fn what_is_no_rhythm_says_why() {
    let now = moment("2026-01-01T00:00:00Z");
    let refused = |rhythm: Rhythm| rhythm.check(now).unwrap_err().to_string();
    assert_eq!(refused(every(0)), "0 s: it is from 1 s to 366 days");
    assert_eq!(refused(berlin("0 0 30 2 *")), "\"0 0 30 2 *\" never comes");
    assert!(refused(berlin("every day")).starts_with("\"every day\" is no cron expression: "));
    assert!(refused(berlin("")).contains("is no cron expression"));
    assert!(refused(berlin("61 * * * *")).contains("is no cron expression"));
    let timing = Timing::Cron { expression: "@daily".to_owned(), zone: "Europe/Entenhausen".to_owned() };
    assert_eq!(refused(Rhythm { timing, jitter_seconds: 0 }), "there is no time zone \"Europe/Entenhausen\"");
    assert_eq!(
        refused(Rhythm { jitter_seconds: 86_400, ..every(1) }),
        "a moment can be put off by less than a day"
    );
    assert_eq!(berlin("@daily").check(now), Ok(()));
    assert_eq!(berlin("*/5 * * * MON-FRI").check(now), Ok(()));
}

proptest! {
    #[test]
    fn a_moment_is_put_off_by_the_same_while_whenever_it_is_asked(jitter in 0..3_600_u32, uuid: u128) {
        let rhythm = Rhythm { jitter_seconds: jitter, ..every(3_600) };
        let (since, seed) = (moment("2026-01-01T00:00:00Z"), ScheduleId::from_uuid(Uuid::from_u128(uuid)));
        let next = rhythm.next(since, seed).unwrap();
        prop_assert_eq!(rhythm.next(since, seed), Some(next));
        let put_off = next.since(since).as_secs_f64() - 3_600.0;
        prop_assert!((0.0..=f64::from(jitter)).contains(&put_off));
        prop_assert_eq!(rhythm.due(since, Timestamp::from_micros(next.as_micros() - 1), seed), None);
        let due = Due { moment: moment("2026-01-01T01:00:00Z"), missed_since: None };
        prop_assert_eq!(rhythm.due(since, next, seed), Some(due));
    }

    /// However long nobody looked: one run, of the last moment that has come, and the same whether one looks once or
    /// at every step.
    #[test]
    fn nothing_is_due_twice(steps in proptest::collection::vec(1..400_000_i64, 1..40), hour in 0..24_u8) {
        let rhythm = Rhythm { jitter_seconds: 600, ..berlin(&format!("{hour} {hour} * * *")) };
        let start = moment("2026-03-20T00:00:00Z");
        let (mut since, mut now) = (start, start);
        for step in steps {
            now = now.after(Duration::from_secs(step.unsigned_abs()));
            let Some(due) = rhythm.due(since, now, SEED) else { continue };
            prop_assert!(due.moment > since && due.moment <= now);
            prop_assert!(due.missed_since.is_none_or(|first| since < first && first < due.moment));
            since = due.moment;
            prop_assert_eq!(rhythm.due(since, now, SEED), None);
        }
    }
}
