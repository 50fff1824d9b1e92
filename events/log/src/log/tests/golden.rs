//! The bytes of a frame never change.

use std::collections::BTreeMap;

use bytes::Bytes;
use mediary_events::{Carried, Recorded, SealTag};
use mediary_schema::{CommandId, CorrelationId, DataKeyId, EventId, PrincipalId, ProjectId, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::log::{
    Codec, CommandTag, Damage, Envelope, Extensions, Origin, OriginKind, Schema, StreamId, Subject, Subjects,
    chain,
    erasure::Erasures,
    frame::{self, Body, Frame, FrameError},
    sealing::Opener,
};
use crate::vault::PersonKeys;

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
        schema: Schema::new(2, 3),
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
        extensions: Extensions {
            seal: None,
            command: Some(CommandTag { name: "playlist.refresh".into(), fingerprint: [0xA9; 16] }),
            subjects: Subjects::try_new([Subject::new("playlist", id(0xA2)), Subject::new("item", id(0xAA))])
                .unwrap(),
            carried: vec![Carried { tag: 200, bytes: Bytes::from_static(b"later") }],
        },
        digest: chain::digest(&SALT, PAYLOAD),
    }
}

/// What readers get who have no key.
fn recorded(frame: &Frame<'_>) -> Result<Recorded, Damage> {
    frame.recorded(Opener { keys: &PersonKeys::default(), erasures: &Erasures::default() })
}

fn frame_of(envelope: &Envelope, body: Body<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::encode_envelope(envelope, &mut bytes);
    frame::encode_rest(&envelope.digest, body, &mut bytes);
    bytes
}

/// Whatever an area can hold.
type Tags = (Option<[u8; 16]>, Vec<u128>, BTreeMap<u8, Vec<u8>>);

