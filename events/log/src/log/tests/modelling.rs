//! The log against a list in memory.

use std::{collections::BTreeMap, fs};

use futures::FutureExt as _;
use mediary_events::{Concern as _, log::Logs};
use mediary_schema::{CommandId, PrincipalId};
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    support::{Bench, append, copy_of, event, index_file, stream},
    twin::Twin,
};
use crate::log::{
    Append, AppendError, Direction, Expected, Filter, Log, Read, Recorded, StreamId, verify, verify_live,
};

#[derive(Debug, Clone)]
enum Step {
    Append { command: u128, platform: bool, expected: Vec<(usize, Hope)>, events: Vec<(usize, bool)> },
    Read { from: u64, backward: bool, limit: usize, filter: Filter },
    ReadStream { stream: usize, from: u64, backward: bool, limit: usize },
    Follow { from: u64, limit: usize, filter: Filter },
    Ask { command: u128, platform: bool },
    Reopen(Fate),
}

/// What becomes of the index while the log is closed, or how it is closed.
#[derive(Debug, Clone)]
enum Fate {
    Kept,
    /// Record and index are found as they were in the middle of life.
    Killed,
    Deleted,
    Emptied,
    /// Bytes anywhere in it are other ones.
    Damaged(Vec<(usize, u8)>),
    /// The one that was there at the reopening before.
    Older,
    /// A folder with its name.
    Folder,
}

/// An expectation, relative to what the stream is: so that both outcomes are common.
#[derive(Debug, Clone, Copy)]
enum Hope {
    Any,
    NoStream,
    Right,
    Wrong(u64),
}

const STREAMS: [(&str, u128); 5] = [("playlist", 1), ("playlist", 2), ("job", 1), ("job", 3), ("job_x", 1)];

fn stream_of(n: usize) -> StreamId {
    let (category, uuid) = STREAMS[n];
    stream(category, uuid)
}

fn filters() -> impl Strategy<Value = Filter> {
    prop_oneof![
        Just(Filter::all()),
        Just(Filter::categories(["job"])),
        Just(Filter::kinds(["playlist.noted", "job.ended"])),
        (0..STREAMS.len()).prop_map(|n| Filter::stream(&stream_of(n))),
        Just(Filter { streams: vec!["job".to_owned()], ..Filter::all() }),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let hope = prop_oneof![
        Just(Hope::Any),
        Just(Hope::NoStream),
        Just(Hope::Right),
        (1..4_u64).prop_map(Hope::Wrong)
    ];
    let appending = (
        0..30_u128,
        any::<bool>(),
        proptest::collection::vec((0..STREAMS.len(), hope), 0..3),
        proptest::collection::vec((0..STREAMS.len(), any::<bool>()), 1..5),
    );
    prop_oneof![
        8 => appending.prop_map(|(command, platform, expected, events)| Step::Append { command, platform, expected, events }),
        2 => (0..60_u64, any::<bool>(), 0..20_usize, filters())
            .prop_map(|(from, backward, limit, filter)| Step::Read { from, backward, limit, filter }),
        2 => (0..STREAMS.len(), 0..10_u64, any::<bool>(), 0..8_usize)
            .prop_map(|(stream, from, backward, limit)| Step::ReadStream { stream, from, backward, limit }),
        2 => (0..60_u64, 1..9_usize, filters()).prop_map(|(from, limit, filter)| Step::Follow { from, limit, filter }),
        1 => (0..30_u128, any::<bool>()).prop_map(|(command, platform)| Step::Ask { command, platform }),
        2 => fates().prop_map(Step::Reopen),
    ]
}

fn fates() -> impl Strategy<Value = Fate> {
    let flips = proptest::collection::vec((any::<usize>(), 1..=255_u8), 1..40);
    prop_oneof![
        2 => Just(Fate::Kept),
        2 => Just(Fate::Killed),
        1 => Just(Fate::Deleted),
        1 => Just(Fate::Emptied),
        3 => flips.prop_map(Fate::Damaged),
        1 => Just(Fate::Older),
        1 => Just(Fate::Folder),
    ]
}

/// Closes the log, lets the index meet its fate, and opens the log again.
fn reopen(bench: Bench, fate: &Fate, older: &mut Option<Vec<u8>>) -> Bench {
    let killed = matches!(fate, Fate::Killed).then(|| copy_of(&bench.directory));
    let Bench { log, directory, .. } = bench;
    drop(log);
    let directory = killed.unwrap_or(directory);
    let index = index_file(directory.path());
    let before = fs::read(&index).unwrap();
    match fate {
        Fate::Kept | Fate::Killed => {}
        Fate::Deleted => fs::remove_file(&index).unwrap(),
        Fate::Emptied => fs::write(&index, []).unwrap(),
        Fate::Damaged(flips) => {
            let mut bytes = before.clone();
            let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0) + 1;
            for (at, by) in flips {
                bytes[at % used] ^= by;
            }
            fs::write(&index, bytes).unwrap();
        }
        Fate::Older => fs::write(&index, older.as_ref().unwrap_or(&before)).unwrap(),
        Fate::Folder => {
            fs::remove_file(&index).unwrap();
            fs::create_dir(&index).unwrap();
        }
    }
    *older = Some(before);
    Bench::on(directory)
}

