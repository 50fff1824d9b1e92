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
    pub(crate) bytes_max: u64,
    pub(crate) stage: &'a watch::Sender<Stage>,
    pub(crate) stopped: &'a watch::Receiver<bool>,
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
        Unbuilt::TooLarge => Stage::TooLarge,
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
    TooLarge,
    Unopened(Box<dyn std::error::Error>),
}

impl From<End> for Unbuilt {
    fn from(end: End) -> Self {
        Self::Ended(end)
    }
}

fn unopened(error: impl std::error::Error + 'static) -> Unbuilt {
    Unbuilt::Unopened(Box::new(error))
}

fn built<V: View>(plan: &Plan<'_>, edition: Edition, path: &Path) -> Result<Kept, Unbuilt> {
    store::remove(path);
    std::fs::create_dir_all(plan.directory).map_err(unopened)?;
    if let Some(from) = &plan.from {
        let from = readers::connect(from).map_err(unopened)?;
        from.execute("VACUUM INTO ?1", [path.to_string_lossy()]).map_err(unopened)?;
    }
    let file = Store::open_aside::<V>(path, plan.log).map_err(unopened)?;
    let (own, _) = watch::channel(ViewStatus::new(V::NAME, edition, file.1.position));
    let told = Told { own, served: None };
    let mut feeder = Feeder::new(plan.log, plan.runtime.clone(), file, told, plan.stopped.clone());
    feeder.pause_at = Some(plan.position);
    while feeder.place.position < plan.position {
        feeder.step::<V, std::convert::Infallible>(std::future::pending())?;
        plan.stage.send_replace(Stage::At(feeder.place.position));
        if store::size_bytes(path) > plan.bytes_max {
            return Err(Unbuilt::TooLarge);
        }
    }
    feeder.finish::<V>()?;
    let begun = feeder.store.begun();
    drop(feeder);
    let readers = Readers::new(V::NAME, V::VERSION, plan.directory, edition);
    Ok(Kept { readers, begun, bytes: store::size_bytes(path), path: path.to_owned() })
}
