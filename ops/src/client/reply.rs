use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::error::Fault;

/// Why what was asked for was not done, in the platform's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserError {
    /// A code of `docs/errors`.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
    /// What can be done next.
    pub(crate) advice: Option<String>,
    /// Whether the same may succeed a moment later.
    pub(crate) retryable: bool,
}

/// What a command would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DryRun {
    /// The events that would be recorded; the first thousand.
    pub(crate) events: Vec<DryEvent>,
    /// How many there are.
    pub(crate) event_count: u64,
    /// Whether that is all.
    pub(crate) is_whole: bool,
    /// What would begin and end in the world.
    pub(crate) effects: Effects,
    /// Why a part of what was asked for would not be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) user_errors: Vec<UserError>,
}

/// Events of a plan that are told one by one.
const EVENTS_MAX: usize = 1_000;
/// What is recorded of a command that leads to nothing else.
const ANSWERED: &str = "command.accepted";

impl DryRun {
    /// Whether nothing would be recorded but that the command was answered.
    pub(super) fn is_empty(&self) -> bool {
        self.events.iter().all(|event| event.kind == ANSWERED)
    }

    /// The plan of both: of one command that is sent in parts.
    pub(crate) fn and(mut self, next: Self) -> Self {
        let Self { events, event_count, is_whole, effects, user_errors } = next;
        let room = EVENTS_MAX.saturating_sub(self.events.len());
        self.events.extend(events.into_iter().take(room));
        self.event_count += event_count;
        self.is_whole &= is_whole;
        self.effects = self.effects.and(effects);
        self.user_errors.extend(user_errors);
        self
    }
}

/// An event that would be recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DryEvent {
    pub(crate) kind: String,
    pub(crate) stream: String,
    pub(crate) reaction: Option<String>,
    pub(crate) payload: Option<Value>,
}

/// What would begin and end in the world, outside of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Effects {
    pub(crate) job_count: u64,
    pub(crate) ended_job_count: u64,
    pub(crate) file_count: u64,
    pub(crate) bytes: Option<u64>,
    pub(crate) calls: Vec<Calls>,
}

impl Effects {
    fn and(mut self, next: Self) -> Self {
        let Self { job_count, ended_job_count, file_count, bytes, calls } = next;
        self.job_count += job_count;
        self.ended_job_count += ended_job_count;
        self.file_count += file_count;
        self.bytes = self.bytes.zip(bytes).map(|(bytes, more)| bytes + more);
        for Calls { host, job_count } in calls {
            match self.calls.iter_mut().find(|known| known.host == host) {
                Some(known) => known.job_count += job_count,
                None => self.calls.push(Calls { host, job_count }),
            }
        }
        self
    }
}

/// How many jobs would ask a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Calls {
    pub(crate) host: String,
    pub(crate) job_count: u64,
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
}

/// The value of the one field that was asked for, or the fault; none if this is no answer of GraphQL.
pub(super) fn parse(body: &[u8]) -> Option<Result<Value, Fault>> {
    let reply: Reply = serde_json::from_slice(body).ok()?;
    if let Some(WireError { message, extensions }) = reply.errors.into_iter().next() {
        // Where the document itself was refused, this program and the server differ in age.
        let code = extensions.code.filter(|code| code != "BAD_QUERY");
        let code = code.unwrap_or_else(|| Fault::OTHER_SCHEMA.to_owned());
        return Some(Err(Fault { message, code, retryable: extensions.retryable }));
    }
    let mut values = reply.data?.into_iter();
    values.next().map(|(_, value)| Ok(value))
}
