//! A log to be told stories.

use mediary_events::{Concern as _, log::Logs, testing::NOW};
use mediary_schema::{Clock, IdSource};
use tempfile::TempDir;

use crate::{
    gate::{Caller, Gate, Receipt, Refusal, Transaction},
    log::{Log, Options, Read, Recorded},
    work,
};

/// A gate before a log in a folder that goes away with it.
pub(crate) struct Bench {
    pub(crate) gate: Gate,
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// A bench whose log has other options.
    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = TempDir::new().unwrap();
        Self { gate: open(&folder, change), folder }
    }

    /// Closes the log and opens it again, with other options.
    pub(crate) fn reopen(self, change: impl FnOnce(&mut Options)) -> Self {
        let Self { gate, folder } = self;
        drop(gate);
        Self { gate: open(&folder, change), folder }
    }

    /// Closes the log; its folder is what is left.
    pub(crate) fn close(self) -> TempDir {
        self.folder
    }

    /// Another gate before the same log, which has folded nothing yet.
    pub(crate) fn fresh_gate(&self) -> Gate {
        Gate::new(self.gate.log().clone(), self.gate.clock().clone(), self.gate.ids().clone(), work::REGISTRY)
    }

    /// Tells a story.
    pub(crate) fn tell<T>(
        &self,
        caller: Caller,
        story: impl Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
    ) -> Result<Receipt<T>, Refusal> {
        self.gate.transact_blocking(&caller, &story)
    }

    /// Tells a story as the platform, which is carried out.
    #[track_caller]
    pub(crate) fn told<T>(&self, story: impl Fn(&mut Transaction<'_>) -> Result<T, Refusal>) -> T {
        self.tell(super::platform(), story).unwrap().value
    }

    /// Waits for what the gate does in the background.
    pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(work)
    }

    pub(crate) fn head(&self) -> u64 {
        self.gate.log().head().position
    }

    /// Everything but what the log says of itself: its opening is event 1.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        let mut events = self.gate.log().read(&Read::forward(1).limit(usize::MAX)).unwrap();
        events.retain(|event| event.envelope.stream.category != Logs::NAME);
        events
    }

    /// The appends behind a position, each as the kinds of its events (`job.queued reservation.taken`).
    pub(crate) fn appends_after(&self, position: u64) -> Vec<String> {
        let mut appends: Vec<String> = Vec::new();
        let events = self.recorded();
        for Recorded { envelope, .. } in events.iter().filter(|event| event.position() > position) {
            if envelope.append_index == 0 {
                appends.push(envelope.kind());
            } else {
                let append = appends.last_mut().expect("an append begins with index 0");
                *append = format!("{append} {}", envelope.kind());
            }
        }
        appends
    }
}

fn open(folder: &TempDir, change: impl FnOnce(&mut Options)) -> Gate {
    let (clock, _) = Clock::manual(NOW);
    let mut options = Options::new(folder.path());
    options.reserve_bytes = 0;
    options.clock = clock.clone();
    change(&mut options);
    Gate::new(Log::open(options).unwrap(), clock, IdSource::system(), work::REGISTRY)
}
