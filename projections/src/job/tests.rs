mod sorting;

use mediary_events::{
    job::{Event, Job},
    testing::samples::{WORKER_LIFE, identities},
};
use mediary_log::gate::LongWork as _;
use mediary_schema::{
    AttemptId, CorrelationId, EntryId, FailureClass, JobId, Label, PlaylistId, PrincipalId, Priority, Ticket,
    Timestamp,
    download::{DownloadItem, EntryRef, Quality},
    job::{JobState, ResourceUse, RetryPolicy, StoppedAttempt, Work},
    playlist::{RefreshMode, RefreshPlaylist},
    worker::WorkerLife,
};
use uuid::Uuid;

use super::{
    JobField, JobFilter, JobRow, JobView, StoryRow, attempts, batch, changed_jobs, counts, job, jobs,
    jobs_by_id, story,
};
use crate::{
    listing::{Order, OrderField as _},
    tests::{
        listed::{assert_listed, every},
        support::{Rows, USED, assert_indexed, at, failure, item_id, source},
    },
};

const LIST: PlaylistId = PlaylistId::from_uuid(Uuid::from_u128(0x11));
const FIRST: AttemptId = AttemptId::from_uuid(Uuid::from_u128(0xA1));
const SECOND: AttemptId = AttemptId::from_uuid(Uuid::from_u128(0xA2));

fn id(number: u128) -> JobId {
    JobId::from_uuid(Uuid::from_u128(number))
}

fn refresh() -> Work {
    let url = "http://example.org/feed".to_owned();
    RefreshPlaylist { playlist_id: LIST, url, mode: RefreshMode::Full, page_size: 50 }.work()
}

fn download(name: &str) -> Work {
    let item_id = item_id(name);
    DownloadItem {
        download_id: identities().download(item_id, Quality::best().wish()),
        item_id,
        source: source(name),
        quality: Quality::best(),
        title: None,
        duration_ms: None,
        folder: None,
        entry: Some(EntryRef { playlist_id: LIST, entry_id: EntryId::from_uuid(Uuid::from_u128(0x15)) }),
    }
    .work()
}

fn label(text: &str) -> Label {
    text.parse().unwrap()
}

fn queued(work: Work) -> Event {
    Event::Queued { work, retry: RetryPolicy::default(), ticket: Ticket::default() }
}

fn leased(attempt_id: AttemptId) -> Event {
    let WorkerLife { worker_id, incarnation_id } = WORKER_LIFE;
    Event::Leased { attempt_id, worker_id, incarnation_id, until: Timestamp::from_micros(0) }
}

/// The row of a job after these events.
fn after(events: impl IntoIterator<Item = Event>) -> JobRow {
    let mut rows = Rows::<JobView>::new();
    rows.feed::<Job>(id(1).uuid(), [queued(refresh())].into_iter().chain(events));
    rows.read(|rows| job(rows, id(1))).unwrap()
}

/// The row of a job that was only queued, at position 1.
fn waiting() -> JobRow {
    JobRow {
        id: id(1),
        work: refresh(),
        ticket: Ticket::default(),
        state: JobState::Queued,
        stopping: false,
        attempt_id: None,
        attempts: 0,
        retry_at: None,
        failure: None,
        principal: PrincipalId::OWNER,
        story: CorrelationId::from_uuid(Uuid::from_u128(1)),
        queued_at: at(1),
        started_at: None,
        ended_at: None,
        resources: ResourceUse::default(),
        changed_at: 1,
    }
}

#[test]
fn a_queued_job_waits() {
    assert_eq!(after([]), waiting());
}

#[test]
fn a_running_job_shows_its_attempt() {
    let running = JobRow {
        state: JobState::Running,
        attempt_id: Some(FIRST),
        attempts: 1,
        started_at: Some(at(3)),
        changed_at: 3,
        ..waiting()
    };
    assert_eq!(after([leased(FIRST), Event::Started { attempt_id: FIRST }]), running);
}

fn failed_once() -> Vec<Event> {
    let (failure, retry_at) = (failure(FailureClass::Network, 0), at(60));
    vec![
        leased(FIRST),
        Event::Started { attempt_id: FIRST },
        Event::AttemptFailed { attempt_id: FIRST, failure, resources: USED, retry_at },
    ]
}

