//! What each host takes: connections at a time, and pauses that it asked for.

use std::{
    collections::BTreeMap,
    fs, io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mediary_log::whole;
use mediary_schema::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex as TaskMutex, OwnedSemaphorePermit, Semaphore};

use super::{Error, Options};

/// The hosts that something was asked of.
#[derive(Debug)]
pub(super) struct Hosts {
    connections: usize,
    clock: Clock,
    file: PathBuf,
    /// Whoever has it writes the file.
    keeping: Arc<TaskMutex<()>>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    busy: BTreeMap<String, Arc<Semaphore>>,
    pauses: Pauses,
}

/// Until when each host is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Pauses(BTreeMap<String, Timestamp>);

/// Hosts that are remembered for their connections alone; beyond it those that are idle are forgotten.
const IDLE_MAX: usize = 1024;

impl Hosts {
    /// Knows the pauses of an earlier run.
    pub(super) fn open(options: &Options) -> Self {
        let file = options.folder.join("pauses.json");
        let pauses = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let known = Known { busy: BTreeMap::new(), pauses: pauses.unwrap_or_default() };
        Self {
            connections: options.connections_per_host,
            clock: options.clock.clone(),
            file,
            keeping: Arc::default(),
            known: Mutex::new(known),
        }
    }

    /// Waits for a connection to the host to be free; refused while it is to be left alone.
    pub(super) async fn enter(&self, origin: &str) -> Result<OwnedSemaphorePermit, Error> {
        self.check(origin)?;
        let semaphore = self.semaphore(origin);
        let permit = semaphore.acquire_owned().await.map_err(|_| Error::BrokeOff)?;
        // It may have asked for a pause meanwhile.
        self.check(origin)?;
        Ok(permit)
    }

    /// Refused while the host is to be left alone.
    pub(super) fn check(&self, origin: &str) -> Result<(), Error> {
        let now = self.clock.now();
        match self.lock().pauses.0.get(origin) {
            Some(until) if *until > now => Err(Error::Paused { left: until.since(now) }),
            _ => Ok(()),
        }
    }

    /// Leaves the host alone for so long, also after a restart.
    pub(super) async fn pause(&self, origin: &str, pause: Duration) {
        let now = self.clock.now();
        let until = now.after(pause);
        {
            let pauses = &mut self.lock().pauses.0;
            pauses.retain(|_, until| *until > now);
            pauses.insert(origin.to_owned(), until);
        }
        // It is only a hint for the next run.
        if let Err(error) = self.keep().await {
            tracing::warn!(%error, "a host's pause can't be kept for the next start");
        }
    }

    /// Writes the pauses as they are once it is this one's turn: the last to write knows them all.
    async fn keep(&self) -> io::Result<()> {
        let mine = Arc::clone(&self.keeping).lock_owned().await;
        let (file, pauses) = (self.file.clone(), self.lock().pauses.clone());
        let write = move || {
            // Kept until it is written, whatever becomes of whoever asked.
            let _mine = mine;
            whole::write(&file, &serde_json::to_vec(&pauses)?)
        };
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }

    fn semaphore(&self, origin: &str) -> Arc<Semaphore> {
        let mut known = self.lock();
        if known.busy.len() > IDLE_MAX {
            known.busy.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        let connections = self.connections;
        let new = || Arc::new(Semaphore::new(connections));
        Arc::clone(known.busy.entry(origin.to_owned()).or_insert_with(new))
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
