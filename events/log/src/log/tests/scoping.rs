//! What a scope may not see is not there.

use std::{sync::atomic::Ordering, time::Duration};

use mediary_schema::{EventId, PrincipalId, ProjectId, account::Role, scope::Scope};
use uuid::Uuid;

use super::support::{Bench, append, event, stream};
use crate::log::{Append, Direction, Filter, LogReader, Read, Recorded, StreamId};

const OTHER: ProjectId = ProjectId::from_uuid(Uuid::from_u128(0xBEEF));

fn of(project: ProjectId, mut append: Append) -> Append {
    append.header.project = project;
    append
}

/// Event 1 opens the log; 2 and 3 are of `home`, the second on an account; 4 is of another project, 5 of a newer
/// program.
fn bench() -> Bench {
    let bench = Bench::new();
    let recorded = [
        (ProjectId::HOME, "playlist", 1),
        (ProjectId::HOME, "account", 2),
        (OTHER, "playlist", 3),
        (ProjectId::HOME, "of_a_newer_program", 4),
    ];
    for (project, category, n) in recorded {
        let one = append(n, vec![event(&stream(category, n), "noted", "a")]);
        bench.log.append_blocking(of(project, one)).unwrap();
    }
    bench
}

/// The positions that each way of reading finds.
fn seen(bench: &Bench, scope: Scope) -> Vec<u64> {
    let reader = LogReader::new(&bench.log, scope);
    let page = reader.read_page(&Read::forward(1)).unwrap();
    let pages: Vec<u64> = page.events.iter().map(Recorded::position).collect();
    let all = bench.all();
    let ids: Vec<EventId> = all.iter().map(|event| event.envelope.id).collect();
    let by_id: Vec<u64> =
        ids.iter().filter_map(|id| reader.event(*id).unwrap()).map(|e| e.position()).collect();
    let by_position: Vec<u64> = (1..=9).filter_map(|n| reader.at(n).unwrap()).map(|e| e.position()).collect();
    let streams: Vec<&StreamId> = all.iter().map(|event| &event.envelope.stream).collect();
    let by_stream: Vec<u64> = streams
        .iter()
        .flat_map(|stream| reader.read_stream(stream, 1, Direction::Forward, 9).unwrap())
        .map(|event| event.position())
        .collect();
    assert_eq!((&pages, &pages, &pages), (&by_id, &by_position, &by_stream));
    pages
}

fn session(project: ProjectId, role: Role) -> Scope {
    Scope::of_session(project, PrincipalId::OWNER, role)
}

// invariant: S-3
#[test]
fn a_role_sees_what_the_concern_shows_it_and_a_project_sees_its_own() {
    let bench = bench();
    assert_eq!(seen(&bench, session(ProjectId::HOME, Role::Viewer)), [2]);
    assert_eq!(seen(&bench, session(ProjectId::HOME, Role::Editor)), [2]);
    assert_eq!(seen(&bench, session(ProjectId::HOME, Role::Owner)), [1, 2, 3, 5]);
    assert_eq!(seen(&bench, session(OTHER, Role::Owner)), [4]);
    assert_eq!(seen(&bench, Scope::of_platform()), [1, 2, 3, 4, 5]);
}

// invariant: S-3
#[tokio::test]
async fn a_subscription_passes_what_may_not_be_seen() {
    let bench = tokio::task::spawn_blocking(bench).await.unwrap();
    let reader = LogReader::new(&bench.log, session(ProjectId::HOME, Role::Owner));
    let mut following = reader.subscribe(1, Filter::all());
    let mut positions = Vec::new();
    while following.next_position() <= 5 {
        let batch = following.next_batch(9).await.unwrap();
        positions.extend(batch.events.iter().map(|event| event.position()));
    }
    assert_eq!(positions, [1, 2, 3, 5]);
}

/// A log of four events, a second between them; answers the stream that two of them are of.
fn four_seconds(bench: &Bench) -> StreamId {
    let (one, other) = (stream("playlist", 1), stream("playlist", 2));
    for (command, stream) in [(1, &one), (2, &other), (3, &one)] {
        bench.clock.fetch_add(1_000_000, Ordering::SeqCst);
        bench.log.append_blocking(append(command, vec![event(stream, "noted", "a")])).unwrap();
    }
    one
}

// PL-43: what a reader of the past finds is what it would have found then, whatever was recorded since.
#[test]
fn a_log_that_ended_earlier_is_read_as_it_was_then() {
    let then = Bench::new();
    four_seconds(&then);
    let now = Bench::new();
    let one = four_seconds(&now);
    let past = LogReader::new(&now.log, Scope::of_platform()).up_to(4);
    // What comes later is of the same stream, and of a clock that was set back.
    now.clock.fetch_sub(2_500_000, Ordering::SeqCst);
    for command in 4..40 {
        now.log.append_blocking(append(command, vec![event(&one, "noted", "b")])).unwrap();
    }
    let present = LogReader::new(&then.log, Scope::of_platform());
    let positions = |events: Vec<Recorded>| events.iter().map(Recorded::position).collect::<Vec<_>>();
    for direction in [Direction::Forward, Direction::Backward] {
        for from in [1, 2, 3, u64::MAX] {
            for limit in [1, 9] {
                let both = [&past, &present]
                    .map(|reader| positions(reader.read_stream(&one, from, direction, limit).unwrap()));
                assert_eq!(both[0], both[1], "{direction:?} from {from}, {limit}");
                let read = Read { direction, ..Read::forward(from).limit(limit) };
                let both = [&past, &present].map(|reader| positions(reader.read(&read).unwrap()));
                assert_eq!(both[0], both[1], "{direction:?} from {from}, {limit}");
                let both = [&past, &present].map(|reader| reader.read_page(&read).unwrap().next_position);
                assert_eq!(both[0], both[1], "{direction:?} from {from}, {limit}");
            }
        }
    }
    let first = then.all()[0].envelope.at;
    for seconds in 0..5 {
        let moment = first.after(Duration::from_millis(seconds * 1000 + 500));
        assert_eq!(past.position_at(moment).unwrap(), present.position_at(moment).unwrap(), "{seconds} s");
    }
}
