//! What is called a cache is one: whoever loses it loses time, and nothing happens that nobody asked for.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use mediary::demo::{ListOptions, MediaLibrary, Site, SiteOptions};
use mediary_tests::{Random, ServerFolder, ServerProcess, until};
use serde_json::{Value, json};

/// Restarts in every run; `ops/test --long` asks for more.
const ROUNDS_IN_EVERY_RUN: u64 = 5;
/// The longest time that a round is left at work before it is disturbed.
const AT_WORK_MS: u64 = 1_500;
/// What is disposable in a data folder.
const CACHES: [&str; 3] = ["snapshots", "views", "index"];

/// How often each thing was done: an event's name with what it is about.
type Facts = BTreeMap<(String, String), usize>;

/// Whether and how a round ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disturbance {
    None,
    Stop,
    Kill,
}

// Issue 5, must hold 4: the caches are lost at random moments of a busy run with lists that grow.
// invariant, L-15
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_and_lost_caches_add_no_job_and_no_event() {
    let rounds = mediary_tools::rounds(ROUNDS_IN_EVERY_RUN);
    let undisturbed = run(rounds, |_, _| Disturbance::None, &mut Random::of(0)).await;
    let mut random = Random::printed();
    let moments = |round, _: &mut Random| if round % 4 == 3 { Disturbance::Kill } else { Disturbance::Stop };
    let disturbed = run(rounds, moments, &mut random).await;
    assert_eq!(disturbed, undisturbed);
    assert!(undisturbed.keys().any(|(kind, _)| kind == "job.queued"));
}

/// Lets a list grow, and asks for all of it now and then; answers what was done.
async fn run(rounds: u64, disturb: impl Fn(u64, &mut Random) -> Disturbance, random: &mut Random) -> Facts {
    let media = MediaLibrary::open_shared().await.unwrap();
    let site = Site::start(&media, SiteOptions { port: 0 }).await.unwrap();
    let list = site.add_list("growing", ListOptions::new("Growing", 2)).unwrap();
    let folder = ServerFolder::new();
    let (mut server, mut client) = folder.serve().await;
    let id = client.follow(&site.list_url("growing")).await;
    let mut stories = Vec::new();
    for round in 0..rounds {
        if round % 2 == 0 {
            stories.push(client.start_download(json!({ "playlistId": id }), "best").await);
        }
        // The list grows behind the wish, which must not reach what came after it.
        list.prepend(1);
        client.refresh(&id).await;
        let disturbance = disturb(round, random);
        if disturbance != Disturbance::None {
            tokio::time::sleep(Duration::from_millis(random.below(AT_WORK_MS))).await;
            end(server, disturbance).await;
            lose_caches(folder.data());
            (server, client) = folder.serve().await;
        }
    }
    for story in &stories {
        client.wait_story(story).await;
    }
    // What follows of the last refresh is told of by itself, a moment later.
    until("every refresh is told of", || async {
        let events = client.events_after(0).await;
        let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
        let told = events.iter().filter(|event| {
            let rule = &event["payload"]["notice"]["rule"];
            event["kind"] == "notification.raised"
                && ["listing-new", "listing-unchanged"].iter().any(|told| *rule == **told)
        });
        (told.count() == of("playlist.refresh_completed")).then_some(())
    })
    .await;
    let facts = facts(&client.events_after(0).await);
    end(server, Disturbance::Stop).await;
    site.stop().await;
    facts
}

async fn end(server: ServerProcess, disturbance: Disturbance) {
    if disturbance == Disturbance::Kill {
        server.kill().await;
    } else {
        server.terminate();
        assert!(server.ended().await.success());
    }
}

fn lose_caches(data: &Path) {
    for cache in CACHES {
        // What is not there yet can't be lost.
        fs::remove_dir_all(data.join(cache)).ok();
    }
}

/// What was done, without what only says who did it and when: attempts, starts, the log's own.
fn facts(events: &[Value]) -> Facts {
    let mut facts = Facts::new();
    // What was ended in the middle begins once more, and that it does is told.
    let begins = |event: &&Value| event["kind"] == "worker.joined" || event["kind"] == "job.started";
    let starts = events.iter().filter(begins);
    let starts: Vec<&Value> = starts.map(|event| &event["id"]).collect();
    let of_no_start = |event: &&Value| !starts.contains(&&event["payload"]["cause"]);
    let told = events.iter().filter(|event| is_a_deed(event["kind"].as_str().unwrap()));
    let told = told.filter(of_no_start);
    for event in told {
        let payload = &event["payload"];
        let about = [
            "/work/download/source/source_id",
            "/work/refresh/url",
            "/item/source/source_id",
            "/source/source_id",
        ];
        let about = about.iter().find_map(|path| payload.pointer(path)?.as_str()).unwrap_or_default();
        // The site's port is another in each run.
        let about = if about.starts_with("http") { "the list" } else { about };
        *facts.entry((event["kind"].as_str().unwrap().to_owned(), about.to_owned())).or_default() += 1;
    }
    facts
}

fn is_a_deed(kind: &str) -> bool {
    let deeds = [
        "playlist.",
        "download.",
        "file.",
        "reservation.",
        "reaction.",
        "job.queued",
        "job.succeeded",
        "job.failed",
    ];
    deeds.iter().any(|deed| kind.starts_with(deed))
}
