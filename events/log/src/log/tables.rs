//! The tables of the record. Names, keys and values are for ever; see `docs/log-format.md`.

use redb::TableDefinition;

/// The newest format of the whole that is known here (PL-10).
pub(super) const FORMAT: u32 = 2;

/// What the log is: see the `KEY_` constants.
pub(super) const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");
/// `u32`, big-endian.
pub(super) const KEY_FORMAT: &str = "format";
/// 16 bytes.
pub(super) const KEY_LOG_ID: &str = "log_id";
/// 32 bytes: what makes derived ids this installation's own. Leaves the file by no bundle and no message.
pub(super) const KEY_IDENTITY: &str = "identity_key";
/// `u64`, big-endian: how many epochs have begun; that of the newest event.
pub(super) const KEY_EPOCH: &str = "epoch";
/// Nothing, and there only from the restore of a backup until the log is opened: the next epoch says so.
pub(super) const KEY_RESTORED: &str = "restored";

/// Position → frame.
pub(super) const EVENTS: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("events");
/// Position → hash of the chain after it; at the end of each append and every 256 events.
pub(super) const CHAIN: TableDefinition<'static, u64, &[u8; 32]> = TableDefinition::new("chain");
