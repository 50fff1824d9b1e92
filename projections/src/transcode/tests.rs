use mediary_events::{
    testing::samples,
    transcode::{Event, Transcode},
};
use mediary_schema::{PlanId, profile::Profile, transcode::TranscodeId};
use uuid::Uuid;

use super::{TranscodeFilter, TranscodeRow, TranscodeState, TranscodeView, transcodes};
use crate::{page::PageRequest, tests::support::Rows};

const ID: TranscodeId = TranscodeId::from_uuid(Uuid::from_u128(1));

fn requested() -> Event {
    let profile = Profile::find_shipped("web").expect("it is one of ours");
    let (job_id, file_id) = (samples::JOB, samples::file_id());
    Event::Requested {
        job_id,
        file_id,
        title: "On logs".to_owned(),
        profile: Box::new(profile),
        replace: false,
    }
}

fn shown(events: impl IntoIterator<Item = Event>) -> TranscodeRow {
    let mut rows = Rows::<TranscodeView>::new();
    rows.feed::<Transcode>(ID.uuid(), events);
    let filter = TranscodeFilter::default();
    let page = rows.read(|rows| transcodes(rows, &filter, &PageRequest::front(9).counted()));
    assert_eq!(page.total, Some(1));
    page.rows.into_iter().map(|(_, row)| row).next().expect("it was asked for")
}

#[test]
fn what_was_made_says_of_what_and_with_which_proof() {
    let job_id = samples::JOB;
    let row = shown([requested(), Event::Completed { job_id, made: Box::new(samples::transcoded()) }]);
    assert_eq!((row.id, row.title.as_str(), row.profile.as_str()), (ID, "On logs", "web"));
    assert_eq!((row.state, row.result_id), (TranscodeState::Made, Some(samples::file_id())));
    assert_eq!((row.source_bytes, row.result_bytes), (Some(1_000), Some(900)));
    assert_eq!(
        (row.recipe, row.proof),
        (Some(samples::transcoded().recipe), Some(samples::transcoded().proof))
    );
    assert_eq!(row.arguments, samples::transcoded().arguments);
    assert_eq!((row.is_replacing, row.plan_id), (false, None));
    let plan_id = PlanId::from_uuid(Uuid::from_u128(6));
    let completed = Event::Completed { job_id, made: Box::new(samples::transcoded()) };
    let row = shown([requested(), completed, Event::ReplaceRequested { plan_id }]);
    assert_eq!((row.state, row.is_replacing, row.plan_id), (TranscodeState::Made, true, Some(plan_id)));
}

#[test]
fn how_else_it_may_end_is_shown() {
    let job_id = samples::JOB;
    let state = |event| shown([requested(), event]).state;
    assert_eq!(shown([requested()]).state, TranscodeState::Wanted);
    assert_eq!(state(Event::FoundFit { job_id }), TranscodeState::Fit);
    assert_eq!(state(Event::Cancelled { job_id }), TranscodeState::Cancelled);
    let larger = shown([requested(), Event::CameOutLarger { job_id, result_bytes: 11, source_bytes: 10 }]);
    assert_eq!((larger.state, larger.result_bytes), (TranscodeState::Larger, Some(11)));
    let failed = shown([requested(), Event::Failed { job_id, failure: samples::failure() }]);
    assert_eq!((failed.state, failed.failure), (TranscodeState::Failed, Some(samples::failure())));
    let again = shown([requested(), Event::Failed { job_id, failure: samples::failure() }, requested()]);
    assert_eq!((again.state, again.failure), (TranscodeState::Wanted, None));
}
