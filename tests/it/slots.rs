//! Slots: what is fetched and only waits for its proof keeps nobody waiting.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt as _,
    thread,
};

use mediary::demo::Rendition;
use mediary_tests::{Platform, Publisher, tools_folder};
use serde_json::{Value, json};

/// Episodes of the feed: several times as many as can be under way.
const EPISODES: usize = 40;
/// Downloads at once by default (DL-14).
const SLOTS: usize = 2;
/// Those that may be at work besides, without a slot.
const SLOTLESS_MAX: usize = 8;

// Issue 6, must hold 3: several files to a process come about with the limits that nobody has set.
// invariant: J-10, J-22
#[tokio::test(flavor = "multi_thread")]
async fn small_files_are_proved_together_while_two_at_most_are_fetched() {
    let folder = tempfile::tempdir().unwrap();
    // ffmpeg that takes its time and tells what it is run for.
    let (slow, told) = (folder.path().join("ffmpeg"), folder.path().join("told"));
    let ffmpeg = tools_folder().join("ffmpeg");
    let script = format!(
        "#!/bin/sh\necho \"$*\" >>'{}'\nsleep 0.3\nexec '{}' \"$@\"\n",
        told.display(),
        ffmpeg.display()
    );
    fs::write(&slow, script).unwrap();
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).unwrap();
    let platform =
        Platform::start_with(Box::new(move |configuration| configuration.tools.ffmpeg = Some(slow))).await;
    let client = &platform.client;
    let sound = platform.served("talks-1", Rendition::AudioMp3).await;
    let publisher = Publisher::start().await;
    let mut items = String::new();
    for number in 0..EPISODES {
        let item = format!("<title>{number}</title><guid>{number}</guid><enclosure url='/{number}.mp3'/>");
        write!(items, "<item>{item}</item>").unwrap();
        publisher.put(&format!("/{number}.mp3"), "audio/mpeg", sound.clone());
    }
    publisher.put_feed("/feed", "Small ones", &items);
    let list = client.follow(&publisher.url("/feed")).await;
    let story = client.download(&list, "best").await;
    assert_eq!(story["succeededCount"], json!(EPISODES), "{story}");

    let most = most_at_work(&client.events_after(0).await);
    assert!(most > SLOTS, "{most} at once: whoever waits for his proof has his slot still");
    let runs = fs::read_to_string(&told).unwrap();
    let proofs = runs.lines().filter(|run| run.contains(".mp3")).count();
    if thread::available_parallelism().is_ok_and(|processors| processors.get() <= 4) {
        assert!(proofs <= EPISODES / 2, "{proofs} processes proved {EPISODES} files");
    }
    platform.stop().await;
}

/// Downloads that were at work at once, at most; with no more slots than there are, as the log tells it.
fn most_at_work(events: &[Value]) -> usize {
    let mut downloads = BTreeSet::new();
    let mut has_slot: BTreeMap<&str, bool> = BTreeMap::new();
    let mut most = 0;
    for event in events {
        let job = event["stream"].as_str().unwrap_or_default();
        match event["kind"].as_str().unwrap_or_default() {
            "job.queued" if event["payload"]["work"]["kind"] == json!("download") => {
                downloads.insert(job);
            }
            "job.leased" if downloads.contains(job) => {
                has_slot.insert(job, true);
            }
            "job.slot_returned" => {
                assert_eq!(has_slot.insert(job, false), Some(true), "{event}");
            }
            "job.succeeded" => {
                has_slot.remove(job);
            }
            _ => {}
        }
        let slotless = has_slot.values().filter(|has_one| !**has_one).count();
        let in_slots = has_slot.len() - slotless.min(SLOTLESS_MAX);
        assert!(in_slots <= SLOTS, "{in_slots} have a slot: {event}");
        most = most.max(has_slot.len());
    }
    most
}
