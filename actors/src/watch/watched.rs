use std::{path::Path, sync::Arc, time::Duration};

use mediary_events::watch::Added;
use mediary_log::{Log, ReadError};
use mediary_schema::{Timestamp, file::Stamp};
use notify::RecommendedWatcher;
use tokio::time::Instant;

use super::{
    folder::{Changed, Changes, Folder, Found, watch},
    settling::Settling,
    writers::written,
};
use crate::{
    file::{Ours, Root, is_away, stamp_of},
    library::{being_placed, is_real_folder},
};

/// A folder that is watched.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) added: Added,
    root: Root,
    folder: Folder,
    pub(super) settling: Settling,
    changes: Arc<Changes>,
    /// When all of it is looked at again.
    scan_at: Instant,
    /// Tells what happens; none if the system has no watch left.
    watcher: Option<RecommendedWatcher>,
}

/// Files that settled and are none of ours, by the way to them below the folder.
pub(super) type Settled = Vec<(String, Stamp)>;

/// All of a folder is looked at again after this: what its system tells may be less than all, as on a disk of the network.
const SCAN_EVERY: Duration = Duration::from_mins(15);
/// The same, where the system tells nothing, or the folder is not there.
const SCAN_OFTEN: Duration = Duration::from_mins(1);
/// Files that wait are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The root of a watch, and its folder there.
pub(super) fn folder_of(roots: &[Root], added: &Added) -> Option<(Root, Folder)> {
    let root = roots.iter().find(|root| root.id() == added.watch.root_id)?;
    let path = match added.watch.way.as_str() {
        "" => root.folder().to_owned(),
        way => root.folder().join(way),
    };
    let within = |other: &&Root| other.id() != root.id() && other.folder().starts_with(&path);
    let without = roots.iter().filter(within).map(|other| other.folder().to_owned()).collect();
    Some((root.clone(), Folder { path, without }))
}

impl Watched {
    /// One that has not looked yet; none if what it takes can't be said by this program.
    pub(super) fn new(added: Added, root: Root, folder: Folder) -> Option<Self> {
        let chooser = added.watch.which.chooser().inspect_err(|error| {
            tracing::error!(%error, "what a watched folder takes can't be read");
        });
        Some(Self {
            settling: Settling::new(chooser.ok()?),
            added,
            root,
            folder,
            changes: Arc::default(),
            scan_at: Instant::now(),
            watcher: None,
        })
    }

    /// Looks at what happened since the last look, and answers what has settled and is none of ours. Blocks.
    pub(super) fn look(
        &mut self,
        log: &Log,
        ours: &Ours,
        clock: Timestamp,
        wake: impl Fn() + Send + 'static,
    ) -> Result<Settled, ReadError> {
        let now = Instant::now();
        if now >= self.scan_at {
            self.watch(log, wake)?;
        }
        match self.changes.take() {
            Changed::Paths(paths) => paths.iter().for_each(|path| self.see(path, now)),
            Changed::All => self.scan(now),
        }
        let settled = self.settling.settled(now, clock);
        if settled.is_empty() {
            return Ok(vec![]);
        }
        // Once for all of them, and before the log is asked: what was said meanwhile is known there.
        let (written, being_placed) = (written(), being_placed(self.root.folder(), log.id()));
        let mut is_none_of_ours = vec![];
        for way in settled {
            let found = stamp_of(&self.folder.path.join(&way)).unwrap_or(None);
            let before = self.settling.waits_as(&way);
            self.settling.see(way.clone(), found, now);
            let Some(stamp) = found.filter(|stamp| before.is_some_and(|before| before.is_same(*stamp)))
            else {
                continue;
            };
            let path = self.added.watch.path_of(&way);
            let is_written = stamp.inode.is_some_and(|inode| written.contains(&(inode.device, inode.number)));
            if is_written || being_placed.contains(&path) {
                self.settling.put_off(&way, now);
            } else if ours.has(self.root.id(), &path, stamp)? {
                self.settling.is_done(&way);
            } else {
                is_none_of_ours.push((way, stamp));
            }
        }
        Ok(is_none_of_ours)
    }

    /// Has the system tell what happens, if it does not yet, and looks at all that there is, if the root is there.
    fn watch(&mut self, log: &Log, wake: impl Fn() + Send + 'static) -> Result<(), ReadError> {
        let now = Instant::now();
        self.scan_at = now + SCAN_OFTEN;
        if is_away(log, &self.root)? || !is_real_folder(self.root.folder(), &self.added.watch.way) {
            self.watcher = None;
            return Ok(());
        }
        if self.watcher.is_none() {
            match watch(&self.folder.path, Arc::clone(&self.changes), wake) {
                Ok(watcher) => self.watcher = Some(watcher),
                Err(error) => {
                    let folder = self.folder.path.display();
                    tracing::warn!(%folder, %error, "what happens in a watched folder is seen once a minute only");
                }
            }
        }
        if self.watcher.is_some() {
            self.scan_at = now + SCAN_EVERY;
        }
        self.scan(now);
        Ok(())
    }

    /// Whether it is still the one that is to be watched.
    pub(super) fn is(&self, added: &Added, root: &Root, folder: &Folder) -> bool {
        (&self.added, &self.root, &self.folder) == (added, root, folder)
    }

    /// In how long it has to look again, if nothing happens.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        let wait = self.scan_at.saturating_duration_since(now);
        if self.settling.has_waiting() { wait.min(LOOK_EVERY) } else { wait }
    }

    fn scan(&mut self, now: Instant) {
        let found = self.folder.files(&self.folder.path);
        let mut ways = Vec::with_capacity(found.len());
        for Found { way, stamp } in found {
            ways.push(way.clone());
            self.settling.see(way, Some(stamp), now);
        }
        self.settling.keep(&ways);
    }

    /// Looks at what lies at a path that something happened to.
    fn see(&mut self, path: &Path, now: Instant) {
        let Some(way) = self.folder.way_to(path).map(str::to_owned) else { return };
        if path.symlink_metadata().is_ok_and(|facts| facts.is_dir()) {
            for Found { way, stamp } in self.folder.files(path) {
                self.settling.see(way, Some(stamp), now);
            }
        } else {
            // What can't be looked at now is seen by the next look at all.
            self.settling.see(way, stamp_of(path).unwrap_or(None), now);
        }
    }
}
