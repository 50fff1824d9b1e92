//! A running view as others know it: asked, waited for, stopped.

mod standing;
#[cfg(test)]
mod tests;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use mediary_log::{Log, alarm::Alarms};
use mediary_schema::scope::Scope;
use rusqlite::Transaction;
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
};

use crate::{
    changed::{Changed, Recent},
    edition::Edition,
    editions::Editions,
    feed::Feeder,
    life::Life,
    order::Order,
    past::{self, Kept, Pasts},
    readers::{QueryError, Readers},
    registry::StartError,
    spawn,
    start::Start,
    store::{Place, Store},
    told::Told,
    view::View,
};

/// How long a query waits for a view to reach a position (PL-42).
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(2);
/// A view that lacks more events than these isn't waited for: it folds some thousands in a second.
const LAG_AWAITED_MAX: u64 = 4_096;

/// Where a view is, or an edition of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewStatus {
    /// Its name.
    pub name: &'static str,
    /// Which edition serves.
    pub edition: Edition,
    /// Whether it is told of what is recorded. One that isn't is of an older version, and shows its position for good.
    pub is_fed: bool,
    /// The position of the last event that it has folded.
    pub position: u64,
    /// Whether it has the indexes that queries ask, and is written so that it can be read meanwhile.
    pub is_built: bool,
    /// Events that it folds in a second, while it is behind.
    pub rate_per_second: Option<u64>,
    /// What keeps it from going on, and is tried again.
    pub trouble: Option<String>,
    /// Why it stopped, if it did.
    pub fault: Option<Fault>,
}

impl ViewStatus {
    /// That of an edition that is fed.
    pub(crate) fn fed(name: &'static str, edition: Edition, (store, place): &(Store, Place)) -> Self {
        let (position, is_built) = (place.position, store.is_built());
        let (rate_per_second, trouble, fault) = (None, None, None);
        Self { name, edition, is_fed: true, position, is_built, rate_per_second, trouble, fault }
    }

    /// That of one that stands: nothing that is not built does.
    pub(crate) const fn standing(name: &'static str, edition: Edition, position: u64) -> Self {
        let (rate_per_second, trouble, fault) = (None, None, None);
        Self { name, edition, is_fed: false, position, is_built: true, rate_per_second, trouble, fault }
    }
}

/// An event that a view can't fold, or can't read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The event's position.
    pub position: u64,
    /// A stable code: the log's, if it is the log that can't be read.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
}

/// A running view: its readers and its place. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ViewHandle {
    pub(crate) name: &'static str,
    pub(crate) log: Log,
    pub(crate) readers: Readers,
    pub(crate) editions: Editions,
    pub(crate) orders: mpsc::UnboundedSender<Order>,
    status: watch::Receiver<ViewStatus>,
    /// Which rows were changed lately.
    recent: Arc<Recent>,
    /// What was recorded when it was started, or begun anew: before it has folded that, it shows a part of the truth as if it were all.
    whole_at: Arc<AtomicU64>,
    /// The newest position that any of the views was read at.
    pub(crate) shown: Arc<AtomicU64>,
    /// The view as it was.
    pub(crate) pasts: Pasts,
    pub(crate) way: past::Way,
    /// What it is built as, if it was built aside and nobody feeds it.
    stands: Option<Arc<Kept>>,
    stop: Arc<watch::Sender<bool>>,
    thread: Arc<std::sync::Mutex<Option<JoinHandle<()>>>>,
}

impl ViewHandle {
    /// Starts a view in its own files below `directory`; must be called on a runtime.
    pub fn start<V: View>(log: &Log, alarms: &Alarms, directory: &Path) -> Result<Self, StartError> {
        Self::start_among::<V>(log, alarms, directory, &Pasts::start(log, directory))
    }