#[test]
fn a_failed_attempt_says_why_and_when_it_is_tried_again() {
    let expected = JobRow {
        attempts: 1,
        retry_at: Some(at(60)),
        failure: Some(failure(FailureClass::Network, 0)),
        started_at: Some(at(3)),
        resources: USED,
        changed_at: 4,
        ..waiting()
    };
    assert_eq!(after(failed_once()), expected);
}

#[test]
fn a_second_attempt_adds_to_what_the_first_used_and_takes_its_failure_back() {
    let more = ResourceUse { cpu_ms: 300, memory_peak_bytes: 1 };
    let rest = [
        leased(SECOND),
        Event::Started { attempt_id: SECOND },
        Event::Succeeded { attempt_id: SECOND, resources: more, kept_bytes: 0 },
    ];
    let expected = JobRow {
        state: JobState::Succeeded,
        attempts: 2,
        started_at: Some(at(3)),
        ended_at: Some(at(7)),
        resources: ResourceUse { cpu_ms: USED.cpu_ms + 300, ..USED },
        changed_at: 7,
        ..waiting()
    };
    assert_eq!(after(failed_once().into_iter().chain(rest)), expected);
}

#[test]
fn a_job_that_was_given_up_keeps_its_last_failure() {
    let failure = failure(FailureClass::NotFound, 0);
    let end = Event::Failed { attempt_id: FIRST, failure: failure.clone(), resources: USED, tries: 1 };
    let row = after([leased(FIRST), end]);
    assert_eq!((row.state, row.failure, row.ended_at), (JobState::Failed, Some(failure), Some(at(3))));
}

#[test]
fn a_job_that_is_to_stop_says_so_until_it_has() {
    let running = [leased(FIRST), Event::Started { attempt_id: FIRST }];
    let asked = Event::PauseRequested { attempt_id: FIRST };
    let stopping = after(running.clone().into_iter().chain([asked.clone()]));
    assert_eq!((stopping.state, stopping.stopping), (JobState::Running, true));
    let attempt = Some(StoppedAttempt { attempt_id: FIRST, resources: Some(USED), failure: None });
    let paused = after(running.into_iter().chain([asked, Event::Paused { attempt }]));
    assert_eq!((paused.state, paused.stopping, paused.attempt_id), (JobState::Paused, false, None));
    assert_eq!(paused.resources, USED, "what a stopped attempt used is used");
}

#[test]
fn each_end_of_an_attempt_leads_where_the_decider_leads() {
    let cancel = Event::CancelRequested { attempt_id: FIRST };
    let worker_id = WORKER_LIFE.worker_id;
    let lost = Event::AttemptLost { attempt_id: FIRST, worker_id, progressed: true, retry_at: None };
    for (events, state) in [
        (vec![lost], JobState::Queued),
        (vec![Event::LeaseReturned { attempt_id: FIRST, worker_id }], JobState::Queued),
        (vec![Event::AttemptStopped { attempt_id: FIRST, resources: USED }], JobState::Queued),
        (vec![Event::Parked { attempt_id: FIRST, worker_id, losses: 3 }], JobState::Paused),
        (vec![cancel, Event::Cancelled { attempt: None }], JobState::Cancelled),
        (vec![Event::Paused { attempt: None }, Event::Resumed {}], JobState::Queued),
    ] {
        let row = after([leased(FIRST)].into_iter().chain(events.clone()));
        assert_eq!((row.state, row.stopping, row.attempt_id), (state, false, None), "{events:?}");
        assert_eq!(row.ended_at.is_some(), state.is_terminal(), "{events:?}");
    }
}

#[test]
fn a_job_put_back_by_a_person_does_not_wait() {
    let row = after(failed_once().into_iter().chain([Event::Resumed {}]));
    assert_eq!((row.state, row.retry_at), (JobState::Queued, None));
}

/// Twelve jobs: every fourth refreshes the list, the others are downloads; every third is cancelled. Those with odd
/// numbers say so, and 5 and 10 are a batch.
fn many() -> Rows<JobView> {
    let mut rows = Rows::new();
    for number in 0..12 {
        let work = if number % 4 == 0 { refresh() } else { download(&number.to_string()) };
        let end = (number % 3 == 0).then_some(Event::Cancelled { attempt: None });
        let batch = [5, 10].contains(&number).then(|| label("night"));
        let tags = if number % 2 == 1 { vec![label("odd")] } else { vec![] };
        let ticket = Ticket { batch, tags, ..Ticket::default() };
        let queued = Event::Queued { work, retry: RetryPolicy::default(), ticket };
        rows.feed::<Job>(id(number).uuid(), [queued].into_iter().chain(end));
    }
    rows
}

