//! A site that means no good, and a server that is killed while it deals with it.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{collections::BTreeSet, fs, time::Duration};

use mediary::demo::{MediaLibrary, Rendition, Site, SiteOptions};
use mediary_actors::staging::Staging;
use mediary_log::verify;
use mediary_tests::{Client, Publisher, Random, ServerFolder, events_of, files_below, marked, until};
use serde_json::{Value, json};

/// A show whose publisher turns against whoever listens; its episodes are all whole, and each is another file.
struct Show {
    publisher: Publisher,
    sound: Vec<u8>,
    episodes: u32,
}

impl Show {
    const FIRST: u32 = 6;

    async fn open() -> Self {
        let media = MediaLibrary::open_shared().await.unwrap();
        let site = Site::start(&media, SiteOptions { port: 0 }).await.unwrap();
        let answer = reqwest::get(site.media_url("talks-1", Rendition::AudioMp3)).await.unwrap();
        let sound = answer.error_for_status().unwrap().bytes().await.unwrap().into();
        site.stop().await;
        let mut show = Self { publisher: Publisher::start().await, sound, episodes: 0 };
        for _ in 0..Self::FIRST {
            show.add();
        }
        show
    }

    fn url(&self) -> String {
        self.publisher.url("/feed")
    }

    /// Publishes one more episode.
    fn add(&mut self) {
        self.episodes += 1;
        self.publisher.put(&format!("/{}.mp3", self.episodes), "audio/mpeg", self.bytes_of(self.episodes));
        // One of them is listed twice, as careless publishers do.
        let numbers = (1..=self.episodes).chain([1]);
        let items: Vec<_> = numbers
            .map(|n| {
                format!(
                    "<item><title>Episode {n}</title><guid>{n}</guid>\
                     <enclosure url=\"/{n}.mp3\" type=\"audio/mpeg\"/></item>"
                )
            })
            .collect();
        self.publisher.put_feed("/feed", "Show", &items.concat());
    }

    fn bytes_of(&self, episode: u32) -> Vec<u8> {
        let mut bytes = self.sound.repeat(2);
        // Whole frames of 417 or 418 bytes, so that none is cut by much.
        bytes.truncate(self.sound.len() + 417 * episode as usize);
        bytes
    }
}

/// How often the server is killed in every run.
const KILLS_IN_EVERY_RUN: u64 = 20;
/// As many episodes as there are at most.
const EPISODES_MAX: u64 = 60;

// Issue 6, must hold 4.
// invariant: L-2, J-6, P-1, F-1
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_at_a_hostile_site_leaves_nothing_twice_nothing_false_and_nothing_behind() {
    let mut random = Random::printed();
    let folder = ServerFolder::new();
    let mut show = Show::open().await;
    let (server, client) = folder.serve().await;
    let playlist_id = client.follow(&show.url()).await;
    server.kill().await;
    let log_id = verify(folder.data(), None).unwrap().log_id;

    show.publisher.turn_hostile(Random::of(random.below(u64::MAX)));
    let rounds = mediary_tools::rounds(KILLS_IN_EVERY_RUN);
    let mut position = 0;
    for round in 0..rounds {
        let mut server = folder.launch();
        // Every fourth is killed anywhere on the way to its first answer.
        if round % 4 == 3 {
            tokio::time::sleep(Duration::from_millis(random.below(800))).await;
        } else {
            let client = server.ready().await;
            if u64::from(show.episodes) < EPISODES_MAX {
                show.add();
            }
            resume_parked(&client).await;
            ask_for_all(&client, &playlist_id).await;
            tokio::time::sleep(Duration::from_millis(random.below(1_200))).await;
        }
        server.kill().await;
        let report = verify(folder.data(), None).unwrap();
        assert!(report.last_position >= position, "round {round}: {report:?}");
        position = report.last_position;
    }

    show.publisher.make_peace();
    let (server, client) = folder.serve().await;
    resume_parked(&client).await;
    let ended = client.refresh(&playlist_id).await;
    assert_eq!(ended["state"], "SUCCEEDED", "{ended}");
    idle(&client).await;
    // What was given up at the hostile site is asked for once more.
    client.download(&playlist_id, "best").await;
    idle(&client).await;
    let events = client.events_after(0).await;
    for (kind, what) in
        [("job.attempt_lost", "kills hit work"), ("job.attempt_failed", "the site is hostile")]
    {
        assert!(!events_of(&events, kind).is_empty(), "{what}");
    }
    check_list(&show, &events);
    check_files(&show, &folder, &client, &events).await;
    let unfinished =
        [folder.data().join("staging"), Staging::beside(&folder.configuration().library_folder())];
    until("nothing unfinished is left", || async {
        unfinished.iter().all(|folder| files_below(folder).is_empty()).then_some(())
    })
    .await;
    server.terminate();
    assert!(server.ended().await.success());
    assert_eq!(marked(log_id), [], "nobody outlives the server");
    println!("{rounds} kills, {} episodes, {} events", show.episodes, events.len());
}

