use mediary_schema::{
    PlanId, RootId,
    file::{FileState, Inode, Stamp},
    layout::{MissingSidecar, Sidecar, SidecarKind},
    plan::Lease,
};

use super::super::{Event, File};
use crate::testing::{NOW, history, samples};

fn samples() -> Vec<Event> {
    let inode = Some(Inode { device: 66_306, number: 41_943_107 });
    let stamp = |size_bytes| Stamp { size_bytes, modified_ms: 1_795_248_000_123, inode };
    let made = |root, stamp| Event::Recorded {
        root,
        path: "Open movies/Big Buck Bunny 60fps 4K [aqz-KE-bpKQ].mp4".to_owned(),
        verified: Box::new(samples::verified()),
        made: Some(samples::made()),
        stamp,
    };
    let sidecar = |language: Option<&str>| Sidecar {
        kind: if language.is_some() { SidecarKind::Subtitles } else { SidecarKind::Nfo },
        language: language.map(str::to_owned),
        ending: language.map_or_else(|| ".nfo".to_owned(), |language| format!(".{language}.vtt")),
        size_bytes: 812,
        blake3: samples::verified().blake3,
    };
    let missing = vec![
        MissingSidecar {
            kind: SidecarKind::Subtitles,
            language: Some("de".to_owned()),
            reason: "the site answered 429".to_owned(),
        },
        MissingSidecar {
            kind: SidecarKind::Thumbnail,
            language: None,
            reason: "the site answered 404".to_owned(),
        },
    ];
    let plan_id = PlanId::from_uuid(samples::uuid(8));
    vec![
        made(RootId::LIBRARY, Some(stamp(108_724_301))),
        made(RootId::from_uuid(samples::uuid(9)), None),
        Event::Found { stamp: stamp(108_724_301) },
        Event::Moved {
            path: "Open movies/Big Buck Bunny [aqz-KE-bpKQ].mp4".to_owned(),
            stamp: stamp(108_724_301),
            plan_id: None,
        },
        Event::Moved {
            path: "Open movies/Season 2014/Open movies - Big Buck Bunny [aqz-KE-bpKQ].mp4".to_owned(),
            stamp: stamp(108_724_301),
            plan_id: Some(plan_id),
        },
        Event::Accompanied { sidecars: vec![sidecar(None), sidecar(Some("en"))], missing },
        Event::Accompanied { sidecars: Vec::new(), missing: Vec::new() },
        Event::Changed { stamp: stamp(108_724_300) },
        Event::Lost {},
        Event::Trashed { lease: Lease { plan_id, kept_until: NOW } },
        Event::Restored { plan_id, state: FileState::Present, stamp: stamp(108_724_301) },
        Event::Purged {},
        Event::Replaced { by: Some(samples::file_id()), stamp: None },
        Event::Replaced { by: None, stamp: Some(stamp(104_857_600)) },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<File>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/file/history"), &samples());
}
