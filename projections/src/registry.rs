//! The list of the views: a further one is a line here.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
};

use mediary_log::{Log, ReadError};

use crate::{
    download::DownloadView, file::FileView, handle::ViewHandle, job::JobView, playlist::PlaylistView,
};

/// Declares [`Views`]: for each view a field, which is started, asked and stopped like the others.
macro_rules! views {
    ($($(#[$doc:meta])* $name:ident: $view:ty,)*) => {
        /// Every view.
        #[derive(Debug, Clone)]
        pub struct Views {
            $($(#[$doc])* pub $name: ViewHandle,)*
        }

        impl Views {
            const NUMBER: usize = [$(stringify!($name)),*].len();

            fn start_each(log: &Log, directory: &Path) -> Result<Self, StartError> {
                Ok(Self { $($name: ViewHandle::start::<$view>(log, directory)?,)* })
            }

            fn each_mut(&mut self) -> [&mut ViewHandle; Self::NUMBER] {
                [$(&mut self.$name),*]
            }

            /// Each view, for readiness and metrics.
            pub fn all(&self) -> [&ViewHandle; Self::NUMBER] {
                [$(&self.$name),*]
            }

            /// Waits until one of them has ended though nothing stopped it and it said no fault, and answers its name.
            pub async fn ended(&self) -> &'static str {
                tokio::select! {
                    $(name = self.$name.ended() => name,)*
                }
            }
        }
    };
}

views! {
    /// Playlists and their entries.
    playlist: PlaylistView,
    /// Jobs.
    job: JobView,
    /// Downloads.
    download: DownloadView,
    /// Files.
    file: FileView,
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
    /// Starts every view on the log; must be called on a runtime.
    pub fn start(log: &Log, data: &Path) -> Result<Self, StartError> {
        let directory = data.join("views");
        std::fs::create_dir_all(&directory)
            .map_err(|source| StartError::Folder { path: directory.clone(), source })?;
        let mut views = Self::start_each(log, &directory)?;
        let shown = Arc::<AtomicU64>::default();
        for view in views.each_mut() {
            view.shown = Arc::clone(&shown);
        }
        Ok(views)
    }

    /// Stops every view and waits for its thread.
    pub fn stop(&self) {
        for view in self.all() {
            view.stop();
        }
    }
}
