//! What feeds a view: a thread of its own, from its checkpoint, then live.
//!
//! What passes (a full disk, a busy file) is tried again and said meanwhile. What doesn't (an event that can't be
//! folded or read, a fold that panics) stops the view, and it says so: a view with a hole would lie.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mediary_events::log::Event;
use mediary_log::{Batch, Filter, Hash, Log, ReadError, Recorded, Subscription};
use rusqlite::ErrorCode;
use tokio::{runtime::Handle, sync::watch, time::sleep};

use crate::{
    runner::{Fault, ViewStatus},
    store::{self, Place, Readers, Store},
    view::{ApplyError, View},
};

/// Events folded in one transaction.
const BATCH_MAX: usize = 512;
/// How long a view waits before it tries again; twice as long each time.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// How long it waits at most: somebody made room, and looks whether it helped.
const RETRY_MAX: Duration = Duration::from_secs(5);
/// The code of a view that can't go on for a reason of its own.
const STOPPED: &str = "VIEW_STOPPED";

/// The life of one view, on its thread.
pub(crate) struct Life {
    pub(crate) log: Log,
    pub(crate) directory: PathBuf,
    pub(crate) runtime: Handle,
    pub(crate) store: Store,
    pub(crate) readers: Readers,
    pub(crate) place: Place,
    pub(crate) publish: watch::Sender<ViewStatus>,
    pub(crate) stopped: watch::Receiver<bool>,
    /// Before it has folded up to here it shows a part of the truth.
    pub(crate) whole_at: Arc<AtomicU64>,
    /// Whether something was erased that the view may show.
    pub(crate) is_erased: bool,
}

/// Why a view doesn't go on by itself.
enum End {
    /// It is to stop, or the log was closed.
    Stopping,
    /// It can't go on.
    Faulty(Fault),
}

/// Why a batch was not folded.
enum Unfolded {
    /// Worth another try.
    Passing(String),
    Faulty(Fault),
}

impl Life {
    pub(crate) fn run<V: View>(mut self) {
        match self.follow::<V>() {
            End::Stopping => {}
            End::Faulty(fault) => self.halt(V::NAME, fault),
        }
    }

    fn follow<V: View>(&mut self) -> End {
        let mut subscription = self.log.subscribe(self.place.position + 1, Filter::default());
        let mut tidied = false;
        loop {
            if !tidied && self.place.position >= self.log.head().position {
                store::remove_other_versions::<V>(&self.directory);
                tidied = true;
            }
            let folded = match self.next(&mut subscription) {
                Ok(batch) => self.fold_until_it_is::<V>(&batch),
                Err(end) => Err(end),
            };
            if let Err(end) = folded {
                return end;
            }
            if std::mem::take(&mut self.is_erased) {
                match self.begin_anew::<V>() {
                    Ok(()) => subscription = self.log.subscribe(1, Filter::default()),
                    Err(end) => return end,
                }
            }
        }
    }

    /// Makes the view anew: what was erased from the log must not be found in it.
    fn begin_anew<V: View>(&mut self) -> Result<(), End> {
        tracing::info!(view = V::NAME, position = self.place.position, "rebuilding: something was erased");
        let begun = self.store.begin_anew::<V>(&self.directory, &self.log);
        self.readers.forget();
        let position = self.place.position;
        let failed = |error| Fault { position, code: STOPPED, reason: chain(&error) };
        begun.map_err(|error| End::Faulty(failed(error)))?;
        self.place = Place::default();
        self.whole_at.store(self.log.head().position, Ordering::SeqCst);
        self.publish.send_modify(|status| status.position = 0);
        Ok(())
    }