fn numbers(rows: Vec<JobRow>) -> Vec<u128> {
    rows.into_iter().map(|row| row.id.uuid().as_u128()).collect()
}

#[test]
fn pages_of_jobs_hold_each_once_newest_first() {
    let mut rows = many();
    for first in [1, 5, 11, 12, 13] {
        let shown = rows.pages(first, |rows, request| jobs(rows, &JobFilter::default(), request));
        assert_eq!(numbers(shown), (0..12).rev().collect::<Vec<_>>());
    }
}

#[test]
fn jobs_are_found_by_state_list_item_and_story() {
    let mut rows = many();
    let mut found = |filter: JobFilter| numbers(rows.pages(2, |rows, request| jobs(rows, &filter, request)));
    let cancelled = JobFilter { state: Some(JobState::Cancelled), ..JobFilter::default() };
    assert_eq!(found(cancelled), [9, 6, 3, 0]);
    let of_list = JobFilter { subject: Some(LIST.into()), ..JobFilter::default() };
    assert_eq!(found(of_list.clone()).len(), 12);
    let of_item = JobFilter { subject: Some(item_id("7").into()), ..JobFilter::default() };
    assert_eq!(found(of_item), [7]);
    let of_story =
        JobFilter { story: Some(CorrelationId::from_uuid(Uuid::from_u128(1))), ..JobFilter::default() };
    assert_eq!(found(of_story), [0]);
    assert_eq!(found(JobFilter { state: Some(JobState::Running), ..of_list }), []);
}

#[test]
fn jobs_are_found_by_kind_batch_tag_and_words() {
    let mut rows = many();
    let mut found = |filter| numbers(rows.pages(2, |rows, request| jobs(rows, &filter, request)));
    let refreshes = JobFilter { kind: Some(RefreshPlaylist::KIND), ..JobFilter::default() };
    assert_eq!(found(refreshes.clone()), [8, 4, 0]);
    assert_eq!(found(JobFilter { state: Some(JobState::Queued), ..refreshes }), [8, 4]);
    let night = JobFilter { batch: Some(label("night")), ..JobFilter::default() };
    assert_eq!(found(night.clone()), [10, 5]);
    assert_eq!(found(JobFilter { tag: Some(label("odd")), ..night }), [5]);
    assert_eq!(found(JobFilter { tag: Some(label("odd")), ..JobFilter::default() }), [11, 9, 7, 5, 3, 1]);
    let search = |text: &str| JobFilter { search: Some(text.to_owned()), ..JobFilter::default() };
    assert_eq!(found(search("WATCH/7")), [7]);
    assert_eq!(found(search("/feed")), [8, 4, 0]);
    assert_eq!(found(search("playlist_id")), [], "a word of ours is none of theirs");
}

#[test]
fn a_batch_is_told_in_numbers() {
    let mut rows = many();
    let told = rows.read(|rows| batch(rows, &label("night")));
    assert_eq!((told.jobs, told.succeeded, told.given_up), (2, 0, 0));
    rows.feed::<Job>(id(5).uuid(), [Event::Cancelled { attempt: None }]);
    let told = rows.read(|rows| batch(rows, &label("night")));
    assert_eq!((told.jobs, told.succeeded, told.given_up), (2, 0, 1));
    assert_eq!(rows.read(|rows| batch(rows, &label("day"))).jobs, 0);
}

#[test]
fn a_job_whose_predecessor_came_to_nothing_is_held() {
    let ticket = Ticket { after: Some(id(9)), ..Ticket::default() };
    let mut rows = Rows::<JobView>::new();
    let queued = Event::Queued { work: refresh(), retry: RetryPolicy::default(), ticket: ticket.clone() };
    rows.feed::<Job>(id(1).uuid(), [queued, Event::Stranded { after: id(9), state: JobState::Failed }]);
    let row = rows.read(|rows| job(rows, id(1))).unwrap();
    assert_eq!((row.state, row.ticket), (JobState::Paused, ticket));
}

#[test]
fn how_much_a_job_matters_is_what_was_said_last() {
    let said = after([Event::Prioritised { priority: Priority::HIGHEST }]);
    assert_eq!((said.ticket.priority, said.changed_at), (Priority::HIGHEST, 2));
}

