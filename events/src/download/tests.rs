mod history;

use mediary_schema::{
    FailureClass, FileId, JobId, PlanId,
    download::{DownloadItem, Quality},
    item::ItemSource,
    job::Failure,
    layout::Described,
};
use uuid::Uuid;

use super::{Command, Download, Event, Rejection};
use crate::testing::given;

const JOB: JobId = JobId::from_uuid(Uuid::from_u128(1));
const OTHER: JobId = JobId::from_uuid(Uuid::from_u128(2));
const FILE: FileId = FileId::from_uuid(Uuid::from_u128(3));

fn source() -> ItemSource {
    ItemSource {
        extractor: "demo".to_owned(),
        source_id: "a".to_owned(),
        url: "http://example.org/a".to_owned(),
    }
}

fn item() -> Box<DownloadItem> {
    let identities = crate::testing::samples::identities();
    let item_id = identities.item(mediary_schema::ProjectId::HOME, &source());
    Box::new(DownloadItem {
        download_id: identities.download(item_id, Quality::best().wish()),
        item_id,
        source: source(),
        quality: Quality::best(),
        title: None,
        duration_ms: None,
        folder: None,
        entry: None,
    })
}

fn request(job_id: JobId) -> Command {
    Command::Request { job_id, item: item() }
}

fn archive() -> Command {
    Command::Archive { item_id: item().item_id, source: source() }
}

fn requested(job_id: JobId) -> Event {
    Event::Requested { job_id, item: item() }
}

fn kept() -> Vec<Event> {
    vec![requested(JOB), Event::Completed { job_id: JOB, file_id: FILE, described: Described::default() }]
}

#[test]
fn the_same_wish_joins_the_job_under_way() {
    given::<Download>([requested(JOB)]).when(request(OTHER)).then([]);
}

#[test]
fn another_file_keeps_it_instead_of_its_own_and_of_no_other() {
    const MADE: FileId = FileId::from_uuid(Uuid::from_u128(0x99));
    const PLAN: PlanId = PlanId::from_uuid(Uuid::from_u128(0x98));
    let replace = |before, file_id| Command::ReplaceFile { before, file_id, plan_id: PLAN };
    let replaced = |file_id| Event::FileReplaced { file_id, plan_id: PLAN };
    given::<Download>(kept()).when(replace(FILE, MADE)).then([replaced(MADE)]);
    given::<Download>(kept()).when(replace(MADE, FILE)).then([]);
    let by_other = kept().into_iter().chain([replaced(MADE)]);
    given::<Download>(by_other.clone()).when(replace(MADE, FILE)).then([replaced(FILE)]);
    // While it is fetched anew, which comes to nothing.
    let again = by_other.chain([requested(OTHER), replaced(FILE), Event::Cancelled { job_id: OTHER }]);
    given::<Download>(again).when(replace(FILE, MADE)).then([replaced(MADE)]);
}

// That what is kept is not fetched unasked, the story sees to: it knows every wish for the item, and its file.
#[test]
fn what_is_kept_or_archived_may_be_wanted_again() {
    let archived = Event::Archived { item_id: item().item_id, source: source() };
    given::<Download>(kept()).when(request(OTHER)).then([requested(OTHER)]);
    given::<Download>([archived]).when(request(OTHER)).then([requested(OTHER)]);
}

#[test]
fn what_another_tool_fetched_is_known_until_it_is_known_better() {
    let archived = Event::Archived { item_id: item().item_id, source: source() };
    given::<Download>([]).when(archive()).then([archived.clone()]);
    given::<Download>([archived]).when(archive()).then([]);
    given::<Download>(kept()).when(archive()).then([]);
}

#[test]
fn what_was_given_up_may_be_wanted_again() {
    let failure = Failure::new(FailureClass::NotFound, "gone");
    given::<Download>([requested(JOB), Event::Failed { job_id: JOB, failure }])
        .when(request(OTHER))
        .then([requested(OTHER)]);
}

#[test]
fn only_the_job_under_way_ends_it() {
    let complete = Command::Complete { job_id: OTHER, file_id: FILE, described: Described::default() };
    given::<Download>([requested(JOB)]).when(complete).rejected(&Rejection::NotWanted { job_id: OTHER });
    given::<Download>(kept())
        .when(Command::Complete { job_id: JOB, file_id: FILE, described: Described::default() })
        .then([]);
}
