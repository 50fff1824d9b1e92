//! Builds a view as it was: a fold that stands still at a position.

use std::path::{Path, PathBuf};

use mediary_log::Log;
use tokio::{runtime::Handle, sync::watch};

use super::keep::Kept;
use crate::{
    edition::Edition,
    fault::{End, STOPPED, chain},
    feed::Feeder,
    handle::{Fault, ViewStatus},
    readers::{self, Readers},
    spawn,
    store::{self, Store},
    told::Told,
    view::View,
};

/// How far a build is.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// It has folded up to here.
    At(u64),
    /// It is there.
    Built(Kept),
    /// The fold stops before it is there.
    Failed(Fault),
    /// It takes more room than everything of the past may.
    TooLarge,
    /// It has no room beside those that others asked for meanwhile.
    Crowded,
    /// Nobody builds it any more.
    Gone,
}

/// What is to be built.
pub(crate) struct Plan<'a> {
    pub(crate) log: &'a Log,
    pub(crate) runtime: &'a Handle,
    pub(crate) directory: &'a Path,
    pub(crate) position: u64,
    /// The same view as it was before, if that is there.
    pub(crate) from: Option<PathBuf>,
    /// Makes room for so many bytes, as far as there is any.
    pub(crate) room: &'a dyn Fn(u64) -> Result<(), NoRoom>,
    pub(crate) stage: &'a watch::Sender<Stage>,
    pub(crate) stopped: &'a watch::Receiver<bool>,
}

/// Why there is no room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// It is too large by itself.
    Ever,
    /// What else is kept was just asked for.
    Now,
}

/// How a view of one kind is built.
pub(crate) type Way = fn(&Plan<'_>) -> Stage;

/// How this view is built.
pub(crate) const fn way<V: View>() -> Way {
    build::<V>
}

fn build<V: View>(plan: &Plan<'_>) -> Stage {
    let edition = Edition::first(V::VERSION);
    let path = edition.path(V::NAME, plan.directory);
    let why = match built::<V>(plan, edition, &path) {
        Ok(kept) => return Stage::Built(kept),
        Err(why) => why,
    };
    // Nobody asks for a half, and nobody would remove it.
    store::remove(&path);
    match why {
        Unbuilt::Ended(End::Faulty(fault)) => Stage::Failed(fault),
        Unbuilt::Ended(End::Stopping | End::Erased) => Stage::Gone,
        Unbuilt::NoRoom(NoRoom::Ever) => Stage::TooLarge,
        Unbuilt::NoRoom(NoRoom::Now) => Stage::Crowded,
        Unbuilt::Unopened(error) => {
            tracing::error!(view = V::NAME, reason = chain(&*error), "a view of the past can't be built");
            let reason = "a file for it can't be made".to_owned();
            Stage::Failed(Fault { position: plan.position, code: STOPPED, reason })
        }
    }
}

/// Why it was not built.
enum Unbuilt {
    Ended(End),
    NoRoom(NoRoom),
    Unopened(Box<dyn std::error::Error>),
}

impl From<End> for Unbuilt {
    fn from(end: End) -> Self {
        Self::Ended(end)
    }
}

impl From<NoRoom> for Unbuilt {
    fn from(why: NoRoom) -> Self {
        Self::NoRoom(why)
    }
}

fn unopened(error: impl std::error::Error + 'static) -> Unbuilt {
    Unbuilt::Unopened(Box::new(error))
}

fn built<V: View>(plan: &Plan<'_>, edition: Edition, path: &Path) -> Result<Kept, Unbuilt> {
    store::remove(path);
    std::fs::create_dir_all(plan.directory).map_err(unopened)?;
    if let Some(from) = &plan.from
        && let Err(error) = copy(plan, from, path)
    {
        tracing::debug!(view = V::NAME, %error, "an earlier view is not gone on with");
        store::remove(path);
    }
    let file = Store::open_scratch::<V>(path, plan.log).map_err(unopened)?;
    let (own, _) = watch::channel(ViewStatus::fed(V::NAME, edition, &file));
    let told = Told { own, served: None };
    let mut feeder = Feeder::new(plan.log, plan.runtime.clone(), file, told, plan.stopped.clone());
    (feeder.pause_at, feeder.gives_up) = (Some(plan.position), true);
    while feeder.place.position < plan.position {
        feeder.step::<V, std::convert::Infallible>(std::future::pending())?;
        plan.stage.send_replace(Stage::At(feeder.place.position));
        (plan.room)(store::size_bytes(path))?;
    }
    feeder.finish::<V>()?;
    (plan.room)(store::size_bytes(path))?;
    let begun = feeder.store.begun();
    drop(feeder);
    let readers = Readers::new(V::NAME, V::VERSION, plan.directory, edition);
    Ok(Kept { readers, begun, bytes: store::size_bytes(path), path: path.to_owned() })
}

/// Copies what an earlier view has, until that is not wanted any more.
fn copy(plan: &Plan<'_>, from: &Path, to: &Path) -> rusqlite::Result<()> {
    let from = readers::connect(from)?;
    let (copying, mut stopped) = (from.get_interrupt_handle(), plan.stopped.clone());
    let watching = spawn::task(plan.runtime, async move {
        if stopped.wait_for(|stopped| *stopped).await.is_ok() {
            copying.interrupt();
        }
    });
    let copied = from.execute("VACUUM INTO ?1", [to.to_string_lossy()]);
    watching.abort();
    copied.map(drop)
}
