//! What of the past is kept, and for how long.

use std::{
    collections::{HashMap, VecDeque},
    fmt, fs, io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread::JoinHandle,
    time::Duration,
};

use mediary_log::Log;
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    Limits,
    build::{NoRoom, Plan, Stage, Way},
};
use crate::{
    editions::last_erasure,
    readers::{QueryError, Readers},
    spawn,
    store::{self, BEHIND_MIN},
};

/// A view as it was: its file, which nobody writes any more, and who reads it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) readers: Readers,
    /// The head of the log when its file was made: what was erased by then is not in it.
    pub(crate) begun: u64,
    pub(crate) bytes: u64,
    pub(crate) path: PathBuf,
}

/// A view is gone on with that lacks at most this share of its events, or a few.
const NEAR_SHARE: u64 = 4;

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
    asked_at: Instant,
    used_at: Instant,
}

/// What was asked for so shortly before something else belongs to it: one question is about several views.
const TOGETHER: Duration = Duration::from_mins(1);

impl Past {
    fn kept(&self) -> Option<Kept> {
        match &*self.stage.borrow() {
            Stage::Built(kept) => Some(kept.clone()),
            Stage::At(_) | Stage::Failed(_) | Stage::TooLarge | Stage::Crowded | Stage::Gone => None,
        }
    }

    fn is_settled(&self) -> bool {
        !matches!(*self.stage.borrow(), Stage::At(_))
    }
}

impl Pasts {
    pub(crate) fn new(log: &Log, directory: PathBuf, limits: Limits) -> Self {
        let (log, runtime, stop) = (log.clone(), Handle::current(), watch::Sender::new(false));
        let inner = Inner { log, runtime, directory, limits, stop, shelf: Mutex::default() };
        // Those of a run that was killed: what was erased since may be in them.
        inner.remove_all();
        Self(Arc::new(inner))
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
            let told = past.stage.subscribe();
            // Told once, and then it is tried again; what is too large is so for the next one, too.
            if matches!(*told.borrow(), Stage::Failed(_) | Stage::Crowded | Stage::Gone) {
                known.pasts.remove(&key);
            }
            return Ok(told);
        }
        if *self.0.stop.borrow() {
            return Err(QueryError::Stopping);
        }
        if known.waiting.len() >= self.0.limits.waiting_max {
            return Err(QueryError::Busy { view });
        }
        let (stage, told) = watch::channel(Stage::At(0));
        known.pasts.insert(key, Past { stage, asked_at: now, used_at: now });
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
        self.0.remove_all();
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
                room: &|bytes| self.0.room((view, position), bytes),
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
                Stage::At(_) | Stage::Failed(_) | Stage::TooLarge | Stage::Crowded | Stage::Gone => {
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
            while let Some(inner) = Weak::upgrade(&pasts) {
                match spawn::blocking(move || inner.tidy()).await {
                    Ok(Some(next)) => sleep_until(next).await,
                    Ok(None) | Err(_) => return,
                }
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
        let over: Vec<(Key, Kept)> = {
            let mut known = self.lock();
            let over = known
                .pasts
                .iter()
                .filter_map(|(key, past)| Some((*key, past.kept().filter(|kept| is_over(past, kept))?)));
            let over: Vec<(Key, Kept)> = over.collect();
            known.pasts.retain(|key, _| over.iter().all(|(gone, _)| gone != key));
            over
        };
        for (key, kept) in over {
            store::remove(&kept.path);
            self.remove_folder(key.1);
        }
    }

    /// Removes whatever is there of the past.
    fn remove_all(&self) {
        match fs::remove_dir_all(&self.directory) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(path = %self.directory.display(), %error, "can't remove old views"),
        }
    }

    /// Makes room for one that is being built and has so many bytes; what is asked for together with it stays.
    fn room(&self, building: Key, bytes: u64) -> Result<(), NoRoom> {
        if bytes > self.limits.bytes_max {
            return Err(NoRoom::Ever);
        }
        loop {
            let oldest = {
                let known = self.lock();
                let asked_at = known.pasts.get(&building).map_or_else(Instant::now, |past| past.asked_at);
                let kept = known.pasts.values().filter_map(|past| Some((past.kept()?, past.used_at)));
                let kept: Vec<(Kept, Instant)> = kept.collect();
                if bytes + kept.iter().map(|(kept, _)| kept.bytes).sum::<u64>() <= self.limits.bytes_max {
                    return Ok(());
                }
                let may_go = kept.into_iter().filter(|(_, used_at)| *used_at + TOGETHER < asked_at);
                may_go.min_by_key(|(_, used_at)| *used_at).map(|(kept, _)| kept.path)
            };
            let oldest = oldest.ok_or(NoRoom::Now)?;
            self.forget(|_, kept| kept.path == oldest);
        }
    }

    /// Removes the folder of a position, if nothing is left in it.
    fn remove_folder(&self, position: u64) {
        // One that has something in it stays, and so does what isn't there.
        fs::remove_dir(self.directory.join(position.to_string())).unwrap_or_default();
    }

    /// Removes those that were not asked for longest until no more are kept than may be; the newest stays.
    fn make_room(&self, newest: Key) {
        loop {
            let oldest = {
                let known = self.lock();
                let kept =
                    known.pasts.iter().filter_map(|(key, past)| Some((*key, past.kept()?, past.used_at)));
                let all: Vec<(Key, Kept, Instant)> = kept.collect();
                if all.len() <= self.limits.files_max {
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
        // Whoever asked for what came to nothing is to hear it, too.
        known
            .pasts
            .retain(|_, past| past.kept().is_some() || !past.is_settled() || past.used_at + kept_for > now);
        let next = known.pasts.values().map(|past| past.used_at + kept_for).min();
        known.is_tidied = next.is_some();
        // One that is being built for longer than that is looked at again, but not all the time.
        next.map(|next| next.max(now + kept_for / 4))
    }
}

impl Shelf {
    /// The same view as it was before, if that is near: what has its indexes folds much slower than what gets them last.
    fn nearest(&self, (view, position): Key) -> Option<Kept> {
        let is_near = |at: u64| at < position && position - at <= (position / NEAR_SHARE).max(BEHIND_MIN);
        let before = self.pasts.iter().filter(|((name, at), _)| *name == view && is_near(*at));
        let kept = before.filter_map(|((_, at), past)| Some((*at, past.kept()?)));
        kept.max_by_key(|(at, _)| *at).map(|(_, kept)| kept)
    }
}

impl fmt::Debug for Pasts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pasts")
    }
}
