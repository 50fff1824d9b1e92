use mediary_events::{
    download::{Download, Event},
    file::{Event as FileEvent, File},
    testing::samples::identities,
};
use mediary_schema::{
    DownloadId, EntryId, FailureClass, FileId, JobId, PlanId, PlaylistId,
    download::{DownloadItem, EntryRef, Quality},
    layout::Described,
    plan::Lease,
};
use uuid::Uuid;

use super::{
    DownloadField, DownloadFilter, DownloadRow, DownloadState, DownloadView, changed_downloads, download,
    downloads, downloads_by_id, downloads_by_item,
};
use crate::{
    listing::{Order, OrderField as _},
    tests::{
        listed::{assert_listed, every},
        support::{Rows, assert_indexed, at, failure, item_id, source},
    },
};

const LIST: PlaylistId = PlaylistId::from_uuid(Uuid::from_u128(0x11));
const JOB: JobId = JobId::from_uuid(Uuid::from_u128(0x12));
const AGAIN: JobId = JobId::from_uuid(Uuid::from_u128(0x13));
const FILE: FileId = FileId::from_uuid(Uuid::from_u128(0x14));

/// The download of an item: of the best that there is.
fn id(name: &str) -> DownloadId {
    identities().download(item_id(name), Quality::best().wish())
}

fn requested(name: &str, job_id: JobId) -> Event {
    let item = DownloadItem {
        download_id: id(name),
        item_id: item_id(name),
        source: source(name),
        quality: Quality::best(),
        title: Some(format!("About {name}")),
        duration_ms: Some(61_000),
        folder: Some("Letters".to_owned()),
        entry: Some(EntryRef { playlist_id: LIST, entry_id: EntryId::from_uuid(Uuid::from_u128(0x15)) }),
    };
    Event::Requested { job_id, item: Box::new(item) }
}

fn completed() -> Event {
    Event::Completed { job_id: JOB, file_id: FILE, described: Described::default() }
}

fn given_up(class: FailureClass) -> Event {
    Event::Failed { job_id: JOB, failure: failure(class, 0) }
}

fn archived(name: &str) -> Event {
    Event::Archived { item_id: item_id(name), source: source(name) }
}

/// The row of the item after these events.
fn after(events: impl IntoIterator<Item = Event>) -> DownloadRow {
    let mut rows = Rows::<DownloadView>::new();
    rows.feed::<Download>(id("x").uuid(), events);
    rows.read(|rows| download(rows, id("x"))).unwrap()
}

fn wanted() -> DownloadRow {
    DownloadRow {
        id: id("x"),
        item_id: item_id("x"),
        source: source("x"),
        title: Some("About x".to_owned()),
        quality: Some("best".to_owned()),
        playlist_id: Some(LIST),
        state: DownloadState::Wanted,
        job_id: Some(JOB),
        file_id: None,
        failure: None,
        described: Described::default(),
        requested_at: at(1),
        changed_at: 1,
    }
}

#[test]
fn a_wanted_item_names_its_job() {
    assert_eq!(after([requested("x", JOB)]), wanted());
}

#[test]
fn a_kept_item_names_its_file() {
    let kept = DownloadRow { state: DownloadState::Kept, file_id: Some(FILE), changed_at: 2, ..wanted() };
    assert_eq!(after([requested("x", JOB), completed()]), kept);
}

#[test]
fn an_item_that_was_given_up_says_why_until_it_is_wanted_again() {
    let row = after([requested("x", JOB), given_up(FailureClass::Geo)]);
    assert_eq!((row.state, row.failure), (DownloadState::Failed, Some(failure(FailureClass::Geo, 0))));
    let again = after([requested("x", JOB), given_up(FailureClass::Geo), requested("x", AGAIN)]);
    assert_eq!(again, DownloadRow { job_id: Some(AGAIN), changed_at: 3, ..wanted() });
}

