//! The life of a view, on its thread: one edition is fed, one serves, and most of the time they are the same.
//!
//! They differ while the version of this program is built beside an older one, which then serves as of its position; while a
//! build that ran beside is brought to the position of the one that it takes the place of; and as long as a person chose
//! an older one. Another edition serves from one answer to the next, and no position is ever taken back by that, unless a
//! person chose so.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use mediary_log::alarm::Alarms;
use mediary_schema::Timestamp;
use tokio::sync::{mpsc, watch};

use crate::{
    build::Building,
    compare::{Comparison, compare},
    edition::Edition,
    editions::{Editions, last_erasure},
    fault::{End, chain},
    feed::Feeder,
    handle::ViewStatus,
    order::{Answer, Order},
    past::Pasts,
    readers::{self, Readers},
    store::Checkpoint,
    view::View,
};

/// The life of one view.
pub(crate) struct Life {
    pub(crate) feeder: Feeder,
    pub(crate) editions: Editions,
    pub(crate) readers: Readers,
    pub(crate) pasts: Pasts,
    pub(crate) alarms: Alarms,
    /// How the edition is that serves.
    pub(crate) served: Arc<watch::Sender<ViewStatus>>,
    /// Before what is fed has folded up to here it shows a part of the truth, and serves only if nothing else does.
    pub(crate) whole_at: Arc<AtomicU64>,
    /// Before what is fed has folded up to here it takes no other's place.
    pub(crate) serves_at: u64,
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
    pub(crate) order: mpsc::UnboundedSender<Order>,
    pub(crate) building: Option<Building>,
    /// Whom to tell once what is fed serves.
    pub(crate) asked: Option<Answer>,
    /// Whether the others are known to be kept for a while only.
    pub(crate) has_retired: bool,
    /// Whether there may be others than the one that is fed.
    pub(crate) has_others: bool,
    /// The last event that erased others, and that none of them shows.
    pub(crate) erased_at: u64,
}

impl Life {
    pub(crate) fn run<V: View>(mut self) {
        self.go_on_building::<V>();
        loop {
            let goes_on = match self.follow::<V>() {
                End::Stopping => false,
                End::Erased => self.begin_anew::<V>().is_ok() || self.wait_for_another::<V>(),
                End::Faulty(fault) => {
                    self.feeder.halt(V::NAME, &fault);
                    self.wait_for_another::<V>()
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    fn follow<V: View>(&mut self) -> End {
        loop {
            if let Err(end) = self.step::<V>() {
                return end;
            }
        }
    }

    fn step<V: View>(&mut self) -> Result<(), End> {
        self.forget_what_was_erased::<V>();
        self.compare_with_one_that_stands::<V>();
        self.serve_if_it_can();
        let next_removal = self.tidy();
        let Self { feeder, orders, alarms, .. } = self;
        let interruption = async {
            match next_removal {
                Some(moment) => tokio::select! {
                    order = orders.recv() => order,
                    () = alarms.reached(moment) => None,
                },
                None => orders.recv().await,
            }
        };
        if let Some(Some(order)) = feeder.step::<V, _>(interruption)? {
            self.obey::<V>(order);
        }
        Ok(())
    }

    /// Waits, with a file that can't be gone on with, until it is told to feed another one; answers whether it was.
    fn wait_for_another<V: View>(&mut self) -> bool {
        loop {
            let (orders, stopped) = (&mut self.orders, &mut self.feeder.stopped);
            let order = self.feeder.runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stopped| *stopped) => None,
                    order = orders.recv() => order,
                }
            });
            let Some(order) = order else { return false };
            if self.obey::<V>(order) {
                return true;
            }
        }
    }

    /// Whether what is fed has folded what it has to before it may serve.
    pub(crate) fn is_whole(&self) -> bool {
        let wanted = self.serves_at.max(self.whole_at.load(Ordering::SeqCst));
        self.feeder.store.is_built() && self.feeder.place.position >= wanted
    }

    /// Lets what is fed take the place of the one that serves, once nobody is shown an older state by that.
    fn serve_if_it_can(&mut self) {
        let is_other = {
            let roles = self.editions.lock();
            // Whoever asked for it now wants it, whatever was chosen before.
            roles.shown != roles.fed.0 && (!roles.shelf.is_chosen() || self.asked.is_some())
        };
        let is_there = || self.feeder.place.position >= self.served.borrow().position;
        if is_other && self.is_whole() && is_there() {
            self.serve();
        }
    }

    pub(crate) fn serve(&mut self) {
        let now = self.feeder.log.clock().now();
        let fed = {
            let mut roles = self.editions.lock();
            let fed = roles.fed.0;
            if roles.shown != fed {
                self.readers.turn_to(fed);
            }
            roles.shown = fed;
            roles.shelf.serve(fed, false, now);
            fed
        };
        let own = self.feeder.told.own.borrow().clone();
        tracing::info!(view = own.name, edition = %fed, position = own.position, "this version of the view serves");
        self.served.send_replace(own);
        self.feeder.told.served = Some(Arc::clone(&self.served));
        self.has_retired = false;
        if let Some(answer) = self.asked.take() {
            answer.send(Ok(fed)).unwrap_or_default();
        }
    }