fn extensions((fingerprint, subjects, carried): Tags) -> Extensions {
    let subject = |id: &u128| Subject::new(["item", "playlist"][(id % 2) as usize], Uuid::from_u128(*id));
    Extensions {
        seal: fingerprint.map(|fingerprint| SealTag {
            data_key_id: DataKeyId::from_uuid(Uuid::from_bytes(fingerprint)),
            nonce: [7; 24],
        }),
        command: fingerprint.map(|fingerprint| CommandTag { name: "note.write".into(), fingerprint }),
        subjects: Subjects::try_new(subjects.iter().take(8).map(subject)).unwrap(),
        carried: carried
            .into_iter()
            .filter(|(tag, _)| *tag >= 130)
            .map(|(tag, bytes)| Carried { tag, bytes: bytes.into() })
            .collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// The example of `docs/log-format.md`, part by part.
const ENVELOPE: &str = concat!(
    "02",               // form of the envelope
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
    "005c",                               // length of the extension area
    "80",
    "0020", // command: fingerprint and name
    "a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9",
    "706c61796c6973742e72656672657368", // playlist.refresh
    "81",
    "002e", // subjects, ascending
    "04",
    "6974656d", // item
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "08",
    "706c61796c697374", // playlist
    "a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2",
    "c8",
    "0005",
    "6c61746572", // a tag that nobody knows yet
);
const DIGEST: &str = "0a46fddb152040cafbc2fae2ce4628aa82981a5e864300ee41029b4d51f58b7c";
const BODY: &str = concat!("01", "30313233343536373839616263646566", "81a57469746c65a3616263");

// invariant: L-17
#[test]
fn bytes_of_a_frame_are_these_for_ever() {
    let bytes = frame_of(&envelope(), Body::Inline { salt: &SALT, payload: PAYLOAD });
    assert_eq!(hex(&bytes), format!("{ENVELOPE}{DIGEST}{BODY}"));
    let frame = Frame::parse(&bytes).unwrap();
    let recorded = recorded(&frame).unwrap();
    assert_eq!(recorded.envelope, envelope());
    assert_eq!(recorded.payload, Some(Bytes::from_static(PAYLOAD)));
}

// invariant: L-17
#[test]
fn hashes_of_the_chain_are_these_for_ever() {
    let genesis = chain::genesis(Uuid::from_bytes([0x11; 16]));
    assert_eq!(hex(&genesis), "fe07e74e6ed3ca8e3f2ebe8d80259a049c2736be8e0563f6f664bb7a4a4e0cd0");
    let bytes = frame_of(&envelope(), Body::Erased);
    let frame = Frame::parse(&bytes).unwrap();
    assert_eq!(
        hex(&chain::link(&genesis, frame.envelope_bytes(), frame.digest())),
        "283e6961db5d7fc1607d0fcf5030ac24f516df6c7cdca877452a26eecf33e01a"
    );
}

// invariant: L-17
#[test]
fn erased_payload_leaves_envelope_and_chain_as_they_were() {
    let whole = frame_of(&envelope(), Body::Inline { salt: &SALT, payload: PAYLOAD });
    let erased = frame_of(&envelope(), Body::Erased);
    let (whole, erased) = (Frame::parse(&whole).unwrap(), Frame::parse(&erased).unwrap());
    assert_eq!(whole.envelope_bytes(), erased.envelope_bytes());
    assert_eq!(recorded(&erased).unwrap().payload, None);
    assert_eq!(recorded(&erased).unwrap().envelope, envelope());
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
    assert_eq!(refused(0, 3), FrameError::UnknownForm(3));
    assert_eq!(refused(1, 9), FrameError::UnknownCodec(9));
    assert_eq!(refused(2, 0b011), FrameError::UnknownFlags(0b011));
    assert_eq!(refused(4, 0), FrameError::BadSchema);
    assert_eq!(refused(2, 0b1001), FrameError::UnknownFlags(0b1001));
    assert_eq!(refused(3, 0), FrameError::BadOrigin);
    assert_eq!(refused(body, 3), FrameError::Blob);
    assert_eq!(refused(body, 4), FrameError::Compressed);
    assert_eq!(refused(body, 9), FrameError::UnknownBody(9));
    assert_eq!(refused(body, 2), FrameError::TooLong(PAYLOAD.len() + 16));
    assert_eq!(refused(45, 1), FrameError::BadAppend);
}

/// A frame whose extension area is these bytes.
fn with_area(area: &[u8]) -> Result<Extensions, FrameError> {
    let mut bytes = Vec::new();
    frame::encode_envelope(&Envelope { extensions: Extensions::default(), ..envelope() }, &mut bytes);
    bytes.truncate(bytes.len() - 2);
    bytes.extend_from_slice(&(area.len() as u16).to_be_bytes());
    bytes.extend_from_slice(area);
    frame::encode_rest(&envelope().digest, Body::Erased, &mut bytes);
    Frame::parse(&bytes).map(|frame| {
        let mut again = Vec::new();
        frame::encode_envelope(&frame.envelope(), &mut again);
        assert_eq!(frame.envelope_bytes(), again, "what was read is written byte for byte");
        frame.extensions()
    })
}

// invariant: L-17
#[test]
fn a_critical_tag_of_a_newer_program_is_newer_and_a_carried_one_is_handed_on() {
    let unknown = with_area(&[127, 0, 0]).unwrap_err();
    assert_eq!(unknown, FrameError::UnknownExtension(127));
    assert!(unknown.is_newer());
    let carried = with_area(&[130, 0, 2, 7, 8, 255, 0, 0]).unwrap().carried;
    let expected = [(130, Bytes::from_static(&[7, 8])), (255, Bytes::new())];
    assert_eq!(carried, expected.map(|(tag, bytes)| Carried { tag, bytes }));
}

// invariant: L-17
#[test]
fn an_area_has_one_spelling() {
    let subject = |kind: &[u8], id: u8| [&[kind.len() as u8], kind, &[id; 16]].concat();
    let tag = |tag: u8, content: &[u8]| [&[tag, 0, content.len() as u8], content].concat();
    let bad = |tag| Err(FrameError::BadExtension(tag));
    assert_eq!(with_area(&[131, 0, 0, 130, 0, 0]), bad(130), "descending");
    assert_eq!(with_area(&[130, 0, 0, 130, 0, 0]), bad(130), "twice");
    assert_eq!(with_area(&[130, 0, 1]), bad(130), "cut short");
    assert_eq!(with_area(&[130, 0]), bad(130), "cut shorter");
    assert_eq!(with_area(&[0, 0, 0]), bad(0), "no tag");
    assert_eq!(with_area(&tag(1, &[9; 39])), bad(1), "no whole seal");
    assert_eq!(with_area(&tag(1, &[9; 41])), bad(1), "more than a seal");
    let seal = SealTag { data_key_id: DataKeyId::from_uuid(Uuid::from_bytes([9; 16])), nonce: [8; 24] };
    let sealed = with_area(&tag(1, &[[9; 16].as_slice(), &[8; 24]].concat()));
    assert_eq!(sealed, Ok(Extensions { seal: Some(seal), ..Extensions::default() }));
    assert_eq!(with_area(&tag(128, b"0123456789abcdefnote")), bad(128), "no name of a command");
    assert_eq!(with_area(&tag(128, b"short")), bad(128), "no whole fingerprint");
    assert_eq!(with_area(&tag(129, b"")), bad(129), "an empty set is left out");
    assert_eq!(with_area(&tag(129, &subject(b"Item", 1))), bad(129), "no stored name");
    let [one, two] = [subject(b"item", 1), subject(b"item", 2)];
    assert!(with_area(&tag(129, &[one.as_slice(), &two].concat())).is_ok());
    assert_eq!(with_area(&tag(129, &[two.as_slice(), &one].concat())), bad(129), "descending subjects");
    assert_eq!(with_area(&tag(129, &[one.as_slice(), &one].concat())), bad(129), "a subject twice");
    let nine: Vec<u8> = (1..=9).flat_map(|id| subject(b"i", id)).collect();
    assert_eq!(with_area(&tag(129, &nine)), bad(129), "more than eight");
}

// audit open 16, 17: redb opens a table under no other types.
#[test]
fn the_page_names_the_types_and_the_byte_order_of_the_tables() {
    let page = include_str!("../../../../../docs/log-format.md");
    let types = [
        ("meta", <&str as redb::Value>::type_name(), <&[u8] as redb::Value>::type_name()),
        ("events", <u64 as redb::Value>::type_name(), <&[u8] as redb::Value>::type_name()),
        ("chain", <u64 as redb::Value>::type_name(), <&[u8; 32] as redb::Value>::type_name()),
    ];
    for (table, key, value) in types {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{table}` |"))).unwrap();
        assert!(row.ends_with(&format!("| `{}`, `{}` |", key.name(), value.name())), "{row}");
    }
    assert_eq!(<u64 as redb::Value>::as_bytes(&1), 1_u64.to_le_bytes());
    assert!(page.contains("little-endian"));
}

proptest! {
    #[test]
    fn frame_round_trips(
        numbers in any::<(u64, u64, i64, u64, (u8, u8), u32)>(),
        uuids in any::<[u128; 7]>(),
        cause in proptest::option::of(any::<u128>()),
        category in "[a-z0-9_]{1,64}",
        name in "[a-z0-9_]{1,64}",
        payload in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300)),
        salt in any::<[u8; 16]>(),
        origin in 1_u8..,
        tags in any::<(Option<[u8; 16]>, Vec<u128>, BTreeMap<u8, Vec<u8>>)>(),
    ) {
        let [id, stream, project, principal, from, command, story] = uuids.map(Uuid::from_u128);
        let (position, version, at, epoch, (major, minor), append_index) = numbers;
        let append_index = append_index.min(u32::MAX - 1);
        let bytes = payload.clone().unwrap_or_default();
        let envelope = Envelope {
            position,
            stream: StreamId::new(category, stream),
            version,
            id: EventId::from_uuid(id),
            name: name.into(),
            schema: Schema::new(major.max(1), minor),
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
            extensions: extensions(tags),
            digest: chain::digest(&salt, &bytes),
        };
        let body = if payload.is_some() { Body::Inline { salt: &salt, payload: &bytes } } else { Body::Erased };
        let encoded = frame_of(&envelope, body);
        let recorded = recorded(&Frame::parse(&encoded).unwrap()).unwrap();
        prop_assert_eq!(&recorded.envelope, &envelope);
        let is_sealed = envelope.extensions.seal.is_some();
        prop_assert_eq!(recorded.payload.map(|payload| payload.to_vec()), payload.filter(|_| !is_sealed));
        for cut in 0..encoded.len() - bytes.len() {
            prop_assert!(Frame::parse(&encoded[..cut]).is_err());
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _refused_or_not = Frame::parse(&bytes);
    }
}
