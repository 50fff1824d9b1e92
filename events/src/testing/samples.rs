//! Values as they come in real life, with everything that can be there.

use mediary_schema::{
    AttemptId, DownloadId, EntryId, FailureClass, FileId, Identities, IdentityKey, IncarnationId, ItemId,
    JobId, PlaylistId, ProjectId, WorkerId,
    download::{DownloadItem, EntryRef, Quality},
    file::{Check, Made, MediaFacts, Verified},
    item::{IdScope, ItemSource},
    job::{Failure, ResourceUse, Work, WorkKind},
    lane::Lane,
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist, RefreshMode, RefreshPlaylist},
    transcode::{Container, Fate, Planned, Proof, Recipe},
    worker::WorkerLife,
};
use uuid::Uuid;

use crate::{playlist, transcode};

/// The address of a list.
pub const LIST_URL: &str = "https://www.youtube.com/playlist?list=PLbpi6ZahtOH6Blw3RGYpWkSByi_T7Rygb";
/// A job.
pub const JOB: JobId = JobId::from_uuid(uuid(1));
/// An attempt.
pub const ATTEMPT: AttemptId = AttemptId::from_uuid(uuid(2));
/// A worker.
pub const WORKER: WorkerId = WorkerId::from_uuid(uuid(3));
/// The worker in one of its lives.
pub const WORKER_LIFE: WorkerLife =
    WorkerLife { worker_id: WORKER, incarnation_id: IncarnationId::from_uuid(uuid(9)) };

/// A UUIDv7 of the year 2026.
pub const fn uuid(number: u16) -> Uuid {
    Uuid::from_u128(0x019f_4c1e_7b3a_7d42_9f42_5d8e_0000_0000 + number as u128)
}

/// The ids of an installation whose key is known: for tests only.
pub const fn identities() -> Identities {
    Identities::new(IdentityKey::from_bytes([7; IdentityKey::BYTES]))
}

/// The playlist of [`LIST_URL`].
pub fn playlist_id() -> PlaylistId {
    identities().playlist(ProjectId::HOME, &LIST_URL.parse().expect("it is an address"))
}

/// What a refresh changes that saw this, with ids of [`identities`].
pub fn diff(
    playlist_id: PlaylistId,
    state: &playlist::State,
    observed: Vec<ObservedEntry>,
    mode: RefreshMode,
) -> playlist::Diff {
    let item = |entry: &ObservedEntry| identities().item(ProjectId::HOME, &entry.source);
    let items: Vec<ItemId> = observed.iter().map(item).collect();
    playlist::diff(&identities(), playlist_id, state, &items, observed, mode)
}

/// Where an item is.
pub fn source() -> ItemSource {
    ItemSource {
        extractor: "youtube".to_owned(),
        source_id: "aqz-KE-bpKQ".to_owned(),
        url: "https://www.youtube.com/watch?v=aqz-KE-bpKQ".to_owned(),
    }
}

/// The `occurrence`-th row of the item in the list.
pub fn entry_id(occurrence: u32) -> EntryId {
    identities().entry(playlist_id(), item_id(), occurrence)
}

/// What is to be kept.
pub fn quality() -> Quality {
    "720p".parse().expect("it is an address")
}

/// A file that was made of another one.
pub fn transcoded() -> transcode::Made {
    transcode::Made {
        file_id: file_id(),
        source_blake3: "1".repeat(64),
        source_bytes: 1_000,
        result_blake3: "2".repeat(64),
        result_bytes: 900,
        recipe: Recipe {
            container: Container::Mkv,
            streams: vec![Planned { index: 0, fate: Fate::Copy {} }],
            beside: vec![],
            left_out: vec![],
            may_grow: false,
        },
        proof: Proof {
            is_decoded: true,
            duration_delta_ms: 20,
            stream_count: 1,
            alike_count: 1,
            quality: None,
        },
        arguments: ["-i", "IN", "-c", "copy", "OUT"].map(str::to_owned).to_vec(),
    }
}

