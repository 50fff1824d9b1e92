//! The stream on the server: made, measured, and asked where it stands.

use std::sync::Arc;

use async_nats::jetstream::{
    Context,
    message::StreamMessage,
    stream::{RawMessageErrorKind, Stream},
};
use mediary_schema::{EventId, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    error::Error,
    message::{EVENTS, MESSAGE_ID, POSITION},
    options::Options,
};
use crate::{
    log::{Log, ReadError},
    spawn,
};

/// The JetStream stream of all events.
pub const STREAM: &str = "MEDIARY_EVENTS";

/// For how long the server refuses a second message with the id of a first; the fence makes up for all
/// that this doesn't see.
const DUPLICATE_WINDOW_SECONDS: u64 = 120;
/// So many messages of others behind our last one are looked through for it.
const FOREIGN_MAX: usize = 1_000;
/// What the description of a stream begins with; the id of its log follows.
const DESCRIPTION: &str = "Events of the Mediary log ";

/// JetStream's number for a stream that isn't there.
const STREAM_NOT_FOUND: u64 = 10_059;
/// Its numbers for a lack of room: of an account's storage, of the server's memory and storage, of a cluster's.
const NO_ROOM: [u64; 4] = [10_002, 10_023, 10_028, 10_047];

/// What the server says of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Info {
    /// When it was made; tells one life of the stream from another.
    created: String,
    state: State,
    config: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct State {
    #[serde(rename = "first_seq")]
    first_sequence: u64,
    #[serde(rename = "last_seq")]
    last_sequence: u64,
}

/// Where the stream ends, in its own count and in the log's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tail {
    created: String,
    /// The sequence of the stream's last message; what the next one has to expect.
    pub(super) sequence: u64,
    /// The position of the last event in it.
    pub(super) position: u64,
}

