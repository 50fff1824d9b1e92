//! A view that is built anew beside the edition that serves, by a thread of its own: what is in its way holds nothing up but
//! itself.
//!
//! At the end of the log it is compared with the one that serves, both at the same position, and handed over.

use std::{convert::Infallible, future::pending, path::PathBuf, thread::JoinHandle};

use mediary_log::Log;
use tokio::{
    runtime::Handle,
    sync::{mpsc::UnboundedSender, watch},
};

use crate::{
    compare::{Comparison, compare},
    edition::Edition,
    fault::{End, chain},
    feed::Feeder,
    handle::ViewStatus,
    order::{Built, Order},
    readers,
    registry::StartError,
    spawn,
    store::{Checkpoint, Place, Store},
    told::Told,
    view::View,
};

/// What is built, with the one that serves meanwhile.
struct Builder {
    feeder: Feeder,
    edition: Edition,
    path: PathBuf,
    serving: Serving,
    orders: UnboundedSender<Order>,
}

/// The edition that serves meanwhile, and is fed.
pub(crate) struct Serving {
    pub(crate) edition: Edition,
    pub(crate) path: PathBuf,
    pub(crate) status: watch::Receiver<ViewStatus>,
}

/// A build that runs, or has halted.
#[derive(Debug)]
pub(crate) struct Building {
    pub(crate) edition: Edition,
    pub(crate) status: watch::Receiver<ViewStatus>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Building {
    /// Begins to build, or goes on with what the file has.
    pub(crate) fn start<V: View>(
        log: &Log,
        runtime: &Handle,
        (edition, path): (Edition, PathBuf),
        file: (Store, Place),
        serving: Serving,
        orders: UnboundedSender<Order>,
    ) -> Result<Self, StartError> {
        let (own, status) = watch::channel(ViewStatus::fed(V::NAME, edition, &file));
        let (stop, stopped) = watch::channel(false);
        let feeder = Feeder::new(log, runtime.clone(), file, Told { own, served: None }, stopped);
        let builder = Builder { feeder, edition, path, serving, orders };
        let thread = spawn::thread(format!("build-{}", V::NAME), move || builder.run::<V>())
            .map_err(|source| StartError::Thread { view: V::NAME, source })?;
        Ok(Self { edition, status, stop, thread: Some(thread) })
    }

    /// Whether it can't go on.
    pub(crate) fn is_halted(&self) -> bool {
        self.status.borrow().fault.is_some()
    }
}

impl Drop for Building {
    /// What it has folded stays; whoever starts it again goes on from there.
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(edition = %self.edition, "the thread that builds a view panicked");
        }
    }
}

impl Builder {
    fn run<V: View>(mut self) {
        let comparison = loop {
            match self.build::<V>() {
                Ok(comparison) => break comparison,
                Err(End::Stopping) => return,
                Err(End::Faulty(fault)) => return self.feeder.halt(V::NAME, &fault),
                Err(End::Erased) => match self.feeder.begin_anew::<V>() {
                    Ok(()) => {}
                    Err(End::Faulty(fault)) => return self.feeder.halt(V::NAME, &fault),
                    Err(End::Stopping | End::Erased) => return,
                },
            }
        };
        let Feeder { store, place, .. } = self.feeder;
        let built = Built { edition: self.edition, file: (store, place), comparison };
        // Nobody takes it when the view was stopped; the next start finds it.
        self.orders.send(Order::Take(Box::new(built))).unwrap_or_default();
    }

    fn build<V: View>(&mut self) -> Result<Option<Comparison>, End> {
        let mut comparison = None;
        loop {
            // One that stands still is met on the way, or never.
            let at = self.feeder.place.position;
            let standing = self.standing();
            self.feeder.pause_at = standing.filter(|standing| *standing > at);
            if standing == Some(at) && comparison.is_none() {
                comparison = self.compare::<V>()?;
            }
            if self.feeder.is_near_the_end() {
                self.feeder.complete::<V>()?;
                break;
            }
            self.feeder.step::<V, Infallible>(pending())?;
        }
        match comparison {
            Some(comparison) => Ok(Some(comparison)),
            None => self.compare::<V>(),
        }
    }

    /// Where the edition that serves stands still, if it does.
    fn standing(&self) -> Option<u64> {
        let status = self.serving.status.borrow();
        status.fault.as_ref().map(|_| status.position)
    }

    /// Compares with what the one that serves shows now, which goes on meanwhile. None if there is no position that both can
    /// stand at, or the other file can't be read.
    fn compare<V: View>(&mut self) -> Result<Option<Comparison>, End> {
        loop {
            let at = self.feeder.place.position;
            self.wait_for_serving(at)?;
            match self.compare_at_its_position::<V>() {
                Ok(Some(compared)) => return Ok(Some(compared)),
                Ok(None) if self.standing().is_some_and(|standing| standing < at) => return Ok(None),
                // A batch was told before it was to be seen.
                Ok(None) => {}
                Err(Incomparable::Ended(end)) => return Err(end),
                Err(Incomparable::Unread(error)) => {
                    let reason = chain(&error);
                    tracing::warn!(view = V::NAME, reason, "the new version of the view can't be compared");
                    return Ok(None);
                }
            }
        }
    }

    fn compare_at_its_position<V: View>(&mut self) -> Result<Option<Comparison>, Incomparable> {
        let mut old = readers::connect(&self.serving.path)?;
        // What it shows from here on is what it showed at this moment.
        let old = old.transaction()?;
        let Some(Checkpoint { place: Place { position, .. }, .. }) = Checkpoint::of(&old)? else {
            return Ok(None);
        };
        if position < self.feeder.place.position {
            return Ok(None);
        }
        self.feeder.pause_at = Some(position);
        while self.feeder.place.position < position {
            self.feeder.step::<V, Infallible>(pending()).map_err(Incomparable::Ended)?;
        }
        let new = readers::connect(&self.path)?;
        Ok(Some(compare((self.serving.edition, &old), (self.edition, &new), position)?))
    }

    /// Waits until the one that serves is as far, or stands still.
    fn wait_for_serving(&mut self, position: u64) -> Result<(), End> {
        let (serving, stopped) = (&mut self.serving.status, &mut self.feeder.stopped);
        self.feeder.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => Err(End::Stopping),
                reached = serving.wait_for(|status| status.position >= position || status.fault.is_some()) => {
                    // Nobody feeds it any more: the view stops, and with it the build.
                    reached.map(drop).map_err(|_| End::Stopping)
                }
            }
        })
    }
}

/// Why two editions were not compared.
enum Incomparable {
    Ended(End),
    Unread(rusqlite::Error),
}

impl From<rusqlite::Error> for Incomparable {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unread(error)
    }
}
