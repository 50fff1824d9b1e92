//! What was proved, and what a checkpoint adds to it.

use mediary_schema::{PrincipalId, Timestamp};
use uuid::Uuid;

use super::VerifyError;
use crate::log::chain::Hash;

/// What someone else kept: the hash of the chain after a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The position.
    pub position: u64,
    /// The hash after it.
    pub hash: Hash,
}

/// That payloads were erased: who, when, on which ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The position of the event that says so.
    pub position: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Who asked for it.
    pub principal: PrincipalId,
    /// On which ground.
    pub reason: String,
    /// The events that have no payload any more.
    pub positions: Vec<u64>,
}

/// What was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which log.
    pub log_id: Uuid,
    /// The first position.
    pub first_position: u64,
    /// The last position; one less than the first if there are no events.
    pub last_position: u64,
    /// The hash of the chain after it.
    pub head_hash: Hash,
    /// How many events.
    pub events: u64,
    /// How many of them have no payload any more.
    pub erased: u64,
    /// Who erased them.
    pub erasures: Vec<Erasure>,
    /// How many events of the first one's append lie before a bundle.
    pub events_cut_before: u32,
    /// How many events of the last one's append lie behind a bundle.
    pub events_cut_after: u32,
    /// The position of the checkpoint that was met.
    pub checkpoint: Option<u64>,
}

impl Report {
    /// Whether the beginning of the log was seen.
    pub const fn is_whole(&self) -> bool {
        self.first_position == 1
    }

    /// What follows from it and what doesn't, in a sentence.
    pub fn proves(&self) -> String {
        let Self { first_position: first, last_position: last, .. } = self;
        let held = if self.events == 0 {
            format!("there are no events behind {}", first - 1)
        } else {
            format!("events {first} to {last} hold together and keep every rule")
        };
        let trusted = match (self.checkpoint, self.is_whole()) {
            (Some(position), _) => {
                format!("up to event {position} it is the history that the checkpoint was taken from")
            }
            (None, true) => {
                "without a checkpoint kept elsewhere nobody can tell it from a history made anew".to_owned()
            }
            (None, false) => "what lies before, and which log it is, is taken on trust".to_owned(),
        };
        format!("{held}; {trusted}")
    }
}

/// A checkpoint, and what the log has there.
#[derive(Debug)]
pub(super) struct Crossing {
    checkpoint: Option<Checkpoint>,
    actual: Option<Hash>,
}

impl Crossing {
    pub(super) const fn new(checkpoint: Option<Checkpoint>) -> Self {
        Self { checkpoint, actual: None }
    }

    /// Takes a look at the hash after a position.
    pub(super) fn pass(&mut self, position: u64, hash: &Hash) {
        if self.checkpoint.is_some_and(|checkpoint| checkpoint.position == position) {
            self.actual = Some(*hash);
        }
    }

    /// The position of the checkpoint, if it was met.
    pub(super) fn conclude(
        self,
        (first, last): (u64, u64),
        is_bundle: bool,
    ) -> Result<Option<u64>, VerifyError> {
        match (self.checkpoint, self.actual) {
            (None, _) => Ok(None),
            (Some(Checkpoint { position, .. }), None) => {
                Err(VerifyError::CheckpointOutside { position, first, last, is_bundle })
            }
            (Some(kept), Some(actual)) if kept.hash == actual => Ok(Some(kept.position)),
            (Some(Checkpoint { position, hash: expected }), Some(actual)) => {
                Err(VerifyError::Checkpoint { position, expected, actual })
            }
        }
    }
}
