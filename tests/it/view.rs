//! Views are built anew and exchanged while the platform goes on, by whoever administers it.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, path::Path, time::Duration};

use mediary::demo::{ListOptions, MediaLibrary, Site, SiteOptions};
use mediary_projections::{file::FileView, view::View as _};
use mediary_tests::{Client, Platform, Random, ServerFolder, until};
use serde_json::{Value, json};

use crate::crash::seed;

const VIEWS: &str = "{ views { name versions { version state position eventsBehind sizeBytes keptUntil
    comparison { with onlyOld onlyNew different isDefect } } } }";
const REBUILD: &str = "mutation($name: String!) { viewRebuild(input: { name: $name }) {
    version view { name } userErrors { code advice retryable } } }";
const USE: &str =
    "mutation($name: String!, $version: String!) { viewUse(input: { name: $name, version: $version }) {
    version view { name } userErrors { code advice retryable } } }";

/// The versions of a view, the newest first.
async fn versions(client: &Client, name: &str) -> Vec<Value> {
    let mut views = client.ask(VIEWS, json!({})).await["views"].take();
    let view = views.as_array_mut().unwrap().iter_mut().find(|view| view["name"] == name).unwrap();
    view["versions"].as_array().unwrap().clone()
}

async fn rebuild(client: &Client, name: &str) -> Value {
    client.ask(REBUILD, json!({ "name": name })).await["viewRebuild"].take()
}

/// Waits until a version of a view serves, and answers it.
async fn serving(client: &Client, name: &str, version: &str) -> Value {
    until("the version serves", || async {
        let versions = versions(client, name).await;
        versions.into_iter().find(|found| found["version"] == version && found["state"] == "SERVING")
    })
    .await
}

// Issue 7, part 3.
// invariant: V-7
#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_built_anew_and_gone_back_from_while_it_answers() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("talks")).await;
    let before = versions(client, "playlist").await;
    assert_eq!(
        (before.len(), &before[0]["state"], &before[0]["keptUntil"]),
        (1, &json!("SERVING"), &Value::Null)
    );
    assert!(before[0]["sizeBytes"].as_u64() > Some(4_096), "{before:?}");
    let old = before[0]["version"].as_str().unwrap();
    let position = platform.server.log().head().position;

    let answer = rebuild(client, "playlist").await;
    let new = answer["version"].as_str().unwrap();
    assert_eq!((new, &answer["view"]["name"]), (format!("{old}.1").as_str(), &json!("playlist")));
    let built = serving(client, "playlist", new).await;
    assert_eq!(
        built["comparison"],
        json!({ "with": old, "onlyOld": 0, "onlyNew": 0, "different": 0, "isDefect": false })
    );
    assert_eq!(client.playlist(&id).await["entryCount"], json!(6));
    let kept = versions(client, "playlist").await.pop().unwrap();
    assert_eq!((&kept["version"], &kept["state"]), (&json!(old), &json!("KEPT")));
    assert!(kept["keptUntil"].is_string(), "{kept}");

    let used = client.ask(USE, json!({ "name": "playlist", "version": old })).await["viewUse"].take();
    assert_eq!((&used["version"], &used["userErrors"]), (&json!(old), &json!([])));
    serving(client, "playlist", old).await;
    assert_eq!(client.playlist(&id).await["entryCount"], json!(6));
    assert_eq!(platform.server.log().head().position, position, "none of this is an event");

    let wrong = [
        (json!({ "name": "nothing", "version": "1" }), "VIEW_NOT_FOUND"),
        (json!({ "name": "playlist", "version": "9999" }), "VIEW_VERSION_NOT_FOUND"),
        (json!({ "name": "playlist", "version": "newest" }), "VIEW_VERSION_NOT_FOUND"),
    ];
    for (variables, code) in wrong {
        let answer = client.ask(USE, variables).await["viewUse"].take();
        assert_eq!(answer["userErrors"][0]["code"], json!(code), "{answer}");
        assert!(answer["userErrors"][0]["advice"].is_string() && answer["version"].is_null(), "{answer}");
    }
    let answer = rebuild(client, "nothing").await;
    assert_eq!(answer["userErrors"][0]["code"], json!("VIEW_NOT_FOUND"));
    platform.stop().await;
}

