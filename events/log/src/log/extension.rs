//! The extension area of an envelope: how tags are written and read.
//!
//! Two bytes say how long the area is; in it each tag has a byte for its number, two for its length, and what it
//! holds; numbers ascend. There is one spelling of an area, as there is one of a frame.

use std::borrow::Cow;

use bytes::Bytes;
use mediary_events::{Carried, CommandTag, Extensions, SealTag, Subject, Subjects, is_word};
use mediary_schema::DataKeyId;
use uuid::Uuid;

use super::frame::FrameError;

/// From here on who doesn't know a tag hands it on.
const FIRST_CARRIED: u8 = 128;
/// The payload is sealed: id of the key, and nonce.
pub(super) const TAG_SEALED: u8 = 1;
/// Which command was asked: its fingerprint, then its name.
const TAG_COMMAND: u8 = 128;
/// What the event is about: for each the length of its kind, the kind, the id.
const TAG_SUBJECTS: u8 = 129;

const FINGERPRINT_BYTES: usize = 16;
const SEAL_BYTES: usize = 16 + 24;

/// Takes the area from the front of some bytes, once it has proved to be well-formed; answers its tags.
pub(super) fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], FrameError> {
    let (len, after) = rest.split_first_chunk::<2>().ok_or(FrameError::TooShort)?;
    let len = usize::from(u16::from_be_bytes(*len));
    let (area, after) = after.split_at_checked(len).ok_or(FrameError::TooShort)?;
    *rest = after;
    let mut previous = None;
    let mut tags = area;
    while !tags.is_empty() {
        let (tag, content) = take_tag(&mut tags)?;
        if previous.is_some_and(|previous| previous >= tag) {
            return Err(FrameError::BadExtension(tag));
        }
        previous = Some(tag);
        check(tag, content)?;
    }
    Ok(area)
}

/// What an area holds that [`take`] has found well-formed.
pub(super) fn decode(mut area: &[u8]) -> Extensions {
    let mut extensions = Extensions::default();
    while let Ok((tag, content)) = take_tag(&mut area) {
        match tag {
            TAG_SEALED => extensions.seal = seal(content),
            TAG_COMMAND => extensions.command = command(content),
            TAG_SUBJECTS => extensions.subjects = subjects(content).unwrap_or_default(),
            _ => extensions.carried.push(Carried { tag, bytes: Bytes::copy_from_slice(content) }),
        }
    }
    extensions
}

/// Whether a payload with such an area is sealed: that tag comes first.
pub(super) fn is_sealed(area: &[u8]) -> bool {
    area.first() == Some(&TAG_SEALED)
}

/// How many bytes the tags take.
pub(super) fn area_bytes(extensions: &Extensions) -> usize {
    const TAG: usize = 3;
    let seal = extensions.seal.iter().map(|_| TAG + SEAL_BYTES);
    let command = extensions.command.iter().map(|command| TAG + FINGERPRINT_BYTES + command.name.len());
    let subjects = extensions.subjects.as_slice();
    let subjects_head = if subjects.is_empty() { 0 } else { TAG };
    let subjects = subjects.iter().map(|subject| 1 + subject.kind.len() + 16);
    let carried = extensions.carried.iter().map(|carried| TAG + carried.bytes.len());
    subjects_head + seal.chain(command).chain(subjects).chain(carried).sum::<usize>()
}

/// Writes the area.
pub(super) fn encode(extensions: &Extensions, out: &mut Vec<u8>) {
    let mut area = Vec::new();
    if let Some(seal) = &extensions.seal {
        put_tag(TAG_SEALED, &seal_bytes(seal), &mut area);
    }
    if let Some(CommandTag { name, fingerprint }) = &extensions.command {
        put_tag(TAG_COMMAND, &[fingerprint, name.as_bytes()].concat(), &mut area);
    }
    if !extensions.subjects.is_empty() {
        let mut content = Vec::new();
        for Subject { kind, id } in extensions.subjects.as_slice() {
            content.push(u8::try_from(kind.len()).expect("a stored name has at most 64 bytes"));
            content.extend_from_slice(kind.as_bytes());
            content.extend_from_slice(id.as_bytes());
        }
        put_tag(TAG_SUBJECTS, &content, &mut area);
    }
    // Every number above the known ones: a newer program's come last.
    for Carried { tag, bytes } in &extensions.carried {
        put_tag(*tag, bytes, &mut area);
    }
    out.extend_from_slice(&u16::try_from(area.len()).expect("an area was read, or is small").to_be_bytes());
    out.extend_from_slice(&area);
}

fn put_tag(tag: u8, content: &[u8], area: &mut Vec<u8>) {
    area.push(tag);
    area.extend_from_slice(&u16::try_from(content.len()).expect("it fits the area").to_be_bytes());
    area.extend_from_slice(content);
}

fn take_tag<'a>(area: &mut &'a [u8]) -> Result<(u8, &'a [u8]), FrameError> {
    let (&tag, rest) = area.split_first().ok_or(FrameError::TooShort)?;
    let (len, rest) = rest.split_first_chunk::<2>().ok_or(FrameError::BadExtension(tag))?;
    let len = usize::from(u16::from_be_bytes(*len));
    let (content, rest) = rest.split_at_checked(len).ok_or(FrameError::BadExtension(tag))?;
    *area = rest;
    Ok((tag, content))
}

fn check(tag: u8, content: &[u8]) -> Result<(), FrameError> {
    let well_formed = match tag {
        0 => false,
        TAG_SEALED => seal(content).is_some(),
        tag if tag < FIRST_CARRIED => return Err(FrameError::UnknownExtension(tag)),
        TAG_COMMAND => command(content).is_some(),
        TAG_SUBJECTS => subjects(content).is_some(),
        _ => true,
    };
    if well_formed { Ok(()) } else { Err(FrameError::BadExtension(tag)) }
}

/// What the tag of a seal holds.
pub(super) fn seal_bytes(seal: &SealTag) -> Vec<u8> {
    [seal.data_key_id.uuid().as_bytes().as_slice(), &seal.nonce].concat()
}

/// The seal that its tag holds, if it is one.
pub(super) fn seal(content: &[u8]) -> Option<SealTag> {
    let (key, nonce) = content.split_first_chunk()?;
    let data_key_id = DataKeyId::from_uuid(Uuid::from_bytes(*key));
    Some(SealTag { data_key_id, nonce: nonce.try_into().ok()? })
}

fn command(content: &[u8]) -> Option<CommandTag> {
    let (fingerprint, name) = content.split_first_chunk::<FINGERPRINT_BYTES>()?;
    let name = std::str::from_utf8(name).ok().filter(|name| CommandTag::is_name(name))?;
    Some(CommandTag { name: Cow::Owned(name.to_owned()), fingerprint: *fingerprint })
}

/// The subjects, if they are written in the one way: at least one, ascending, each once.
fn subjects(mut content: &[u8]) -> Option<Subjects> {
    let mut found = Vec::new();
    while let Some((len, rest)) = content.split_first() {
        let (kind, rest) = rest.split_at_checked(usize::from(*len))?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let kind = std::str::from_utf8(kind).ok().filter(|kind| is_word(kind))?;
        found.push(Subject::new(kind.to_owned(), Uuid::from_bytes(*id)));
        content = rest;
    }
    let subjects = Subjects::try_new(found.iter().cloned()).ok()?;
    (!found.is_empty() && subjects.as_slice() == found).then_some(subjects)
}
