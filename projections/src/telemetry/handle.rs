//! The store as the others know it: told to, asked, stopped.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use mediary_log::telemetry::{Closer, Dropped, SampleQueue, Samples, queue};
use mediary_schema::{
    Clock,
    scope::Scope,
    telemetry::{Sample, SeriesName},
};
use tokio::sync::{broadcast, watch};

use super::{
    file,
    keeping::Retention,
    query::{Points, Wanted, WantedError, pieces},
    read::{self, Readers},
    series::{Known, Series, may_see},
    write::Store,
};
use crate::{spawn, store::size_bytes};

/// Batches that a listener may be behind; what is more is missed and counted.
const BATCHES_BEHIND_MAX: usize = 64;

/// What a store is made of.
#[derive(Debug, Clone)]
pub struct TelemetryOptions {
    /// The data folder.
    pub data: PathBuf,
    /// For how long what is kept.
    pub retention: Retention,
    /// What time it is.
    pub clock: Clock,
}

/// The store of what was measured. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Telemetry(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: TelemetryOptions,
    known: Known,
    readers: Readers,
    condition: watch::Sender<Condition>,
    news: broadcast::Sender<Arc<Vec<Sample>>>,
    closer: Closer,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// How the store is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// It is being opened.
    #[default]
    Opening,
    /// It takes what is told.
    Open,
    /// It can't be had: what is told is dropped and counted, until it can.
    Away(String),
    /// There is none: of a replay nothing is measured.
    None,
}