/// The log as a list.
#[derive(Debug, Default)]
struct Model {
    events: Vec<(StreamId, u64, &'static str)>,
    commands: BTreeMap<(PrincipalId, CommandId), (u64, u64)>,
}

impl Model {
    /// The log opens, and says so.
    fn open(&mut self, log: &Log) {
        let stream = Logs::stream(log.id());
        let version = self.version(&stream) + 1;
        self.events.push((stream, version, "opened"));
    }

    fn version(&self, stream: &StreamId) -> u64 {
        self.events.iter().filter(|(owner, ..)| owner == stream).count() as u64
    }

    /// What an append must come to: its range and whether it is a repetition, or the first conflict.
    fn append(&mut self, request: &Append) -> Result<(u64, u64, bool), (StreamId, u64)> {
        let key = (request.header.principal, request.header.command_id);
        if let Some((first, last)) = self.commands.get(&key) {
            return Ok((*first, *last, true));
        }
        for (stream, expected) in &request.expected {
            let actual = self.version(stream);
            if !expected.allows(actual) {
                return Err((stream.clone(), actual));
            }
        }
        let first = self.events.len() as u64 + 1;
        for event in &request.events {
            let version = self.version(&event.stream) + 1;
            let name = if event.name == "noted" { "noted" } else { "ended" };
            self.events.push((event.stream.clone(), version, name));
        }
        let last = self.events.len() as u64;
        self.commands.insert(key, (first, last));
        Ok((first, last, false))
    }

