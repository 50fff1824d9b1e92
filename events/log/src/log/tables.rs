//! The tables of a log file. Names, keys and values are for ever; see `docs/log-format.md`.

use mediary_schema::{CommandId, PrincipalId};
use redb::TableDefinition;
use uuid::Uuid;

/// The newest format of the whole that is known here (PL-10).
pub(super) const FORMAT: u32 = 1;

/// What the log is: see the `KEY_` constants.
pub(super) const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");
/// `u32`, big-endian.
pub(super) const KEY_FORMAT: &str = "format";
/// 16 bytes.
pub(super) const KEY_LOG_ID: &str = "log_id";
/// `u64`, big-endian: how often the log was opened.
pub(super) const KEY_EPOCH: &str = "epoch";

/// Position → frame.
pub(super) const EVENTS: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("events");
/// Position → hash of the chain after it; at the end of each append and every 256 events.
pub(super) const CHAIN: TableDefinition<'static, u64, &[u8; 32]> = TableDefinition::new("chain");
/// Event id → position.
pub(super) const IDS: TableDefinition<'static, &[u8; 16], u64> = TableDefinition::new("ids");
/// Category number, stream UUID, version → position.
pub(super) const STREAMS: TableDefinition<'static, &[u8; 26], u64> = TableDefinition::new("streams");
/// Category → number, events, bytes of payload.
pub(super) const CATEGORIES: TableDefinition<'static, &str, &[u8; 18]> = TableDefinition::new("categories");
/// Principal, command → first position, number of events.
pub(super) const COMMANDS: TableDefinition<'static, &[u8; 32], &[u8; 12]> = TableDefinition::new("commands");

/// What is kept about a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CategoryRow {
    /// Its number in the key of [`STREAMS`], from 1.
    pub(super) number: u16,
    /// Its events.
    pub(super) events: u64,
    /// Bytes of their payloads.
    pub(super) bytes: u64,
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

/// The first and the last position of a command's events.
pub(super) fn command_range(value: &[u8; 12]) -> (u64, u64) {
    let first = u64::from_be_bytes(*value.first_chunk().expect("12 bytes begin with 8"));
    let events = u32::from_be_bytes(*value.last_chunk().expect("12 bytes end with 4"));
    (first, first + u64::from(events) - 1)
}
