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

use mediary_events::{
    Concern as _,
    log::{Event, Logs},
};
use mediary_log::{Batch, Filter, Hash, Log, ReadError, Recorded};
use rusqlite::ErrorCode;
use tokio::{runtime::Handle, sync::watch, task::JoinHandle, time::sleep};

use crate::{
    handle::{Fault, ViewStatus},
    spawn,
    store::{self, Place, Readers, Store},
    view::{ApplyError, View},
};

/// Events folded in one transaction, at most: each row that they touch is in memory meanwhile.
const BATCH_MAX: usize = 16_384;
/// A view that lacks more events than these is in a hurry: it takes memory and disk for speed.
const BEHIND_MIN: u64 = 2_048;
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
    /// What comes behind the batch that is being folded, read meanwhile.
    pub(crate) ahead: Option<JoinHandle<Result<Batch, ReadError>>>,
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
    /// The file refuses the rows; which event is to blame, each of them alone will tell.
    Unwritten(String),
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
        let mut tidied = false;
        loop {
            let behind = self.log.head().position.saturating_sub(self.place.position);
            self.store.hurry::<V>(behind > BEHIND_MIN);
            if !tidied && behind == 0 {
                store::remove_other_versions::<V>(&self.directory);
                tidied = true;
            }
            let folded = match self.next::<V>() {
                Ok(batch) => self.fold_until_it_is::<V>(&batch),
                Err(end) => Err(end),
            };
            if let Err(end) = folded {
                return end;
            }
            if std::mem::take(&mut self.is_erased)
                && let Err(end) = self.begin_anew::<V>()
            {
                return end;
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
        (self.place, self.ahead) = (Place::default(), None);
        self.whole_at.store(self.log.head().position, Ordering::SeqCst);
        self.publish.send_modify(|status| status.position = 0);
        Ok(())
    }

    /// Waits for events; what can't be read now is asked for again.
    fn next<V: View>(&mut self) -> Result<Batch, End> {
        let mut wait = RETRY_MIN;
        loop {
            let (stopped, ahead) = (&mut self.stopped, self.ahead.take());
            let (log, position) = (&self.log, self.place.position);
            let next = self.runtime.block_on(async {
                let read = async {
                    match ahead {
                        // A reading that panicked is done again here, where it is told.
                        Some(ahead) => match ahead.await {
                            Ok(batch) => batch,
                            Err(_) => behind::<V>(log, position).await,
                        },
                        None => behind::<V>(log, position).await,
                    }
                };
                tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stopped| *stopped) => Err(ReadError::Closed),
                    batch = read => batch,
                }
            });
            match next {
                Ok(batch) => {
                    let reached = batch.next_position - 1;
                    if reached < self.log.head().position {
                        let log = self.log.clone();
                        let read = async move { behind::<V>(&log, reached).await };
                        self.ahead = Some(spawn::task(&self.runtime, read));
                    }
                    return Ok(batch);
                }
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
                Err(Unfolded::Unwritten(reason)) => match batch.events.as_slice() {
                    [] | [_] => {
                        let position = batch.next_position - 1;
                        return Err(End::Faulty(unfoldable(position, &reason)));
                    }
                    events => return self.fold_each::<V>(events, batch.next_position),
                },
                Err(Unfolded::Faulty(fault)) => {
                    self.fold_before::<V>(batch.clone(), fault.position);
                    return Err(End::Faulty(fault));
                }
            }
        }
    }

    /// Folds events one by one.
    fn fold_each<V: View>(&mut self, events: &[Arc<Recorded>], next_position: u64) -> Result<(), End> {
        for event in events {
            let alone = Batch { events: vec![Arc::clone(event)], next_position: event.position() + 1 };
            self.fold_until_it_is::<V>(&alone)?;
        }
        self.fold_until_it_is::<V>(&Batch { events: Vec::new(), next_position })
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
        let mut place = Place { position, passed: self.place.passed.clone() };
        for recorded in &batch.events {
            let envelope = &recorded.envelope;
            place.passed.take(envelope, V::knows(&envelope.stream.category, &envelope.name));
        }
        // The event that is being folded; none while rows are written.
        let mut at = None;
        let store = &mut self.store;
        let folded = catch_unwind(AssertUnwindSafe(|| {
            store.write(&place, &hash, |transaction| {
                let mut view = V::default();
                for recorded in &batch.events {
                    at = Some(recorded.position());
                    view.apply(transaction, recorded)?;
                }
                at = None;
                view.write(transaction)
            })
        }));
        let reason = match folded {
            Ok(Ok(())) => {
                let erases = |recorded: &Recorded| {
                    Event::is_erasing(&recorded.envelope)
                        && self.store.shows_what_is_erased_at(recorded.position())
                };
                // Nobody is told that it is up to date while it shows what is erased.
                self.is_erased = batch.events.iter().any(|recorded| erases(recorded));
                if !self.is_erased {
                    self.reached(V::NAME, place);
                }
                return Ok(());
            }
            Ok(Err(error)) if is_passing(&error) => return Err(Unfolded::Passing(chain(&error))),
            Ok(Err(error)) => chain(&error),
            Err(_printed) => "the fold panicked".to_owned(),
        };
        Err(match at {
            Some(position) => Unfolded::Faulty(unfoldable(position, &reason)),
            None => Unfolded::Unwritten(reason),
        })
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
            Err(Unfolded::Passing(reason) | Unfolded::Unwritten(reason)) => reason,
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

/// What stands behind a position of what a view is told of, as soon as the log has any more: up to the log's end, or as
/// much as makes a batch.
async fn behind<V: View>(log: &Log, position: u64) -> Result<Batch, ReadError> {
    let mut heads = log.watch_head();
    let head = heads.wait_for(|head| head.position > position).await.map_err(|_| ReadError::Closed)?.position;
    // The view is as far as the log also where nothing is for it: whoever waits for a position gets it.
    let lacking = usize::try_from(head - position).unwrap_or(usize::MAX);
    // Besides its own concerns each view hears of what was erased.
    let told = V::CONCERNS.iter().copied().chain([Logs::NAME]);
    let filter = Filter::categories(told.map(str::to_owned));
    log.subscribe(position + 1, filter).report_skipped(lacking).next_batch(BATCH_MAX).await
}

fn unfoldable(position: u64, reason: &str) -> Fault {
    Fault { position, code: STOPPED, reason: format!("event {position} can't be folded: {reason}") }
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
