//! PL-04: forwards and backwards, from any position, filtered on the log's side.

use mediary_schema::{CorrelationId, ProjectId};
use uuid::Uuid;

use super::support::{Bench, append, append_one, event, stream};
use crate::log::{Direction, Filter, Read, Recorded};

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

/// What a filter must find, by a condition on the numbers that `bench` was made of.
fn check(filter: &Filter, wanted: impl Fn(u64) -> bool) {
    let bench = bench();
    for from in [1, 7, 30, 31] {
        let expected: Vec<u64> = (from..=30).filter(|n| wanted(*n)).collect();
        let found = bench.log.read(&Read::forward(from).filter(filter.clone())).unwrap();
        assert_eq!(positions(&found), expected);
        let expected: Vec<u64> = (1..=from.min(30)).rev().filter(|n| wanted(*n)).collect();
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
        assert_eq!(found, (1..=30).collect::<Vec<u64>>());
    }
}

#[test]
fn bytes_limit_a_page_but_never_to_nothing() {
    let bench = Bench::new();
    for n in 1..=4 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), &"x".repeat(1000))).unwrap();
    }
    let request = Read { bytes_max: 1500, ..Read::forward(1) };
    assert_eq!(bench.log.read(&request).unwrap().len(), 2);
    let request = Read { bytes_max: 1, ..Read::forward(1) };
    assert_eq!(bench.log.read(&request).unwrap().len(), 1);
}

#[test]
fn stream_is_read_both_ways_from_a_version() {
    let bench = bench();
    let of = |from, direction| {
        let events = bench.log.read_stream(&stream("job", 0), from, direction, 10).unwrap();
        positions(&events)
    };
    assert_eq!(of(1, Direction::Forward), [15, 30]);
    assert_eq!(of(2, Direction::Forward), [30]);
    assert_eq!(of(1, Direction::Backward), [15]);
    assert_eq!(of(u64::MAX, Direction::Backward), [30, 15]);
    assert!(bench.log.read_stream(&stream("other", 0), 1, Direction::Forward, 10).unwrap().is_empty());
    assert_eq!(bench.log.stream_version(&stream("job", 0)).unwrap(), 2);
    assert_eq!(bench.log.stream_version(&stream("job", 99)).unwrap(), 0);
}

#[test]
fn events_are_counted_by_concern() {
    let bench = bench();
    let counts = bench.log.counts().unwrap();
    let of = |n: usize| (counts[n].category.as_str(), counts[n].events, counts[n].bytes);
    assert_eq!((of(0), of(1)), (("job", 10, 20), ("playlist", 20, 40)));
    assert!(bench.log.size_bytes() > 0);
}
