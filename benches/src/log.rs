//! Work for the log: appending with some producers, scanning, following; and the disk below it, bare.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use futures::future::try_join_all;
use mediary_events::log::{
    Append, AppendError, AppendHeader, Filter, Log, NewEvent, Options, Origin, OriginKind, Read, ReadError,
    StreamId, Urgency,
};
use mediary_schema::{CommandId, CorrelationId, IdSource, PrincipalId, ProjectId};
use tokio::time::Instant;
use uuid::Uuid;

/// The payload of an event, unless said otherwise.
pub const PAYLOAD_BYTES: usize = 256;

/// Streams that producers write to in turn.
const STREAMS: u128 = 1_000;

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Figure {
    /// How much was done.
    pub count: u64,
    /// How long it took in total.
    pub took: Duration,
    /// How long each piece took, sorted; empty where pieces were not timed.
    latencies: Vec<Duration>,
}

impl Figure {
    /// How much was done in a second.
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }

    /// The time that so many percent of the pieces stayed below.
    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied().unwrap_or_default()
    }

    fn new(count: u64, took: Duration, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self { count, took, latencies }
    }
}

/// Opens a log for a benchmark, without a ballast.
///
/// # Panics
/// If the folder can't be used.
pub fn open(directory: &Path) -> Log {
    let mut options = Options::new(directory);
    options.reserve_bytes = 0;
    Log::open(options).expect("a fresh folder can be opened")
}

/// Appends one event at a time with so many producers, each waiting for its answer before it goes on.
pub async fn append(log: &Log, producers: usize, appends_each: u64) -> Result<Figure, AppendError> {
    let ids = IdSource::system();
    let began = Instant::now();
    let producing = (0..producers).map(|_| produce(log, &ids, appends_each));
    let latencies = try_join_all(producing).await?.concat();
    Ok(Figure::new(latencies.len() as u64, began.elapsed(), latencies))
}

async fn produce(log: &Log, ids: &IdSource, appends: u64) -> Result<Vec<Duration>, AppendError> {
    let mut latencies = Vec::new();
    for _ in 0..appends {
        let request = one_event(ids.next());
        let asked = Instant::now();
        log.append(request).await?;
        latencies.push(asked.elapsed());
    }
    Ok(latencies)
}

fn one_event(command: Uuid) -> Append {
    let header = AppendHeader {
        project: ProjectId::HOME,
        principal: PrincipalId::OWNER,
        origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
        command_id: CommandId::from_uuid(command),
        correlation_id: CorrelationId::from_uuid(command),
        causation_id: None,
    };
    let event = NewEvent {
        stream: StreamId::new("bench", Uuid::from_u128(command.as_u128() % STREAMS)),
        name: "noted".into(),
        schema: 1,
        payload: incompressible(command).into(),
    };
    Append { header, urgency: Urgency::Normal, expected: Vec::new(), events: vec![event] }
}

/// Bytes that differ from event to event.
fn incompressible(seed: Uuid) -> Vec<u8> {
    let mut word = seed.as_u128() as u64 | 1;
    let words = (0..PAYLOAD_BYTES / 8).flat_map(|_| {
        word = word.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        word.to_le_bytes()
    });
    words.collect()
}

/// Reads the whole log, a page of 1000 events a transaction.
pub fn scan(log: &Log) -> Result<Figure, ReadError> {
    let began = Instant::now();
    let mut count = 0;
    let mut request = Read::forward(1);
    loop {
        let page = log.read_page(&request)?;
        count += page.events.len() as u64;
        let Some(next) = page.next_position else { break };
        request.from = next;
    }
    Ok(Figure::new(count, began.elapsed(), Vec::new()))
}

/// Appends one event at a time and waits until a subscriber holds it.
///
/// # Panics
/// If the log can't be written or read.
pub async fn follow(log: &Log, events: u64) -> Figure {
    let ids = IdSource::system();
    let mut subscription = log.subscribe(log.head().position + 1, Filter::all());
    let mut latencies = Vec::new();
    let began = Instant::now();
    for _ in 0..events {
        let request = one_event(ids.next());
        let asked = Instant::now();
        let (appended, batch) = tokio::join!(log.append(request), subscription.next_batch(10));
        latencies.push(asked.elapsed());
        let (appended, batch) = (appended.expect("the log can be written"), batch.expect("and read"));
        assert_eq!(batch.events[0].position(), appended.last_position);
    }
    Figure::new(events, began.elapsed(), latencies)
}

/// What the disk can do: a page is written into a file that is large enough, and synced.
pub fn probe(directory: &Path, syncs: u64) -> io::Result<Figure> {
    const PAGE: [u8; 4096] = [7; 4096];
    const PAGES: u64 = 1024;
    let mut file = File::create(directory.join("probe"))?;
    for _ in 0..PAGES {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    let mut latencies = Vec::new();
    let began = Instant::now();
    for n in 0..syncs {
        let asked = Instant::now();
        std::os::unix::fs::FileExt::write_all_at(&file, &PAGE, n % PAGES * PAGE.len() as u64)?;
        file.sync_data()?;
        latencies.push(asked.elapsed());
    }
    Ok(Figure::new(syncs, began.elapsed(), latencies))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn every_piece_of_work_does_something() {
        let directory = tempfile::tempdir().unwrap();
        let log = open(directory.path());
        let runtime = runtime();
        for producers in [1, 8, 64] {
            let before = log.head().position;
            let figure = runtime.block_on(append(&log, producers, 3)).unwrap();
            assert_eq!(figure.count, producers as u64 * 3);
            assert_eq!(log.head().position - before, figure.count);
            assert!(figure.per_second() > 0.0);
            assert!(figure.percentile(50) <= figure.percentile(99) && !figure.percentile(50).is_zero());
        }
        let followed = runtime.block_on(follow(&log, 5));
        assert_eq!(followed.count, 5);
        let scanned = scan(&log).unwrap();
        assert_eq!(scanned.count, log.head().position);
        assert_eq!(scanned.count, 73 * 3 + 5);
        let probed = probe(directory.path(), 5).unwrap();
        assert_eq!(probed.count, 5);
    }
}
