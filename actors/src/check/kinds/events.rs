//! Events of this platform: that such a thing was recorded lately.

use mediary_log::{Filter, Log, LogReader, Read, ReadError};
use mediary_schema::{
    PrincipalId, Timestamp,
    account::Role,
    check::{Finding, Reason, Value},
    scope::Scope,
};

use super::Look;

pub(in crate::check) async fn look(log: &Log, look: &Look, event: &str, age_max_seconds: u64) -> Finding {
    // As anybody who may no more than read the project: what he may not see is not there.
    let reader = LogReader::new(log, Scope::of_session(look.project, PrincipalId::PLATFORM, Role::Viewer));
    let (name, now) = (event.to_owned(), look.now);
    let read = tokio::task::spawn_blocking(move || last(&reader, &name)).await;
    match read {
        Ok(Ok(last)) => judged(event, last, now, age_max_seconds),
        Ok(Err(error)) => Finding::unknown(Reason::CouldNotRun, format!("the log can't be read: {error}")),
        Err(_) => Finding::unknown(Reason::CouldNotRun, "the look broke off: this is a defect"),
    }
}

/// When such an event was recorded last.
fn last(reader: &LogReader, name: &str) -> Result<Option<Timestamp>, ReadError> {
    let request = Read::backward(reader.head_position()).filter(Filter::kinds([name])).limit(1);
    Ok(reader.read(&request)?.first().map(|recorded| recorded.envelope.at))
}

fn judged(event: &str, last: Option<Timestamp>, now: Timestamp, age_max_seconds: u64) -> Finding {
    let Some(last) = last else { return Finding::failing(format!("{event} was never recorded")) };
    let age = now.since(last).as_secs();
    let message = format!("{event} was recorded {age} s ago");
    let finding = if age > age_max_seconds { Finding::failing(message) } else { Finding::ok(message) };
    finding.with([Value::new("age", age as f64, "s")])
}

#[cfg(test)]
mod tests {
    use mediary_schema::check::Verdict;

    use super::*;

    #[test]
    fn what_was_recorded_long_ago_or_never_is_failing() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(judged("file.recorded", Some(at(0)), at(60), 60).verdict, Verdict::Ok);
        assert_eq!(judged("file.recorded", Some(at(0)), at(61), 60).verdict, Verdict::Failing);
        let never = judged("file.recorded", None, at(61), 60);
        assert_eq!(never.message, "file.recorded was never recorded");
    }
}
