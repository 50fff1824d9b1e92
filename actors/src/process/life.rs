//! When a child last showed a sign of life.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// When a child last showed a sign of life.
#[derive(Debug)]
pub(super) struct Life {
    started: Instant,
    last_sign_ms: AtomicU64,
}

impl Life {
    pub(super) fn begin() -> Self {
        Self { started: Instant::now(), last_sign_ms: AtomicU64::new(0) }
    }

    /// When it was started.
    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// Notes a sign of life.
    pub(super) fn sign(&self) {
        self.last_sign_ms.store(self.started.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// When the last sign was.
    pub(super) fn last_sign(&self) -> Instant {
        self.started + Duration::from_millis(self.last_sign_ms.load(Ordering::Relaxed))
    }
}