impl Tail {
    /// Whether the stream still ends where this says.
    pub(super) fn is_end_of(&self, info: &Info) -> bool {
        self.created == info.created && self.sequence == info.state.last_sequence
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer<T> {
    Refused { error: Refusal },
    Given(T),
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

impl Refusal {
    fn into_error(self, step: &'static str) -> Error {
        if NO_ROOM.contains(&self.err_code) {
            return Error::NoRoom { step, code: self.err_code };
        }
        Error::Refused { step, description: self.description, code: self.err_code }
    }
}

async fn ask<T: DeserializeOwned>(
    context: &Context,
    step: &'static str,
    subject: &str,
    request: &Value,
) -> Result<Result<T, Refusal>, Error> {
    let answer = context.request(subject.to_owned(), request).await;
    match answer.map_err(|source| Error::Request { step, source: Box::new(source) })? {
        Answer::Refused { error } => Ok(Err(error)),
        Answer::Given(given) => Ok(Ok(given)),
    }
}

/// Asks for the stream; none if there is none.
pub(super) async fn info(context: &Context) -> Result<Option<Info>, Error> {
    const STEP: &str = "for the stream";
    match ask(context, STEP, &format!("STREAM.INFO.{STREAM}"), &json!({})).await? {
        Ok(info) => Ok(Some(info)),
        Err(refusal) if refusal.err_code == STREAM_NOT_FOUND => Ok(None),
        Err(refusal) => Err(refusal.into_error(STEP)),
    }
}

/// Makes the stream if it isn't there, and has it keep our limits.
pub(super) async fn ensure(context: &Context, options: &Options, log_id: Uuid) -> Result<Info, Error> {
    let Some(found) = info(context).await? else { return create(context, options, log_id).await };
    if let Some(other) = owner(&found).filter(|owner| *owner != log_id) {
        return Err(Error::OtherLog { log: other });
    }
    match changed(&found, options, log_id) {
        None => Ok(found),
        Some(config) => Ok(update(context, &config).await.unwrap_or(found)),
    }
}

async fn create(context: &Context, options: &Options, log_id: Uuid) -> Result<Info, Error> {
    const STEP: &str = "to make the stream";
    let mut config = json!({
        "retention": "limits",
        "storage": "file",
        "discard": "old",
        "num_replicas": options.stream_replicas.max(1),
        "duplicate_window": DUPLICATE_WINDOW_SECONDS * 1_000_000_000,
    });
    merge(&mut config, own(options, log_id));
    let made: Result<Info, _> = ask(context, STEP, &format!("STREAM.CREATE.{STREAM}"), &config).await?;
    let info = made.map_err(|refusal| refusal.into_error(STEP))?;
    tracing::info!(stream = STREAM, "nats.stream_made");
    Ok(info)
}

/// A stream that keeps more or less than it was told to is better than none, so a refusal is only told.
async fn update(context: &Context, config: &Value) -> Option<Info> {
    const STEP: &str = "to change the stream";
    let answer = ask(context, STEP, &format!("STREAM.UPDATE.{STREAM}"), config).await;
    match answer.and_then(|answer| answer.map_err(|refusal| refusal.into_error(STEP))) {
        Ok(info) => Some(info),
        Err(error) => {
            tracing::warn!(error = error.chain(), "nats.stream_unchanged");
            None
        }
    }
}

/// What of the configuration is ours to say; all else is left as whoever made the stream wanted it.
fn own(options: &Options, log_id: Uuid) -> Value {
    json!({
        "name": STREAM,
        "description": format!("{DESCRIPTION}{log_id}"),
        "subjects": [format!("{EVENTS}.>")],
        "max_bytes": options.stream_bytes_max,
        "max_age": u64::try_from(options.stream_age_max.as_nanos()).unwrap_or(0),
    })
}

fn merge(config: &mut Value, own: Value) {
    if let (Value::Object(config), Value::Object(own)) = (config, own) {
        config.extend(own);
    }
}

/// The configuration that the stream should have, if it has another.
fn changed(info: &Info, options: &Options, log_id: Uuid) -> Option<Value> {
    let mut config = info.config.clone();
    merge(&mut config, own(options, log_id));
    (config != info.config).then_some(config)
}

/// The log whose events are in the stream, if it says so.
fn owner(info: &Info) -> Option<Uuid> {
    let description = info.config.get("description")?.as_str()?;
    Uuid::parse_str(description.strip_prefix(DESCRIPTION)?).ok()
}

/// Finds where the stream ends.
///
/// `known` is where we left it. Without it, or if the stream isn't there any more, the newest message
/// of ours tells; if there is none, the stream begins anew with the first event that is young enough.
pub(super) async fn locate(
    context: &Context,
    log: &Log,
    options: &Options,
    known: Option<&Tail>,
) -> Result<Tail, Error> {
    let info = ensure(context, options, log.id()).await?;
    if let Some(known) = known.filter(|known| known.is_end_of(&info)) {
        return Ok(known.clone());
    }
    let position = match newest_of_ours(context, log, &info).await? {
        Some(position) => position,
        None => before_first_young(log, options).await?,
    };
    tracing::debug!(position, sequence = info.state.last_sequence, "nats.located");
    Ok(Tail { created: info.created, sequence: info.state.last_sequence, position })
}

async fn newest_of_ours(context: &Context, log: &Log, info: &Info) -> Result<Option<u64>, Error> {
    let failed = |source| Error::Request { step: "for the stream", source };
    let stream = context.get_stream_no_info(STREAM).await.map_err(|error| failed(error.into()))?;
    // A stream without messages says that its first sequence is the one after its last.
    let sequences = info.state.first_sequence.max(1)..=info.state.last_sequence;
    for sequence in sequences.rev().take(FOREIGN_MAX) {
        let Some(message) = message(&stream, sequence).await? else { continue };
        if let Some(position) = position_in(&message, log).await? {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

async fn message(stream: &Stream<()>, sequence: u64) -> Result<Option<StreamMessage>, Error> {
    match stream.get_raw_message(sequence).await {
        Ok(message) => Ok(Some(message)),
        // It was deleted by hand, or a limit reached it just now.
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(Error::Request { step: "for the last message", source: Box::new(error) }),
    }
}

/// The position of a message of ours; none if it is somebody else's, whatever it claims.
async fn position_in(message: &StreamMessage, log: &Log) -> Result<Option<u64>, Error> {
    let header = |name: &str| message.headers.get(name).map(async_nats::HeaderValue::as_str);
    let position = header(POSITION).and_then(|text| text.parse::<u64>().ok());
    let id = header(MESSAGE_ID).and_then(|text| Uuid::parse_str(text).ok());
    let (Some(position), Some(id)) = (position, id) else { return Ok(None) };
    let recorded = reading(log, move |log| log.event(EventId::from_uuid(id))).await?;
    Ok(recorded.map(|event| event.position()).filter(|recorded| *recorded == position))
}

/// The position before the first event that the stream would still hold.
async fn before_first_young(log: &Log, options: &Options) -> Result<u64, Error> {
    let age_micros = i64::try_from(options.stream_age_max.as_micros()).unwrap_or(i64::MAX);
    let too_old = options.clock.now().as_micros().saturating_sub(age_micros).saturating_sub(1);
    reading(log, move |log| log.position_at(Timestamp::from_micros(too_old))).await
}

async fn reading<T: Send + 'static>(
    log: &Log,
    read: impl FnOnce(&Log) -> Result<T, ReadError> + Send + 'static,
) -> Result<T, Error> {
    let log = log.clone();
    let done = spawn::blocking(move || read(&log)).await;
    let stopped =
        |error| Error::Request { step: "nothing, since a reader of the log stopped", source: error };
    done.map_err(|error| stopped(error.into()))?.map_err(|error| Error::Log(Arc::new(error)))
}
