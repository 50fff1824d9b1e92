//! An event or a signal as a message: subject, headers, body.

use async_nats::HeaderMap;
use bytes::Bytes;
use mediary_events::told;

use crate::{access, gate::Fanout, log::Recorded, signal::Signal};

/// The first words of the subjects of events.
pub(super) const EVENTS: &str = "mediary.events";
/// The first words of the subjects of signals.
const SIGNALS: &str = "mediary.signals";

/// The server keeps no second message with the same one for a while; ours is the event's bare UUID.
pub(super) const MESSAGE_ID: &str = "Nats-Msg-Id";
/// The event's place in the log.
pub(super) const POSITION: &str = "Mediary-Position";
/// What the event is about besides its stream; absent if nothing.
const SUBJECTS: &str = "Mediary-Subjects";
/// Says why the body is empty; absent if it isn't.
const PAYLOAD: &str = "Mediary-Payload";

/// Why an event is told without its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Omitted {
    /// It was erased.
    Erased,
    /// It can't be expressed in JSON.
    Unreadable,
    /// The concern keeps it to the log.
    Withheld,
    /// It is larger than the server's messages may be.
    TooLarge,
}

impl Omitted {
    const fn word(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Unreadable => "unreadable",
            Self::Withheld => "withheld",
            Self::TooLarge => "too_large",
        }
    }
}

/// What is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Message {
    /// An event with its payload as JSON, or with the reason why it has none.
    pub(super) fn of_event(event: &Recorded) -> Self {
        match body(event) {
            Ok(body) => Self { subject: event_subject(event), headers: headers(event), body },
            Err(omitted) => Self::of_envelope(event, omitted),
        }
    }

    /// An event without its payload.
    pub(super) fn of_envelope(event: &Recorded, omitted: Omitted) -> Self {
        let mut headers = headers(event);
        headers.insert(PAYLOAD, omitted.word());
        Self { subject: event_subject(event), headers, body: Bytes::new() }
    }

    /// A signal.
    pub(super) fn of_signal(signal: &Signal) -> Self {
        let subject = &signal.subject;
        let subject = format!(
            "{SIGNALS}.{}.{}.{}.{}",
            subject.project.token(),
            subject.concern,
            subject.name,
            subject.id
        );
        Self { subject, headers: HeaderMap::new(), body: signal.payload.to_string().into() }
    }
}

fn body(event: &Recorded) -> Result<Bytes, Omitted> {
    if event.envelope.extensions.seal.is_some() {
        return Err(Omitted::Withheld);
    }
    match access::fanout(&event.envelope.stream.category) {
        Fanout::Whole => {}
        Fanout::EnvelopeOnly | Fanout::Nothing => return Err(Omitted::Withheld),
    }
    match event.payload_json() {
        Ok(Some(payload)) => Ok(told(payload).to_string().into()),
        Ok(None) => Err(Omitted::Erased),
        Err(error) => {
            let position = event.position();
            tracing::warn!(position, error = &error as &dyn std::error::Error, "nats.payload_unreadable");
            Err(Omitted::Unreadable)
        }
    }
}

/// Whether an event is told at all.
pub(super) fn is_told(event: &Recorded) -> bool {
    access::fanout(&event.envelope.stream.category) != Fanout::Nothing
}

/// The message id of an event.
pub(super) fn id(event: &Recorded) -> String {
    event.envelope.id.uuid().to_string()
}

fn event_subject(event: &Recorded) -> String {
    let envelope = &event.envelope;
    let project = envelope.project.token();
    format!("{EVENTS}.{project}.{}.{}.{}", envelope.stream.category, envelope.name, envelope.stream.uuid)
}

fn headers(event: &Recorded) -> HeaderMap {
    let envelope = &event.envelope;
    let mut headers = HeaderMap::new();
    headers.insert(MESSAGE_ID, id(event));
    headers.insert(POSITION, envelope.position.to_string());
    headers.insert("Mediary-Stream", envelope.stream.to_string());
    headers.insert("Mediary-Version", envelope.version.to_string());
    headers.insert("Mediary-Kind", envelope.kind());
    headers.insert("Mediary-Schema", envelope.schema.to_string());
    let subjects = envelope.extensions.subjects.as_slice();
    if !subjects.is_empty() {
        let ids: Vec<String> = subjects.iter().map(ToString::to_string).collect();
        headers.insert(SUBJECTS, ids.join(" "));
    }
    headers.insert("Mediary-At", envelope.at.to_string());
    headers.insert("Mediary-Correlation-Id", envelope.correlation_id.to_string());
    if let Some(cause) = envelope.causation_id {
        headers.insert("Mediary-Causation-Id", cause.to_string());
    }
    headers.insert("Mediary-Origin", envelope.origin.kind.to_string());
    headers.insert("Mediary-Command-Id", envelope.command_id.to_string());
    headers.insert("Mediary-Principal", envelope.principal.to_string());
    headers.insert("Mediary-Project", envelope.project.to_string());
    headers.insert("Mediary-Append", format!("{}/{}", envelope.append_index, envelope.append_len));
    headers
}