    /// The same among other views, which have one past together.
    pub(crate) fn start_among<V: View>(
        log: &Log,
        alarms: &Alarms,
        directory: &Path,
        pasts: &Pasts,
    ) -> Result<Self, StartError> {
        let Start { shelf, fed, file, shown } = Start::of::<V>(log, directory)?;
        let head = log.head().position;
        let (own, own_status) = watch::channel(ViewStatus::fed(V::NAME, fed, &file));
        let standing = shown.map(|(edition, position)| ViewStatus::standing(V::NAME, edition, position));
        let whole_at = Arc::new(AtomicU64::new(if standing.is_some() { 0 } else { head }));
        let is_fed_shown = standing.is_none();
        let (served, status) = watch::channel(standing.unwrap_or_else(|| own.borrow().clone()));
        let (served, edition) = (Arc::new(served), status.borrow().edition);
        let (stop, stopped) = watch::channel(false);
        let (order, orders) = mpsc::unbounded_channel();
        let editions = Editions::new(shelf, (fed, own_status), edition);
        let readers = Readers::new(V::NAME, V::VERSION, directory, edition);
        let told = Told { own, served: is_fed_shown.then(|| Arc::clone(&served)) };
        let recent = Arc::<Recent>::default();
        let mut feeder = Feeder::new(log, Handle::current(), file, told, stopped);
        feeder.recent = Some(Arc::clone(&recent));
        let life = Life {
            feeder,
            editions: editions.clone(),
            readers: readers.clone(),
            pasts: pasts.clone(),
            alarms: alarms.clone(),
            served,
            whole_at: Arc::clone(&whole_at),
            serves_at: head,
            orders,
            order: order.clone(),
            building: None,
            asked: None,
            has_retired: false,
            has_others: true,
            erased_at: 0,
        };
        let thread = spawn::thread(format!("view-{}", V::NAME), move || life.run::<V>())
            .map_err(|source| StartError::Thread { view: V::NAME, source })?;
        let thread = Arc::new(std::sync::Mutex::new(Some(thread)));
        let (shown, stop, log) = (Arc::default(), Arc::new(stop), log.clone());
        Ok(Self {
            name: V::NAME,
            log,
            readers,
            editions,
            orders: order,
            status,
            recent,
            whole_at,
            shown,
            pasts: pasts.clone(),
            way: past::way::<V>(),
            stands: None,
            stop,
            thread,
        })
    }

    /// Where the view is now.
    pub fn status(&self) -> ViewStatus {
        self.status.borrow().clone()
    }

    /// How often the view was begun anew while it ran: what was read of it before may have been erased since.
    pub fn generation(&self) -> u64 {
        self.readers.generation()
    }

    /// Tells of each step of the view: whoever waits here re-reads what changed after its position.
    pub fn watch(&self) -> watch::Receiver<ViewStatus> {
        self.status.clone()
    }

    /// Whether any row that is asked about may have changed behind a position and up to another: what is further back than is
    /// known may have.
    pub fn may_have_changed(&self, after: u64, to: u64, asked: impl Fn(&Changed) -> bool) -> bool {
        self.recent.is_any(after, to, asked).unwrap_or(true)
    }

