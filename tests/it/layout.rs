//! How files are named and what lies beside them: seen before, placed so, renamed by a plan, and taken back.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{collections::BTreeMap, fs};

use mediary::demo::ListOptions;
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

const PLAN: &str = "query($id: ID!) { plan(id: $id) { id state leftCount undoId } }";

const FOLLOW: &str = "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) {
    playlist { layout { name template templateIsOwn } } userErrors { code } } }";

/// What lies in the library, with its bytes, by its path.
fn shelf(platform: &Platform) -> BTreeMap<String, Vec<u8>> {
    let root = platform.library("");
    let files = platform.library_files().into_iter();
    let named = |path: std::path::PathBuf| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    files.map(|path| (named(path.clone()), fs::read(path).unwrap())).collect()
}

/// The paths of the media files alone.
fn films(platform: &Platform) -> Vec<String> {
    let is_beside = |path: &str| ["nfo", "jpg", "vtt"].iter().any(|ending| path.ends_with(ending));
    shelf(platform).into_keys().filter(|path| !is_beside(path)).collect()
}

async fn set(client: &Client, layout: Value) -> Value {
    const DOCUMENT: &str = "mutation($input: LayoutSetInput!) { layoutSet(input: $input) {
        layout { name template templateIsOwn sidecars } userErrors { code message advice } } }";
    client.ask(DOCUMENT, json!({ "input": { "layout": layout } })).await["layoutSet"].take()
}

async fn preview(client: &Client, list: &str, layout: Value) -> Vec<(Value, String)> {
    const DOCUMENT: &str = "query($id: ID, $layout: LayoutInput) {
        layoutPreview(playlistId: $id, layout: $layout, first: 100) { path newPath } }";
    let told = client.ask(DOCUMENT, json!({ "id": list, "layout": layout })).await;
    let rows = told["layoutPreview"].as_array().unwrap().iter();
    rows.map(|row| (row["path"].clone(), row["newPath"].as_str().unwrap().to_owned())).collect()
}

/// Plans to rename the files of a list, or answers why not.
async fn plan(client: &Client, goal: Value) -> Value {
    const DOCUMENT: &str = "mutation($input: PlanMakeInput!) { planMake(input: $input) {
        plan { id fileCount sparedCount } userErrors { code message } } }";
    client.ask(DOCUMENT, json!({ "input": { "goal": goal } })).await["planMake"].take()
}

async fn steps(client: &Client, id: &Value) -> Vec<(String, String)> {
    const DOCUMENT: &str =
        "query($id: ID!) { plan(id: $id) { files(first: 100) { nodes { path newPath blake3 } } } }";
    let told = client.ask(DOCUMENT, json!({ "id": id })).await;
    let nodes = told["plan"]["files"]["nodes"].as_array().unwrap().iter();
    let planned = nodes.filter(|node| node["newPath"].is_string());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    planned.map(|node| (text(&node["path"]), text(&node["newPath"]))).collect()
}

/// Applies a plan or takes it back, and waits for its job.
async fn carry(client: &Client, verb: &str, input_of: &str, id: &Value) -> Value {
    let document = format!(
        "mutation($input: {input_of}!) {{ {verb}(input: $input) {{ job {{ id }} plan {{ id undoId }} userErrors {{ code message }} }} }}"
    );
    let told = client.ask(&document, json!({ "input": { "id": id } })).await[verb].take();
    if told["userErrors"] != json!([]) {
        return told;
    }
    let job = client.wait_job(told["job"]["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");
    let id = told["plan"]["id"].clone();
    until("the plan shows its end", || async {
        let plan = client.ask(PLAN, json!({ "id": id })).await["plan"].take();
        (plan["state"] == json!("APPLIED") || plan["state"] == json!("UNDONE")).then_some(plan)
    })
    .await
}

async fn files(client: &Client) -> Vec<Value> {
    const DOCUMENT: &str = "{ files(first: 100) { nodes { id path state sidecars { kind language path }
        missingSidecars { kind reason } } } }";
    client.ask(DOCUMENT, json!({})).await["files"]["nodes"].as_array().unwrap().clone()
}

