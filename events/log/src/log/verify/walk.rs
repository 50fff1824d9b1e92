//! The walk along the chain.
//!
//! A payload is named exactly, by its digest. An envelope is named within the events since the last stored
//! hash, at most 256. What only looks wrong because an envelope before it is wrong must not be blamed first, so
//! every finding waits for the next stored hash.

use crate::log::{
    chain::{self, Hash, STRIDE},
    error::Damage,
    frame::{Body, Frame},
};

/// The walk along the chain.
pub(in crate::log) struct Walk {
    pub(super) position: u64,
    pub(super) hash: Hash,
    /// The first event after the last stored hash that was right.
    unproved: u64,
    /// What was noticed since then, to be believed if the next stored hash is right.
    noticed: Option<Damage>,
    /// A stored hash that was wrong: itself, if the next one is right, else an envelope before it.
    disputed: Option<(u64, Damage)>,
    pub(super) events: u64,
    pub(super) erased: u64,
}

impl Walk {
    /// Begins behind a position.
    pub(in crate::log) fn after(position: u64, hash: Hash) -> Self {
        Self { position, hash, unproved: position + 1, noticed: None, disputed: None, events: 0, erased: 0 }
    }

    /// The position of the last event.
    pub(in crate::log) const fn position(&self) -> u64 {
        self.position
    }

    pub(in crate::log) fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Takes the next event.
    pub(in crate::log) fn frame(&mut self, frame: &Frame<'_>) -> Result<(), Damage> {
        let position = self.position + 1;
        if frame.position() != position {
            let detail = format!("event {} stands in its place", frame.position());
            return Err(Damage::Envelope { first: self.unproved, last: position, detail });
        }
        self.position = position;
        self.hash = chain::link(&self.hash, frame.envelope_bytes(), frame.digest());
        self.events += 1;
        self.erased += u64::from(frame.body() == Body::Erased);
        if !frame.payload_matches() {
            self.notice(Damage::Payload { position });
        }
        if position - self.unproved >= 2 * STRIDE {
            return Err(Damage::Index { index: "chain", position });
        }
        Ok(())
    }

    /// Keeps what was noticed until the envelopes up to here are proved.
    pub(super) fn notice(&mut self, damage: Damage) {
        self.noticed.get_or_insert(damage);
    }

    /// Takes the hash that is stored for the present position.
    pub(in crate::log) fn stored(&mut self, hash: &Hash) -> Result<(), Damage> {
        let right = *hash == self.hash;
        if let Some((position, damage)) = self.disputed.take() {
            return Err(if right { Damage::Index { index: "chain", position } } else { damage });
        }
        if right {
            self.unproved = self.position + 1;
            return self.noticed.take().map_or(Ok(()), Err);
        }
        let detail = match self.noticed.take() {
            Some(Damage::Envelope { detail, .. }) => detail,
            _ => "the chain does not lead to its stored hash".to_owned(),
        };
        let damage = Damage::Envelope { first: self.unproved, last: self.position, detail };
        self.disputed = Some((self.position, damage));
        Ok(())
    }

    /// Ends the walk: nothing may be left unproved.
    pub(in crate::log) fn finish(&mut self) -> Result<(), Damage> {
        if let Some((_, damage)) = self.disputed.take() {
            return Err(damage);
        }
        if self.unproved <= self.position {
            return Err(Damage::Index { index: "chain", position: self.position });
        }
        Ok(())
    }
}
