//! Rules over all events that no single frame shows: versions without gaps, ids and commands that stand once.
//!
//! A proof keeps them in memory rather than trusting an index: an index can be made to fit a forgery.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::frame::Frame;

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Rules {
    versions: HashMap<(String, Uuid), u64>,
    ids: HashSet<Uuid>,
    commands: HashSet<(Uuid, Uuid)>,
}

impl Rules {
    /// The rule that the next event breaks, if it does.
    pub(super) fn broken_by(&mut self, frame: &Frame<'_>) -> Option<&'static str> {
        let version = self.versions.entry((frame.category().to_owned(), frame.stream_uuid())).or_default();
        *version += 1;
        if frame.version() != *version {
            return Some("its version does not follow the one before it in its stream");
        }
        if !self.ids.insert(frame.id().uuid()) {
            return Some("its id is that of another event");
        }
        let command = (frame.principal().uuid(), frame.command_id().uuid());
        if frame.append_index() == 0 && !self.commands.insert(command) {
            return Some("its command was recorded before");
        }
        None
    }
}
