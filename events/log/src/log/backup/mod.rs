//! A backup: the whole record in one file, with what belongs to it and is no event; and the way back.
//!
//! The file is made while the log grows: it ends with the event that was the last when it began. It proves itself: the
//! chain goes from the log's id to its last hash, each payload matches its digest, and a hash over all bytes closes it.
//! Unlike a bundle it holds the identity key and the settings, so that it is a secret like the folder itself.

mod error;
mod file;
mod restore;
mod write;

pub use error::BackupError;
pub use file::{BackedUp, prove_backup};
pub use restore::{Restored, restore};
pub use write::{Attached, backup, backup_with};

/// What belongs to a backup and is no event: files of the data folder, by their paths in it.
pub type BackupSettings = Vec<(String, Vec<u8>)>;
