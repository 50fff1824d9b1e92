//! The proof in the background: after each start the chain is walked once, from the first event to the head of then.
//!
//! Whoever appends to a broken chain makes it worse, so a break that is found ends appending until a person has looked.
//! The walk is slow on purpose and needs little memory: payloads and chain, no rules over all events, which are
//! for `log verify`. It ends when the log is closed.

use std::{
    sync::{Arc, PoisonError, RwLock},
    thread,
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use super::{
    error::{Damage, ReadError},
    handle::Log,
    store::{Head, Store},
    verify::prove_chain,
};

/// For each moment of work so many of rest: a quarter of one processor at most.
const REST: u32 = 3;
/// A rest is no longer than this, so that a closed log is noticed.
const REST_MAX: Duration = Duration::from_millis(200);

/// How far the proof in the background is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It is under way.
    Running {
        /// Up to this event everything holds.
        position: u64,
        /// Where it will be done.
        head: u64,
    },
    /// Everything that was there at the start holds.
    Whole {
        /// The newest event of then.
        position: u64,
    },
    /// Stored bytes are wrong.
    Damaged {
        /// What is wrong.
        damage: Damage,
    },
    /// It could not be read to its end.
    Unread {
        /// Why not.
        reason: String,
    },
}

impl Log {
    /// Begins the proof of what is there now; the answer tells how far it is, and goes away with the log.
    pub fn prove_in_background(&self) -> watch::Receiver<Proof> {
        let head = self.head();
        let (told, state) = watch::channel(Proof::Running { position: 0, head: head.position });
        let store = self.store_shared();
        let walk = move || prove(&store, head, &told);
        if let Err(error) = thread::Builder::new().name("log-proof".to_owned()).spawn(walk) {
            tracing::warn!(%error, "log.proof_not_begun");
        }
        state
    }
}

fn prove(store: &Store, head: Head, told: &watch::Sender<Proof>) {
    let mut began = Instant::now();
    let proved = prove_chain(store, head, &mut |position| {
        told.send_replace(Proof::Running { position, head: head.position });
        if position > 0 {
            thread::park_timeout(REST_MAX.min(began.elapsed() * REST));
        }
        began = Instant::now();
        true
    });
    let position = head.position;
    let outcome = match proved {
        Ok(()) => {
            tracing::info!(position, "log.proved");
            Proof::Whole { position }
        }
        // The server stops.
        Err(ReadError::Closed) => return,
        Err(ReadError::Damaged(damage)) => {
            tracing::error!(code = damage.code(), position = damage.position(), %damage, "log.damaged");
            if breaks_chain(&damage) {
                store.breaks().tell(&damage);
            }
            Proof::Damaged { damage }
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "log.proof_ended");
            Proof::Unread { reason: error.to_string() }
        }
    };
    told.send_replace(outcome);
}

/// Whether what is appended would stand on a chain that doesn't hold.
const fn breaks_chain(damage: &Damage) -> bool {
    match damage {
        Damage::Envelope { .. }
        | Damage::Index { .. }
        | Damage::Structure { .. }
        | Damage::Truncated { .. }
        | Damage::Foreign { .. } => true,
        Damage::Payload { .. }
        | Damage::Missing { .. }
        | Damage::NewerMark { .. }
        | Damage::NewerFormat { .. }
        | Damage::OlderFormat { .. }
        | Damage::IndexFile { .. } => false,
    }
}

/// A break that was found in the chain: from then on nothing is appended.
#[derive(Debug, Default)]
pub(super) struct Breaks(RwLock<Option<Arc<Damage>>>);

impl Breaks {
    fn tell(&self, damage: &Damage) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(damage.clone()));
    }

    pub(super) fn found(&self) -> Option<Arc<Damage>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
