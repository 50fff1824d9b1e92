//! What a look found of files, recorded when it is compared.

use mediary_events::file::{self, File};
use mediary_schema::{
    FileId, RootId,
    file::{FileState, Stamp},
};

use super::*;
use crate::work::file::{Finding, record};

const FILE: FileId = FileId::from_uuid(Uuid::from_u128(1));

fn state(bench: &Bench) -> (Option<FileState>, u64) {
    bench.told(|story| {
        let version = story.version::<File>(FILE.uuid())?;
        Ok((story.state::<File>(FILE.uuid())?.state, version))
    })
}

// LI-03.
#[test]
fn what_was_compared_with_what_is_no_more_is_left_out() {
    let bench = Bench::new();
    let kept = file::Command::Record {
        root: RootId::LIBRARY,
        path: "a.webm".to_owned(),
        verified: Box::new(samples::verified()),
        made: None,
        stamp: None,
    };
    bench.told(|story| story.entail::<File>(FILE.uuid(), kept.clone()));
    let (_, seen) = state(&bench);
    // Somebody renames it meanwhile, and that is recorded.
    let stamp = Stamp { size_bytes: samples::verified().size_bytes, modified_ms: 1, inode: None };
    let moved = file::Command::Move { path: "b.webm".to_owned(), stamp, plan_id: None };
    bench.told(|story| story.entail::<File>(FILE.uuid(), moved.clone()));
    let lost = |version| Finding { file_id: FILE, version, command: file::Command::Lose };
    bench.told(|story| record(story, &[lost(seen)]));
    assert_eq!(state(&bench), (Some(FileState::Present), seen + 1));
    // By what it is now, it is.
    bench.told(|story| record(story, &[lost(seen + 1)]));
    assert_eq!(state(&bench), (Some(FileState::Lost), seen + 2));
}