#[test]
fn jobs_are_found_by_their_ids() {
    let mut rows = many();
    let mut found = numbers(rows.read(|rows| jobs_by_id(rows, &[id(3), id(99), id(1)])));
    found.sort_unstable();
    assert_eq!(found, [1, 3]);
}

#[test]
fn jobs_that_changed_come_in_the_order_of_their_change() {
    let mut rows = many();
    let before = rows.position();
    rows.feed::<Job>(id(7).uuid(), [Event::Cancelled { attempt: None }]);
    rows.feed::<Job>(id(2).uuid(), [leased(FIRST)]);
    let changed =
        |rows: &mut Rows<JobView>, limit| numbers(rows.read(|rows| changed_jobs(rows, before, limit)));
    assert_eq!(changed(&mut rows, 10), [7, 2]);
    assert_eq!(changed(&mut rows, 1), [7]);
}

#[test]
fn jobs_are_counted_by_kind_and_state() {
    let counted = many().read(counts);
    let expected = [
        ("download", JobState::Cancelled, 3),
        ("download", JobState::Queued, 6),
        ("refresh", JobState::Cancelled, 1),
        ("refresh", JobState::Queued, 2),
    ];
    assert_eq!(counted, expected.map(|(kind, state, count)| (kind.to_owned(), state, count)));
}

#[test]
fn the_attempts_of_a_job_are_told_in_their_order() {
    let mut rows = many();
    rows.feed::<Job>(id(1).uuid(), [leased(FIRST), leased(SECOND)]);
    rows.feed::<Job>(id(2).uuid(), [leased(AttemptId::from_uuid(Uuid::from_u128(0xA3)))]);
    assert_eq!(rows.read(|rows| attempts(rows, id(1), None, 10)), [FIRST, SECOND]);
    assert_eq!(rows.read(|rows| attempts(rows, id(1), Some(SECOND), 10)), [SECOND]);
    assert_eq!(rows.read(|rows| attempts(rows, id(1), None, 1)), [FIRST]);
    assert_indexed(&mut rows, |rows| attempts(rows, id(1), Some(FIRST), 10));
}

#[test]
fn a_story_is_told_in_numbers() {
    let mut rows = Rows::<JobView>::new();
    rows.feed::<Job>(id(1).uuid(), [queued(refresh())]);
    let told = |rows: &mut Rows<JobView>| {
        rows.read(|rows| story(rows, CorrelationId::from_uuid(Uuid::from_u128(1))))
    };
    assert_eq!(told(&mut rows), StoryRow { jobs: 1, succeeded: 0, given_up: 0, changed_at: 1 });
    rows.feed::<Job>(id(1).uuid(), [Event::Cancelled { attempt: None }]);
    assert_eq!(told(&mut rows), StoryRow { jobs: 1, succeeded: 0, given_up: 1, changed_at: 2 });
    let unknown = rows.read(|rows| story(rows, CorrelationId::from_uuid(Uuid::from_u128(99))));
    assert_eq!(unknown, StoryRow { jobs: 0, succeeded: 0, given_up: 0, changed_at: 0 });
}

// PL-41.
#[test]
fn no_query_reads_a_table_from_end_to_end() {
    let mut rows = many();
    let filters = every::<JobFilter>(&[
        |filter| filter.order = Order { field: JobField::ChangedAt, descending: true },
        |filter| filter.order.descending = false,
        |filter| filter.state = Some(JobState::Queued),
        |filter| filter.subject = Some(item_id("7").into()),
        |filter| filter.kind = Some(RefreshPlaylist::KIND),
        |filter| filter.batch = Some(label("night")),
        |filter| filter.tag = Some(label("odd")),
        |filter| filter.story = Some(CorrelationId::from_uuid(Uuid::nil())),
        |filter| filter.since = Some(at(3)),
    ]);
    for filter in filters {
        assert_listed(&mut rows, filter.order.field.by(), |rows, request| jobs(rows, &filter, request));
    }
    assert_indexed(&mut rows, |rows| batch(rows, &label("night")));
    assert_indexed(&mut rows, |rows| job(rows, id(1)));
    assert_indexed(&mut rows, |rows| jobs_by_id(rows, &[id(1), id(2)]));
    assert_indexed(&mut rows, |rows| changed_jobs(rows, 3, 10));
    assert_indexed(&mut rows, counts);
    assert_indexed(&mut rows, |rows| story(rows, CorrelationId::from_uuid(Uuid::nil())));
}
