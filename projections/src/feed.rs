//! What feeds one edition of a view: reads what it lacks, folds it, and commits rows and checkpoint together.
//!
//! What passes (a full disk, a busy file) is tried again and said meanwhile. What doesn't (an event that can't be
//! folded or read, a fold that panics) ends the feeding: a view with a hole would lie.

use std::{
    future::pending,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use mediary_events::{
    Concern as _,
    log::{Event, Logs},
};
use mediary_log::{Batch, Filter, Hash, Log, ReadError, Recorded};
use tokio::{
    runtime::Handle,
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};

use crate::{
    changed::Recent,
    fault::{End, STOPPED, Unfolded, chain, is_passing, unfoldable},
    handle::Fault,
    spawn,
    store::{BEHIND_MIN, Place, Store},
    told::Told,
    view::{ApplyError, View},
};

/// Events folded in one transaction, at most: each row that they touch is in memory meanwhile, and pages that many batches
/// write are written the less often.
const BATCH_MAX: usize = 16_384;
/// The same of the first batch of a view that is behind, and of each after it twice as many: nothing is folded until it is
/// read.
const BATCH_FIRST: usize = 1_024;
/// What so many events had in memory is freed beside the next batch: that takes a tenth of the time of their folding.
const FREED_ASIDE_MIN: usize = 512;
/// How long a view waits before it tries again; twice as long each time.
pub(crate) const RETRY_MIN: Duration = Duration::from_millis(50);
/// How long it waits at most: somebody made room, and looks whether it helped.
const RETRY_MAX: Duration = Duration::from_secs(5);

/// One edition and what is read for it.
pub(crate) struct Feeder {
    pub(crate) log: Log,
    pub(crate) runtime: Handle,
    pub(crate) store: Store,
    pub(crate) place: Place,
    pub(crate) stopped: watch::Receiver<bool>,
    /// What is told of the edition.
    pub(crate) told: Told,
    /// Where it is to stand still for a moment, if it is before that.
    pub(crate) pause_at: Option<u64>,
    /// To whom it is told which rows change, as long as the edition serves.
    pub(crate) recent: Option<Arc<Recent>>,
    /// Whether what passes ends it, too: a file that nobody needs is not to wait for room that it takes itself.
    pub(crate) gives_up: bool,
    /// What comes behind the batch that is being folded, read meanwhile.
    ahead: Option<JoinHandle<Result<Batch, ReadError>>>,
    /// How many events the next batch has at most.
    batch_max: usize,
    /// What brings to the disk what was put off, beside all else.
    pub(crate) settling: Option<JoinHandle<io::Result<()>>>,
    /// Since when it has been behind, and where it was then.
    behind_since: Option<(Instant, u64)>,
}

impl Feeder {
    pub(crate) fn new(
        log: &Log,
        runtime: Handle,
        (store, place): (Store, Place),
        told: Told,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self {
            log: log.clone(),
            runtime,
            store,
            place,
            stopped,
            told,
            pause_at: None,
            recent: None,
            gives_up: false,
            ahead: None,
            batch_max: BATCH_FIRST,
            settling: None,
            behind_since: None,
        }
    }

    /// How many events it lacks.
    pub(crate) fn lag(&self) -> u64 {
        self.log.head().position.saturating_sub(self.place.position)
    }

    /// Whether it has folded what was there when its file was made, and nearly all that came since.
    pub(crate) fn is_near_the_end(&self) -> bool {
        self.lag() <= BEHIND_MIN && self.store.has_all_of_its_beginning(self.place.position)
    }

    /// Waits for events and folds them; what can't be read now is asked for again. An interruption is answered, with nothing
    /// folded.
    pub(crate) fn step<V: View, I>(
        &mut self,
        interruption: impl Future<Output = I>,
    ) -> Result<Option<I>, End> {
        let lag = self.lag();
        self.store.keep_pace::<V>(lag);
        if lag <= BEHIND_MIN {
            (self.behind_since, self.batch_max) = (None, BATCH_FIRST);
        } else if self.behind_since.is_none() {
            self.behind_since = Some((Instant::now(), self.place.position));
        }
        // Whoever was killed in the middle of it has nothing more to fold.
        self.complete::<V>()?;
        self.settle()?;
        match self.next::<V, I>(interruption)? {
            Next::Interrupted(by) => Ok(Some(by)),
            Next::Settled => Ok(None),
            Next::Batch(batch) => {
                let folded = self.fold_until_it_is::<V>(&batch);
                if batch.events.len() >= FREED_ASIDE_MIN {
                    drop(spawn::aside(&self.runtime, move || drop(batch)));
                }
                folded.map(|()| None)
            }
        }
    }

    /// Takes another file in place of its own.
    pub(crate) fn turn_to(&mut self, (store, place): (Store, Place)) {
        (self.store, self.place) = (store, place);
        (self.ahead, self.settling, self.behind_since, self.pause_at) = (None, None, None, None);
    }

    /// Makes the edition anew: what was erased from the log must not be found in it.
    pub(crate) fn begin_anew<V: View>(&mut self) -> Result<(), End> {
        let position = self.place.position;
        tracing::info!(view = V::NAME, position, "rebuilding: something was erased");
        let failed = |error| Fault { position, code: STOPPED, reason: chain(&error) };
        self.store.begin_anew::<V>(&self.log).map_err(|error| End::Faulty(failed(error)))?;
        (self.place, self.ahead, self.settling) = (Place::default(), None, None);
        self.told.tell(|status| (status.position, status.is_built) = (0, false));
        Ok(())
    }

    /// An edition that can't go on stops there and says so; it never skips an event in silence.
    pub(crate) fn halt(&self, view: &'static str, fault: &Fault) {
        let Fault { position, code, reason } = fault;
        tracing::error!(view, position, code, reason, "the view has stopped");
        self.told.tell(|status| {
            status.trouble = None;
            status.fault = Some(fault.clone());
        });
    }

    fn next<V: View, I>(&mut self, interruption: impl Future<Output = I>) -> Result<Next<I>, End> {
        let mut wait = RETRY_MIN;
        let mut interruption = std::pin::pin!(interruption);
        loop {
            let (stopped, ahead, settling) = (&mut self.stopped, self.ahead.take(), &mut self.settling);
            let (log, position, limit) = (&self.log, self.place.position, self.batch_max);
            let interruption = interruption.as_mut();
            let next = self.runtime.block_on(async {
                let read = async {
                    match ahead {
                        // A reading that panicked is done again here, where it is told.
                        Some(ahead) => match ahead.await {
                            Ok(batch) => batch,
                            Err(_) => behind::<V>(log, position, limit).await,
                        },
                        None => behind::<V>(log, position, limit).await,
                    }
                };
                let settled = async {
                    match settling {
                        Some(settling) => settling.is_finished() || settling.await.is_ok(),
                        None => pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stopped| *stopped) => Err(ReadError::Closed),
                    by = interruption => Ok(Next::Interrupted(by)),
                    _ = settled => Ok(Next::Settled),
                    batch = read => batch.map(Next::Batch),
                }
            });
            match next {
                Ok(Next::Batch(batch)) => return Ok(Next::Batch(self.read_ahead::<V>(batch))),
                Ok(interrupted) => return Ok(interrupted),
                Err(ReadError::Closed) => return Err(End::Stopping),
                Err(ReadError::Damaged(damage)) => {
                    let position = damage.position().unwrap_or(self.place.position + 1);
                    let reason = format!("the log can't be read: {damage}");
                    return Err(End::Faulty(Fault { position, code: damage.code(), reason }));
                }
                Err(error) => {
                    self.wait_with(&format!("the log can't be read: {}", chain(&error)), &mut wait)?;
                }
            }
        }
    }

    /// Begins to read what comes behind a batch, of which nothing is left that is behind the place to stand still at.
    fn read_ahead<V: View>(&mut self, mut batch: Batch) -> Batch {
        if let Some(pause) = self.pause_at.filter(|pause| *pause > self.place.position)
            && batch.next_position > pause + 1
        {
            batch.events.retain(|event| event.position() <= pause);
            batch.next_position = pause + 1;
        }
        let reached = batch.next_position - 1;
        if reached < self.log.head().position {
            self.batch_max = BATCH_MAX.min(self.batch_max * 2);
            let (log, limit) = (self.log.clone(), self.batch_max);
            let read = async move { behind::<V>(&log, reached, limit).await };
            self.ahead = Some(spawn::task(&self.runtime, read));
        }
        batch
    }

    /// Folds a batch, however often it takes, or what stands before the event that can't be folded.
    fn fold_until_it_is<V: View>(&mut self, batch: &Batch) -> Result<(), End> {
        let erases = |event: &Arc<Recorded>| {
            Event::is_erasing(&event.envelope) && self.store.shows_what_is_erased_at(event.position())
        };
        // Not even its checkpoint moves on: whoever is killed now meets the erasing again.
        if batch.events.iter().any(erases) {
            return Err(End::Erased);
        }
        let mut wait = RETRY_MIN;
        loop {
            match self.fold::<V>(batch) {
                Ok(()) => break,
                Err(Unfolded::Passing(trouble)) => self.wait_with(&trouble, &mut wait)?,
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
        self.complete::<V>()?;
        self.reached();
        Ok(())
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
    pub(crate) fn wait_with(&mut self, trouble: &str, wait: &mut Duration) -> Result<(), End> {
        if self.gives_up {
            let position = self.place.position;
            return Err(End::Faulty(Fault { position, code: STOPPED, reason: trouble.to_owned() }));
        }
        let name = self.told.own.borrow().name;
        tracing::warn!(view = name, trouble, wait_ms = wait.as_millis() as u64, "the view tries again");
        self.told.tell(|status| status.trouble = Some(trouble.to_owned()));
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
        let mut view = V::default();
        let store = &mut self.store;
        let folded = catch_unwind(AssertUnwindSafe(|| {
            store.write(&place, &hash, |transaction| {
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
                // Before it is told that they are there.
                if let (Some(recent), Some(rows)) = (&self.recent, view.changed())
                    && self.told.served.is_some()
                {
                    recent.add(self.place.position, position, rows);
                }
                self.place = place;
                return Ok(());
            }
            Ok(Err(ApplyError::Sqlite(error))) if is_passing(&error) => {
                return Err(Unfolded::Passing(chain(&ApplyError::Sqlite(error))));
            }
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

    fn reached(&self) {
        let position = self.place.position;
        let rate = self.behind_since.and_then(|(began, from)| {
            let seconds = began.elapsed().as_secs_f64();
            (seconds > 0.0).then(|| ((position - from) as f64 / seconds) as u64)
        });
        self.told.tell(|status| {
            (status.position, status.rate_per_second) = (position, rate);
            status.trouble = None;
        });
    }

    /// Folds what stands before an event that can't be folded, so that the view stops right there.
    fn fold_before<V: View>(&mut self, mut batch: Batch, position: u64) {
        batch.events.retain(|recorded| recorded.envelope.position < position);
        batch.next_position = position.max(self.place.position + 1);
        let stops_early = match self.fold::<V>(&batch) {
            Ok(()) => return self.reached(),
            Err(Unfolded::Passing(reason) | Unfolded::Unwritten(reason)) => reason,
            Err(Unfolded::Faulty(fault)) => fault.reason,
        };
        tracing::error!(view = V::NAME, position, reason = stops_early, "the view stops before its time");
    }
}

/// What comes next for an edition.
enum Next<I> {
    Batch(Batch),
    Interrupted(I),
    /// What was put off is on the disk.
    Settled,
}

/// What stands behind a position of what a view is told of, as soon as the log has any more: up to the log's end, or as
/// much as makes a batch.
async fn behind<V: View>(log: &Log, position: u64, limit: usize) -> Result<Batch, ReadError> {
    let mut heads = log.watch_head();
    let head = heads.wait_for(|head| head.position > position).await.map_err(|_| ReadError::Closed)?.position;
    // The view is as far as the log also where nothing is for it: whoever waits for a position gets it.
    let lacking = usize::try_from(head - position).unwrap_or(usize::MAX);
    // Besides its own concerns each view hears of what was erased.
    let told = V::CONCERNS.iter().copied().chain([Logs::NAME]);
    let filter = Filter::categories(told.map(str::to_owned));
    log.subscribe(position + 1, filter).report_skipped(lacking).next_batch(limit).await
}
