//! The views of a server: each is started by what its concern says of it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
};

use mediary_log::{Log, ReadError, alarm::Alarms};

use crate::{
    handle::ViewHandle,
    past::{Pasts, Way, way},
    view::View,
};

/// A view that a server has: started, asked and stopped like the others.
#[derive(Debug, Clone, Copy)]
pub struct ViewKind {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    pub(crate) way: Way,
    start: fn(&Log, &Alarms, &Path, &Pasts) -> Result<ViewHandle, StartError>,
}

impl ViewKind {
    /// The kind of this view.
    pub const fn of<V: View>() -> Self {
        Self { name: V::NAME, version: V::VERSION, way: way::<V>(), start: ViewHandle::start_among::<V> }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// The views of a server, each found by its type.
#[derive(Debug, Clone)]
pub struct Views {
    all: Arc<[ViewHandle]>,
}

/// Why the views could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder of views can't be made.
    #[error("can't make the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A view's file can't be opened or made.
    #[error("can't open the view {view}")]
    Open {
        /// The view.
        view: &'static str,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The log can't be asked whether a view belongs to it.
    #[error("can't compare the view {view} with the log")]
    Log {
        /// The view.
        view: &'static str,
        /// Why not.
        source: ReadError,
    },
    /// No thread could be started.
    #[error("can't start a thread for the view {view}")]
    Thread {
        /// The view.
        view: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Views {
    /// Starts these views on the log; must be called on a runtime.
    pub fn start(
        log: &Log,
        alarms: &Alarms,
        data: &Path,
        kinds: impl IntoIterator<Item = ViewKind>,
    ) -> Result<Self, StartError> {
        let directory = data.join("views");
        std::fs::create_dir_all(&directory)
            .map_err(|source| StartError::Folder { path: directory.clone(), source })?;
        let pasts = Pasts::start(log, &directory);
        let start = |kind: ViewKind| (kind.start)(log, alarms, &directory, &pasts);
        Ok(Self::of_all(kinds.into_iter().map(start).collect::<Result<_, _>>()?))
    }

    /// These views, which know of each other what was shown.
    pub(crate) fn of_all(mut all: Vec<ViewHandle>) -> Self {
        let shown = Arc::<AtomicU64>::default();
        for view in &mut all {
            view.shown = Arc::clone(&shown);
        }
        Self { all: all.into() }
    }

    /// The view of this type.
    ///
    /// # Panics
    /// If it was not among those that were started: whoever asks a view names it in the entry of its concern.
    pub fn of<V: View>(&self) -> &ViewHandle {
        self.named(V::NAME).expect("a view that is asked is in the entry of its concern")
    }

    /// The view of this name.
    pub fn named(&self, name: &str) -> Option<&ViewHandle> {
        self.all.iter().find(|view| view.name == name)
    }

    /// Each view, for readiness and metrics.
    pub fn all(&self) -> &[ViewHandle] {
        &self.all
    }

    /// Waits until one of them has ended though nothing stopped it and it said no fault, and answers its name.
    pub async fn ended(&self) -> &'static str {
        let ends = self.all.iter().map(|view| Box::pin(view.ended()));
        futures::future::select_all(ends).await.0
    }

    /// Stops every view and waits for its thread.
    pub fn stop(&self) {
        for view in self.all() {
            view.stop();
        }
    }
}
