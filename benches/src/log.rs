//! Work for the log: appending with some producers, scanning.

use std::{path::Path, time::Duration};

use mediary_log::{
    Append, AppendError, AppendHeader, Log, NewEvent, Options, Origin, OriginKind, Read, ReadError, Schema,
    StreamId, Urgency,
};
use mediary_schema::{CommandId, CorrelationId, IdSource, PrincipalId, ProjectId};
use tokio::{task::JoinSet, time::Instant};
use uuid::Uuid;

use crate::figure::Figure;

/// The payload of an event, unless said otherwise.
pub const PAYLOAD_BYTES: usize = 256;

/// Streams that producers write to in turn.
pub const STREAMS: u128 = 1_000;

/// Opens a log for a benchmark, without a ballast.
///
/// # Panics
/// If the folder can't be used.
pub fn open(directory: &Path) -> Log {
    let mut options = Options::new(directory);
    options.reserve_bytes = 0;
    Log::open(options).expect("a fresh folder can be opened")
}

/// Appends one event at a time with so many producers, each a task that waits for its answer before it goes on.
pub async fn append(log: &Log, producers: usize, appends_each: u64) -> Result<Figure, AppendError> {
    let began = Instant::now();
    let producing: JoinSet<_> = (0..producers).map(|_| produce(log.clone(), appends_each)).collect();
    let latencies = producing.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    Ok(Figure::new(latencies.len() as u64, began.elapsed(), latencies))
}

/// Appends so many events at once, one append after the other.
pub async fn append_batches(log: &Log, appends: u64, events: usize) -> Result<Figure, AppendError> {
    let ids = IdSource::system();
    let began = Instant::now();
    let mut latencies = Vec::new();
    for _ in 0..appends {
        let mut request = one_event(ids.next());
        request.events.extend((1..events).flat_map(|_| one_event(ids.next()).events));
        let asked = Instant::now();
        log.append(request).await?;
        latencies.push(asked.elapsed());
    }
    Ok(Figure::new(appends * events as u64, began.elapsed(), latencies))
}

async fn produce(log: Log, appends: u64) -> Result<Vec<Duration>, AppendError> {
    let (ids, mut latencies) = (IdSource::system(), Vec::new());
    for _ in 0..appends {
        let request = one_event(ids.next());
        let asked = Instant::now();
        log.append(request).await?;
        latencies.push(asked.elapsed());
    }
    Ok(latencies)
}

pub(crate) fn one_event(command: Uuid) -> Append {
    let header = AppendHeader {
        project: ProjectId::HOME,
        principal: PrincipalId::OWNER,
        origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
        command_id: CommandId::from_uuid(command),
        command: None,
        correlation_id: CorrelationId::from_uuid(command),
        causation_id: None,
    };
    let event = NewEvent::new(
        StreamId::new("bench", Uuid::from_u128(command.as_u128() % STREAMS)),
        "noted",
        Schema::new(1, 0),
        incompressible(command).into(),
    );
    Append {
        header,
        urgency: Urgency::Normal,
        expected: Vec::new(),
        only_if: Vec::new(),
        events: vec![event],
    }
}

/// A text that differs from event to event, as `MessagePack`: its mark, its length, its letters.
fn incompressible(seed: Uuid) -> Vec<u8> {
    const HEAD: usize = 3;
    let mut word = seed.as_u128() as u64 | 1;
    let words = (0..PAYLOAD_BYTES.div_ceil(8)).flat_map(|_| {
        word = word.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        word.to_le_bytes()
    });
    let letters = words.map(|byte| b'0' + byte % 64).take(PAYLOAD_BYTES - HEAD);
    let len = u16::try_from(PAYLOAD_BYTES - HEAD).expect("a payload of a benchmark is small");
    [0xda].into_iter().chain(len.to_be_bytes()).chain(letters).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_of_work_does_something() {
        let directory = tempfile::tempdir().unwrap();
        let log = open(directory.path());
        let runtime = crate::runtime();
        for producers in [1, 8, 64] {
            let before = log.head().position;
            let figure = runtime.block_on(append(&log, producers, 3)).unwrap();
            assert_eq!(figure.count, producers as u64 * 3);
            assert_eq!(log.head().position - before, figure.count);
            assert!(figure.per_second() > 0.0);
            let median = figure.percentile(50).unwrap();
            assert!(median <= figure.percentile(99).unwrap() && !median.is_zero());
        }
        let scanned = scan(&log).unwrap();
        assert_eq!(scanned.count, log.head().position);
        assert_eq!(scanned.count, 1 + 73 * 3, "and what opened it");
    }
}
