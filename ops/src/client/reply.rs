use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::error::Fault;
pub(crate) use crate::answers::client::UserError;
use crate::{
    answers::client as answers,
    output::{clean, duration, plural},
};

/// What a command would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DryRun {
    /// The events that would be recorded, the first thousand, and what would begin and end in the world.
    #[serde(flatten)]
    pub(crate) told: answers::DryRun,
    /// Why a part of what was asked for would not be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) user_errors: Vec<UserError>,
    /// Whether it is of several commands, which none of them is all of.
    #[serde(skip)]
    pub(crate) is_of_several: bool,
}

/// Events of a plan that are told one by one.
const EVENTS_MAX: usize = 1_000;
/// What is recorded of a command that leads to nothing else.
const ANSWERED: &str = "command.accepted";

impl DryRun {
    /// Whether nothing would be recorded but that the command was answered.
    pub(super) fn is_empty(&self) -> bool {
        self.told.events.iter().all(|event| event.kind == ANSWERED)
    }

    /// The plan of what is known so far, if anything is, with the next part: of what is sent in parts, or of several commands.
    pub(crate) fn joined(plan: Option<Self>, next: Self) -> Self {
        match plan {
            Some(plan) => plan.and(next),
            None => next,
        }
    }

    /// The plan of both.
    fn and(mut self, next: Self) -> Self {
        let Self {
            told: answers::DryRun { events, event_count, is_whole, effects, .. }, user_errors, ..
        } = next;
        let told = &mut self.told;
        told.command = None;
        self.is_of_several = true;
        let room = EVENTS_MAX.saturating_sub(told.events.len());
        told.events.extend(events.into_iter().take(room));
        told.event_count += event_count;
        told.is_whole &= is_whole;
        told.effects.add(effects);
        self.user_errors.extend(user_errors);
        self
    }
}

impl answers::Effects {
    fn add(&mut self, next: Self) {
        let Self { job_count, ended_job_count, file_count, bytes, calls } = next;
        self.job_count += job_count;
        self.ended_job_count += ended_job_count;
        self.file_count += file_count;
        self.bytes = self.bytes.zip(bytes).map(|(bytes, more)| bytes + more);
        for answers::Calls { host, job_count } in calls {
            match self.calls.iter_mut().find(|known| known.host == host) {
                Some(known) => known.job_count += job_count,
                None => self.calls.push(answers::Calls { host, job_count }),
            }
        }
    }
}

/// What came of a command.
#[derive(Debug, Clone)]
pub(crate) struct Outcome<T> {
    /// What the mutation answered.
    pub(crate) payload: T,
    /// Why it was not done, if it was not.
    pub(crate) user_errors: Vec<UserError>,
    /// What would be done, if only that was asked.
    pub(super) dry_run: Option<Box<DryRun>>,
}

impl<T: DeserializeOwned> Outcome<T> {
    pub(super) fn try_from_payload(mut payload: Value) -> Result<Self, serde_json::Error> {
        let mut take = |name| payload.as_object_mut().and_then(|fields| fields.remove(name));
        let (user_errors, dry_run) = (take("userErrors"), take("dryRun"));
        let user_errors = user_errors.map(serde_json::from_value).transpose()?.unwrap_or_default();
        let dry_run = dry_run.map(serde_json::from_value).transpose()?.flatten();
        Ok(Self { payload: serde_json::from_value(payload)?, user_errors, dry_run })
    }
}

impl<T> Outcome<T> {
    /// Whether it was refused for reasons that pass.
    pub(super) fn is_only_busy(&self) -> bool {
        !self.user_errors.is_empty() && self.user_errors.iter().all(|error| error.retryable)
    }
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    errors: Vec<WireError>,
}

#[derive(Deserialize)]
struct WireError {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    code: Option<String>,
    #[serde(default)]
    retryable: bool,
    #[serde(default, rename = "retryAfterSeconds")]
    retry_after_seconds: u64,
}

