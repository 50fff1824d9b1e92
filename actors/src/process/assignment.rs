//! The work that children are run for.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use mediary_schema::{AttemptId, job::ResourceUse};
use tokio_util::sync::CancellationToken;

use super::{Caps, Ended, Error, Line, Owner, Runner, Spec, outputs::AtWork};

/// The work that children are run for: whose they are, where their words go, how to stop them, what they may take and
/// what they took so far. Clones are the same assignment.
#[derive(Debug, Clone, Default)]
pub struct Assignment {
    owner: Option<Owner>,
    output_file: Option<PathBuf>,
    /// What it writes is not tidied away as long as this lives.
    _at_work: Option<Arc<AtWork>>,
    caps: Caps,
    stop: CancellationToken,
    used: Arc<Mutex<ResourceUse>>,
}

impl Assignment {
    /// The work of an owner, whose children write to `output_file` and end when `stop` is cancelled.
    pub fn new(owner: impl Into<Owner>, output_file: Option<PathBuf>, stop: CancellationToken) -> Self {
        let owner = Some(owner.into());
        Self { owner, output_file, stop, ..Self::default() }
    }

    /// The work of an owner whose children's words nobody keeps and whom nobody stops but by dropping it.
    pub fn unkept(owner: impl Into<Owner>) -> Self {
        Self { owner: Some(owner.into()), ..Self::default() }
    }

    /// The same work, whose children may take no more than this.
    #[must_use]
    pub fn within(self, caps: Caps) -> Self {
        Self { caps, ..self }
    }

    /// The same work, whose words are kept among others as long as it is under way.
    pub(super) fn kept(self, at_work: AtWork) -> Self {
        Self { _at_work: Some(Arc::new(at_work)), ..self }
    }

    /// The same work, with a way to stop only what is begun from here on.
    #[must_use]
    pub fn part(&self) -> Self {
        Self { stop: self.stop.child_token(), ..self.clone() }
    }

    /// The same work, of a child that works for others too: its words and its use are not those of this work alone.
    #[must_use]
    pub fn of_several(&self) -> Self {
        Self { output_file: None, _at_work: None, used: Arc::default(), ..self.clone() }
    }

    /// The attempt whose work it is, if it is that of one.
    pub fn attempt_id(&self) -> Option<AttemptId> {
        self.owner.and_then(Owner::attempt_id)
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
        spec.owner(self.owner).output_file(self.output_file.clone()).within(self.caps)
    }

    /// Adds what a child used.
    pub fn account(&self, ended: &Ended) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.cpu_ms += ended.resources.cpu_ms;
        used.memory_peak_bytes = used.memory_peak_bytes.max(ended.resources.memory_peak_bytes);
    }
}