/// What lost its server three times in a row is parked, as if it were to blame; its owner knows better.
async fn resume_parked(client: &Client) {
    const RESUME: &str = "mutation($ids: [ID!]!) { jobResume(input: { ids: $ids }) { userErrors { code } } }";
    let parked = client.jobs(json!({ "state": "PAUSED" })).await;
    let ids: Vec<_> = parked.iter().map(|job| &job["id"]).collect();
    if !ids.is_empty() {
        client.ask(RESUME, json!({ "ids": ids })).await;
    }
}

/// Waits until no job is under way, of whatever story.
async fn idle(client: &Client) {
    until("nothing is under way", || async {
        for state in ["QUEUED", "LEASED", "RUNNING"] {
            if !client.jobs(json!({ "state": state })).await.is_empty() {
                return None;
            }
        }
        Some(())
    })
    .await;
}

/// Has the list looked at and all of it kept, without waiting; a job under way is joined.
async fn ask_for_all(client: &Client, playlist_id: &str) {
    const DOCUMENT: &str = "mutation($id: ID!, $input: DownloadStartInput!) {
        playlistRefresh(input: { id: $id, full: true }) { userErrors { code } }
        downloadStart(input: $input) { userErrors { code } } }";
    let input = json!({ "target": { "playlistId": playlist_id }, "quality": "best" });
    client.ask(DOCUMENT, json!({ "id": playlist_id, "input": input })).await;
}

/// Each episode came into the list once, and none ever left it: the site never said so.
fn check_list(show: &Show, events: &[Value]) {
    let added = events_of(events, "playlist.entry_added");
    assert_eq!(added.len(), show.episodes as usize + 1, "each row is added once");
    for kind in ["playlist.entry_not_seen", "playlist.entry_removed"] {
        assert!(events_of(events, kind).is_empty(), "{:?}", events_of(events, kind));
    }
}

/// Each episode is kept once, with the publisher's own bytes, and nothing else is in the library.
async fn check_files(show: &Show, folder: &ServerFolder, client: &Client, events: &[Value]) {
    let kept = events_of(events, "file.recorded");
    let data = client.ask("{ files(first: 200) { totalCount nodes { path blake3 } } }", json!({})).await;
    let nodes = data["files"]["nodes"].as_array().unwrap();
    let wanted: BTreeSet<String> =
        (1..=show.episodes).map(|n| blake3::hash(&show.bytes_of(n)).to_hex().to_string()).collect();
    let of_files: Vec<_> = events
        .iter()
        .filter(|event| {
            ["file.", "download."].iter().any(|concern| event["kind"].as_str().unwrap().starts_with(concern))
        })
        .map(|event| format!("{} {} {}", event["position"], event["kind"], event["stream"]))
        .collect();
    assert_eq!((kept.len(), nodes.len()), (wanted.len(), wanted.len()), "{data} {of_files:#?}");
    let library = folder.configuration().library_folder();
    let mut found = BTreeSet::new();
    for file in nodes {
        let bytes = fs::read(library.join(file["path"].as_str().unwrap())).unwrap();
        found.insert(blake3::hash(&bytes).to_hex().to_string());
    }
    assert_eq!(found, wanted);
    let mut files = files_below(&library);
    // The mark by which the library is known.
    files.retain(|path| !path.starts_with(library.join(".mediary")));
    assert_eq!(files.len(), nodes.len(), "nothing else is in the library: {files:?}");
}
