//! The editions of a view as whoever administers it sees them: what each is for, how far it is, and until when it stays.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mediary_log::{Direction, Filter, Log, Read, ReadError, Recorded};
use mediary_schema::Timestamp;
use tokio::sync::watch;

use crate::{
    compare::Comparison,
    edition::Edition,
    handle::{Fault, ViewStatus},
    shelf::Shelf,
    store::{self, Checkpoint},
};

/// A view with all of its editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewReport {
    /// The view.
    pub name: &'static str,
    /// Its editions, the newest first.
    pub editions: Vec<EditionReport>,
}

/// How an edition of a view is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionReport {
    /// Which one.
    pub edition: Edition,
    /// What it is for.
    pub state: EditionState,
    /// The position of the last event that it has folded.
    pub position: u64,
    /// Events that were recorded since.
    pub events_behind: u64,
    /// For how long the first of these has been recorded; none if the log can't be asked.
    pub behind: Option<Duration>,
    /// Events that it folds in a second, while it is behind.
    pub rate_per_second: Option<u64>,
    /// When it will be at the end of the log, at this rate.
    pub time_left: Option<Duration>,
    /// What it takes on the disk.
    pub size_bytes: u64,
    /// What keeps it from going on, and is tried again.
    pub trouble: Option<String>,
    /// Why it stopped, if it did.
    pub fault: Option<Fault>,
    /// When it is removed, if another one took its place.
    pub kept_until: Option<Timestamp>,
    /// What was found when it was compared with the one before.
    pub comparison: Option<Comparison>,
}

/// What an edition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditionState {
    /// Queries are answered from it.
    Serving,
    /// It is not at the end of the log yet; it takes the place of the one that serves, if one does, once it is.
    Building,
    /// It is up to date, and another one serves because somebody chose it.
    Ready,
    /// It stopped at an event that it can't fold or read.
    Halted,
    /// Another one took its place; it is fed no further, and removed in time.
    Kept,
}

/// Which edition is what, shared by the life of a view and whoever asks.
#[derive(Debug, Clone)]
pub(crate) struct Editions(Arc<Mutex<Roles>>);

/// Which edition is what.
#[derive(Debug)]
pub(crate) struct Roles {
    pub(crate) shelf: Shelf,
    /// The one that the life of the view feeds.
    pub(crate) fed: (Edition, watch::Receiver<ViewStatus>),
    /// The one that serves.
    pub(crate) shown: Edition,
    /// The one that is built beside.
    pub(crate) aside: Option<(Edition, watch::Receiver<ViewStatus>)>,
}

impl Roles {
    /// Those that are in use, and stay.
    pub(crate) fn in_use(&self) -> Vec<Edition> {
        let aside = self.aside.as_ref().map(|(edition, _)| *edition);
        [self.fed.0, self.shown].into_iter().chain(aside).collect()
    }
}

impl Editions {
    pub(crate) fn new(shelf: Shelf, fed: (Edition, watch::Receiver<ViewStatus>), shown: Edition) -> Self {
        Self(Arc::new(Mutex::new(Roles { shelf, fed, shown, aside: None })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Roles> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How each of them is. Blocks: it asks the disk and the log.
    pub(crate) fn report(&self, log: &Log, served: &ViewStatus, is_whole: bool) -> ViewReport {
        let (mut editions, paths): (Vec<_>, Vec<_>) = {
            let roles = self.lock();
            let mut names = roles.shelf.editions();
            names.extend(roles.in_use());
            names.sort_unstable();
            names.dedup();
            let report = |edition| (roles.report(edition, served, is_whole), roles.shelf.path(edition));
            names.into_iter().map(report).unzip()
        };
        let head = log.head().position;
        for (edition, path) in editions.iter_mut().zip(paths) {
            edition.size_bytes = store::size_bytes(&path);
            if edition.state == EditionState::Kept {
                // What can't be read has nothing that anybody could be shown.
                let checkpoint = Checkpoint::look(&path).ok().flatten();
                edition.position = checkpoint.map_or(0, |checkpoint| checkpoint.place.position);
            }
            edition.events_behind = head.saturating_sub(edition.position);
            edition.behind = behind(log, edition.position).ok();
            let rate = edition.rate_per_second.filter(|rate| *rate > 0);
            edition.time_left = rate.map(|rate| Duration::from_secs(edition.events_behind.div_ceil(rate)));
        }
        editions.reverse();
        ViewReport { name: served.name, editions }
    }
}

impl Roles {
    /// What is known of an edition without asking the disk.
    fn report(&self, edition: Edition, served: &ViewStatus, is_whole: bool) -> EditionReport {
        let aside = self.aside.as_ref().filter(|(aside, _)| *aside == edition);
        let (state, status) = if edition == self.shown {
            let state = if is_whole { EditionState::Serving } else { EditionState::Building };
            (state, Some(served.clone()))
        } else if edition == self.fed.0 {
            let state = if self.shelf.is_chosen() { EditionState::Ready } else { EditionState::Building };
            (state, Some(self.fed.1.borrow().clone()))
        } else if let Some((_, status)) = aside {
            (EditionState::Building, Some(status.borrow().clone()))
        } else {
            (EditionState::Kept, None)
        };
        let status = status.unwrap_or_else(|| ViewStatus::standing(served.name, edition, 0));
        EditionReport {
            edition,
            state: if status.fault.is_some() { EditionState::Halted } else { state },
            position: status.position,
            events_behind: 0,
            behind: None,
            rate_per_second: status.rate_per_second,
            time_left: None,
            size_bytes: 0,
            trouble: status.trouble,
            fault: status.fault,
            kept_until: self.shelf.kept_until(edition),
            comparison: self.shelf.comparison(edition).cloned(),
        }
    }
}

/// For how long the first event behind a position has been recorded; not at all if there is none.
pub(crate) fn behind(log: &Log, position: u64) -> Result<Duration, ReadError> {
    if position >= log.head().position {
        return Ok(Duration::ZERO);
    }
    let lacking = log.read(&Read::forward(position + 1).limit(1))?;
    let since = lacking.first().map(|event| event.envelope.at);
    Ok(since.map_or(Duration::ZERO, |since| log.clock().now().since(since)))
}

/// The position of the last event that erased others; 0 if there is none.
pub(crate) fn last_erasure(log: &Log) -> Result<u64, ReadError> {
    let newest = Read { direction: Direction::Backward, ..Read::forward(log.head().position) };
    let erasures = log.read(&newest.limit(1).filter(Filter::kinds(["log.erased", "log.shredded"])))?;
    Ok(erasures.first().map_or(0, Recorded::position))
}