    /// Waits until it has ended without a fault. One that has a fault says so, and is asked nothing any more.
    pub(crate) async fn ended(&self) -> &'static str {
        let mut status = self.watch();
        while status.changed().await.is_ok() {}
        if status.borrow().fault.is_some() {
            std::future::pending::<()>().await;
        }
        self.name
    }

    /// Answers a query from one snapshot of what a scope may see, with the position that the snapshot shows at least.
    ///
    /// A view that has stopped, or is still being built, answers nothing: what it doesn't show would be taken for what
    /// isn't there.
    pub async fn read<T: Send + 'static>(
        &self,
        scope: Scope,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, QueryError> {
        self.refuse_if_stopped()?;
        self.wait_until_whole().await?;
        self.catch_up_with_what_was_shown().await;
        let readers = self.readers.clone();
        let read = match spawn::blocking(move || readers.read(scope, query)).await {
            Ok(read) => read,
            Err(error) if error.is_panic() => return Err(QueryError::Panicked { view: self.name }),
            Err(_) => return Err(QueryError::Stopping),
        };
        let (answer, position) = read?;
        self.shown.fetch_max(position, Ordering::SeqCst);
        Ok(answer)
    }

    /// Waits until what was recorded before the start is there and can be asked; not where that takes longer than anybody waits.
    async fn wait_until_whole(&self) -> Result<(), QueryError> {
        match self.refuse_if_partial() {
            Err(QueryError::Behind { at, wanted, .. }) if wanted - at <= LAG_AWAITED_MAX => {
                self.wait_until(wanted, |status| status.position >= wanted && status.is_built).await
            }
            Err(QueryError::Unindexed { at, .. }) => self.wait_until(at, |status| status.is_built).await,
            known => known,
        }
    }

    /// Whoever saw a job end in one view is not shown an older state by another.
    ///
    /// As good as it can be had in two seconds: a view that is behind, or stopped, still answers. One that can't go on
    /// for now is not waited for: each query would take those two seconds, as long as the trouble lasts.
    async fn catch_up_with_what_was_shown(&self) {
        let shown = self.shown.load(Ordering::SeqCst);
        let (at, is_stuck) = {
            let status = self.status.borrow();
            (status.position, status.trouble.is_some() || !status.is_fed)
        };
        if at >= shown || shown - at > LAG_AWAITED_MAX || is_stuck {
            return;
        }
        if let Err(error) = self.wait_for(shown).await {
            tracing::debug!(view = self.name, %error, "the view shows an older state than another did");
        }
    }

    /// [`Self::read`] for threads that may block.
    pub fn read_blocking<T>(
        &self,
        scope: Scope,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, QueryError> {
        self.refuse_if_stopped()?;
        self.refuse_if_partial()?;
        self.readers.read(scope, query).map(|(answer, _)| answer)
    }

    fn refuse_if_stopped(&self) -> Result<(), QueryError> {
        match &self.status.borrow().fault {
            Some(fault) => Err(self.stopped(fault)),
            None => Ok(()),
        }
    }

    /// Whether it shows all that was recorded when it was started, or once was, with the indexes that are asked: else it
    /// serves nobody.
    pub(crate) fn is_whole(&self) -> bool {
        self.refuse_if_partial().is_ok()
    }

    fn refuse_if_partial(&self) -> Result<(), QueryError> {
        let (at, is_built) = {
            let status = self.status.borrow();
            (status.position, status.is_built)
        };
        let whole_at = self.whole_at.load(Ordering::SeqCst);
        if at >= whole_at && is_built {
            return Ok(());
        }
        // What isn't built is so far behind that it makes its indexes only once it is nearly at the end.
        let wanted = if at < whole_at { whole_at } else { self.log.head().position.max(at) };
        Err(self.behind(at, wanted))
    }

    fn behind(&self, at: u64, wanted: u64) -> QueryError {
        let view = self.name;
        if at < wanted { QueryError::Behind { view, at, wanted } } else { QueryError::Unindexed { view, at } }
    }

    fn stopped(&self, fault: &Fault) -> QueryError {
        QueryError::Stopped { view: self.name, code: fault.code, reason: fault.reason.clone() }
    }

    /// Waits, at most two seconds, until the view shows the position. An edition that is fed no further never does, and says
    /// so at once.
    pub async fn wait_for(&self, position: u64) -> Result<(), QueryError> {
        self.wait_until(position, |status| status.position >= position).await
    }

    async fn wait_until(
        &self,
        position: u64,
        is_there: impl Fn(&ViewStatus) -> bool,
    ) -> Result<(), QueryError> {
        let mut status = self.status.clone();
        {
            let status = status.borrow_and_update();
            if !status.is_fed && status.position < position {
                return Err(QueryError::Behind { view: self.name, at: status.position, wanted: position });
            }
        }
        let reached = status.wait_for(|status| is_there(status) || status.fault.is_some());
        match tokio::time::timeout(WAIT_MAX, reached).await {
            Ok(Ok(status)) => match &status.fault {
                Some(fault) if !is_there(&status) => Err(self.stopped(fault)),
                Some(_) | None => Ok(()),
            },
            Ok(Err(_)) => Err(QueryError::Stopping),
            Err(_) => {
                let at = self.status.borrow().position;
                Err(self.behind(at, position))
            }
        }
    }

    /// Stops the view and waits for its thread; what it shows can still be read.
    pub fn stop(&self) {
        self.pasts.stop();
        self.stop.send_replace(true);
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!(view = self.name, "the view's thread panicked");
        }
    }
}
