use mediary_events::{
    preview::{Event, Preview},
    testing::samples,
};
use mediary_schema::{
    JobId,
    preview::{Found, FoundEntry, FoundKind, PreviewId},
};
use uuid::Uuid;

use super::{PreviewRow, PreviewState, PreviewView, preview, previews, previews_by_id};
use crate::{
    listing::Order,
    page::PageRequest,
    tests::support::{Rows, assert_indexed},
};

const ANOTHER: JobId = JobId::from_uuid(samples::uuid(70));

fn id(number: u128) -> PreviewId {
    PreviewId::from_uuid(Uuid::from_u128(number))
}

fn requested(job_id: JobId) -> Event {
    Event::Requested { job_id, url: samples::LIST_URL.to_owned() }
}

fn what() -> Found {
    let title = Some("M31 in one night".to_owned());
    let first = vec![FoundEntry { title: title.clone(), duration_ms: Some(754_000) }];
    Found { kind: FoundKind::Single, title, count: Some(1), first, lists: Vec::new() }
}

fn read(rows: &mut Rows<PreviewView>) -> PreviewRow {
    rows.read(|rows| preview(rows, id(1))).expect("there is a preview")
}

#[test]
fn a_look_shows_what_was_found_last_also_while_it_is_looked_at_anew() {
    let mut rows = Rows::<PreviewView>::new();
    rows.feed::<Preview>(id(1).uuid(), [requested(samples::JOB)]);
    let row = read(&mut rows);
    assert_eq!((row.state, row.found, row.job), (PreviewState::Requested, None, samples::JOB));
    rows.feed::<Preview>(id(1).uuid(), [Event::Found { job_id: samples::JOB, found: what() }]);
    let row = read(&mut rows);
    assert_eq!(
        (row.state, row.found, row.url.as_str()),
        (PreviewState::Found, Some(what()), samples::LIST_URL)
    );
    rows.feed::<Preview>(id(1).uuid(), [requested(ANOTHER)]);
    let row = read(&mut rows);
    assert_eq!((row.state, row.found, row.job), (PreviewState::Requested, Some(what()), ANOTHER));
    rows.feed::<Preview>(id(1).uuid(), [Event::Failed { job_id: ANOTHER }]);
    let row = read(&mut rows);
    assert_eq!((row.state, row.found), (PreviewState::Failed, Some(what())));
}

#[test]
fn whichever_was_asked_for_last_is_first() {
    let mut rows = Rows::<PreviewView>::new();
    for number in [1, 2, 3, 1] {
        rows.feed::<Preview>(id(number).uuid(), [requested(samples::JOB)]);
    }
    let page = rows.read(|rows| previews(rows, Order::default(), &PageRequest::front(9).counted()));
    let ids: Vec<PreviewId> = page.rows.into_iter().map(|(_, row)| row.id).collect();
    assert_eq!((ids, page.total), (vec![id(1), id(3), id(2)], Some(3)));
    assert_indexed(&mut rows, |rows| previews_by_id(rows, &[id(1), id(2)]));
}