// Issue 7, part 3.
// invariant: V-7
#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_that_nobody_can_read_is_kept_and_never_serves() {
    let platform = Platform::start().await;
    let current = versions(&platform.client, "file").await[0]["version"].as_str().unwrap().to_owned();
    let older = (FileView::SERVES_FROM - 1).to_string();
    let views = platform.data().join("views");
    // As the program before would have left it.
    for part in ["", "-wal", "-shm"] {
        let name = |version: &str| views.join(format!("file-v{version}.sqlite{part}"));
        fs::copy(name(&current), name(&older)).unwrap();
    }
    let platform = platform.restart().await;
    let client = &platform.client;
    let used = client.ask(USE, json!({ "name": "file", "version": older })).await["viewUse"].take();
    assert_eq!(used["userErrors"][0]["code"], json!("VIEW_VERSION_UNREADABLE"), "{used}");
    let kept = versions(client, "file").await;
    assert!(kept.iter().any(|version| version["version"] == json!(older)), "{kept:?}");
    serving(client, "file", &current).await;
    client.follow(&platform.site.list_url("talks")).await;
    let head = platform.server.log().head().position;

    let beyond = format!("{{ files(minPosition: {head}) {{ nodes {{ id }} }} }}");
    let answer = client.ask_raw(&beyond, json!({})).await;
    assert_eq!((&answer["errors"], &answer["extensions"]), (&Value::Null, &Value::Null), "{answer}");
    let ready = client.get("/readyz").await.text().await.unwrap();
    assert!(!ready.contains("an older version serves"), "{ready}");
    platform.stop().await;
}

/// Whether there is a version of the lists that is newer than the one that serves.
fn has_unfinished(views: &Path) -> bool {
    let build = |version: &str| version.split_once('.').map_or(0, |(_, build)| build.parse::<u32>().unwrap());
    let note: Value = serde_json::from_slice(&fs::read(views.join("playlist.json")).unwrap()).unwrap();
    let serving = build(note["serving"].as_str().unwrap());
    let names = fs::read_dir(views).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let version = |name: String| Some(name.strip_prefix("playlist-v")?.strip_suffix(".sqlite")?.to_owned());
    names.filter_map(version).any(|version| build(&version) > serving)
}

/// More than a view folds without haste, so that indexes come last and nothing is synced before.
const ENTRIES: u32 = 6_000;
/// How often the server is killed.
const KILLS: u64 = 8;
/// Within which it is killed after a build began: it takes about as long.
const KILLED_WITHIN_MS: u64 = 200;

// Issue 7, part 3.
// invariant: V-1, V-2
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_while_views_are_built_anew_leaves_them_whole_and_the_builds_go_on() {
    let seed = seed();
    println!("seed {seed}; TEST_SEED chooses another");
    let mut random = Random::of(seed);
    let media = MediaLibrary::open_shared().await.unwrap();
    let (site, folder) = (Site::start(&media, SiteOptions { port: 0 }).await.unwrap(), ServerFolder::new());
    site.add_list("reels", ListOptions::new("Reels", ENTRIES)).unwrap();
    let (mut server, mut client) = folder.serve().await;
    let id = client.follow(&site.list_url("reels")).await;
    let mut builds_hit = 0;
    for round in 1..=KILLS {
        for name in ["playlist", "job"] {
            let answer = rebuild(&client, name).await;
            let code = &answer["userErrors"][0]["code"];
            assert!(code.is_null() || code == "VIEW_BUILDING", "round {round}: {answer}");
        }
        tokio::time::sleep(Duration::from_millis(random.below(KILLED_WITHIN_MS))).await;
        server.kill().await;
        builds_hit += usize::from(has_unfinished(&folder.data().join("views")));
        (server, client) = folder.serve().await;
        assert_eq!(client.playlist(&id).await["entryCount"], json!(ENTRIES), "round {round}");
    }
    println!("{builds_hit} of {KILLS} kills hit the building of the lists");
    assert!(builds_hit > 0, "the kills must hit builds");
    for name in ["playlist", "job"] {
        until("every build is at its end", || async {
            let versions = versions(&client, name).await;
            versions.iter().all(|version| version["state"] != "BUILDING").then_some(())
        })
        .await;
        let newest = rebuild(&client, name).await["version"].as_str().unwrap().to_owned();
        serving(&client, name, &newest).await;
        for version in versions(&client, name).await {
            assert_ne!(version["comparison"]["isDefect"], json!(true), "{name}: {version}");
        }
    }
    assert_eq!(client.playlist(&id).await["entryCount"], json!(ENTRIES));
    server.terminate();
    assert!(server.ended().await.success());
    site.stop().await;
}
