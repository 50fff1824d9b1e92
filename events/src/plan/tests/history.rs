use mediary_schema::{
    FileId, PlaylistId, Priority, RootId, Ticket,
    cookies::{CookieMode, UseCookies},
    file::{FileState, Inode, Stamp},
    layout::{Layout, Sidecar, SidecarKind},
    plan::{Followed, Goal, Left, LeftFor, Refreshes, Replacement, Spared, SparedFor, Step},
    playlist::{Filter, Keeping, KeptEntries},
    schedule::{Rhythm, Timing},
};
use serde_json::json;

use super::super::{Event, Plan};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    let (file_id, job_id) = (samples::file_id(), samples::JOB);
    let playlist_id = PlaylistId::from_uuid(samples::uuid(3));
    let made = |goal| Event::Made { goal, file_count: 1, size_bytes: 108_724_301, spared_count: 2 };
    let inode = Some(Inode { device: 66_306, number: 41_943_107 });
    let stamp = Stamp { size_bytes: 108_724_301, modified_ms: 1_795_248_000_123, inode };
    let step = Step {
        file_id,
        version: 2,
        state: FileState::Present,
        root_id: RootId::LIBRARY,
        path: "Open movies/Big Buck Bunny 60fps 4K [aqz-KE-bpKQ].mp4".to_owned(),
        size_bytes: 108_724_301,
        blake3: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262".to_owned(),
        stamp: Some(stamp),
        to: None,
        sidecars: Vec::new(),
        by: None,
    };
    let sidecar = |language: Option<&str>| Sidecar {
        kind: if language.is_some() { SidecarKind::Subtitles } else { SidecarKind::Nfo },
        language: language.map(str::to_owned),
        ending: language.map_or_else(|| ".nfo".to_owned(), |language| format!(".{language}.vtt")),
        size_bytes: 812,
        blake3: step.blake3.clone(),
    };
    let renamed = Step {
        to: Some("Open movies/Season 2014/Open movies - Big Buck Bunny [aqz-KE-bpKQ].mp4".to_owned()),
        sidecars: vec![sidecar(None), sidecar(Some("en"))],
        ..step.clone()
    };
    let by = Replacement {
        file_id: FileId::from_uuid(samples::uuid(5)),
        path: "Open movies/Big Buck Bunny 60fps 4K [aqz-KE-bpKQ].archive.mkv".to_owned(),
        size_bytes: 61_002_117,
        blake3: step.blake3.clone(),
        stamp: Some(stamp),
        sidecars: vec![sidecar(Some("de"))],
        may_be_linked: true,
    };
    let replaced = Step {
        to: Some("Open movies/Big Buck Bunny 60fps 4K [aqz-KE-bpKQ].mkv".to_owned()),
        by: Some(Box::new(by)),
        ..step.clone()
    };
    let spared = |reason| Spared { file_id, reason };
    let spared = vec![
        spared(SparedFor::State(FileState::Lost)),
        spared(SparedFor::Playlist(playlist_id)),
        spared(SparedFor::InPlace {}),
        spared(SparedFor::NoLayout {}),
    ];
    let left = vec![Left { file_id, reason: LeftFor::Occupied }, Left { file_id, reason: LeftFor::Linked }];
    vec![
        made(Goal::DeleteFiles {}),
        made(Goal::ReplaceFiles {}),
        made(Goal::Unfollow { playlist_id, version: 7, followed: Box::default(), ended_jobs: Vec::new() }),
        made(Goal::Unfollow {
            playlist_id,
            version: 7,
            followed: Box::new(Followed {
                keeping: Some(Keeping {
                    entries: KeptEntries::New,
                    quality: samples::quality(),
                    filter: Filter::default(),
                    ticket: Ticket { priority: Priority::HIGHEST, ..Ticket::default() },
                }),
                cookies: Some(UseCookies { mode: CookieMode::Off, secret_id: None }),
                layout: Some(Layout::default()),
                transcoding: Some("web".parse().unwrap()),
                refreshes: Some(Refreshes {
                    version: 2,
                    rhythm: Rhythm { timing: Timing::Every { seconds: 7_200 }, jitter_seconds: 60 },
                    is_paused: true,
                    ticket: Some(json!({ "priority": 9 })),
                }),
            }),
            ended_jobs: vec![job_id],
        }),
        made(Goal::RestoreFiles {}),
        made(Goal::RenameFiles { playlist_id: None }),
        made(Goal::RenameFiles { playlist_id: Some(playlist_id) }),
        Event::Listed { steps: vec![step.clone(), renamed, replaced], spared: Vec::new() },
        Event::Listed { steps: vec![Step { stamp: None, ..step }], spared },
        Event::ApplyRequested { job_id },
        Event::Applied { job_id, left: Vec::new() },
        Event::Applied { job_id, left: left.clone() },
        Event::UndoRequested { job_id },
        Event::Undone { job_id, left: Vec::new() },
        Event::Undone { job_id, left },
        Event::Stopped { job_id, failure: None },
        Event::Stopped { job_id, failure: Some(samples::failure()) },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Plan>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/plan/history"), &samples());
}
