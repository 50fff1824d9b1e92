//! The log's tables in bare redb: what the storage gives without numbering, chain and digests.
//!
//! The same form as the log's: a durable record, and an index that follows in memory and is settled now and then. Either
//! by itself, or behind a thread as producers need one that each wait for an answer.

use std::{iter, path::Path, thread, time::Duration};

use redb::{Database, Durability, TableDefinition};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::Instant,
};
use uuid::Uuid;

use crate::figure::Figure;

const EVENTS: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("events");
const CHAIN: TableDefinition<'static, u64, &[u8; 32]> = TableDefinition::new("chain");
const IDS: TableDefinition<'static, &[u8; 16], u64> = TableDefinition::new("ids");
const STREAMS: TableDefinition<'static, &[u8; 26], u64> = TableDefinition::new("streams");
const CATEGORIES: TableDefinition<'static, &str, &[u8; 18]> = TableDefinition::new("categories");
const PLACES: TableDefinition<'static, &[u8; 10], ()> = TableDefinition::new("places");
const COMMANDS: TableDefinition<'static, &[u8; 32], &[u8; 12]> = TableDefinition::new("commands");
const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");

/// Envelope, digest, salt and what marks them, beside a payload.
const FRAME_BYTES: usize = 240;
/// As the log's own.
const UNSETTLED_MAX: u64 = 32_768;
/// As the log's own.
const CACHE_BYTES: usize = 16 << 20;

/// Tells a producer that its events are on the disk.
type Answer = oneshot::Sender<()>;

/// Why the storage refused.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BareError(#[from] redb::Error);

/// A record and its index, without a log around them.
#[derive(Debug)]
pub struct Bare {
    record: Database,
    index: Database,
    position: u64,
    unsettled: u64,
    word: u128,
}

impl Bare {
    /// Makes both files in a folder.
    pub fn make(directory: &Path) -> Result<Self, BareError> {
        let make = |name: &str| {
            Database::builder()
                .set_cache_size(CACHE_BYTES)
                .create(directory.join(name))
                .map_err(redb::Error::from)
        };
        Ok(Self {
            record: make("record.redb")?,
            index: make("index.redb")?,
            position: 0,
            unsettled: 0,
            word: 1,
        })
    }

    /// Commits so many times so many events, `streams` at random.
    pub fn append(&mut self, commits: u64, events: u64, streams: u128) -> Result<Figure, BareError> {
        let began = Instant::now();
        let mut latencies: Vec<Duration> = Vec::new();
        for _ in 0..commits {
            let asked = Instant::now();
            self.commit(events, streams)?;
            latencies.push(asked.elapsed());
        }
        Ok(Figure::new(commits * events, began.elapsed(), latencies))
    }

    /// Commits so many events at a time for so many producers, each a task that waits for its answer before it goes on:
    /// whoever waits is committed together.
    ///
    /// # Panics
    /// If the storage refuses: then nobody is answered any more.
    pub async fn append_for(
        mut self,
        producers: usize,
        appends_each: u64,
        events: u64,
        streams: u128,
    ) -> (Self, Figure) {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let storing = thread::spawn(move || {
            while let Some(first) = receiver.blocking_recv() {
                let waiting: Vec<Answer> =
                    iter::once(first).chain(iter::from_fn(|| receiver.try_recv().ok())).collect();
                self.commit(waiting.len() as u64 * events, streams).expect("the storage takes it");
                for answer in waiting {
                    answer.send(()).ok();
                }
            }
            self
        });
        let began = Instant::now();
        let producing: JoinSet<_> = (0..producers).map(|_| produce(sender.clone(), appends_each)).collect();
        drop(sender);
        let latencies = producing.join_all().await.concat();
        let figure = Figure::new(latencies.len() as u64 * events, began.elapsed(), latencies);
        (storing.join().expect("the storage took it"), figure)
    }

    fn commit(&mut self, events: u64, streams: u128) -> Result<(), redb::Error> {
        let mut indexing = self.index.begin_write()?;
        if indexing.set_durability(Durability::None).is_err() {
            return Err(redb::Error::Corrupted("durability is refused".to_owned()));
        }
        let recording = self.record.begin_write()?;
        {
            let mut frames = recording.open_table(EVENTS)?;
            let mut chain = recording.open_table(CHAIN)?;
            let mut ids = indexing.open_table(IDS)?;
            let mut rows = indexing.open_table(STREAMS)?;
            let mut places = indexing.open_table(PLACES)?;
            let mut commands = indexing.open_table(COMMANDS)?;
            let mut categories = indexing.open_table(CATEGORIES)?;
            for _ in 0..events {
                self.position += 1;
                self.word = self.word.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(1);
                let position = self.position;
                let frame = [self.word.to_be_bytes()[3]; FRAME_BYTES + crate::log::PAYLOAD_BYTES];
                frames.insert(position, frame.as_slice())?;
                chain.insert(position, &[7; 32])?;
                ids.insert(
                    Uuid::from_u128(u128::from(position) << 64 | self.word >> 64).as_bytes(),
                    position,
                )?;
                let mut key = [0; 26];
                key[2..18].copy_from_slice(&((self.word >> 64) % streams).to_be_bytes());
                key[18..].copy_from_slice(&position.to_be_bytes());
                rows.insert(&key, position)?;
                let mut place = [0; 10];
                place[2..].copy_from_slice(&position.to_be_bytes());
                places.insert(&place, ())?;
                let mut command = [0; 32];
                command[16..24].copy_from_slice(&position.to_be_bytes());
                command[24..].copy_from_slice(&self.word.to_be_bytes()[..8]);
                commands.insert(&command, &[0; 12])?;
            }
            categories.insert("bench", &[0; 18])?;
            indexing.open_table(META)?.insert("reached", [0; 40].as_slice())?;
        }
        recording.commit()?;
        indexing.commit()?;
        self.unsettled += events;
        if self.unsettled >= UNSETTLED_MAX {
            let mut settling = self.index.begin_write()?;
            settling.set_quick_repair(true);
            settling.commit()?;
            self.unsettled = 0;
        }
        Ok(())
    }
}

async fn produce(storage: mpsc::UnboundedSender<Answer>, appends: u64) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for _ in 0..appends {
        let asked = Instant::now();
        let (answer, answered) = oneshot::channel();
        storage.send(answer).expect("the storage listens");
        answered.await.expect("the storage answers");
        latencies.push(asked.elapsed());
    }
    latencies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_storage_takes_what_it_is_given() {
        let directory = tempfile::tempdir().unwrap();
        let mut bare = Bare::make(directory.path()).unwrap();
        assert_eq!(bare.append(3, 5, 10).unwrap().count, 15);
        assert_eq!(bare.position, 15);
        let (bare, figure) = crate::runtime().block_on(bare.append_for(8, 3, 2, 10));
        assert_eq!((figure.count, bare.position), (48, 63));
    }
}
