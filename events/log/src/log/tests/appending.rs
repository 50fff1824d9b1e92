use std::{
    iter,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use mediary_schema::PrincipalId;

use super::support::{Bench, append, append_one, event, expecting, stream};
use crate::log::{AppendError, Direction, Expected, PAYLOAD_BYTES_MAX, Read};

// invariant: L-1
#[test]
fn events_get_positions_and_versions_without_gaps() {
    let bench = Bench::new();
    let (one, two) = (stream("playlist", 1), stream("job", 2));
    let first = bench.log.append_blocking(append_one(1, &one, "a")).unwrap();
    let second = bench
        .log
        .append_blocking(append(2, vec![event(&two, "noted", "b"), event(&one, "noted", "c")]))
        .unwrap();
    assert_eq!((first.first_position, first.last_position), (2, 2), "behind the event that opens the log");
    assert_eq!((second.first_position, second.last_position), (3, 4));
    assert_eq!(second.versions, [(two, 1), (one.clone(), 2)]);
    assert_eq!(bench.log.head().position, 4);
    let texts: Vec<_> = bench.appended().iter().map(|event| event.payload_json().unwrap().unwrap()).collect();
    assert_eq!(texts, ["a", "b", "c"]);
    let backwards = bench.log.read_stream(&one, u64::MAX, Direction::Backward, 10).unwrap();
    assert_eq!(backwards.iter().map(|event| event.envelope.version).collect::<Vec<_>>(), [2, 1]);
}

// invariant: L-7
#[test]
fn conflict_names_the_stream_and_its_version_and_records_nothing() {
    let bench = Bench::new();
    let one = stream("playlist", 1);
    bench.log.append_blocking(append_one(1, &one, "a")).unwrap();
    let request = expecting(append_one(2, &one, "b"), &one, Expected::NoStream);
    match bench.log.append_blocking(request).unwrap_err() {
        AppendError::Conflict { stream, expected, actual } => {
            assert_eq!((stream, expected, actual), (one.clone(), Expected::NoStream, 1));
        }
        other => panic!("{other}"),
    }
    assert_eq!(bench.log.head().position, 2);
    let request = expecting(append_one(2, &one, "b"), &one, Expected::Exact(1));
    assert_eq!(bench.log.append_blocking(request).unwrap().last_position, 3);
}

// invariant: L-8
#[test]
fn repeated_command_answers_as_the_first_time_also_after_a_restart() {
    let bench = Bench::new();
    let one = stream("playlist", 1);
    let request = expecting(append_one(1, &one, "a"), &one, Expected::NoStream);
    let first = bench.log.append_blocking(request.clone()).unwrap();
    assert!(!first.repeated);
    let bench = bench.reopen();
    let second = bench.log.append_blocking(request.clone()).unwrap();
    assert!(second.repeated);
    assert_eq!((second.first_position, &second.versions), (first.first_position, &first.versions));
    assert_eq!(bench.appended().len(), 1);
    // The same id from another principal is another command.
    let mut other = append_one(1, &one, "b");
    other.header.principal = PrincipalId::PLATFORM;
    assert!(!bench.log.append_blocking(other).unwrap().repeated);
    let found = bench.log.command(PrincipalId::OWNER, request.header.command_id).unwrap().unwrap();
    assert_eq!(found.last_position, 2);
}

// Who finds the command of another finds its events, too; nobody is told of what is just being committed.
// invariant: L-4, L-8
#[test]
fn a_command_is_found_together_with_what_it_recorded() {
    let bench = Bench::new();
    let log = &bench.log;
    let (rounds, seekers) = (100, 8);
    let (turns, unseen) = (Barrier::new(seekers + 1), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..seekers {
            scope.spawn(|| {
                for n in 1..=rounds {
                    turns.wait();
                    let command = append(n, vec![]).header.command_id;
                    let found = iter::repeat_with(|| log.command(PrincipalId::OWNER, command).unwrap());
                    let position = found.flatten().next().unwrap().last_position;
                    let read = log.read(&Read::forward(position).limit(1)).unwrap();
                    unseen.fetch_add(usize::from(read.is_empty()), Ordering::Relaxed);
                }
            });
        }
        for n in 1..=rounds {
            turns.wait();
            log.append_blocking(append_one(n, &stream("playlist", n), "a")).unwrap();
        }
    });
    assert_eq!(unseen.into_inner(), 0);
}

#[test]
fn payload_that_is_too_large_and_malformed_names_are_refused() {
    let bench = Bench::new();
    let one = stream("playlist", 1);
    let mut request = append_one(1, &one, "a");
    request.events[0].payload = vec![0; PAYLOAD_BYTES_MAX + 1].into();
    assert!(matches!(
        bench.log.append_blocking(request.clone()),
        Err(AppendError::PayloadTooLarge { max_bytes: PAYLOAD_BYTES_MAX, .. })
    ));
    // A text takes five bytes more than it has.
    request.events[0].payload = rmp_serde::to_vec(&"a".repeat(PAYLOAD_BYTES_MAX - 5)).unwrap().into();
    bench.log.append_blocking(request).unwrap();
    let mut no_payload = append_one(2, &one, "a");
    // Bytes, which codec 1 hasn't: what is recorded can be spelled in JSON.
    no_payload.events[0].payload = vec![0xc4, 1, 7].into();
    for request in [append(2, vec![]), append_one(2, &stream("play-list", 1), "a"), no_payload] {
        assert!(matches!(bench.log.append_blocking(request), Err(AppendError::Malformed { .. })));
    }
    assert_eq!(bench.log.head().position, 2);
}

#[test]
fn event_is_found_by_its_id() {
    let bench = Bench::new();
    bench.log.append_blocking(append_one(1, &stream("playlist", 1), "a")).unwrap();
    let event = bench.appended().remove(0);
    assert_eq!(bench.log.event(event.envelope.id).unwrap(), Some(event));
    assert_eq!(bench.log.read(&Read::backward(u64::MAX)).unwrap().len(), 2);
}

#[test]
fn closed_log_refuses_and_gives_the_folder_back() {
    let bench = Bench::new();
    let other = bench.log.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(bench.log.clone().close());
    assert!(matches!(other.append_blocking(append_one(1, &stream("a", 1), "a")), Err(AppendError::Closed)));
    assert!(other.stream_version(&stream("a", 1)).is_err());
    bench.reopen();
}
