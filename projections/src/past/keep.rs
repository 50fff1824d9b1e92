//! What of the past is kept, and for how long.

use std::{
    collections::{HashMap, VecDeque},
    fmt, fs, io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread::JoinHandle,
};

use mediary_log::Log;
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    Limits,
    build::{Plan, Stage, Way},
};
use crate::{editions::last_erasure, readers::QueryError, readers::Readers, spawn, store};

/// A view as it was: its file, which nobody writes any more, and who reads it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) readers: Readers,
    /// The head of the log when its file was made: what was erased by then is not in it.
    pub(crate) begun: u64,
    pub(crate) bytes: u64,
    pub(crate) path: PathBuf,
}

/// Which view, and as of which position.
type Key = (&'static str, u64);

/// Views as they were. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pasts(Arc<Inner>);

struct Inner {
    log: Log,
    runtime: Handle,
    directory: PathBuf,
    limits: Limits,
    stop: watch::Sender<bool>,
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    pasts: HashMap<Key, Past>,
    waiting: VecDeque<(Key, Way)>,
    /// Whoever builds them, one after the other; none while nothing is asked for.
    builder: Option<JoinHandle<()>>,
    is_building: bool,
    /// Whether somebody waits to remove what is kept long enough.
    is_tidied: bool,
}

struct Past {
    stage: watch::Sender<Stage>,
    used_at: Instant,
}

impl Past {
    fn kept(&self) -> Option<Kept> {
        match &*self.stage.borrow() {
            Stage::Built(kept) => Some(kept.clone()),
            Stage::At(_) | Stage::Failed(_) | Stage::TooLarge | Stage::Gone => None,
        }
    }

    fn is_settled(&self) -> bool {
        !matches!(*self.stage.borrow(), Stage::At(_))
    }
}

impl Pasts {
    pub(crate) fn new(log: &Log, directory: PathBuf, limits: Limits) -> Self {
        // An earlier run's: what was erased since may be in it.
        match fs::remove_dir_all(&directory) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(path = %directory.display(), %error, "can't remove old views"),
        }
        let (log, runtime, stop) = (log.clone(), Handle::current(), watch::Sender::new(false));
        Self(Arc::new(Inner { log, runtime, directory, limits, stop, shelf: Mutex::default() }))
    }

    pub(crate) fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    /// Asks for a view as it was, which is built if it is not there; answers where it is told how far that is.
    pub(crate) fn ask(
        &self,
        view: &'static str,
        way: Way,
        position: u64,
    ) -> Result<watch::Receiver<Stage>, QueryError> {
        let (key, now) = ((view, position), Instant::now());
        let mut known = self.0.lock();
        if let Some(past) = known.pasts.get_mut(&key) {
            past.used_at = now;
            // What is too large is so for the next one, too.
            let has_failed = matches!(*past.stage.borrow(), Stage::Failed(_) | Stage::Gone);
            if !has_failed {
                return Ok(past.stage.subscribe());
            }
        }
        if *self.0.stop.borrow() {
            return Err(QueryError::Stopping);
        }
        if known.waiting.len() >= self.0.limits.waiting_max {
            return Err(QueryError::Busy { view });
        }
        let (stage, told) = watch::channel(Stage::At(0));
        known.pasts.insert(key, Past { stage, used_at: now });
        known.waiting.push_back((key, way));
        if !known.is_building {
            known.is_building = true;
            let pasts = self.clone();
            match spawn::thread("past".to_owned(), move || pasts.build_what_waits()) {
                Ok(builder) => known.builder = Some(builder),
                Err(error) => {
                    tracing::error!(%error, "no thread can be started for views of the past");
                    known.is_building = false;
                    known.waiting.clear();
                    known.pasts.remove(&key);
                    return Err(QueryError::Busy { view });
                }
            }
        }
        Ok(told)
    }

    /// Whether nothing was erased since the log ended here.
    pub(crate) fn is_clean(&self, begun: u64) -> bool {
        last_erasure(&self.0.log).is_ok_and(|erasure| erasure <= begun)
    }

    /// Removes what may show what was erased since it was built.
    pub(crate) fn forget_what_was_erased(&self) {
        let erasure = last_erasure(&self.0.log).unwrap_or(u64::MAX);
        self.0.forget(|_, kept| kept.begun < erasure);
    }

    /// Ends what is being built and waits for that.
    pub(crate) fn stop(&self) {
        self.0.stop.send_replace(true);
        let builder = self.0.lock().builder.take();
        if let Some(builder) = builder
            && builder.join().is_err()
        {
            tracing::error!("the thread that builds views of the past panicked");
        }
    }

    fn build_what_waits(&self) {
        loop {
            let (key, way, stage, from) = {
                let mut known = self.0.lock();
                let next = known.waiting.pop_front();
                let Some((key, way)) = next.filter(|_| !*self.0.stop.borrow()) else {
                    known.is_building = false;
                    return;
                };
                let Some(past) = known.pasts.get(&key) else { continue };
                (key, way, past.stage.clone(), known.nearest(key))
            };
            let built = self.build(key, way, &stage, from);
            stage.send_replace(built);
            self.0.make_room(key);
            self.tidy_later();
        }
    }

    /// Builds one, anew if something was erased meanwhile: a part of what it read may have been that.
    fn build(
        &self,
        (view, position): Key,
        way: Way,
        stage: &watch::Sender<Stage>,
        from: Option<Kept>,
    ) -> Stage {
        let directory = self.0.directory.join(position.to_string());
        let mut from = from.filter(|kept| self.is_clean(kept.begun));
        loop {
            let stopped = self.0.stop.subscribe();
            let plan = Plan {
                log: &self.0.log,
                runtime: &self.0.runtime,
                directory: &directory,
                position,
                from: from.take().map(|kept| kept.path),
                bytes_max: self.0.limits.bytes_max,
                stage,
                stopped: &stopped,
            };
            let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| way(&plan)));
            let built = built.unwrap_or(Stage::Gone);
            match &built {
                Stage::Built(kept) if !self.is_clean(kept.begun) => store::remove(&kept.path),
                Stage::Built(kept) => {
                    tracing::info!(view, position, bytes = kept.bytes, "built a view as it was");
                    return built;
                }
                Stage::At(_) | Stage::Failed(_) | Stage::TooLarge | Stage::Gone => {
                    self.0.remove_folder(position);
                    return built;
                }
            }
        }
    }

    /// Removes what nobody asked for in a while, as soon as that is over.
    fn tidy_later(&self) {
        {
            let mut known = self.0.lock();
            if known.is_tidied {
                return;
            }
            known.is_tidied = true;
        }
        let pasts = Arc::downgrade(&self.0);
        spawn::task(&self.0.runtime, async move {
            while let Some(next) = Weak::upgrade(&pasts).and_then(|inner| inner.tidy()) {
                sleep_until(next).await;
            }
        });
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes those of which this is true.
    fn forget(&self, is_over: impl Fn(&Past, &Kept) -> bool) {
        let mut known = self.lock();
        let over: Vec<(Key, Kept)> = known
            .pasts
            .iter()
            .filter_map(|(key, past)| Some((*key, past.kept().filter(|kept| is_over(past, kept))?)))
            .collect();
        for (key, kept) in over {
            known.pasts.remove(&key);
            store::remove(&kept.path);
            self.remove_folder(key.1);
        }
    }

    /// Removes the folder of a position, if nothing is left in it.
    fn remove_folder(&self, position: u64) {
        // One that has something in it stays, and so does what isn't there.
        fs::remove_dir(self.directory.join(position.to_string())).unwrap_or_default();
    }

    /// Removes those that were not asked for longest until what is kept is within its limits; the newest stays.
    fn make_room(&self, newest: Key) {
        loop {
            let oldest = {
                let known = self.lock();
                let kept =
                    known.pasts.iter().filter_map(|(key, past)| Some((*key, past.kept()?, past.used_at)));
                let all: Vec<(Key, Kept, Instant)> = kept.collect();
                let bytes: u64 = all.iter().map(|(_, kept, _)| kept.bytes).sum();
                if all.len() <= self.limits.files_max && bytes <= self.limits.bytes_max {
                    return;
                }
                let others = all.into_iter().filter(|(key, ..)| *key != newest);
                others.min_by_key(|(_, _, used_at)| *used_at).map(|(_, kept, _)| kept.path)
            };
            let Some(oldest) = oldest else { return };
            self.forget(|_, kept| kept.path == oldest);
        }
    }

    /// Removes what was kept long enough; answers when to look again, if anything is left.
    fn tidy(&self) -> Option<Instant> {
        let (now, kept_for) = (Instant::now(), self.limits.kept_for);
        self.forget(|past, _| past.used_at + kept_for <= now);
        let mut known = self.lock();
        known.pasts.retain(|_, past| past.kept().is_some() || !past.is_settled());
        let next = known.pasts.values().map(|past| past.used_at + kept_for).min();
        known.is_tidied = next.is_some();
        // One that is being built for longer than that is looked at again, but not all the time.
        next.map(|next| next.max(now + kept_for / 4))
    }
}

impl Shelf {
    /// The same view as it was nearest before.
    fn nearest(&self, (view, position): Key) -> Option<Kept> {
        let before = self.pasts.iter().filter(|((name, at), _)| *name == view && *at < position);
        let kept = before.filter_map(|((_, at), past)| Some((*at, past.kept()?)));
        kept.max_by_key(|(at, _)| *at).map(|(_, kept)| kept)
    }
}

impl fmt::Debug for Pasts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pasts")
    }
}
