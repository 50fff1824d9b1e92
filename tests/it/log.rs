//! A process that appends is killed at any moment; what it was told is on the disk.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStdout, Stdio},
    thread,
    time::Duration,
};

use mediary_log::{Log, Options, Read, Recorded, verify, verify_live};
use mediary_schema::IdSource;
use mediary_tests::Random;
use tokio::time::Instant;

const ROUNDS_IN_EVERY_RUN: u64 = 20;
/// A round ends after at most so many acknowledgements.
const ACKNOWLEDGEMENTS_MAX: u64 = 300;

/// What a killed process had been told: command, first and last position.
type Acknowledged = BTreeMap<u128, (u64, u64)>;

#[expect(clippy::disallowed_methods, reason = "the victim is killed, which the process runner would prevent")]
fn appender(directory: &Path, round: u64) -> Child {
    std::process::Command::new(env!("CARGO_BIN_EXE_log_appender"))
        .arg(directory)
        .arg(round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the process has taken the folder: then it is about to make or open the file.
fn wait_until_opening(directory: &Path, child: &Child) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let taken = format!("pid {}\n", child.id());
    while fs::read_to_string(directory.join(".lock")).ok().as_ref() != Some(&taken) {
        assert!(Instant::now() < deadline, "it does not open the folder");
        thread::yield_now();
    }
}

/// Lets it run until so many appends were acknowledged, kills it, and answers all that it said.
fn run_and_kill(directory: &Path, round: u64, acknowledgements: u64) -> Acknowledged {
    let mut child = appender(directory, round);
    let mut output: BufReader<ChildStdout> = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    if acknowledgements == 0 {
        wait_until_opening(directory, &child);
    }
    for _ in 0..acknowledgements {
        assert!(output.read_line(&mut said).unwrap() > 0, "it ended by itself: {:?}", child.wait());
    }
    child.kill().unwrap();
    // What stands in the pipe was said before it died.
    output.read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    said.lines().filter_map(parse).collect()
}

/// The last line may be broken off.
fn parse(line: &str) -> Option<(u128, (u64, u64))> {
    let mut words = line.split(' ');
    let (command, first, last) = (words.next()?, words.next()?, words.next()?);
    Some((command.parse().ok()?, (first.parse().ok()?, last.parse().ok()?)))
}

fn events(directory: &Path) -> Vec<Recorded> {
    let mut options = Options::new(directory);
    options.reserve_bytes = 0;
    let log = Log::open(options).unwrap();
    verify_live(&log, None).unwrap();
    log.read(&Read { bytes_max: usize::MAX, ..Read::forward(1).limit(usize::MAX) }).unwrap()
}

fn check(events: &[Recorded], acknowledged: &Acknowledged) {
    for (command, (first, last)) in acknowledged {
        let found = events.get(*first as usize - 1..*last as usize).expect("what was acknowledged is there");
        assert_eq!(found.len() as u128, 1 + command % 3, "it is whole");
        for event in found {
            assert_eq!(event.envelope.command_id.uuid().as_u128(), *command);
            let text = event.payload_json().unwrap().unwrap();
            assert!(text.as_str().unwrap().starts_with(&command.to_string()));
        }
    }
    let mut sizes = BTreeMap::<_, u32>::new();
    for event in events {
        *sizes.entry(event.envelope.command_id).or_default() += 1;
    }
    for event in events {
        assert_eq!(sizes[&event.envelope.command_id], event.envelope.append_len, "half an append");
    }
}

// invariant: L-1, L-2, L-3, L-14
#[test]
fn kill_9_at_any_moment_loses_nothing_acknowledged() {
    let seed = IdSource::system().next().as_u128() as u64;
    println!("seed {seed}");
    let mut random = Random::of(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::new();
    for round in 1..=mediary_tools::rounds(ROUNDS_IN_EVERY_RUN) {
        // Some are killed while they open the file, the first one while it makes it.
        let acknowledgements = if round % 5 == 1 { 0 } else { random.below(ACKNOWLEDGEMENTS_MAX) };
        acknowledged.extend(run_and_kill(folder.path(), round, acknowledgements));
        if folder.path().join("log/00000000000000000001.redb").exists() {
            let report = verify(folder.path(), None).unwrap();
            let newest = acknowledged.values().map(|(_, last)| *last).max().unwrap_or(0);
            assert!(report.last_position >= newest, "round {round}: {report:?}");
        }
        // Every other round the next process finds the folder as the kill left it.
        if round % 2 == 0 {
            check(&events(folder.path()), &acknowledged);
        }
    }
    let events = events(folder.path());
    check(&events, &acknowledged);
    assert!(events.iter().map(Recorded::position).eq(1..=events.len() as u64));
    println!("{} appends acknowledged, {} events", acknowledged.len(), events.len());
    assert!(acknowledged.len() > 200, "the kills must hit a log at work");
}