// DL-03, DL-04: what was seen before is what is there afterwards, with what players read beside it.
// invariant: F-25
#[tokio::test(flavor = "multi_thread")]
async fn a_library_for_players_is_seen_before_and_placed_so() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let list = client.follow(&site.list_url("talks")).await;
    let refused = set(client, json!({ "template": "{list}/{tilte}" })).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("LAYOUT_BAD_TEMPLATE"), "{refused}");
    assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("{title}"), "{refused}");
    let plain = preview(client, &list, json!({})).await;
    let plex = preview(client, &list, json!({ "name": "PLEX" })).await;
    assert!(plain.iter().all(|(now, _)| now.is_null()), "{plain:?}");
    let set = set(client, json!({ "name": "PLEX" })).await;
    assert_eq!(set["layout"]["sidecars"], json!(["NFO", "THUMBNAIL", "SUBTITLES"]), "{set}");
    client.download(&list, "best").await;
    let films = films(&platform);
    let expected: Vec<String> = plex.into_iter().map(|(_, path)| path).collect();
    let stems: Vec<&str> = films.iter().map(|path| path.rsplit_once('.').unwrap().0).collect();
    assert!(
        !stems.is_empty() && stems.iter().all(|stem| expected.contains(&(*stem).to_owned())),
        "{stems:?} {expected:?}"
    );
    assert!(stems.iter().all(|path| path.contains("/Season 20")), "{stems:?}");
    let shelf = shelf(&platform);
    for file in files(client).await {
        let kinds: Vec<&str> = file["sidecars"]
            .as_array()
            .unwrap()
            .iter()
            .map(|beside| beside["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["NFO", "THUMBNAIL", "SUBTITLES"], "{file}");
        assert_eq!(file["missingSidecars"], json!([]), "{file}");
        for beside in file["sidecars"].as_array().unwrap() {
            assert!(!shelf[beside["path"].as_str().unwrap()].is_empty(), "{beside}");
        }
        let nfo = String::from_utf8(shelf[file["sidecars"][0]["path"].as_str().unwrap()].clone()).unwrap();
        assert!(
            nfo.contains("<episodedetails>") && nfo.contains("<showtitle>") && nfo.contains("<aired>20"),
            "{nfo}"
        );
    }
    let show = stems[0].split('/').next().unwrap();
    let of_show = String::from_utf8(shelf[&format!("{show}/tvshow.nfo")].clone()).unwrap();
    assert!(of_show.contains("<tvshow>") && of_show.contains(&list), "{of_show}");
    assert!(shelf.contains_key(&format!("{show}/poster.jpg")));
    // What it is now is what it would be.
    assert!(
        preview(client, &list, json!({}))
            .await
            .iter()
            .all(|(now, then)| now.is_null() || now == &json!(then))
    );
    // A file that is deleted takes with it what lies beside it, and brings it back.
    let first = files(client).await.remove(0);
    let made = plan(client, json!({ "deleteFiles": [first["id"]] })).await;
    let applied = carry(client, "planApply", "PlanApplyInput", &made["plan"]["id"]).await;
    let stem = first["path"].as_str().unwrap().rsplit_once('.').unwrap().0.to_owned();
    assert!(!self::shelf(&platform).keys().any(|path| path.starts_with(&stem)));
    carry(client, "planUndo", "PlanUndoInput", &applied["undoId"]).await;
    assert_eq!(self::shelf(&platform), shelf);
    platform.stop().await;
}

// PL-13, PL-14: exactly what was planned, back to the byte, and never lost.
// invariant: F-24
#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_renamed_as_planned_and_gets_its_names_back() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 1)).await;
    let (client, site) = (&platform.client, &platform.site);
    let list = client.follow(&site.list_url("talks")).await;
    client.download(&list, "best").await;
    let before = shelf(&platform);
    let nothing = plan(client, json!({ "renameList": list })).await;
    assert_eq!(nothing["userErrors"][0]["code"], json!("PLAN_NOTHING"), "{nothing}");
    set(client, json!({ "name": "PLEX" })).await;
    let made = plan(client, json!({ "renameList": list })).await;
    let id = &made["plan"]["id"];
    assert_eq!(made["plan"]["fileCount"], json!(before.len()), "{made}");
    let planned = steps(client, id).await;
    let previewed = preview(client, &list, json!({})).await;
    for (path, to) in &planned {
        assert!(previewed.contains(&(json!(path), to.clone())), "{path} → {to}: {previewed:?}");
    }
    assert_eq!(shelf(&platform), before, "nothing is touched by a plan");

    // What it was planned for is not what holds any more.
    set(client, json!({ "template": "{uploader}/{title} [{id}]" })).await;
    let refused = carry(client, "planApply", "PlanApplyInput", id).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("PLAN_OUTDATED"), "{refused}");
    assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("would be named"), "{refused}");
    set(client, json!({ "name": "PLEX" })).await;

    let applied = carry(client, "planApply", "PlanApplyInput", id).await;
    assert_eq!((&applied["state"], &applied["leftCount"]), (&json!("APPLIED"), &json!(0)));
    let renamed = shelf(&platform);
    let expected: BTreeMap<String, Vec<u8>> =
        planned.iter().map(|(path, to)| (to.clone(), before[path].clone())).collect();
    assert_eq!(renamed, expected);
    let kept = files(client).await;
    assert!(kept.iter().all(|file| file["state"] == json!("PRESENT")), "{kept:?}");
    assert!(kept.iter().all(|file| renamed.contains_key(file["path"].as_str().unwrap())), "{kept:?}");
    // A look knows them by their new names, and nothing is wanted again.
    client.verify_files(json!({})).await;
    assert_eq!(client.download(&list, "best").await["jobCount"], json!(0));
    let why = "query($id: ID!) { why(id: $id) { sentences } }";
    let why = client.ask(why, json!({ "id": kept[0]["id"] })).await["why"]["sentences"].to_string();
    assert!(why.contains("renam"), "{why}");

    let undone = carry(client, "planUndo", "PlanUndoInput", &applied["undoId"]).await;
    assert_eq!((&undone["state"], &undone["leftCount"]), (&json!("UNDONE"), &json!(0)));
    assert_eq!(shelf(&platform), before);
    let history = "query($id: ID!) { history(id: $id) { kind } }";
    for file in files(client).await {
        assert_eq!(file["state"], json!("PRESENT"), "{file}");
        let told = client.ask(history, json!({ "id": file["id"] })).await.to_string();
        assert!(!told.contains("lost") && told.matches("moved").count() >= 2, "{told}");
    }
    platform.stop().await;
}