    fn matching(&self, filter: &Filter) -> Vec<u64> {
        let matches = |(stream, _, name): &(StreamId, u64, &str)| {
            let kind = format!("{}.{name}", stream.category);
            let any = format!("{}.*", stream.category);
            let text = stream.to_string();
            (filter.kinds.is_empty() || filter.kinds.contains(&kind) || filter.kinds.contains(&any))
                && (filter.streams.is_empty() || filter.streams.iter().any(|prefix| text.starts_with(prefix)))
        };
        (1..).zip(&self.events).filter(|(_, event)| matches(event)).map(|(position, _)| position).collect()
    }
}

fn principal(platform: bool) -> PrincipalId {
    if platform { PrincipalId::PLATFORM } else { PrincipalId::OWNER }
}

fn request(model: &Model, step: &Step) -> Append {
    let Step::Append { command, platform, expected, events } = step else { panic!("an append") };
    let events = events
        .iter()
        .map(|(n, noted)| event(&stream_of(*n), if *noted { "noted" } else { "ended" }, "x"))
        .collect();
    let mut request = append(*command, events);
    request.header.principal = principal(*platform);
    for (n, hope) in expected {
        let stream = stream_of(*n);
        let version = model.version(&stream);
        let expected = match hope {
            Hope::Any => Expected::Any,
            Hope::NoStream => Expected::NoStream,
            Hope::Right => Expected::Exact(version),
            Hope::Wrong(by) => Expected::Exact(version + by),
        };
        request.expected.push((stream, expected));
    }
    request
}

fn positions(events: &[Recorded]) -> Vec<u64> {
    events.iter().map(Recorded::position).collect()
}

fn check_append(bench: &Bench, model: &mut Model, step: &Step) {
    let request = request(model, step);
    let outcome = bench.log.append_blocking(request.clone());
    match (model.append(&request), outcome) {
        (Ok((first, last, repeated)), Ok(appended)) => {
            assert_eq!(
                (appended.first_position, appended.last_position, appended.repeated),
                (first, last, repeated)
            );
            for (stream, version) in &appended.versions {
                let range = first as usize - 1..last as usize;
                let newest = model.events[range].iter().rfind(|(owner, ..)| owner == stream).unwrap().1;
                assert_eq!(*version, newest);
            }
        }
        (Err((stream, actual)), Err(AppendError::Conflict { stream: found, actual: version, .. })) => {
            assert_eq!((stream, actual), (found, version));
        }
        (expected, found) => panic!("expected {expected:?}, found {found:?}"),
    }
    assert_eq!(bench.log.head().position, model.events.len() as u64);
}

fn check_read(bench: &Bench, model: &Model, from: u64, backward: bool, limit: usize, filter: &Filter) {
    let mut expected = model.matching(filter);
    let mut read = if backward { Read::backward(from) } else { Read::forward(from) };
    if backward {
        expected.reverse();
    }
    expected.retain(|position| if backward { *position <= from } else { *position >= from });
    expected.truncate(limit);
    read = read.limit(limit).filter(filter.clone());
    assert_eq!(positions(&bench.log.read(&read).unwrap()), expected);
}

fn check_stream(bench: &Bench, model: &Model, n: usize, from: u64, backward: bool, limit: usize) {
    let stream = stream_of(n);
    let direction = if backward { Direction::Backward } else { Direction::Forward };
    let mut expected: Vec<u64> = (1..=model.version(&stream)).collect();
    if backward {
        expected.reverse();
    }
    expected.retain(|version| if backward { *version <= from } else { *version >= from });
    expected.truncate(limit);
    let found = bench.log.read_stream(&stream, from, direction, limit).unwrap();
    assert_eq!(found.iter().map(|event| event.envelope.version).collect::<Vec<_>>(), expected);
    assert_eq!(bench.log.stream_version(&stream).unwrap(), model.version(&stream));
}

fn check_follow(bench: &Bench, model: &Model, from: u64, limit: usize, filter: &Filter) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut subscription = bench.log.subscribe(from, filter.clone()).report_skipped(1);
    let mut seen = Vec::new();
    while subscription.next_position() <= model.events.len() as u64 {
        let batch = runtime.block_on(subscription.next_batch(limit)).unwrap();
        seen.extend(batch.events.iter().map(|event| event.position()));
    }
    assert!(subscription.next_batch(limit).now_or_never().is_none());
    let expected: Vec<u64> =
        model.matching(filter).into_iter().filter(|position| *position >= from).collect();
    assert_eq!(seen, expected);
}

fn check_ask(bench: &Bench, model: &Model, command: u128, platform: bool) {
    let key = (principal(platform), CommandId::from_uuid(Uuid::from_u128(command)));
    let found = bench.log.command(key.0, key.1).unwrap();
    let found = found.map(|appended| (appended.first_position, appended.last_position));
    assert_eq!(found, model.commands.get(&key).copied());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    // invariant: L-1, L-7, L-8, L-9
    #[test]
    fn log_behaves_like_a_list(steps in proptest::collection::vec(steps(), 1..60)) {
        let mut model = Model::default();
        let mut bench = Bench::with(|options| options.ring_events_max = 4);
        model.open(&bench.log);
        let mut older = None;
        for step in &steps {
            match step {
                Step::Append { .. } => check_append(&bench, &mut model, step),
                Step::Read { from, backward, limit, filter } => {
                    check_read(&bench, &model, *from, *backward, *limit, filter);
                }
                Step::ReadStream { stream, from, backward, limit } => {
                    check_stream(&bench, &model, *stream, *from, *backward, *limit);
                }
                Step::Follow { from, limit, filter } => check_follow(&bench, &model, *from, *limit, filter),
                Step::Ask { command, platform } => check_ask(&bench, &model, *command, *platform),
                Step::Reopen(fate) => {
                    bench = reopen(bench, fate, &mut older);
                    model.open(&bench.log);
                    Twin::of(&bench).compare(&bench.log);
                }
            }
        }
        Twin::of(&bench).compare(&bench.log);
        let events = bench.all();
        prop_assert!(events.iter().map(Recorded::position).eq(1..=model.events.len() as u64));
        for (event, (stream, version, name)) in events.iter().zip(&model.events) {
            prop_assert_eq!((&event.envelope.stream, event.envelope.version), (stream, *version));
            prop_assert_eq!(event.envelope.name.as_ref(), *name);
            prop_assert!(bench.log.event(event.envelope.id).unwrap().as_ref() == Some(event));
        }
        let live = verify_live(&bench.log, None).unwrap();
        let Bench { log, directory, .. } = bench;
        drop(log);
        prop_assert_eq!(verify(directory.path(), None).unwrap(), live);
    }
}