    /// Waits for events; what can't be read now is asked for again.
    fn next(&mut self, subscription: &mut Subscription) -> Result<Batch, End> {
        let mut wait = RETRY_MIN;
        loop {
            let stopped = &mut self.stopped;
            let next = self.runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stopped| *stopped) => Err(ReadError::Closed),
                    batch = subscription.next_batch(BATCH_MAX) => batch,
                }
            });
            match next {
                Ok(batch) => return Ok(batch),
                Err(ReadError::Closed) => return Err(End::Stopping),
                Err(ReadError::Damaged(damage)) => {
                    let position = damage.position().unwrap_or(self.place.position + 1);
                    let reason = format!("the log can't be read: {damage}");
                    return Err(End::Faulty(Fault { position, code: damage.code(), reason }));
                }
                Err(error) => {
                    self.wait_with(format!("the log can't be read: {}", chain(&error)), &mut wait)?;
                }
            }
        }
    }

    /// Folds a batch, however often it takes, or what stands before the event that can't be folded.
    fn fold_until_it_is<V: View>(&mut self, batch: &Batch) -> Result<(), End> {
        let mut wait = RETRY_MIN;
        loop {
            match self.fold::<V>(batch) {
                Ok(()) => return Ok(()),
                Err(Unfolded::Passing(trouble)) => self.wait_with(trouble, &mut wait)?,
                Err(Unfolded::Faulty(fault)) => {
                    self.fold_before::<V>(batch.clone(), fault.position);
                    return Err(End::Faulty(fault));
                }
            }
        }
    }

    /// Says what is the matter and waits before the next try.
    fn wait_with(&mut self, trouble: String, wait: &mut Duration) -> Result<(), End> {
        let name = self.publish.borrow().name;
        tracing::warn!(view = name, trouble, wait_ms = wait.as_millis() as u64, "the view tries again");
        self.publish.send_modify(|status| status.trouble = Some(trouble));
        let (stopped, pause) = (&mut self.stopped, *wait);
        let goes_on = self.runtime.block_on(async {
            tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => false,
                () = sleep(pause) => true,
            }
        });
        *wait = RETRY_MAX.min(*wait * 2);
        if goes_on { Ok(()) } else { Err(End::Stopping) }
    }

    fn fold<V: View>(&mut self, batch: &Batch) -> Result<(), Unfolded> {
        let position = batch.next_position - 1;
        let hash = self.hash_at(position)?;
        let mut at = self.place.position;
        let mut place = Place { position, passed: self.place.passed.clone() };
        for recorded in &batch.events {
            let envelope = &recorded.envelope;
            place.passed.take(envelope, V::knows(&envelope.stream.category, &envelope.name));
        }
        let store = &mut self.store;
        let folded = catch_unwind(AssertUnwindSafe(|| {
            store.write(&place, &hash, |transaction| {
                for recorded in &batch.events {
                    at = recorded.envelope.position;
                    V::apply(transaction, recorded)?;
                }
                Ok::<(), ApplyError>(())
            })
        }));
        match folded {
            Ok(Ok(())) => {
                let erases = |recorded: &Recorded| {
                    Event::is_erasing(&recorded.envelope)
                        && self.store.shows_what_is_erased_at(recorded.envelope.position)
                };
                // Nobody is told that it is up to date while it shows what is erased.
                self.is_erased = batch.events.iter().any(|recorded| erases(recorded));
                if !self.is_erased {
                    self.reached(V::NAME, place);
                }
            }
            Ok(Err(error)) if is_passing(&error) => return Err(Unfolded::Passing(chain(&error))),
            Ok(Err(error)) => {
                let reason = format!("event {at} can't be folded: {}", chain(&error));
                return Err(Unfolded::Faulty(Fault { position: at, code: STOPPED, reason }));
            }
            Err(_printed) => {
                let reason = format!("event {at} can't be folded: the fold panicked");
                return Err(Unfolded::Faulty(Fault { position: at, code: STOPPED, reason }));
            }
        }
        Ok(())
    }

    /// The hash of the chain, by which a view is known as one of this history.
    fn hash_at(&self, position: u64) -> Result<Hash, Unfolded> {
        match self.log.hash_at(position) {
            Ok(Some(hash)) => Ok(hash),
            Ok(None) => Err(Unfolded::Passing(format!("event {position} is not in the log"))),
            Err(ReadError::Damaged(damage)) => {
                let at = damage.position().unwrap_or(position);
                let reason = format!("the log can't be read: {damage}");
                Err(Unfolded::Faulty(Fault { position: at, code: damage.code(), reason }))
            }
            Err(error) => Err(Unfolded::Passing(chain(&error))),
        }
    }

    fn reached(&mut self, view: &'static str, place: Place) {
        let position = place.position;
        self.place = place;
        metrics::gauge!("mediary_view_position", "view" => view).set(position as f64);
        let lag = self.log.head().position.saturating_sub(position);
        metrics::gauge!("mediary_view_lag_events", "view" => view).set(lag as f64);
        self.publish.send_modify(|status| {
            status.position = position;
            status.trouble = None;
        });
    }

    /// Folds what stands before an event that can't be folded, so that the view stops right there.
    fn fold_before<V: View>(&mut self, mut batch: Batch, position: u64) {
        batch.events.retain(|recorded| recorded.envelope.position < position);
        batch.next_position = position.max(self.place.position + 1);
        let stops_early = match self.fold::<V>(&batch) {
            Ok(()) => return,
            Err(Unfolded::Passing(reason)) => reason,
            Err(Unfolded::Faulty(fault)) => fault.reason,
        };
        tracing::error!(view = V::NAME, position, reason = stops_early, "the view stops before its time");
    }

    /// A view that can't go on stops there and says so; it never skips an event in silence.
    fn halt(&self, view: &'static str, fault: Fault) {
        let Fault { position, code, reason } = &fault;
        tracing::error!(view, position, code, reason, "the view has stopped");
        self.publish.send_modify(|status| {
            status.trouble = None;
            status.fault = Some(fault);
        });
    }
}

/// Whether the same event may well be folded in a moment: then it isn't the event that is wrong.
fn is_passing(error: &ApplyError) -> bool {
    let ApplyError::Sqlite(error) = error else { return false };
    let passing = [
        ErrorCode::DiskFull,
        ErrorCode::SystemIoFailure,
        ErrorCode::DatabaseBusy,
        ErrorCode::DatabaseLocked,
        ErrorCode::CannotOpen,
        ErrorCode::OutOfMemory,
        ErrorCode::OperationInterrupted,
    ];
    error.sqlite_error_code().is_some_and(|code| passing.contains(&code))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
