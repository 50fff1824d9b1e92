//! What each host takes: requests at a time, beside the jobs that need it, and pauses that it asked for.

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
use tokio::sync::Mutex as TaskMutex;

use super::{Error, Options, target::Target};
use crate::resource::{Caller, Permit, Resources};

/// The hosts that something was asked of.
#[derive(Debug)]
pub(super) struct Hosts {
    resources: Resources,
    clock: Clock,
    file: PathBuf,
    /// Whoever has it writes the file.
    keeping: Arc<TaskMutex<()>>,
    pauses: Mutex<Pauses>,
}

/// Until when each host is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Pauses(BTreeMap<String, Timestamp>);

impl Hosts {
    /// Knows the pauses of an earlier run.
    pub(super) fn open(options: &Options) -> Self {
        let file = options.folder.join("pauses.json");
        let pauses = fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self {
            resources: options.resources.clone(),
            clock: options.clock.clone(),
            file,
            keeping: Arc::default(),
            pauses: Mutex::new(pauses.unwrap_or_default()),
        }
    }

    /// Waits until the host takes one more; refused while it is to be left alone.
    pub(super) async fn enter(&self, target: &Target, caller: Caller) -> Result<Permit, Error> {
        let origin = target.origin();
        self.check(&origin)?;
        let permit = self.resources.permit(target.lane(), caller).await;
        // It may have asked for a pause meanwhile.
        self.check(&origin)?;
        Ok(permit)
    }

    /// Refused while the host is to be left alone.
    pub(super) fn check(&self, origin: &str) -> Result<(), Error> {
        let now = self.clock.now();
        match self.lock().0.get(origin) {
            Some(until) if *until > now => Err(Error::Paused { left: until.since(now) }),
            _ => Ok(()),
        }
    }

    /// Leaves the host alone for so long, also after a restart.
    pub(super) async fn pause(&self, origin: &str, pause: Duration) {
        let now = self.clock.now();
        let until = now.after(pause);
        {
            let pauses = &mut self.lock().0;
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
        let (file, pauses) = (self.file.clone(), self.lock().clone());
        let write = move || {
            // Kept until it is written, whatever becomes of whoever asked.
            let _mine = mine;
            whole::write(&file, &serde_json::to_vec(&pauses)?)
        };
        tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
    }

    fn lock(&self) -> MutexGuard<'_, Pauses> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
