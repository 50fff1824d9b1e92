//! PL-04: forwards and backwards, from any position, filtered on the log's side.

use mediary_schema::{CorrelationId, ProjectId};
use uuid::Uuid;

use super::support::{Bench, append, append_one, event, stream};
use crate::log::{Direction, Filter, NewEvent, Read, Recorded, Subject, Subjects};

fn bench() -> Bench {
    let bench = Bench::new();
    for n in 1..=30_u128 {
        let category = if n % 3 == 0 { "job" } else { "playlist" };
        let name = if n % 2 == 0 { "renamed" } else { "noted" };
        bench.log.append_blocking(append(n, vec![event(&stream(category, n % 5), name, "a")])).unwrap();
    }
    bench
}

fn positions(events: &[Recorded]) -> Vec<u64> {
    events.iter().map(Recorded::position).collect()
}

/// What a filter must find, by a condition on the numbers that `bench` was made of; event 1 opens the log.
fn check(filter: &Filter, wanted: impl Fn(u64) -> bool) {
    let bench = bench();
    let opening = filter.matches(&bench.all()[0]);
    let wanted = |position: &u64| if *position == 1 { opening } else { wanted(position - 1) };
    for from in [1, 7, 31, 32] {
        let expected: Vec<u64> = (from..=31).filter(wanted).collect();
        let found = bench.log.read(&Read::forward(from).filter(filter.clone())).unwrap();
        assert_eq!(positions(&found), expected);
        let expected: Vec<u64> = (1..=from.min(31)).rev().filter(wanted).collect();
        let found = bench.log.read(&Read::backward(from).filter(filter.clone())).unwrap();
        assert_eq!(positions(&found), expected);
        let found = bench.log.read(&Read::backward(from).filter(filter.clone()).limit(2)).unwrap();
        assert_eq!(positions(&found), expected[..expected.len().min(2)]);
        assert!(found.iter().all(|event| filter.matches(event)));
    }
}

#[test]
fn all_pass_without_conditions() {
    check(&Filter::all(), |_| true);
}

#[test]
fn category_and_kind_are_conditions() {
    check(&Filter::categories(["job"]), |n| n % 3 == 0);
    check(&Filter::kinds(["job.renamed"]), |n| n % 6 == 0);
    check(&Filter::kinds(["job.renamed", "playlist.*"]), |n| n % 6 == 0 || n % 3 != 0);
    check(&Filter::kinds(["job"]), |n| n % 3 == 0);
    check(&Filter::kinds(["jo"]), |_| false);
    check(&Filter::kinds(["jo.renamed"]), |_| false);
}

#[test]
fn stream_prefix_is_a_condition() {
    check(&Filter::stream(&stream("job", 3)), |n| n % 3 == 0 && n % 5 == 3);
    check(&Filter { streams: vec!["play".to_owned()], ..Filter::all() }, |n| n % 3 != 0);
    check(&Filter { streams: vec!["play-".to_owned()], ..Filter::all() }, |_| false);
    check(&Filter { streams: vec!["job-0000".to_owned()], ..Filter::all() }, |n| n % 3 == 0);
    check(&Filter { streams: vec!["job-1".to_owned()], ..Filter::all() }, |_| false);
}

proptest::proptest! {
    // core C4: what is asked of every event is taken apart once, and asks the same.
    #[test]
    fn prefix_of_a_stream_is_that_of_its_text(
        uuid in proptest::prelude::any::<u128>(),
        other in proptest::prelude::any::<u128>(),
        len in 0..46_usize,
        swapped in proptest::option::of(("[-0-9a-fA-F.é]", 0..46_usize)),
    ) {
        let text = stream("playlist", uuid).to_string();
        let mut prefix: String = text.chars().take(len).collect();
        if let Some((letter, place)) = swapped {
            prefix = prefix.chars().take(place).chain(letter.chars()).chain(prefix.chars().skip(place + 1)).collect();
        }
        let conditions = Filter { streams: vec![prefix.clone()], ..Filter::all() }.conditions();
        for uuid in [uuid, other] {
            let text = stream("playlist", uuid).to_string();
            // A hyphen ends the name of the concern.
            let wanted = text.starts_with(&prefix);
            proptest::prop_assert_eq!(conditions.allow(&recorded(uuid)), wanted, "{} of {}", prefix, text);
        }
    }
}

/// An event of a playlist, as far as a filter looks at it.
fn recorded(uuid: u128) -> Recorded {
    let (mut recorded, stream) = (ONE.clone(), stream("playlist", uuid));
    recorded.envelope.stream = stream;
    recorded
}

static ONE: std::sync::LazyLock<Recorded> = std::sync::LazyLock::new(|| bench().all().remove(1));

#[test]
fn project_and_story_are_conditions() {
    check(&Filter { project: Some(ProjectId::HOME), ..Filter::all() }, |_| true);
    check(&Filter { project: Some(ProjectId::from_uuid(Uuid::nil())), ..Filter::all() }, |_| false);
    let story = CorrelationId::from_uuid(Uuid::from_u128(12));
    check(&Filter { correlation_id: Some(story), ..Filter::all() }, |n| n == 12);
    check(&Filter { correlation_id: Some(story), ..Filter::categories(["playlist"]) }, |_| false);
}