/// What an answer says of itself besides.
#[derive(Default, Deserialize)]
struct Said {
    #[serde(default)]
    extensions: SaidExtensions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaidExtensions {
    #[serde(default)]
    stale_views: Vec<StaleView>,
    #[serde(default)]
    as_of: Option<SaidAsOf>,
}

/// As of when an answer is.
#[derive(Deserialize)]
struct SaidAsOf {
    position: u64,
    time: Option<String>,
    #[serde(default)]
    unknown: Vec<Unknown>,
}

/// What is left out since it is not recorded.
#[derive(Deserialize)]
struct Unknown {
    field: String,
    reason: String,
}

/// A view of which an older version serves.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StaleView {
    name: String,
    version: String,
    events_behind: u64,
    seconds_behind: u64,
}

/// What a person has to know of an answer: that it is of an older state, and how old that is.
pub(super) fn staleness(body: &[u8]) -> Option<String> {
    let said: Said = serde_json::from_slice(body).ok()?;
    let told = said.extensions.stale_views.iter().map(|StaleView { name, version, events_behind, seconds_behind }| {
        format!(
            "version {version} of the view {name} serves, which lacks the last {} of {}; `mediary view list` says more",
            plural(*events_behind, "event", "events"),
            duration(seconds_behind * 1_000)
        )
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.iter().map(|line| clean(line)).collect::<Vec<_>>().join("\n"))
}

/// What a person has to know of an answer of the past: as of when it is, and what of then is not known.
pub(super) fn as_of(body: &[u8]) -> Option<String> {
    let said: Said = serde_json::from_slice(body).ok()?;
    let SaidAsOf { position, time, unknown } = said.extensions.as_of?;
    let mut lines = vec![match time {
        Some(time) => format!("as of position {position}, which was recorded at {time}"),
        None => format!("as of position {position}: before the first event"),
    }];
    lines.extend(unknown.iter().map(|Unknown { field, reason }| format!("{field} is left out: {reason}")));
    Some(lines.iter().map(|line| clean(line)).collect::<Vec<_>>().join("\n"))
}

/// The value of the one field that was asked for, or the fault; none if this is no answer of GraphQL.
pub(super) fn parse(body: &[u8]) -> Option<Result<Value, Fault>> {
    let reply: Reply = serde_json::from_slice(body).ok()?;
    if let Some(WireError { message, extensions }) = reply.errors.into_iter().next() {
        // Where the document itself was refused, this program and the server differ in age.
        let code = extensions.code.filter(|code| code != "BAD_QUERY");
        let code = code.unwrap_or_else(|| Fault::OTHER_SCHEMA.to_owned());
        let retry_after = Duration::from_secs(extensions.retry_after_seconds);
        return Some(Err(Fault { message, code, retryable: extensions.retryable, retry_after }));
    }
    let mut values = reply.data?.into_iter();
    values.next().map(|(_, value)| Ok(value))
}

#[cfg(test)]
mod tests {
    use super::{as_of, staleness};

    #[test]
    fn an_answer_of_the_past_says_so_to_people() {
        let body = br#"{ "data": { "jobs": null }, "extensions": { "asOf": {
            "position": 7, "time": "2026-11-21T08:00:00.000000Z", "fields": ["jobs"],
            "unknown": [{ "field": "Job.progress", "reason": "it is not recorded" }] } } }"#;
        let told = "as of position 7, which was recorded at 2026-11-21T08:00:00.000000Z\n\
                    Job.progress is left out: it is not recorded";
        assert_eq!(as_of(body).unwrap(), told);
        let empty = br#"{ "data": {}, "extensions": { "asOf": { "position": 0, "time": null } } }"#;
        assert_eq!(as_of(empty).unwrap(), "as of position 0: before the first event");
        assert_eq!(as_of(b"{ \"data\": {} }"), None);
    }

    #[test]
    fn an_answer_of_an_older_state_says_so_to_people() {
        let stale = br#"{ "data": { "jobs": null }, "extensions": { "staleViews": [
            { "name": "job", "version": "3", "position": 7, "eventsBehind": 12, "secondsBehind": 75 }] } }"#;
        let told = "version 3 of the view job serves, which lacks the last 12 events of 1:15; `mediary view list` says more";
        assert_eq!(staleness(stale).unwrap(), told);
        for fresh in ["{ \"data\": {} }", "{ \"data\": {}, \"extensions\": { \"other\": 1 } }", "no JSON"] {
            assert_eq!(staleness(fresh.as_bytes()), None, "{fresh}");
        }
    }
}
