//! A project sees its own rows, whatever it asks.

use mediary_events::{
    Concern,
    job::{self, Job},
    playlist::{self, Playlist},
    testing::samples::WORKER_LIFE,
};
use mediary_log::gate::LongWork as _;
use mediary_schema::{
    AttemptId, CorrelationId, JobId, PlaylistId, ProjectId, Ticket, Timestamp,
    job::RetryPolicy,
    playlist::{RefreshMode, RefreshPlaylist},
    worker::WorkerLife,
};
use rusqlite::Connection;
use uuid::Uuid;

use super::support::{Rows, recorded};
use crate::{
    collection::CollectionView,
    download::DownloadView,
    file::FileView,
    job::{JobFilter, JobView, changed_jobs, job_of_attempt, jobs, jobs_by_id, story},
    page::PageRequest,
    playlist::{PlaylistFilter, PlaylistView, changed_playlists, playlist as one_playlist, playlists},
    scoped, search,
    view::View,
};

const OTHER: ProjectId = ProjectId::from_uuid(Uuid::from_u128(0xBEEF));

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn feed<C: Concern, V: View>(rows: &mut Rows<V>, project: ProjectId, uuid: Uuid, event: &C::Event) {
    let mut recorded = recorded::<C>(rows.position() + 1, uuid, event);
    recorded.envelope.project = project;
    rows.apply(&recorded).unwrap();
}

// invariant: S-3
#[test]
fn jobs_of_another_project_are_not_there() {
    let mut rows = Rows::<JobView>::new();
    for (project, number) in [(ProjectId::HOME, 1), (OTHER, 2)] {
        let work = RefreshPlaylist {
            playlist_id: PlaylistId::from_uuid(id(7)),
            url: "http://example.org/feed".to_owned(),
            mode: RefreshMode::Full,
            page_size: 50,
        }
        .work();
        let queued = job::Event::Queued { work, retry: RetryPolicy::default(), ticket: Ticket::default() };
        feed::<Job, _>(&mut rows, project, id(number), &queued);
        let attempt_id = AttemptId::from_uuid(id(number + 10));
        let WorkerLife { worker_id, incarnation_id } = WORKER_LIFE;
        let until = Timestamp::from_micros(0);
        let leased = job::Event::Leased { attempt_id, worker_id, incarnation_id, until };
        feed::<Job, _>(&mut rows, project, id(number), &leased);
    }
    let (home, other) = (JobId::from_uuid(id(1)), JobId::from_uuid(id(2)));
    for (project, own, strange) in [(ProjectId::HOME, home, other), (OTHER, other, home)] {
        let all = [
            JobFilter::default(),
            JobFilter { search: Some("feed".to_owned()), ..JobFilter::default() },
            JobFilter { subject: Some(PlaylistId::from_uuid(id(7)).into()), ..JobFilter::default() },
        ];
        for filter in all {
            let page = rows.read_as(project, |rows| jobs(rows, &filter, &PageRequest::front(9).counted()));
            let found: Vec<JobId> = page.rows.iter().map(|(_, row)| row.id).collect();
            assert_eq!((found, page.total), (vec![own], Some(1)));
        }
        let by_id = rows.read_as(project, |rows| jobs_by_id(rows, &[own, strange]));
        assert_eq!(by_id.iter().map(|row| row.id).collect::<Vec<_>>(), [own]);
        let changed = rows.read_as(project, |rows| changed_jobs(rows, 0, 9));
        assert_eq!(changed.iter().map(|row| row.id).collect::<Vec<_>>(), [own]);
        let attempt = AttemptId::from_uuid(id(strange.uuid().as_u128() + 10));
        assert_eq!(rows.read_as(project, |rows| job_of_attempt(rows, attempt)), None);
        // Its first event gave each story its number: 1 and 3.
        let begun = CorrelationId::from_uuid(id(if strange == home { 1 } else { 3 }));
        assert_eq!(rows.read_as(project, |rows| story(rows, begun)).jobs, 0);
    }
}

// invariant: S-3
#[test]
fn playlists_of_another_project_are_not_there() {
    let mut rows = Rows::<PlaylistView>::new();
    for (project, number) in [(ProjectId::HOME, 1), (OTHER, 2)] {
        let event = playlist::Event::FollowRequested { url: format!("http://example.org/{number}") };
        feed::<Playlist, _>(&mut rows, project, id(number), &event);
    }
    for (project, own, strange) in [(ProjectId::HOME, 1, 2), (OTHER, 2, 1)] {
        let page = rows.read_as(project, |rows| {
            playlists(rows, &PlaylistFilter::default(), &PageRequest::front(9).counted())
        });
        let found: Vec<Uuid> = page.rows.iter().map(|(_, row)| row.id.uuid()).collect();
        assert_eq!((found, page.total), (vec![id(own)], Some(1)));
        let strange = PlaylistId::from_uuid(id(strange));
        assert_eq!(rows.read_as(project, |rows| one_playlist(rows, strange)), None);
        assert_eq!(rows.read_as(project, |rows| changed_playlists(rows, 0, 9)).len(), 1);
    }
}

// invariant: S-3
#[test]
fn every_table_of_every_view_says_whose_its_rows_are() {
    fn hidden<V: View>() {
        let connection = Connection::open_in_memory().unwrap();
        search::prepare(&connection).unwrap();
        connection.execute_batch(V::TABLES).unwrap();
        search::make(&connection, V::TEXTS).unwrap();
        scoped::hide(&connection).unwrap();
        let views: Vec<String> = connection
            .prepare("SELECT name FROM temp.sqlite_schema WHERE type = 'view'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(!views.is_empty(), "{}", V::NAME);
        for view in views {
            connection.prepare(&format!("SELECT * FROM {view}")).unwrap();
        }
    }
    hidden::<PlaylistView>();
    hidden::<JobView>();
    hidden::<DownloadView>();
    hidden::<FileView>();
    hidden::<CollectionView>();
}
