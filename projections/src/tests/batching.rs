//! Whether events are folded one by one or many at once is not to be seen in what they make.

use mediary_events::{
    download::{Download, Event as DownloadEvent},
    file::{Event as FileEvent, File},
    job::{Event as JobEvent, Job},
    playlist::{Event as PlaylistEvent, Playlist, State},
    testing::samples::{self, WORKER_LIFE},
};
use mediary_log::{Recorded, gate::LongWork as _};
use mediary_schema::{
    AttemptId, DownloadId, EntryId, FailureClass, FileId, JobId, PlaylistId, ProjectId, RootId, Ticket,
    download::{DownloadItem, Quality},
    file::Stamp,
    item::IdScope,
    job::{RetryPolicy, StoppedAttempt},
    layout::Described,
    playlist::{Availability, LiveStatus, ObservedEntry, RefreshMode, RefreshPlaylist},
    worker::WorkerLife,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::support::{Rows, USED, at, failure, item_id, recorded, source, verified};
use crate::{download::DownloadView, file::FileView, job::JobView, playlist::PlaylistView, view::View};

const JOB: JobId = JobId::from_uuid(Uuid::from_u128(7));

/// Events as a log has them.
#[derive(Debug, Default)]
struct Told(Vec<Recorded>);

impl Told {
    fn tell<C: mediary_events::Concern>(&mut self, uuid: Uuid, event: &C::Event) {
        self.0.push(recorded::<C>(self.0.len() as u64 + 1, uuid, event));
    }

    /// Folds them one by one, all at once, and in batches of these sizes; the rows must be the same.
    #[track_caller]
    fn assert_batches_do_not_matter<V: View>(&self, sizes: &[usize]) {
        let mut one_by_one = Rows::<V>::new();
        for event in &self.0 {
            one_by_one.apply(event).unwrap();
        }
        let (mut at_once, mut in_batches) = (Rows::<V>::new(), Rows::<V>::new());
        at_once.apply_all(&self.0).unwrap();
        assert_eq!(at_once.dump(), one_by_one.dump(), "all at once");
        let (mut left, mut sizes) = (self.0.as_slice(), sizes.iter().cycle());
        while !left.is_empty() {
            let size = sizes.next().copied().unwrap_or(left.len()).clamp(1, left.len());
            let (batch, rest) = left.split_at(size);
            in_batches.apply_all(batch).unwrap();
            left = rest;
        }
        assert_eq!(in_batches.dump(), one_by_one.dump(), "in batches");
        let mut indexed_last = Rows::<V>::unindexed();
        indexed_last.apply_all(&self.0).unwrap();
        indexed_last.complete();
        assert_eq!(indexed_last.dump(), one_by_one.dump(), "with its indexes at the end");
    }
}

fn list() -> PlaylistId {
    samples::identities().playlist(ProjectId::HOME, &"http://example.org/list/a".parse().unwrap())
}

fn seen(name: u8, title: u8, is_available: bool) -> ObservedEntry {
    ObservedEntry {
        index: 1,
        source: source(&name.to_string()),
        id_scope: IdScope::Source,
        title: Some(format!("{name}, cut {title}")),
        duration_ms: Some(61_000),
        availability: if is_available { Availability::Available } else { Availability::Private },
        live_status: LiveStatus::NotLive,
        published_at: None,
    }
}

fn download(item: u8) -> DownloadId {
    samples::identities().download(item_id(&item.to_string()), Quality::best().wish())
}

fn requested(item: u8, wish: u8) -> DownloadEvent {
    let item = DownloadItem {
        download_id: download(item),
        item_id: item_id(&item.to_string()),
        source: source(&item.to_string()),
        quality: Quality::best(),
        title: wish.is_multiple_of(2).then(|| format!("wish {wish}")),
        duration_ms: None,
        folder: None,
        entry: None,
    };
    DownloadEvent::Requested { job_id: JOB, item: Box::new(item) }
}

/// Something that happens to one of a few items or its file.
fn happen(told: &mut Told, item: u8, what: u8) {
    let file = FileId::from_uuid(Uuid::from_u128(u128::from(item % 3)));
    let stamp = Stamp { size_bytes: 1, modified_ms: 1, inode: None };
    let event = match what {
        0..=2 => requested(item, what),
        3..=5 => DownloadEvent::Completed { job_id: JOB, file_id: file, described: Described::default() },
        6 => DownloadEvent::Failed { job_id: JOB, failure: failure(FailureClass::Geo, 0) },
        7 => DownloadEvent::Cancelled { job_id: JOB },
        8 => {
            let name = item.to_string();
            DownloadEvent::Archived { item_id: item_id(&name), source: source(&name) }
        }
        9 => return told.tell::<File>(file.uuid(), &FileEvent::Lost {}),
        10 => return told.tell::<File>(file.uuid(), &FileEvent::Changed { stamp }),
        11 => {
            let path = format!("moved/{item}");
            return told.tell::<File>(file.uuid(), &FileEvent::Moved { path, stamp, plan_id: None });
        }
        _ => return told.tell::<File>(file.uuid(), &FileEvent::Found { stamp }),
    };
    told.tell::<Download>(download(item).uuid(), &event);
}

fn files_recorded() -> Told {
    let mut told = Told::default();
    for number in 0..3 {
        let path = format!("{number}.mp4");
        let verified = Box::new(verified(7));
        let event = FileEvent::Recorded { root: RootId::LIBRARY, path, verified, made: None, stamp: None };
        told.tell::<File>(Uuid::from_u128(number), &event);
    }
    told
}

/// Something that happens to a job, whether it may or not: a fold doesn't judge.
fn job_event(number: u8) -> JobEvent {
    let attempt_id = AttemptId::from_uuid(Uuid::from_u128(u128::from(number % 4)));
    let WorkerLife { worker_id, incarnation_id } = WORKER_LIFE;
    match number % 12 {
        0..=2 => JobEvent::Leased { attempt_id, worker_id, incarnation_id, until: at(9) },
        3 => JobEvent::Started { attempt_id },
        4 => JobEvent::AttemptFailed {
            attempt_id,
            failure: failure(FailureClass::Network, 0),
            resources: USED,
            retry_at: at(60),
        },
        5 => JobEvent::LeaseReturned { attempt_id, worker_id },
        6 => JobEvent::Paused {
            attempt: Some(StoppedAttempt { attempt_id, resources: Some(USED), failure: None }),
        },
        7 => JobEvent::Resumed {},
        8 => JobEvent::CancelRequested { attempt_id },
        9 => JobEvent::Succeeded { attempt_id, resources: USED, kept_bytes: 0 },
        10 => {
            JobEvent::Failed { attempt_id, failure: failure(FailureClass::Geo, 0), resources: USED, tries: 1 }
        }
        _ => JobEvent::Cancelled { attempt: None },
    }
}

/// Looks at a list, each with what happens to its items behind it.
type Looks = Vec<(Vec<(u8, u8, bool)>, Vec<(u8, u8)>)>;

fn looks() -> impl Strategy<Value = Looks> {
    let rows = prop::collection::vec((0..12_u8, 0..3_u8, prop::bool::ANY), 0..24);
    let happens = prop::collection::vec((0..12_u8, 0..13_u8), 0..8);
    prop::collection::vec((rows, happens), 1..6)
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..30_usize, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    // invariant: V-2
    #[test]
    fn lists_are_the_same_however_their_events_are_batched(looks in looks(), sizes in sizes()) {
        let (mut told, mut state) = (Told::default(), State::default());
        let tell = |told: &mut Told, state: &mut State, event: PlaylistEvent| {
            <Playlist as mediary_events::Concern>::evolve(state, &event);
            told.tell::<Playlist>(list().uuid(), &event);
        };
        let url = "http://example.org/list/a".to_owned();
        tell(&mut told, &mut state, PlaylistEvent::FollowRequested { url });
        for (rows, happens) in looks {
            let observed = rows.into_iter().map(|(name, title, available)| seen(name, title, available));
            let found = samples::diff(list(), &state, observed.collect(), RefreshMode::Full);
            for event in found.changes {
                tell(&mut told, &mut state, event);
            }
            for (item, what) in happens {
                happen(&mut told, item, what);
            }
        }
        told.assert_batches_do_not_matter::<PlaylistView>(&sizes);
    }

    // invariant: V-2
    #[test]
    fn downloads_and_files_are_the_same_however_their_events_are_batched(
        happens in prop::collection::vec((0..6_u8, 0..13_u8), 0..60),
        sizes in sizes(),
    ) {
        let mut told = files_recorded();
        for (item, what) in happens {
            happen(&mut told, item, what);
        }
        told.assert_batches_do_not_matter::<DownloadView>(&sizes);
        told.assert_batches_do_not_matter::<FileView>(&sizes);
    }

    // invariant: V-2
    #[test]
    fn jobs_are_the_same_however_their_events_are_batched(
        events in prop::collection::vec((0..4_u128, any::<u8>()), 0..60),
        sizes in sizes(),
    ) {
        let mut told = Told::default();
        for number in 0..3 {
            let work = RefreshPlaylist {
                playlist_id: list(),
                url: "http://example.org/list/a".to_owned(),
                mode: RefreshMode::Full,
                page_size: 50,
            }
            .work();
            told.tell::<Job>(Uuid::from_u128(number), &JobEvent::Queued { work, retry: RetryPolicy::default(), ticket: Ticket::default() });
        }
        // The fourth was never queued.
        for (job, event) in events {
            told.tell::<Job>(Uuid::from_u128(job), &job_event(event));
        }
        told.assert_batches_do_not_matter::<JobView>(&sizes);
    }
}

// Each new row stands right behind the first one, so that there is no room after a few, and again after some more.
#[test]
fn ranks_are_spread_within_a_batch_as_between_two() {
    let mut told = Told::default();
    let url = "http://example.org/list/a".to_owned();
    told.tell::<Playlist>(list().uuid(), &PlaylistEvent::FollowRequested { url });
    let id = |number: u128| EntryId::from_uuid(Uuid::from_u128(number));
    for name in 0..90_u8 {
        let (number, entry) = (u128::from(name), seen(name, 0, true));
        let added = PlaylistEvent::EntryAdded {
            entry_id: id(number),
            item_id: item_id(&number.to_string()),
            source: entry.source,
            title: entry.title,
            duration_ms: entry.duration_ms,
            availability: entry.availability,
            live_status: entry.live_status,
            published_at: None,
            after: (number > 0).then(|| id(0)),
        };
        told.tell::<Playlist>(list().uuid(), &added);
        if number % 7 == 6 {
            let moved = PlaylistEvent::EntryMoved { entry_id: id(number - 3), after: Some(id(0)) };
            told.tell::<Playlist>(list().uuid(), &moved);
        }
    }
    told.assert_batches_do_not_matter::<PlaylistView>(&[25, 4]);
}