#[test]
fn an_item_that_a_person_ended_is_told_from_one_that_failed() {
    let row = after([requested("x", JOB), Event::Cancelled { job_id: JOB }]);
    assert_eq!((row.state, row.failure), (DownloadState::Cancelled, None));
}

#[test]
fn an_item_of_an_imported_archive_has_neither_job_nor_file() {
    let expected = DownloadRow {
        title: None,
        quality: None,
        playlist_id: None,
        state: DownloadState::Archived,
        job_id: None,
        ..wanted()
    };
    assert_eq!(after([archived("x")]), expected);
}

fn many() -> Rows<DownloadView> {
    let mut rows = Rows::new();
    for number in 0..11 {
        let name = number.to_string();
        rows.feed::<Download>(id(&name).uuid(), [requested(&name, JOB)]);
    }
    rows
}

fn names(rows: Vec<DownloadRow>) -> Vec<String> {
    rows.into_iter().map(|row| row.source.source_id).collect()
}

#[test]
fn pages_of_downloads_hold_each_once_newest_first() {
    let mut rows = many();
    let expected: Vec<_> = (0..11).rev().map(|number| number.to_string()).collect();
    for first in [1, 4, 10, 11, 12] {
        assert_eq!(
            names(rows.pages(first, |rows, request| downloads(rows, &DownloadFilter::default(), request))),
            expected
        );
    }
}

#[test]
fn downloads_are_found_by_their_items() {
    let mut rows = many();
    let mut found = names(rows.read(|rows| downloads_by_item(rows, &["3", "never", "1"].map(item_id))));
    found.sort_unstable();
    assert_eq!(found, ["1", "3"]);
    assert_eq!(rows.read(|rows| download(rows, id("never"))), None);
}

#[test]
fn downloads_that_changed_come_in_the_order_of_their_change() {
    let mut rows = many();
    let before = rows.position();
    for name in ["7", "2"] {
        rows.feed::<Download>(id(name).uuid(), [completed()]);
    }
    assert_eq!(names(rows.read(|rows| changed_downloads(rows, before, 10))), ["7", "2"]);
    assert_eq!(names(rows.read(|rows| changed_downloads(rows, before, 1))), ["7"]);
}

// DL-07.
#[test]
fn the_archive_has_what_is_kept_and_what_another_tool_fetched() {
    let mut rows = many();
    rows.feed::<Download>(id("3").uuid(), [completed()]);
    rows.feed::<Download>(id("5").uuid(), [given_up(FailureClass::Geo)]);
    rows.feed::<Download>(id("old").uuid(), [archived("old")]);
    // Page by page, each behind the place of the last.
    let archive = |rows: &mut Rows<DownloadView>| {
        let mut all = Vec::new();
        while let Some(one) = rows
            .read(|snapshot| {
                super::archived(snapshot, all.last().map_or(0, |one: &super::Archived| one.place), 1)
            })
            .pop()
        {
            all.push(one);
        }
        all.into_iter().map(|one| (one.extractor, one.source_id)).collect::<Vec<_>>()
    };
    let expected = [("demo", "3"), ("demo", "old")].map(|(key, id)| (key.to_owned(), id.to_owned()));
    assert_eq!(archive(&mut rows), expected);
    // Fetched again on demand, and to no avail: both are as archived as before.
    for name in ["3", "old"] {
        let again = [requested(name, AGAIN), Event::Cancelled { job_id: AGAIN }];
        rows.feed::<Download>(id(name).uuid(), again);
    }
    assert_eq!(archive(&mut rows), expected);
}

#[test]
fn a_second_try_that_came_to_nothing_leaves_the_file_of_the_first() {
    let again = [requested("x", AGAIN), Event::Cancelled { job_id: AGAIN }];
    let row = after([requested("x", JOB), completed()].into_iter().chain(again));
    assert_eq!((row.state, row.file_id), (DownloadState::Kept, Some(FILE)));
    let failed = Event::Failed { job_id: AGAIN, failure: failure(FailureClass::Geo, 0) };
    let row = after([archived("x"), requested("x", AGAIN), failed]);
    assert_eq!((row.state, row.failure), (DownloadState::Archived, Some(failure(FailureClass::Geo, 0))));
}