// A list has a layout of its own, and what somebody put into the way of a plan stays.
// invariant: F-24
#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_its_own_layout_and_nothing_is_overwritten() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let (client, site) = (&platform.client, &platform.site);
    let list = client.follow(&site.list_url("talks")).await;
    client.download(&list, "best").await;
    let follow = async |layout: Value| {
        let input = json!({ "url": site.list_url("talks"), "layout": layout });
        client.ask(FOLLOW, json!({ "input": input })).await["playlistFollow"].take()
    };
    let told = follow(json!({ "template": "Of a list/{title}", "sidecars": [] })).await;
    let layout = &told["playlist"]["layout"];
    assert_eq!((&layout["name"], &layout["templateIsOwn"]), (&json!("PLAIN"), &json!(true)), "{told}");
    let made = plan(client, json!({ "renameList": list })).await;
    let planned = steps(client, &made["plan"]["id"]).await;
    let way = platform.library(&planned[0].1);
    fs::create_dir_all(way.parent().unwrap()).unwrap();
    fs::write(&way, "somebody's").unwrap();
    let apply =
        "mutation($input: PlanApplyInput!) { planApply(input: $input) { job { id } userErrors { code } } }";
    let told = client.ask(apply, json!({ "input": { "id": made["plan"]["id"] } })).await["planApply"].take();
    let job = client.wait_job(told["job"]["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], json!("FAILED"), "{job}");
    let message = job["failure"]["message"].as_str().unwrap();
    assert!(message.contains("nothing was touched") && message.contains("is there already"), "{message}");
    assert!(planned.iter().all(|(path, _)| platform.library(path).exists()));
    fs::remove_file(&way).unwrap();
    let again = plan(client, json!({ "renameList": list })).await;
    carry(client, "planApply", "PlanApplyInput", &again["plan"]["id"]).await;
    assert!(films(&platform).iter().all(|path| path.starts_with("Of a list/")));
    // As for the library again.
    assert_eq!(follow(json!({})).await["playlist"]["layout"], Value::Null);
    platform.stop().await;
}

// PL-13: who has his name keeps it from others when the plan is made, and when it is applied.
// invariant: F-24
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_around_a_file_that_has_its_name_is_done_as_it_was_made() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let twins = site.add_list("twins", ListOptions::new("Twins", 2)).unwrap();
    for index in [0, 1] {
        twins.rename(index, "Intro").unwrap();
    }
    let list = client.follow(&site.list_url("twins")).await;
    let (first, second) = (client.entry_of(&list, "twins-1").await, client.entry_of(&list, "twins-2").await);
    client.download_entry(&second, "best").await;
    set(client, json!({ "template": "{list}/{title}" })).await;
    client.download_entry(&first, "best").await;
    assert_eq!(films(&platform), ["Twins/Intro [twins-2].mp4", "Twins/Intro.mp4"]);
    let made = plan(client, json!({ "renameList": list })).await;
    assert_eq!((&made["plan"]["fileCount"], &made["plan"]["sparedCount"]), (&json!(1), &json!(1)), "{made}");
    let applied = carry(client, "planApply", "PlanApplyInput", &made["plan"]["id"]).await;
    assert_eq!((&applied["state"], &applied["leftCount"]), (&json!("APPLIED"), &json!(0)), "{applied}");
    assert_eq!(films(&platform), ["Twins/Intro (2).mp4", "Twins/Intro.mp4"]);
    platform.stop().await;
}
