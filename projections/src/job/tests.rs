use mediary_events::job::{Command, Job};
use mediary_schema::{
    JobId, PlaylistId,
    job::{JobState, RetryPolicy, Work},
    playlist::{ListPlaylist, ListingMode},
};
use uuid::Uuid;

use super::{JobView, job};
use crate::tests::support::Bench;

#[test]
fn a_queued_job_waits() {
    let bench = Bench::new();
    let id = JobId::from_uuid(Uuid::from_u128(1));
    let work = Work::List(ListPlaylist {
        playlist_id: PlaylistId::UNLISTED,
        url: "http://example.org/feed".to_owned(),
        mode: ListingMode::Full,
        page_size: 50,
    });
    bench.command::<Job>(id.uuid(), &Command::Queue { work, retry: RetryPolicy::default() });
    let row = bench.rows::<JobView>().read(|rows| job(rows, id)).unwrap();
    assert_eq!((row.state, row.attempts, row.changed_at), (JobState::Queued, 0, 1));
}
