//! A log is opened: its folder taken, its end proved, its index caught up, its writer started.

use std::{
    fs,
    sync::{Arc, Mutex, OnceLock, atomic::AtomicU64},
    thread,
};

use tokio::sync::watch;

use super::{
    create, epoch,
    error::OpenError,
    handle::{Log, Running, Shared},
    hub::Ring,
    index::{self, Index, Lookup, Opener},
    lock::FolderLock,
    metric,
    options::Options,
    queue::Queue,
    recent::RecentVersions,
    snapshot::SnapshotStore,
    space::Space,
    store::{self, Store},
    writer::{self, Writer},
};
use crate::vault::PersonKeys;

impl Log {
    /// Opens the log of a data folder, and makes both if they aren't there.
    ///
    /// Takes the folder for this process alone, checks the end of the chain, and records the opening: a new epoch
    /// begins with it.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        if let Some(not_before) = options.not_before {
            let now = options.clock.now();
            if now < not_before {
                return Err(OpenError::ClockBehind { now, not_before });
            }
        }
        let directory = options.directory.clone();
        let folder = store::folder(&directory);
        fs::create_dir_all(&folder).map_err(|source| OpenError::Io {
            step: "making the folder",
            path: folder.clone(),
            source,
        })?;
        let lock = FolderLock::acquire(&directory)?;
        let space = Space::open(&folder, options.reserve_bytes);
        // Behind the ballast, which makes room for it; and no reason to stay away if there is none.
        if let Err(error) = lock.describe(None) {
            tracing::warn!(%error, "log.holder_not_written");
        }
        create::create_if_missing(&directory, options.ids.next())?;
        let keys =
            PersonKeys::load(&directory, options.vault_key_file.as_deref()).map_err(OpenError::Keys)?;
        let store = Store::open(&directory, keys, options.cache_bytes)?;
        create::recognise(&directory, store.log_id())?;
        let opener = index::in_folder(&directory, options.cache_bytes);
        Self::start(store, opener, space, Some(lock), options)
    }

    /// Starts the writer of an opened store.
    pub(super) fn start(
        store: Store,
        opener: Opener,
        space: Space,
        lock: Option<FolderLock>,
        options: Options,
    ) -> Result<Self, OpenError> {
        let failed = |error| store::failed(store.path(), error);
        let tail = store.tail().map_err(failed)?;
        store.prove_beginning().map_err(failed)?;
        let index = Index::open(opener, &store, tail.head).map_err(failed)?;
        let generation = index.generation();
        let lookup = Lookup { store: &store, index: &index };
        let categories = lookup.categories().map_err(failed)?;
        store.erasures().load(store.log_id(), lookup).map_err(failed)?;
        store.keys().forget(&store.erasures().shredded());
        metric::describe();
        metric::size(tail.head.position, store.size_bytes());
        for (name, row) in categories.iter() {
            metric::category(name, row);
        }
        let (store, index) = (Arc::new(store), Arc::new(index));
        let queue = Arc::new(Queue::new(options.queue_requests_max, options.queue_bytes_max));
        let ring = Arc::new(Ring::new(options.ring_events_max, options.ring_bytes_max));
        let (sender, heads) = watch::channel(tail.head);
        let commit_micros = Arc::new(AtomicU64::new(0));
        let fatal = Arc::new(OnceLock::new());
        let host = options.host.as_deref().map(|name| store.identities().host(name));
        let mut writer = Writer {
            store: Arc::clone(&store),
            index: Arc::clone(&index),
            queue: Arc::clone(&queue),
            ring: Arc::clone(&ring),
            heads: sender,
            space,
            clock: options.clock.clone(),
            ids: options.ids,
            salts: writer::salts(),
            host,
            tail,
            categories,
            versions: RecentVersions::default(),
            generation,
            commit_micros: Arc::clone(&commit_micros),
            fatal: Arc::clone(&fatal),
            on_fatal: options.on_fatal,
        };
        let reason =
            epoch::reason(&store, options.reason).map_err(|error| store::failed(store.path(), error))?;
        let epoch = writer.open(reason).map_err(|error| store::failed(store.path(), error))?;
        let thread = thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|source| OpenError::Io {
                step: "starting the writer of",
                path: store.path().to_owned(),
                source,
            })?;
        let snapshots = SnapshotStore::new(options.directory.join("snapshots"), Arc::clone(&store));
        let running = Mutex::new(Running { writer: Some(thread), lock });
        let clock = options.clock;
        let shared = Shared {
            store,
            index,
            queue,
            ring,
            heads,
            snapshots,
            clock,
            epoch,
            commit_micros,
            fatal,
            running,
        };
        Ok(Self { shared: Arc::new(shared) })
    }
}