/// A refresh of the list.
pub fn refresh() -> RefreshPlaylist {
    RefreshPlaylist {
        playlist_id: playlist_id(),
        url: LIST_URL.to_owned(),
        mode: RefreshMode::Incremental,
        page_size: RefreshPlaylist::PAGE_SIZE,
    }
}

/// Work with everything that there can be.
pub fn work() -> Work {
    let entry = EntryRef { playlist_id: playlist_id(), entry_id: entry_id(1) };
    Work {
        kind: WorkKind::new("download"),
        key: format!("download/{}", download_id()),
        title: "Big Buck Bunny".to_owned(),
        subjects: vec![download_id().into(), item_id().into()],
        within: vec![entry.playlist_id.into(), entry.entry_id.into()],
        lanes: vec![Lane::Host("www.youtube.com".to_owned()), Lane::LibraryDisk],
        task: serde_json::to_value(item()).expect("a task is JSON"),
    }
}

/// What a refresh learns of the list.
pub fn observed_playlist() -> ObservedPlaylist {
    ObservedPlaylist {
        title: Some("Open movies".to_owned()),
        extractor: Some("youtubetab".to_owned()),
        source_id: Some("PLbpi6ZahtOH6Blw3RGYpWkSByi_T7Rygb".to_owned()),
    }
}

/// What a refresh learns of a row.
pub fn observed() -> ObservedEntry {
    ObservedEntry {
        index: 1,
        source: source(),
        id_scope: IdScope::Source,
        title: item().title,
        duration_ms: item().duration_ms,
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
        published_at: None,
    }
}

/// An item that is to be kept.
pub fn item() -> DownloadItem {
    DownloadItem {
        download_id: download_id(),
        item_id: item_id(),
        source: source(),
        quality: quality(),
        title: Some("Big Buck Bunny 60fps 4K – Official Blender Foundation Short Film".to_owned()),
        duration_ms: Some(634_560),
        folder: Some("Open movies".to_owned()),
        entry: Some(EntryRef { playlist_id: playlist_id(), entry_id: entry_id(1) }),
    }
}

/// The item of [`source`].
pub fn item_id() -> ItemId {
    identities().item(ProjectId::HOME, &source())
}

/// The download of [`item`].
pub fn download_id() -> DownloadId {
    identities().download(item_id(), quality().wish())
}

/// The file that the job makes.
pub fn file_id() -> FileId {
    identities().file(JOB)
}

/// What the file is.
pub fn made() -> Made {
    Made { item_id: item_id(), download_id: download_id(), job_id: JOB }
}

/// What is known of a checked file.
pub fn verified() -> Verified {
    Verified {
        size_bytes: 108_724_301,
        blake3: "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24".to_owned(),
        media: MediaFacts {
            container: "mov,mp4,m4a,3gp,3g2,mj2".to_owned(),
            duration_ms: 634_534,
            width: Some(1280),
            height: Some(720),
            video_codec: Some("h264".to_owned()),
            audio_codec: Some("aac".to_owned()),
        },
        check: Check::Demuxed,
        oddities: Vec::new(),
    }
}

/// A failure with all that it can say.
pub fn failure() -> Failure {
    Failure {
        class: FailureClass::RateLimit,
        message: "the source asked for fewer requests".to_owned(),
        exit_code: Some(1),
        output: vec![
            "[youtube] aqz-KE-bpKQ: Downloading webpage".to_owned(),
            "ERROR: [youtube] aqz-KE-bpKQ: Unable to download webpage: HTTP Error 429: Too Many Requests"
                .to_owned(),
        ],
        partial: 150,
        retry_after_ms: Some(900_000),
        room_bytes: None,
        for_good: false,
    }
}

/// What an attempt used.
pub fn resources() -> ResourceUse {
    ResourceUse { cpu_ms: 12_840, memory_peak_bytes: 96_468_992 }
}
