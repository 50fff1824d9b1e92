//! The tables of the index file. They are not for ever: another [`LAYOUT`] is made anew.

use mediary_schema::{CommandId, PrincipalId};
use redb::TableDefinition;
use uuid::Uuid;

/// The layout that this program writes and reads.
pub(super) const LAYOUT: u32 = 2;

/// What the index is of: see the `KEY_` constants.
pub(super) const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");
/// `u32`, big-endian.
pub(super) const KEY_LAYOUT: &str = "layout";
/// The log's id, 16 bytes.
pub(super) const KEY_LOG_ID: &str = "log_id";
/// The last position that is indexed, and the hash of the chain after it.
pub(super) const KEY_REACHED: &str = "reached";

/// Event id → position.
pub(super) const IDS: TableDefinition<'static, &[u8; 16], u64> = TableDefinition::new("ids");
/// Category number, stream UUID, version → position.
pub(super) const STREAMS: TableDefinition<'static, &[u8; 26], u64> = TableDefinition::new("streams");
/// Category → number, events, bytes of payload.
pub(super) const CATEGORIES: TableDefinition<'static, &str, &[u8; 18]> = TableDefinition::new("categories");
/// Category number, position.
pub(super) const PLACES: TableDefinition<'static, &[u8; 10], ()> = TableDefinition::new("places");
/// UUID of a subject, position: what an event is about besides its stream. Of which kind the thing is, the event says.
pub(super) const SUBJECTS: TableDefinition<'static, &[u8; 24], ()> = TableDefinition::new("subjects");
/// Principal, command → first position, number of events.
pub(super) const COMMANDS: TableDefinition<'static, &[u8; 32], &[u8; 12]> = TableDefinition::new("commands");

/// What is kept about a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::log) struct CategoryRow {
    /// Its number in the keys of [`STREAMS`] and [`PLACES`], from 1, in the order of first events.
    pub(in crate::log) number: u16,
    /// Its events.
    pub(in crate::log) events: u64,
    /// Bytes of their payloads.
    pub(in crate::log) bytes: u64,
}

impl CategoryRow {
    pub(super) fn to_bytes(self) -> [u8; 18] {
        let mut bytes = [0; 18];
        bytes[..2].copy_from_slice(&self.number.to_be_bytes());
        bytes[2..10].copy_from_slice(&self.events.to_be_bytes());
        bytes[10..].copy_from_slice(&self.bytes.to_be_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; 18]) -> Self {
        let (number, rest) = bytes.split_first_chunk().expect("18 bytes begin with 2");
        let (events, rest) = rest.split_first_chunk().expect("16 bytes begin with 8");
        let (stored_bytes, _) = rest.split_first_chunk().expect("8 bytes are 8");
        Self {
            number: u16::from_be_bytes(*number),
            events: u64::from_be_bytes(*events),
            bytes: u64::from_be_bytes(*stored_bytes),
        }
    }
}

/// The key of an event in [`STREAMS`]; big-endian, so that bytes sort like numbers.
pub(super) fn stream_key(category: u16, stream: Uuid, version: u64) -> [u8; 26] {
    let mut key = [0; 26];
    key[..2].copy_from_slice(&category.to_be_bytes());
    key[2..18].copy_from_slice(stream.as_bytes());
    key[18..].copy_from_slice(&version.to_be_bytes());
    key
}

/// The version in a key of [`STREAMS`].
pub(super) fn stream_key_version(key: &[u8; 26]) -> u64 {
    let version = key.last_chunk().expect("26 bytes end with 8");
    u64::from_be_bytes(*version)
}

/// The key of an event in [`PLACES`].
pub(super) fn place_key(category: u16, position: u64) -> [u8; 10] {
    let mut key = [0; 10];
    key[..2].copy_from_slice(&category.to_be_bytes());
    key[2..].copy_from_slice(&position.to_be_bytes());
    key
}

/// The position in a key of [`PLACES`].
pub(super) fn place_key_position(key: &[u8; 10]) -> u64 {
    let position = key.last_chunk().expect("10 bytes end with 8");
    u64::from_be_bytes(*position)
}

/// The key of an event in [`SUBJECTS`].
pub(super) fn subject_key(subject: Uuid, position: u64) -> [u8; 24] {
    let mut key = [0; 24];
    key[..16].copy_from_slice(subject.as_bytes());
    key[16..].copy_from_slice(&position.to_be_bytes());
    key
}

/// The position in a key of [`SUBJECTS`].
pub(super) fn subject_key_position(key: &[u8; 24]) -> u64 {
    let position = key.last_chunk().expect("24 bytes end with 8");
    u64::from_be_bytes(*position)
}

/// The key of a command in [`COMMANDS`].
pub(super) fn command_key(principal: PrincipalId, command: CommandId) -> [u8; 32] {
    let mut key = [0; 32];
    key[..16].copy_from_slice(principal.uuid().as_bytes());
    key[16..].copy_from_slice(command.uuid().as_bytes());
    key
}

/// The value of a command in [`COMMANDS`].
pub(super) fn command_value(first_position: u64, events: u32) -> [u8; 12] {
    let mut value = [0; 12];
    value[..8].copy_from_slice(&first_position.to_be_bytes());
    value[8..].copy_from_slice(&events.to_be_bytes());
    value
}

/// The first position of a command's events, and how many there are.
pub(super) fn command_range(value: &[u8; 12]) -> (u64, u32) {
    let first = u64::from_be_bytes(*value.first_chunk().expect("12 bytes begin with 8"));
    let events = u32::from_be_bytes(*value.last_chunk().expect("12 bytes end with 4"));
    (first, events)
}

/// The value of [`KEY_REACHED`].
pub(super) fn reached_value(position: u64, hash: &[u8; 32]) -> [u8; 40] {
    let mut value = [0; 40];
    value[..8].copy_from_slice(&position.to_be_bytes());
    value[8..].copy_from_slice(hash);
    value
}

/// The position and the hash in a value of [`KEY_REACHED`].
pub(super) fn reached(value: &[u8]) -> Option<(u64, [u8; 32])> {
    let (position, hash) = value.split_first_chunk()?;
    Some((u64::from_be_bytes(*position), hash.try_into().ok()?))
}