/// Why nothing is answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The store can't be had.
    #[error("the store of samples can't be had: {why}")]
    Away {
        /// Why.
        why: String,
    },
    /// What is asked for makes no answer.
    #[error(transparent)]
    Wanted(#[from] WantedError),
    /// SQLite refused.
    #[error("failed to read the store of samples")]
    Sqlite(#[source] rusqlite::Error),
    /// A copy could not be made.
    #[error("failed to copy the store of samples")]
    Copy(#[source] io::Error),
    /// The server stops.
    #[error("the server is stopping")]
    Stopping,
}

impl Telemetry {
    /// Opens the store on a thread of its own, beside its caller; answers where samples are told.
    pub fn start(options: TelemetryOptions) -> io::Result<(Self, Samples)> {
        let (samples, queue) = queue();
        let telemetry = Self::new(options, queue.closer(), Condition::Opening);
        let keeper = telemetry.clone();
        let thread = spawn::thread("telemetry".to_owned(), move || keeper.keep(&queue))?;
        *telemetry.0.lock() = Some(thread);
        Ok((telemetry, samples))
    }

    /// Of a server that measures nothing.
    pub fn none(clock: Clock) -> Self {
        let options = TelemetryOptions { data: PathBuf::new(), retention: Retention::default(), clock };
        Self::new(options, queue().1.closer(), Condition::None)
    }

    fn new(options: TelemetryOptions, closer: Closer, condition: Condition) -> Self {
        let readers = Readers::of(&file::path(&options.data));
        let (known, thread) = (Known::default(), Mutex::default());
        let (condition, news) = (watch::channel(condition).0, broadcast::channel(BATCHES_BEHIND_MAX).0);
        Self(Arc::new(Shared { options, known, readers, condition, news, closer, thread }))
    }

    /// How it is now.
    pub fn condition(&self) -> Condition {
        self.0.condition.borrow().clone()
    }

    /// How many samples were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.0.closer.dropped()
    }

    /// How many series there are, whoever's.
    pub fn series_count(&self) -> usize {
        self.0.known.lock().len()
    }

    /// What it takes on the disk.
    pub fn size_bytes(&self) -> u64 {
        size_bytes(&file::path(&self.0.options.data))
    }

    /// The series that a scope may see, in the order of their names.
    pub async fn series(&self, scope: Scope) -> Result<Vec<Series>, TelemetryError> {
        self.opened().await?;
        Ok(self.0.known.of(&scope))
    }

    /// A series from one moment to another; none if there is none of that name that the scope may see.
    pub async fn points(
        &self,
        scope: Scope,
        name: SeriesName,
        wanted: Wanted,
    ) -> Result<Option<(Series, Points)>, TelemetryError> {
        self.opened().await?;
        let Some((id, series)) = self.0.known.find(&scope, &name) else { return Ok(None) };
        let (retention, now) = (self.0.options.retention, self.0.options.clock.now());
        let of_raw = wanted.reading(&retention, now, true);
        let of_others = wanted.reading(&retention, now, false);
        // Either may be answered where the other can't: what is finer may have too many points.
        let first = of_raw.or(of_others)?;
        let readers = self.0.readers.clone();
        let read = spawn::blocking(move || {
            readers.read(|rows| {
                let reading = match of_others {
                    Ok(of_others) if !read::is_few(rows, id, &first)? => of_others,
                    _ => first,
                };
                Ok(pieces(&reading, &read::buckets(rows, id, &reading)?))
            })
        });
        let points = read.await.map_err(|_| TelemetryError::Stopping)?.map_err(TelemetryError::Sqlite)?;
        Ok(Some((series, points)))
    }

    /// Hears what is kept from now on, whoever's it is.
    pub fn listen(&self) -> Listening {
        Listening(self.0.news.subscribe())
    }

    /// A copy of the store as it is now, which is on no folder any more once it is closed; none if there is no store. Blocks.
    pub fn copy(&self) -> Result<Option<File>, TelemetryError> {
        if self.condition() == Condition::None {
            return Ok(None);
        }
        copy_of(&self.0.options.data)
    }

    /// Takes nothing more in, writes what was told, and ends. Blocks.
    pub fn stop(&self) {
        self.0.closer.close();
        let thread = self.0.lock().take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the store of samples panicked");
        }
    }

    async fn opened(&self) -> Result<(), TelemetryError> {
        let mut condition = self.0.condition.subscribe();
        let now = condition.wait_for(|condition| *condition != Condition::Opening).await;
        match &*now.map_err(|_| TelemetryError::Stopping)? {
            Condition::Away(why) => Err(TelemetryError::Away { why: why.clone() }),
            Condition::Opening | Condition::Open | Condition::None => Ok(()),
        }
    }

    /// The life of the thread: a batch is what came while the one before was written.
    fn keep(&self, queue: &SampleQueue) {
        let mut store = self.open();
        while let Some(samples) = queue.next() {
            if store.is_none() {
                store = self.open();
            }
            let Some(open) = &mut store else {
                queue.count_dropped(samples.len() as u64, Dropped::Storage);
                continue;
            };
            match open.write(&samples) {
                Ok(over) => {
                    queue.count_dropped(over, Dropped::Series);
                    metrics::counter!("mediary_telemetry_samples_total")
                        .increment(samples.len() as u64 - over);
                    // Nobody may be listening.
                    self.0.news.send(Arc::new(samples)).ok();
                }
                Err(error) => {
                    queue.count_dropped(samples.len() as u64, Dropped::Storage);
                    self.failed(&mut store, &error);
                    continue;
                }
            }
            if let Err(error) = open.make_blocks(self.0.options.clock.now()) {
                self.failed(&mut store, &error);
            }
        }
        // Whoever closes last has all of it in one file: that is the store.
        self.0.readers.forget();
    }

    fn open(&self) -> Option<Store> {
        let Shared { options, known, readers, condition, .. } = &*self.0;
        let opened = Store::open(&file::path(&options.data), options.retention, known.clone());
        readers.forget();
        match opened {
            Ok(store) => {
                condition.send_replace(Condition::Open);
                Some(store)
            }
            Err(error) => {
                let why = told(&error);
                // Told once, not with each batch.
                if condition.send_replace(Condition::Away(why.clone())) != Condition::Away(why.clone()) {
                    tracing::warn!(why, "samples can't be kept");
                }
                None
            }
        }
    }

    /// What could not be written is dropped; a file that is itself at fault is begun anew.
    fn failed(&self, store: &mut Option<Store>, error: &rusqlite::Error) {
        tracing::warn!(%error, "samples could not be written");
        if file::is_no_store(error) {
            *store = None;
            match file::move_aside(&file::path(&self.0.options.data)) {
                Ok(aside) => tracing::warn!(aside = %aside.display(), "the store of samples is begun anew"),
                Err(error) => tracing::warn!(why = told(&error), "the store of samples can't be moved aside"),
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever hears what is kept.
#[derive(Debug)]
pub struct Listening(broadcast::Receiver<Arc<Vec<Sample>>>);

impl Listening {
    /// The next samples that a scope may see, and how many batches were missed before them; none once the store is gone.
    pub async fn next(&mut self, scope: &Scope) -> Option<(Vec<Sample>, u64)> {
        let mut missed = 0;
        loop {
            match self.0.recv().await {
                Ok(batch) => {
                    let is_seen = |sample: &&Sample| may_see(scope, sample.project, sample.metric);
                    let seen: Vec<Sample> = batch.iter().filter(is_seen).cloned().collect();
                    if !seen.is_empty() {
                        return Some((seen, missed));
                    }
                }
                Err(broadcast::error::RecvError::Lagged(batches)) => missed += batches,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

/// What the store of a data folder takes on the disk, if it can be read; none if there is none. Changes nothing.
pub fn look(data: &Path) -> Result<Option<u64>, TelemetryError> {
    let path = file::path(data);
    if !path.exists() {
        return Ok(None);
    }
    let form = file::read(&path).and_then(|connection| file::form(&connection));
    match form.map_err(TelemetryError::Sqlite)? {
        file::FORMAT => Ok(Some(size_bytes(&path))),
        form => Err(TelemetryError::Away {
            why: format!("it has form {form}, and this program knows {}", file::FORMAT),
        }),
    }
}

/// A copy of the store of a data folder, whether a server has it or not, that is in no folder any more; none if there is no
/// store. Blocks.
pub fn copy_of(data: &Path) -> Result<Option<File>, TelemetryError> {
    let path = file::path(data);
    if !path.exists() {
        return Ok(None);
    }
    let copy = file::copy_name(&path);
    let connection = file::read(&path).map_err(TelemetryError::Sqlite)?;
    let name = copy.to_string_lossy();
    let copied = connection.execute("VACUUM INTO ?1", [name.as_ref()]).map_err(TelemetryError::Sqlite);
    let opened = copied.and_then(|_| File::open(&copy).map_err(TelemetryError::Copy));
    std::fs::remove_file(&copy).or_else(is_missing).map_err(TelemetryError::Copy)?;
    opened.map(Some)
}

fn is_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// An error with what caused it.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
