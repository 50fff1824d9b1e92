//! The bytes of a frame never change.

use bytes::Bytes;
use mediary_schema::{CommandId, CorrelationId, EventId, PrincipalId, ProjectId, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::log::{
    Codec, Envelope, Origin, OriginKind, StreamId, chain,
    frame::{self, Body, Frame, FrameError},
};

const SALT: [u8; 16] = *b"0123456789abcdef";
const PAYLOAD: &[u8] = b"\x81\xa5title\xa3abc";

fn envelope() -> Envelope {
    let id = |n: u8| Uuid::from_bytes([n; 16]);
    Envelope {
        position: 0x0102_0304_0506_0708,
        stream: StreamId::new("playlist", id(0xA2)),
        version: 7,
        id: EventId::from_uuid(id(0xA1)),
        name: "listing_completed".into(),
        schema: 0x0203,
        at: Timestamp::from_micros(1_790_000_000_123_456),
        epoch: 3,
        project: ProjectId::from_uuid(id(0xA3)),
        principal: PrincipalId::from_uuid(id(0xA4)),
        origin: Origin { kind: OriginKind::Reaction, id: id(0xA5) },
        command_id: CommandId::from_uuid(id(0xA6)),
        correlation_id: CorrelationId::from_uuid(id(0xA7)),
        causation_id: Some(EventId::from_uuid(id(0xA8))),
        append_index: 1,
        append_len: 4,
        codec: Codec::MessagePack,
        digest: chain::digest(&SALT, PAYLOAD),
    }
}

fn frame_of(envelope: &Envelope, body: Body<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::encode_envelope(envelope, &mut bytes);
    frame::encode_rest(&envelope.digest, body, &mut bytes);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// The example of `docs/log-format.md`, part by part.
const ENVELOPE: &str = concat!(
    "01",               // form of the envelope
    "01",               // codec: MessagePack
    "01",               // flags: has a cause
    "06",               // origin: reaction
    "0203",             // schema
    "0102030405060708", // position
    "0000000000000007", // version
    "00065bfeda27c240", // at: 1 790 000 000 123 456 µs
    "0000000000000003", // epoch
    "00000001",         // append index
    "00000004",         // append length
    "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
    "a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2",
    "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3",
    "a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4",
    "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5",
    "a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6",
    "a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7",
    "a8a8a8a8a8a8a8a8a8a8a8a8a8a8a8a8",
    "08",
    "706c61796c697374", // playlist
    "11",
    "6c697374696e675f636f6d706c65746564", // listing_completed
);
const DIGEST: &str = "68a2ced1ffbbafe6a7513793f6c9c3fcb88b4a3be74758da280e10970627eb60";
const BODY: &str = concat!("01", "30313233343536373839616263646566", "81a57469746c65a3616263");

// invariant: L-17
#[test]
fn bytes_of_a_frame_are_these_for_ever() {
    let bytes = frame_of(&envelope(), Body::Inline { salt: &SALT, payload: PAYLOAD });
    assert_eq!(hex(&bytes), format!("{ENVELOPE}{DIGEST}{BODY}"));
    let frame = Frame::parse(&bytes).unwrap();
    let recorded = frame.recorded().unwrap();
    assert_eq!(recorded.envelope, envelope());
    assert_eq!(recorded.payload, Some(Bytes::from_static(PAYLOAD)));
}

// invariant: L-17
#[test]
fn hashes_of_the_chain_are_these_for_ever() {
    let genesis = chain::genesis(Uuid::from_bytes([0x11; 16]));
    assert_eq!(hex(&genesis), "af50d04bd1107829ad083483f329dc68db066bc76875e3ccadde2a0fc75c9ea3");
    let bytes = frame_of(&envelope(), Body::Erased);
    let frame = Frame::parse(&bytes).unwrap();
    assert_eq!(
        hex(&chain::link(&genesis, frame.envelope_bytes(), frame.digest())),
        "c55195fb3aa5222bdcc74ae185c9d022883fc1933ed980f83482a3c5ceab8a2a"
    );
}

// invariant: L-17
#[test]
fn erased_payload_leaves_envelope_and_chain_as_they_were() {
    let whole = frame_of(&envelope(), Body::Inline { salt: &SALT, payload: PAYLOAD });
    let erased = frame_of(&envelope(), Body::Erased);
    let (whole, erased) = (Frame::parse(&whole).unwrap(), Frame::parse(&erased).unwrap());
    assert_eq!(whole.envelope_bytes(), erased.envelope_bytes());
    assert_eq!(erased.recorded().unwrap().payload, None);
    assert_eq!(erased.recorded().unwrap().envelope, envelope());
    let link = |frame: &Frame<'_>| chain::link(&[0; 32], frame.envelope_bytes(), frame.digest());
    assert_eq!(link(&whole), link(&erased));
}

// invariant: L-17
#[test]
fn reserved_and_unknown_marks_are_refused_by_name() {
    let good = frame_of(&envelope(), Body::Inline { salt: &SALT, payload: PAYLOAD });
    let body = good.len() - PAYLOAD.len() - 17;
    let refused = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        Frame::parse(&bytes).unwrap_err()
    };
    assert_eq!(refused(0, 2), FrameError::UnknownForm(2));
    assert_eq!(refused(1, 9), FrameError::UnknownCodec(9));
    assert_eq!(refused(2, 0b011), FrameError::Compressed);
    assert_eq!(refused(2, 0b101), FrameError::Sealed);
    assert_eq!(refused(2, 0b1001), FrameError::UnknownFlags(0b1001));
    assert_eq!(refused(3, 0), FrameError::UnknownOrigin(0));
    assert_eq!(refused(body, 3), FrameError::Blob);
    assert_eq!(refused(body, 9), FrameError::UnknownBody(9));
    assert_eq!(refused(body, 2), FrameError::TooLong(PAYLOAD.len() + 16));
    assert_eq!(refused(45, 1), FrameError::BadAppend);
    assert!(FrameError::Sealed.to_string().contains("unknown to this version"));
}

proptest! {
    #[test]
    fn frame_round_trips(
        numbers in any::<(u64, u64, i64, u64, u16, u32)>(),
        uuids in any::<[u128; 7]>(),
        cause in proptest::option::of(any::<u128>()),
        category in "[a-z0-9_]{1,64}",
        name in "[a-z0-9_]{1,64}",
        payload in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300)),
        salt in any::<[u8; 16]>(),
        origin in 1_u8..=7,
    ) {
        let [id, stream, project, principal, from, command, story] = uuids.map(Uuid::from_u128);
        let (position, version, at, epoch, schema, append_index) = numbers;
        let append_index = append_index.min(u32::MAX - 1);
        let bytes = payload.clone().unwrap_or_default();
        let envelope = Envelope {
            position,
            stream: StreamId::new(category, stream),
            version,
            id: EventId::from_uuid(id),
            name: name.into(),
            schema,
            at: Timestamp::from_micros(at),
            epoch,
            project: ProjectId::from_uuid(project),
            principal: PrincipalId::from_uuid(principal),
            origin: Origin { kind: OriginKind::from_byte(origin).unwrap(), id: from },
            command_id: CommandId::from_uuid(command),
            correlation_id: CorrelationId::from_uuid(story),
            causation_id: cause.map(|cause| EventId::from_uuid(Uuid::from_u128(cause))),
            append_index,
            append_len: append_index + 1,
            codec: Codec::MessagePack,
            digest: chain::digest(&salt, &bytes),
        };
        let body = if payload.is_some() { Body::Inline { salt: &salt, payload: &bytes } } else { Body::Erased };
        let encoded = frame_of(&envelope, body);
        let recorded = Frame::parse(&encoded).unwrap().recorded().unwrap();
        prop_assert_eq!(&recorded.envelope, &envelope);
        prop_assert_eq!(recorded.payload.map(|payload| payload.to_vec()), payload);
        for cut in 0..encoded.len() - bytes.len() {
            prop_assert!(Frame::parse(&encoded[..cut]).is_err());
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _refused_or_not = Frame::parse(&bytes);
    }
}