#[test]
fn what_another_file_keeps_is_kept_as_long_as_that_one_is_there() {
    const MADE: FileId = FileId::from_uuid(Uuid::from_u128(0x99));
    const PLAN: PlanId = PlanId::from_uuid(Uuid::from_u128(0x98));
    let replaced = |file_id| Event::FileReplaced { file_id, plan_id: PLAN };
    let trashed = || FileEvent::Trashed { lease: Lease { plan_id: PLAN, kept_until: at(99) } };
    let mut rows = Rows::<DownloadView>::new();
    rows.feed::<Download>(id("x").uuid(), [requested("x", JOB), completed()]);
    rows.feed::<File>(FILE.uuid(), [trashed()]);
    rows.feed::<Download>(id("x").uuid(), [replaced(MADE)]);
    rows.feed::<File>(FILE.uuid(), [FileEvent::Purged {}]);
    let of = |rows: &mut Rows<DownloadView>| {
        let row = rows.read(|rows| download(rows, id("x"))).unwrap();
        (row.state, row.file_id)
    };
    assert_eq!(of(&mut rows), (DownloadState::Kept, Some(MADE)));
    rows.feed::<File>(MADE.uuid(), [FileEvent::Lost {}]);
    assert_eq!(of(&mut rows), (DownloadState::Lost, Some(MADE)));
    rows.feed::<Download>(id("x").uuid(), [requested("x", AGAIN), replaced(FILE)]);
    rows.feed::<Download>(id("x").uuid(), [Event::Cancelled { job_id: AGAIN }]);
    assert_eq!(of(&mut rows), (DownloadState::Kept, Some(FILE)));
}

// core A29.
#[test]
fn an_item_has_a_row_for_each_wish_and_what_is_done_stands_in_front() {
    let mut rows = many();
    let audio = identities().download(item_id("3"), "audio".parse::<Quality>().unwrap().wish());
    let Event::Requested { job_id, mut item } = requested("3", AGAIN) else { unreachable!("it is one") };
    (item.download_id, item.quality) = (audio, "audio".parse().unwrap());
    rows.feed::<Download>(id("3").uuid(), [completed()]);
    rows.feed::<Download>(audio.uuid(), [Event::Requested { job_id, item }]);
    let found = rows.read(|rows| downloads_by_item(rows, &[item_id("3")]));
    let told: Vec<_> = found.iter().map(|row| (row.id, row.quality.as_deref(), row.state)).collect();
    assert_eq!(
        told,
        [(id("3"), Some("best"), DownloadState::Kept), (audio, Some("audio"), DownloadState::Wanted)]
    );
    assert!(found[1].standing() > found[0].standing());
}

// PL-41.
#[test]
fn no_query_reads_a_table_from_end_to_end() {
    let mut rows = many();
    let filters = every::<DownloadFilter>(&[
        |filter| filter.order = Order { field: DownloadField::ChangedAt, descending: true },
        |filter| filter.order.descending = false,
        |filter| filter.state = Some(DownloadState::Wanted),
        |filter| filter.item_id = Some(item_id("3")),
        |filter| filter.playlist_id = Some(LIST),
        |filter| filter.since = Some(at(3)),
    ]);
    for filter in filters {
        assert_listed(&mut rows, filter.order.field.by(), |rows, request| downloads(rows, &filter, request));
    }
    assert_indexed(&mut rows, |rows| download(rows, id("1")));
    assert_indexed(&mut rows, |rows| downloads_by_id(rows, &[id("1"), id("2")]));
    assert_indexed(&mut rows, |rows| downloads_by_item(rows, &[item_id("1"), item_id("2")]));
    assert_indexed(&mut rows, |rows| changed_downloads(rows, 3, 10));
}
