//! core A29: an item and a wish are a download. A second wish is never lost, and what is kept meets every wish that it
//! fits.

use mediary_events::file::{self, File};
use mediary_schema::{DownloadId, download::DownloadItem};

use super::*;

/// The item, wanted in a quality.
fn wanted(quality: &str) -> DownloadItem {
    let quality: mediary_schema::download::Quality = quality.parse().unwrap();
    let download_id = samples::identities().download(samples::item_id(), quality.wish());
    DownloadItem { download_id, quality, ..samples::item() }
}

fn ask(bench: &Bench, command: u128, quality: &str) -> Result<JobId, String> {
    let item = wanted(quality);
    let asked = bench.tell(editor(command), |story| {
        crate::work::download::request(story, item.clone(), job_id(command), false, RetryPolicy::default())
    });
    asked.map(|receipt| receipt.value).map_err(|refusal| refusal.code().to_owned())
}

/// Ends the download of a quality, job 1, with a file of this height.
fn kept(bench: &Bench, quality: &str, height: Option<u32>) {
    let attempt_id = start(bench, 1);
    let item = wanted(quality);
    let mut verified = samples::verified();
    verified.media.height = height;
    let kept = crate::work::download::Kept {
        path: "Open movies/A.mp4".to_owned(),
        verified,
        stamp: None,
        described: mediary_schema::layout::Described::default(),
        sidecars: Vec::new(),
        missing: Vec::new(),
    };
    bench.told(|story| {
        let used = samples::resources();
        crate::work::download::finish(story, &item, job_id(1), attempt_id, used, kept.clone()).map(|_| ())
    });
}

fn phase_of(bench: &Bench, id: DownloadId) -> download::Phase {
    bench.told(|story| Ok(story.state::<Download>(id.uuid())?.phase))
}

// invariant: F-10
#[test]
fn a_second_wish_for_an_item_is_a_second_download() {
    let bench = Bench::new();
    assert_eq!(ask(&bench, 1, "audio"), Ok(job_id(1)));
    assert_eq!(ask(&bench, 2, "best"), Ok(job_id(2)), "it is not lost in the first one's job");
    assert_eq!(ask(&bench, 3, "audio"), Ok(job_id(1)), "the same wish joins its job");
    kept(&bench, "audio", None);
    assert_eq!(phase_of(&bench, wanted("best").download_id), download::Phase::Wanted { job_id: job_id(2) });
    assert_eq!(ask(&bench, 4, "1080p"), Ok(job_id(4)), "sound is no picture");
    assert_eq!(ask(&bench, 5, "audio"), Err("DOWNLOAD_ALREADY_KEPT".to_owned()));
}

// DL-07.
// invariant: F-7, F-10
#[test]
fn a_kept_file_meets_every_wish_that_it_fits() {
    let bench = Bench::new();
    ask(&bench, 1, "best").unwrap();
    kept(&bench, "best", Some(720));
    for met in ["best", "1080p", "720p"] {
        assert_eq!(ask(&bench, 2, met), Err("DOWNLOAD_ALREADY_KEPT".to_owned()), "{met}");
    }
    assert_eq!(ask(&bench, 3, "audio"), Ok(job_id(3)));
}

#[test]
fn a_file_that_was_fetched_under_a_ceiling_says_nothing_of_what_is_above() {
    let bench = Bench::new();
    ask(&bench, 1, "720p").unwrap();
    kept(&bench, "720p", Some(720));
    assert_eq!(ask(&bench, 2, "1080p"), Ok(job_id(2)));
}

#[test]
fn a_file_whose_bytes_are_lost_meets_no_wish() {
    let bench = Bench::new();
    ask(&bench, 1, "best").unwrap();
    kept(&bench, "best", Some(720));
    let file = bench.gate.identities().file(job_id(1));
    bench.told(|story| story.entail::<File>(file.uuid(), file::Command::Lose));
    assert_eq!(ask(&bench, 2, "720p"), Ok(job_id(2)));
    assert_eq!(ask(&bench, 3, "best"), Ok(job_id(3)));
}

// invariant: F-7
#[test]
fn an_archive_meets_every_wish_and_gives_way_to_what_is_known_better() {
    let archive = |bench: &Bench, command| {
        let text = format!("{} {}", samples::source().extractor, samples::source().source_id);
        let arguments = serde_json::json!({ "text": text });
        let asked = crate::work::REGISTRY.command("download.import_archive", arguments).unwrap();
        Bench::wait(bench.gate.ask_command(editor(command), asked, crate::gate::Options::default())).unwrap();
    };
    let bench = Bench::new();
    archive(&bench, 7);
    // The bench's own key names the item, not that of the samples.
    let item_id = bench.gate.identities().item(ProjectId::HOME, &samples::source());
    let archived = bench.gate.identities().archived(item_id);
    assert_eq!(phase_of(&bench, archived), download::Phase::Archived);
    let item = DownloadItem { item_id, ..wanted("audio") };
    let refused = bench.tell(editor(8), |story| {
        crate::work::download::request(story, item.clone(), job_id(8), false, RetryPolicy::default())
    });
    assert_eq!(refused.unwrap_err().code(), "DOWNLOAD_ARCHIVED");
    let again = bench.tell(editor(9), |story| {
        crate::work::download::request(story, item.clone(), job_id(9), true, RetryPolicy::default())
    });
    assert_eq!(again.unwrap().value, job_id(9));
    let before = bench.head();
    archive(&bench, 10);
    assert_eq!(bench.appends_after(before), ["command.accepted"], "the item is wanted already");
}

// edge C9: an import of ten thousand lines was as many syncs.
#[test]
fn an_archive_is_one_append_however_long_it_is() {
    let bench = Bench::new();
    let lines: Vec<String> = (0..500).map(|line| format!("youtube item-{line:06}")).collect();
    let arguments = serde_json::json!({ "text": lines.join("\n") });
    let asked = crate::work::REGISTRY.command("download.import_archive", arguments).unwrap();
    let before = bench.head();
    Bench::wait(bench.gate.ask_command(editor(7), asked, crate::gate::Options::default())).unwrap();
    let appends = bench.appends_after(before);
    let [append] = appends.as_slice() else { panic!("{} appends", appends.len()) };
    assert_eq!(append.matches("download.archived").count(), 500);
}
