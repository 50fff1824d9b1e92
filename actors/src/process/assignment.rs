//! The work that children are run for.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use mediary_schema::{AttemptId, job::ResourceUse};
use tokio_util::sync::CancellationToken;

use super::{Ended, Error, Line, Runner, Spec};

/// The work that children are run for: whose they are, where their words go, how to stop them, and what
/// they used so far. Clones are the same assignment.
#[derive(Debug, Clone, Default)]
pub struct Assignment {
    attempt: Option<AttemptId>,
    output_file: Option<PathBuf>,
    stop: CancellationToken,
    used: Arc<Mutex<ResourceUse>>,
}

impl Assignment {
    /// The work of an attempt, whose children write to `output_file` and end when `stop` is cancelled.
    pub fn new(attempt: AttemptId, output_file: Option<PathBuf>, stop: CancellationToken) -> Self {
        Self { attempt: Some(attempt), output_file, stop, used: Arc::default() }
    }

    /// The same work, with a way to stop only what is begun from here on.
    #[must_use]
    pub fn part(&self) -> Self {
        Self { stop: self.stop.child_token(), ..self.clone() }
    }

    /// The same work, of a child that works for others too: its words and its use are not those of this work alone.
    #[must_use]
    pub fn of_several(&self) -> Self {
        Self { output_file: None, used: Arc::default(), ..self.clone() }
    }

    /// The attempt whose work it is, if it is that of one.
    pub const fn attempt_id(&self) -> Option<AttemptId> {
        self.attempt
    }

    /// What stops it.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Processor time of all children so far, and the peak memory of the largest.
    pub fn used(&self) -> ResourceUse {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a child for this work to its end and gives every line to `each`.
    pub async fn run(&self, runner: &Runner, spec: Spec, each: impl FnMut(Line)) -> Result<Ended, Error> {
        let running = runner.begin(&self.adopt(spec)).await?;
        let ended = running.drive(&self.stop, each).await;
        self.account(&ended);
        Ok(ended)
    }

    /// The spec as a child of this work.
    #[must_use]
    pub fn adopt(&self, spec: Spec) -> Spec {
        spec.attempt(self.attempt).output_file(self.output_file.clone())
    }

    /// Adds what a child used.
    pub fn account(&self, ended: &Ended) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.cpu_ms += ended.resources.cpu_ms;
        used.memory_peak_bytes = used.memory_peak_bytes.max(ended.resources.memory_peak_bytes);
    }
}
