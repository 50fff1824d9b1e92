//! What the life of a view does when it is asked: build anew, let another edition serve, take what was built.

use std::sync::atomic::Ordering;

use crate::{
    build::{Building, Serving},
    edition::Edition,
    fault::chain,
    handle::ViewStatus,
    life::{Life, note},
    order::{Built, ChangeError, Order},
    store::{Checkpoint, Place, Store},
    view::View,
};

/// What came of a wish to let an edition serve.
enum Chosen {
    /// It serves.
    Serves,
    /// It is fed, and serves once it is as far as the one before.
    IsFed,
}

impl Life {
    /// Does what is asked; answers whether another file is fed from now on.
    pub(crate) fn obey<V: View>(&mut self, order: Order) -> bool {
        match order {
            Order::Rebuild(answer) => {
                // Whoever asked may have gone.
                answer.send(self.rebuild::<V>()).unwrap_or_default();
                false
            }
            Order::Use(edition, answer) => match self.choose::<V>(edition) {
                Ok(Chosen::Serves) => {
                    answer.send(Ok(edition)).unwrap_or_default();
                    false
                }
                Ok(Chosen::IsFed) => {
                    self.asked = Some(answer);
                    true
                }
                Err(error) => {
                    answer.send(Err(error)).unwrap_or_default();
                    false
                }
            },
            Order::Take(built) => self.take::<V>(*built),
        }
    }

    /// Begins to build the view anew, beside the edition that is fed.
    fn rebuild<V: View>(&mut self) -> Result<Edition, ChangeError> {
        if let Some(building) = self.building.as_ref().filter(|building| !building.is_halted()) {
            return Err(ChangeError::Building { view: V::NAME, edition: building.edition });
        }
        let fed = self.editions.lock().fed.0;
        let is_halted = self.feeder.told.own.borrow().fault.is_some();
        if !self.is_whole() && !is_halted {
            return Err(ChangeError::Building { view: V::NAME, edition: fed });
        }
        let edition = {
            // One that halted is begun anew from its first event.
            self.building = None;
            let mut roles = self.editions.lock();
            if let Some((halted, _)) = roles.aside.take() {
                roles.shelf.remove(halted);
            }
            let own = roles.shelf.editions().into_iter().filter(|edition| edition.version == V::VERSION);
            let last = own.map(|edition| edition.build).max().unwrap_or(fed.build);
            Edition { version: V::VERSION, build: last + 1 }
        };
        self.build::<V>(edition)?;
        Ok(edition)
    }

    /// Goes on with a build that an earlier run was at.
    pub(crate) fn go_on_building<V: View>(&mut self) {
        let unfinished = {
            let roles = self.editions.lock();
            let is_unfinished = |edition: &Edition| {
                let checkpoint = || Checkpoint::look(&roles.shelf.path(*edition)).ok().flatten();
                edition.version == V::VERSION
                    && *edition > roles.fed.0
                    && checkpoint().is_some_and(|checkpoint| !checkpoint.is_built)
            };
            roles.shelf.editions().into_iter().rfind(is_unfinished)
        };
        if let Some(edition) = unfinished {
            // Why not was said; whoever wants it asks again.
            self.build::<V>(edition).unwrap_or_default();
        }
    }

    fn build<V: View>(&mut self, edition: Edition) -> Result<(), ChangeError> {
        let (path, serving) = {
            let roles = self.editions.lock();
            let (fed, status) = roles.fed.clone();
            (roles.shelf.path(edition), Serving { edition: fed, path: roles.shelf.path(fed), status })
        };
        let log = &self.feeder.log;
        let started = Store::open_aside::<V>(&path, log).and_then(|file| {
            let aside = (edition, path);
            Building::start::<V>(log, &self.feeder.runtime, aside, file, serving, self.order.clone())
        });
        match started {
            Ok(building) => {
                tracing::info!(view = V::NAME, %edition, "building the view anew, beside the one that serves");
                self.editions.lock().aside = Some((edition, building.status.clone()));
                self.building = Some(building);
                Ok(())
            }
            Err(error) => {
                tracing::error!(view = V::NAME, reason = chain(&error), "can't build the view anew");
                Err(ChangeError::Failed { view: V::NAME })
            }
        }
    }

    /// Feeds from now on what was built beside; it serves once it is as far as the one before.
    fn take<V: View>(&mut self, Built { edition, file, comparison }: Built) -> bool {
        self.building = None;
        self.editions.lock().aside = None;
        if let Some(comparison) = comparison {
            note(V::NAME, &self.editions, comparison);
        }
        self.feed(edition, file);
        true
    }

    /// Feeds another file from now on.
    fn feed(&mut self, edition: Edition, file: (Store, Place)) {
        let own = ViewStatus::fed(self.served.borrow().name, edition, &file);
        self.feeder.turn_to(file);
        self.feeder.told.served = None;
        self.serves_at = 0;
        let mut roles = self.editions.lock();
        self.feeder.told.own.send_replace(own);
        roles.fed.0 = edition;
    }

    /// Lets an edition serve that a person wants.
    fn choose<V: View>(&mut self, edition: Edition) -> Result<Chosen, ChangeError> {
        let (known, fed, aside) = {
            let roles = self.editions.lock();
            (roles.shelf.editions(), roles.fed.0, roles.aside.as_ref().map(|(edition, _)| *edition))
        };
        let view = V::NAME;
        if !known.contains(&edition) {
            return Err(ChangeError::Unknown { view, edition, known });
        }
        if aside == Some(edition) {
            return Err(ChangeError::Building { view, edition });
        }
        if edition == fed {
            if !self.is_whole() {
                return Err(ChangeError::Building { view, edition });
            }
            self.serve();
            return Ok(Chosen::Serves);
        }
        let path = self.editions.lock().shelf.path(edition);
        let checkpoint = Checkpoint::look_if_fit(&path, &self.feeder.log);
        if edition.version != V::VERSION {
            let is_readable = (V::SERVES_FROM..V::VERSION).contains(&edition.version);
            let checkpoint = checkpoint.filter(|_| is_readable);
            let checkpoint = checkpoint.ok_or(ChangeError::Unreadable { view, edition })?;
            self.show_standing(edition, checkpoint.place.position);
            return Ok(Chosen::Serves);
        }
        if let Some(aside) = aside {
            return Err(ChangeError::Building { view, edition: aside });
        }
        if checkpoint.is_none() {
            return Err(ChangeError::Failed { view });
        }
        let file = Store::open::<V>(&path, &self.feeder.log).map_err(|error| {
            tracing::error!(view, reason = chain(&error), "can't use a version of the view");
            ChangeError::Failed { view }
        })?;
        self.feed(edition, file);
        Ok(Chosen::IsFed)
    }

    /// Lets an edition of an older version serve, which is fed no further.
    fn show_standing(&mut self, edition: Edition, position: u64) {
        let now = self.feeder.log.clock().now();
        let name = self.served.borrow().name;
        tracing::info!(view = name, %edition, position, "this version of the view serves, as of its position");
        {
            let mut roles = self.editions.lock();
            roles.shown = edition;
            roles.shelf.serve(edition, true, now);
        }
        self.feeder.told.served = None;
        self.whole_at.store(0, Ordering::SeqCst);
        self.readers.turn_to(edition);
        self.served.send_replace(ViewStatus::standing(name, edition, position));
        self.has_retired = false;
    }
}
