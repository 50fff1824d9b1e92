use mediary_events::{download, setting, testing::samples};
use mediary_schema::{
    JobId,
    download::DownloadItem,
    file::{Made, Stamp},
};
use uuid::Uuid;

use super::*;
use crate::testing::bench::Bench;

/// A log whose library names files by their titles alone.
fn library() -> Bench {
    let bench = Bench::new();
    let template = Some("{title}".parse().unwrap());
    let set = setting::Command::Layout { layout: Layout { template, ..Layout::default() } };
    let settings = SettingId::from_project(ProjectId::HOME).uuid();
    bench.told(|story| story.entail::<Setting>(settings, set.clone()));
    bench
}

const fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0xF000 + number)
}

/// Keeps an item of this title at a path.
fn keep(bench: &Bench, number: u128, title: &str, path: &str) -> FileId {
    let (file_id, job_id) = (FileId::from_uuid(uuid(number)), JobId::from_uuid(uuid(number)));
    let (download_id, item_id) = (DownloadId::from_uuid(uuid(number)), ItemId::from_uuid(uuid(number)));
    let item = DownloadItem {
        download_id,
        item_id,
        title: Some(title.to_owned()),
        folder: None,
        entry: None,
        ..samples::item()
    };
    let request = download::Command::Request { job_id, item: Box::new(item) };
    let complete = download::Command::Complete { job_id, file_id, described: Described::default() };
    let record = file::Command::Record {
        root: RootId::LIBRARY,
        path: path.to_owned(),
        verified: Box::new(samples::verified()),
        made: Some(Made { item_id, download_id, job_id }),
        stamp: None,
    };
    bench.told(|story| {
        story.entail::<Download>(download_id.uuid(), request.clone())?;
        story.entail::<File>(file_id.uuid(), record.clone())?;
        story.entail::<Download>(download_id.uuid(), complete.clone())
    });
    file_id
}

fn look(bench: &Bench, files: &[FileId]) -> Outlook {
    bench.told(|story| of_files(story, files))
}

/// Which name each file has that gets another one, and which.
fn names(outlook: &Outlook) -> Vec<(&str, &str)> {
    let steps = outlook.steps.iter();
    steps.map(|step| (step.path.as_str(), step.to.as_deref().unwrap_or_default())).collect()
}

// PL-13: who has his name keeps it from the others when the plan is told again, too, and so does who got it by an earlier job.
#[test]
fn a_plan_that_was_done_in_part_is_told_again_as_it_was_made() {
    let bench = library();
    let first = keep(&bench, 1, "Intro", "Intro.mp4");
    let second = keep(&bench, 2, "Intro", "b.mp4");
    let third = keep(&bench, 3, "Intro", "Outro.mp4");
    let fourth = keep(&bench, 4, "Outro", "d.mp4");
    let outlook = look(&bench, &[first, second, third, fourth]);
    let expected = [("b.mp4", "Intro (2).mp4"), ("Outro.mp4", "Intro (3).mp4"), ("d.mp4", "Outro (2).mp4")];
    assert_eq!(names(&outlook), expected);
    assert_eq!(outlook.spared, [Spared { file_id: first, reason: SparedFor::InPlace {} }]);
    let told_again = || bench.told(|story| otherwise(story, &outlook.steps, &outlook.spared));
    assert_eq!(told_again(), Vec::<String>::new());
    for Step { file_id, to, .. } in &outlook.steps[..2] {
        let stamp = Stamp { size_bytes: 1, modified_ms: 1, inode: None };
        let path = to.clone().unwrap();
        let renamed = file::Command::Move { path, stamp, plan_id: None };
        bench.told(|story| story.entail::<File>(file_id.uuid(), renamed.clone()));
        assert_eq!(told_again(), Vec::<String>::new());
    }
    // What has its name no more keeps it from nobody.
    bench.told(|story| story.entail::<File>(first.uuid(), file::Command::Lose));
    let fifth = keep(&bench, 5, "Intro", "e.mp4");
    assert_eq!(names(&look(&bench, &[first, fifth])), [("e.mp4", "Intro.mp4")]);
}

// DL-04: what lies beside a file has its name up to the ending.
#[test]
fn files_with_different_endings_get_names_that_differ_by_more() {
    let bench = library();
    let film = keep(&bench, 1, "Intro", "a.mp4");
    let sound = keep(&bench, 2, "Intro", "b.m4a");
    let both = [("a.mp4", "Intro.mp4"), ("b.m4a", "Intro (2).m4a")];
    assert_eq!(names(&look(&bench, &[film, sound])), both);
    assert_eq!(names(&look(&bench, &[sound])), [("b.m4a", "Intro.m4a")], "alone it needs no number");
    // One that goes to another spelling of its own name takes none that is another's up to the ending.
    let shouted = keep(&bench, 3, "Outro", "OUTRO.mp4");
    assert_eq!(names(&look(&bench, &[shouted])), [("OUTRO.mp4", "Outro.mp4")]);
    let beside = keep(&bench, 4, "Outro", "outro.m4a");
    let expected = [("OUTRO.mp4", "Outro (2).mp4"), ("outro.m4a", "Outro (3).m4a")];
    assert_eq!(names(&look(&bench, &[shouted, beside])), expected);
}

#[test]
fn files_that_stand_under_their_names_keep_them() {
    let bench = library();
    let film = keep(&bench, 1, "Intro", "Intro.mp4");
    let sound = keep(&bench, 2, "Intro", "Intro (2).m4a");
    for files in [[film, sound], [sound, film]] {
        let outlook = look(&bench, &files);
        assert_eq!((names(&outlook), outlook.spared.len()), (Vec::new(), 2));
    }
    assert!(names(&look(&bench, &[film])).is_empty());
}

#[test]
fn a_dot_in_a_folder_is_no_ending() {
    let bench = library();
    let file = keep(&bench, 1, "Intro", "v1.2/film");
    assert_eq!(names(&look(&bench, &[file])), [("v1.2/film", "Intro.bin")]);
}