#[test]
fn pages_follow_each_other_to_the_end() {
    let bench = bench();
    for direction in [Direction::Forward, Direction::Backward] {
        let mut request = match direction {
            Direction::Forward => Read::forward(1),
            Direction::Backward => Read::backward(u64::MAX),
        };
        request.limit = 7;
        let mut found = Vec::new();
        loop {
            let page = bench.log.read_page(&request).unwrap();
            found.extend(positions(&page.events));
            let Some(next) = page.next_position else { break };
            request.from = next;
        }
        if direction == Direction::Backward {
            found.reverse();
        }
        assert_eq!(found, (1..=31).collect::<Vec<u64>>());
    }
}

#[test]
fn bytes_limit_a_page_but_never_to_nothing() {
    let bench = Bench::new();
    for n in 1..=4 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), &"x".repeat(1000))).unwrap();
    }
    let request = Read { bytes_max: 1500, ..Read::forward(2) };
    assert_eq!(bench.log.read(&request).unwrap().len(), 2);
    let request = Read { bytes_max: 1, ..Read::forward(2) };
    assert_eq!(bench.log.read(&request).unwrap().len(), 1);
}

#[test]
fn stream_is_read_both_ways_from_a_version() {
    let bench = bench();
    let of = |from, direction| {
        let events = bench.log.read_stream(&stream("job", 0), from, direction, 10).unwrap();
        positions(&events)
    };
    assert_eq!(of(1, Direction::Forward), [16, 31]);
    assert_eq!(of(2, Direction::Forward), [31]);
    assert_eq!(of(1, Direction::Backward), [16]);
    assert_eq!(of(u64::MAX, Direction::Backward), [31, 16]);
    assert!(bench.log.read_stream(&stream("other", 0), 1, Direction::Forward, 10).unwrap().is_empty());
    assert_eq!(bench.log.stream_version(&stream("job", 0)).unwrap(), 2);
    assert_eq!(bench.log.stream_version(&stream("job", 99)).unwrap(), 0);
}

#[test]
fn events_are_counted_by_concern() {
    let bench = bench();
    let counts = bench.log.counts().unwrap();
    let of = |n: usize| (counts[n].category.as_str(), counts[n].events, counts[n].bytes);
    assert_eq!((of(0), of(2)), (("job", 10, 20), ("playlist", 20, 40)));
    assert!(bench.log.size_bytes() > 0);
}

/// An event about the items of these numbers.
fn about(event: NewEvent, items: &[u128]) -> NewEvent {
    let subjects = items.iter().map(|item| Subject::new("item", Uuid::from_u128(*item)));
    NewEvent { subjects: Subjects::try_new(subjects).unwrap(), ..event }
}

fn item(number: u128) -> Subject {
    Subject::new("item", Uuid::from_u128(number))
}

/// 400 events of four streams; every seventh is about item 1, every eleventh about item 2.
fn of_items() -> Bench {
    let bench = Bench::new();
    for n in 1..=400_u128 {
        let items: Vec<u128> =
            [(1, 7), (2, 11)].iter().filter(|(_, nth)| n % nth == 0).map(|(item, _)| *item).collect();
        let category = if n % 4 == 0 { "item" } else { "job" };
        let event = about(event(&stream(category, n % 4 + 2), "noted", "a"), &items);
        bench.log.append_blocking(append(n, vec![event])).unwrap();
    }
    bench
}

// invariant: G-8
#[test]
fn what_an_event_is_about_is_a_condition() {
    type Case = (Vec<Subject>, fn(u64) -> bool);
    let bench = of_items();
    // Item 2 has a stream of its own, which every fourth event is of.
    let cases: [Case; 4] = [
        (vec![item(1)], |n| n % 7 == 0),
        (vec![item(2)], |n| n % 11 == 0 || n % 4 == 0),
        (vec![item(1), item(2)], |n| n % 7 == 0 || n % 11 == 0 || n % 4 == 0),
        (vec![Subject::new("job", Uuid::from_u128(1))], |_| false),
    ];
    for (subjects, wanted) in cases {
        let filter = Filter { subjects, ..Filter::all() };
        // Event 1 opens the log.
        let wanted = |position: &u64| *position > 1 && wanted(position - 1);
        for from in [1, 30, 398, 401] {
            let expected: Vec<u64> = (from..=401).filter(wanted).collect();
            let found = bench.log.read(&Read::forward(from).filter(filter.clone())).unwrap();
            assert_eq!(positions(&found), expected, "{filter:?} from {from}");
            assert!(found.iter().all(|event| filter.matches(event)));
            let expected: Vec<u64> = (1..=from).rev().filter(wanted).collect();
            let found = bench.log.read(&Read::backward(from).filter(filter.clone()).limit(3)).unwrap();
            assert_eq!(positions(&found), expected[..expected.len().min(3)]);
        }
    }
    let jobs = Filter { kinds: vec!["job".to_owned()], ..Filter::about(item(2)) };
    let found = bench.log.read(&Read::forward(1).filter(jobs)).unwrap();
    assert_eq!(found.len(), (1..=400).filter(|n| n % 11 == 0 && n % 4 != 0).count());
}

#[test]
fn a_page_about_a_thing_says_where_it_goes_on() {
    let bench = of_items();
    let mut read = Read::forward(1).filter(Filter::about(item(1))).limit(10);
    let mut found = Vec::new();
    loop {
        let page = bench.log.read_page(&read).unwrap();
        found.extend(positions(&page.events));
        match page.next_position {
            Some(next) => read.from = next,
            None => break,
        }
    }
    assert_eq!(found, (1..=400).filter(|n| n % 7 == 0).map(|n| n + 1).collect::<Vec<u64>>());
}