    /// What is built meets the position of an older version that serves: there both are compared.
    fn compare_with_one_that_stands<V: View>(&mut self) {
        self.feeder.pause_at = None;
        let (shown, fed) = {
            let roles = self.editions.lock();
            let (shown, fed) = (roles.shown, roles.fed.0);
            if shown.version == fed.version || roles.shelf.comparison(fed).is_some() {
                return;
            }
            ((shown, roles.shelf.path(shown)), (fed, roles.shelf.path(fed)))
        };
        let (position, stands_at) = (self.feeder.place.position, self.served.borrow().position);
        if position < stands_at {
            self.feeder.pause_at = Some(stands_at);
        } else if position == stands_at && position > 0 {
            let both = || {
                compare(
                    (shown.0, &readers::connect(&shown.1)?),
                    (fed.0, &readers::connect(&fed.1)?),
                    position,
                )
            };
            match both() {
                Ok(comparison) => note(V::NAME, &self.editions, comparison),
                Err(error) => {
                    tracing::warn!(view = V::NAME, reason = chain(&error), "the versions can't be compared");
                }
            }
        }
    }

    /// Makes the view anew, and serves nothing until it is: what was erased from the log must not be found in it.
    fn begin_anew<V: View>(&mut self) -> Result<(), End> {
        self.pasts.forget_what_was_erased();
        self.forget_what_was_erased::<V>();
        let begun = self.feeder.begin_anew::<V>();
        let head = self.feeder.log.head().position;
        let mut roles = self.editions.lock();
        let fed = roles.fed.0;
        roles.shelf.forget_comparison(fed);
        self.serves_at = head;
        if roles.shown == fed {
            self.readers.turn_to(fed);
            self.whole_at.store(head, Ordering::SeqCst);
        }
        if let Err(End::Faulty(fault)) = &begun {
            self.feeder.halt(V::NAME, fault);
        }
        begun
    }

    /// Removes every other edition that may show what was erased since it was begun.
    fn forget_what_was_erased<V: View>(&mut self) {
        if !self.has_others {
            return;
        }
        let others: Vec<Edition> = {
            let roles = self.editions.lock();
            let aside = roles.aside.as_ref().map(|(edition, _)| *edition);
            // What is built beside sees to it by itself.
            let is_other = |edition: &Edition| *edition != roles.fed.0 && Some(*edition) != aside;
            roles.shelf.editions().into_iter().filter(is_other).collect()
        };
        if others.is_empty() {
            return;
        }
        // What can't be read now is read again with the next event.
        let Ok(erasure) = last_erasure(&self.feeder.log) else { return };
        if erasure == self.erased_at {
            return;
        }
        self.erased_at = erasure;
        for edition in others {
            let mut roles = self.editions.lock();
            let checkpoint = Checkpoint::look(&roles.shelf.path(edition)).ok().flatten();
            if checkpoint.is_some_and(|checkpoint| checkpoint.begun >= erasure) {
                continue;
            }
            tracing::info!(view = V::NAME, %edition, "removing a version of the view: something was erased");
            if roles.shown == edition {
                roles.shown = roles.fed.0;
                let (fed, now) = (roles.fed.0, self.feeder.log.clock().now());
                roles.shelf.serve(fed, false, now);
                self.readers.turn_to(fed);
                self.whole_at.store(self.feeder.log.head().position, Ordering::SeqCst);
                self.served.send_replace(self.feeder.told.own.borrow().clone());
                self.feeder.told.served = Some(Arc::clone(&self.served));
            }
            roles.shelf.remove(edition);
        }
    }

    /// Removes editions that were kept long enough; answers how long the next one is kept.
    fn tidy(&mut self) -> Option<Timestamp> {
        let now = self.feeder.log.clock().now();
        let mut roles = self.editions.lock();
        let stay = roles.in_use();
        if !self.has_retired && roles.shown == roles.fed.0 && self.is_whole() {
            let shown = roles.shown;
            roles.shelf.serve(shown, false, now);
            roles.shelf.retire_others(&stay, now);
            self.has_retired = true;
        }
        roles.shelf.remove_passed(&stay, now);
        let next_removal = roles.shelf.next_removal(&stay);
        self.has_others = !self.has_retired || next_removal.is_some() || roles.shown != roles.fed.0;
        next_removal
    }
}

/// Keeps what a comparison found; that one fold made different rows of the same events is a defect, and told as one.
pub(crate) fn note(view: &'static str, editions: &Editions, comparison: Comparison) {
    let Comparison { old, new, position, common_rows, only_old, only_new, different, .. } = comparison;
    if comparison.is_defect() {
        tracing::error!(
            view, %old, %new, position, common_rows, only_old, only_new, different,
            "a view that was built anew has other rows than the one that lived through it: `mediary view list` shows them"
        );
        metrics::counter!("mediary_view_defects_total", "view" => view).increment(1);
    } else {
        tracing::info!(view, %old, %new, position, common_rows, only_old, only_new, different, "versions compared");
    }
    editions.lock().shelf.note(comparison);
}
