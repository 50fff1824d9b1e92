use std::borrow::Cow;

use bytes::Bytes;
use mediary_events::SealTag;
use mediary_schema::{CommandId, CorrelationId, DataKeyId, EventId, PrincipalId, ProjectId, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::super::message::{Message, Omitted};
use crate::{
    log::{Codec, Envelope, Extensions, Origin, OriginKind, Recorded, Schema, StreamId, Subject, Subjects},
    signal::{self, Signal},
};

fn recorded(payload: Option<Bytes>) -> Recorded {
    let envelope = Envelope {
        position: 42,
        stream: StreamId::new("playlist", Uuid::from_u128(1)),
        version: 7,
        id: EventId::from_uuid(Uuid::from_u128(2)),
        name: Cow::Borrowed("refresh_completed"),
        schema: Schema::new(3, 1),
        at: Timestamp::from_micros(1_790_000_000_123_456),
        epoch: 1,
        project: ProjectId::HOME,
        principal: PrincipalId::from_uuid(Uuid::from_u128(3)),
        origin: Origin { kind: OriginKind::Actor, id: Uuid::nil() },
        command_id: CommandId::from_uuid(Uuid::from_u128(4)),
        correlation_id: CorrelationId::from_uuid(Uuid::from_u128(5)),
        causation_id: Some(EventId::from_uuid(Uuid::from_u128(6))),
        append_index: 1,
        append_len: 2,
        codec: Codec::MessagePack,
        extensions: Extensions { subjects: subjects(), ..Extensions::default() },
        digest: [0; 32],
    };
    Recorded { envelope, payload, replacement: None }
}

fn subjects() -> Subjects {
    let id = Uuid::from_u128;
    Subjects::of([Some(Subject::new("job", id(8))), Some(Subject::new("item", id(9)))])
}

fn with_payload(payload: &serde_json::Value) -> Recorded {
    recorded(Some(rmp_serde::to_vec_named(payload).unwrap().into()))
}

fn text(message: &Message) -> String {
    let mut headers: Vec<_> = message
        .headers
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| format!("{name}: {}", value.as_str())))
        .collect();
    headers.sort();
    let body = String::from_utf8(message.body.to_vec()).unwrap();
    format!("{}\n{}\n\n{body}", message.subject, headers.join("\n"))
}

#[test]
fn an_event_is_its_payload_as_json_under_its_envelope_as_headers() {
    let message = Message::of_event(&with_payload(&json!({ "entries": 3, "title": "Grüße" })));
    insta::assert_snapshot!(text(&message), @r#"
    mediary.events.home.playlist.refresh_completed.00000000-0000-0000-0000-000000000001
    Mediary-Append: 1/2
    Mediary-At: 2026-09-21T14:13:20.123456Z
    Mediary-Causation-Id: event-00000000-0000-0000-0000-000000000006
    Mediary-Command-Id: command-00000000-0000-0000-0000-000000000004
    Mediary-Correlation-Id: story-00000000-0000-0000-0000-000000000005
    Mediary-Kind: playlist.refresh_completed
    Mediary-Origin: actor
    Mediary-Position: 42
    Mediary-Principal: principal-00000000-0000-0000-0000-000000000003
    Mediary-Project: project-686f6d65-0000-8000-8000-000000000000
    Mediary-Schema: 3.1
    Mediary-Stream: playlist-00000000-0000-0000-0000-000000000001
    Mediary-Subjects: item-00000000-0000-0000-0000-000000000009 job-00000000-0000-0000-0000-000000000008
    Mediary-Version: 7
    Nats-Msg-Id: 00000000-0000-0000-0000-000000000002

    {"entries":3,"title":"Grüße"}
    "#);
}

#[test]
fn an_event_without_a_cause_has_no_header_for_one() {
    let mut event = with_payload(&json!({}));
    event.envelope.causation_id = None;
    let message = Message::of_event(&event);
    assert!(message.headers.get("Mediary-Causation-Id").is_none());
    assert!(message.headers.get("Mediary-Payload").is_none());
}

#[test]
fn an_event_without_a_payload_says_why() {
    let reason = |message: &Message| {
        assert!(message.body.is_empty());
        message.headers.get("Mediary-Payload").unwrap().as_str().to_owned()
    };
    assert_eq!(reason(&Message::of_event(&recorded(None))), "erased");
    assert_eq!(reason(&Message::of_event(&recorded(Some(Bytes::from_static(&[0xc1]))))), "unreadable");
    let large = Message::of_envelope(&with_payload(&json!({})), Omitted::TooLarge);
    assert_eq!(reason(&large), "too_large");
}

// invariant: S-3
#[test]
fn what_a_concern_keeps_to_the_log_is_told_without_its_payload() {
    let told = |category: &'static str| {
        let mut event = with_payload(&json!({ "digest": "5e1f" }));
        event.envelope.stream.category = category.into();
        let message = Message::of_event(&event);
        let reason = message.headers.get("Mediary-Payload").map(|reason| reason.as_str().to_owned());
        (reason, message.body.len())
    };
    assert_eq!(told("account"), (Some("withheld".to_owned()), 0));
    assert_eq!(told("of_a_newer_program"), (Some("withheld".to_owned()), 0));
    assert_eq!(told("playlist"), (None, r#"{"digest":"5e1f"}"#.len()));
}

// SE-10: whatever its concern says, and although it can be opened here.
// invariant: L-26
#[test]
fn what_is_sealed_for_a_person_is_never_sent() {
    let mut event = with_payload(&json!({ "name": "guilty pleasures" }));
    let data_key_id = DataKeyId::from_uuid(Uuid::from_u128(11));
    event.envelope.extensions.seal = Some(SealTag { data_key_id, nonce: [7; 24] });
    let message = Message::of_event(&event);
    assert!(message.body.is_empty());
    assert_eq!(message.headers.get("Mediary-Payload").unwrap().as_str(), "withheld");
}

#[test]
fn a_signal_is_told_under_its_subject() {
    let subject = signal::Subject {
        project: ProjectId::from_uuid(Uuid::from_u128(9)),
        concern: "job",
        name: "progress",
        id: Uuid::from_u128(1),
    };
    let message = Message::of_signal(&Signal { subject, payload: json!({ "done_bytes": 5 }) });
    insta::assert_snapshot!(text(&message), @r#"
    mediary.signals.00000000-0000-0000-0000-000000000009.job.progress.00000000-0000-0000-0000-000000000001


    {"done_bytes":5}
    "#);
}
