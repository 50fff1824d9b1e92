//! What is at an address, before anything is followed (UI-10: the one field of the page).

use mediary::demo::Nesting;
use mediary_tests::{Platform, events_of, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

const START: &str = "mutation($url: String!) { previewStart(input: { url: $url }) {
    preview { id } job { id } position userErrors { code message } } }";
const PREVIEW: &str = "query($id: ID!) { preview(id: $id) {
    state kind title count url first { title durationMs } lists { title url } playlist { id followed }
    job { id state attempts failure { class message advice } } } }";

/// Looks, and waits for what is there.
async fn preview_start(platform: &Platform, url: &str) -> Value {
    let mut told = platform.client.ask(START, json!({ "url": url })).await["previewStart"].take();
    assert_eq!(told["userErrors"], json!([]), "{url}");
    let id = told["preview"]["id"].take();
    let mut preview = until("it is known what is there", || async {
        let preview = platform.client.ask(PREVIEW, json!({ "id": id })).await["preview"].take();
        (preview["state"] != "REQUESTED" && preview["job"]["state"] != "RUNNING").then_some(preview)
    })
    .await;
    preview["id"] = id;
    preview
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_says_what_is_there_and_nothing_is_followed_or_fetched() {
    let platform = Platform::start().await;
    let list = preview_start(&platform, &platform.site.list_url("talks")).await;
    assert_eq!((&list["state"], &list["kind"]), (&json!("FOUND"), &json!("LIST")), "{list}");
    assert_eq!(list["title"], json!("Sample talks"), "{list}");
    assert!(list["count"].as_u64().unwrap() >= list["first"].as_array().unwrap().len() as u64, "{list}");
    assert!(list["first"][0]["title"].is_string() && list["playlist"].is_null(), "{list}");

    let feed = preview_start(&platform, &platform.site.feed_url("talks")).await;
    assert_eq!((&feed["kind"], &feed["count"]), (&json!("LIST"), &list["count"]), "{feed}");

    let single = preview_start(&platform, &platform.site.item_url("talks-1")).await;
    assert_eq!((&single["kind"], &single["count"]), (&json!("SINGLE"), &json!(1)), "{single}");
    assert_eq!(single["title"], single["first"][0]["title"], "{single}");

    let events = platform.client.events_after(0).await;
    for kind in ["playlist.follow_requested", "download.requested", "playlist.entry_added"] {
        assert!(events_of(&events, kind).is_empty(), "{kind}");
    }
    platform.stop().await;
}

// UI-10: a channel with tabs.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_channel_each_tab_can_be_followed_by_itself() {
    let platform = Platform::start().await;
    platform.site.list("home").hold(&["videos", "talks", "large"], Nesting::ByAddress);
    let list =
        |title: Option<&str>, name: &str| json!({ "title": title, "url": platform.site.list_url(name) });
    let channel = preview_start(&platform, &platform.site.list_url("channel")).await;
    assert_eq!((&channel["kind"], &channel["count"]), (&json!("NESTED"), &json!(null)), "{channel}");
    assert_eq!(channel["first"].as_array().unwrap().len(), 5, "{channel}");
    let tabs = [("Sample videos", "videos"), ("Sample talks", "talks"), ("Large samples", "large")];
    assert_eq!(channel["lists"], json!(tabs.map(|(title, name)| list(Some(title), name))));

    // Of which only the address is there they are told, and not asked.
    let before = platform.site.requests().for_path("/api/lists/videos").len();
    let home = preview_start(&platform, &platform.site.list_url("home")).await;
    assert_eq!(home["lists"], json!(tabs.map(|(_, name)| list(None, name))), "{home}");
    assert_eq!(platform.site.requests().for_path("/api/lists/videos").len(), before);

    let url = channel["lists"][1]["url"].as_str().unwrap();
    let followed = platform.client.follow(url).await;
    let single = preview_start(&platform, &platform.site.list_url("talks")).await;
    assert_eq!(single["playlist"]["id"].as_str(), Some(&*followed), "{single}");
    assert!(single["lists"].as_array().unwrap().is_empty(), "{single}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_long_list_only_its_beginning_is_read() {
    let platform = Platform::start().await;
    let preview = preview_start(&platform, &platform.site.list_url("long")).await;
    assert_eq!(preview["first"].as_array().unwrap().len(), 5, "{preview}");
    let pages = platform.site.requests().for_path("/api/lists/long").len();
    assert!(pages <= 3, "{pages} pages were read");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_looked_at_says_why_once_and_what_was_found_before_stays() {
    let platform = Platform::start().await;
    let nothing = preview_start(&platform, &platform.site.url("/nothing/here")).await;
    assert_eq!((&nothing["state"], &nothing["kind"]), (&json!("FAILED"), &json!(null)), "{nothing}");
    assert!(nothing["job"]["failure"]["message"].is_string(), "{nothing}");

    let url = platform.site.list_url("talks");
    let before = preview_start(&platform, &url).await;
    let breakdown = platform.site.faults().status("/api/lists/talks", StatusCode::SERVICE_UNAVAILABLE, None);
    let after = preview_start(&platform, &url).await;
    platform.site.faults().remove(breakdown);
    assert_eq!((&after["state"], &after["job"]["attempts"]), (&json!("FAILED"), &json!(1)), "{after}");
    assert_eq!((&after["title"], &after["count"]), (&before["title"], &before["count"]), "{after}");

    // One that is followed is told as such.
    platform.client.follow(&url).await;
    let followed = preview_start(&platform, &url).await;
    assert_eq!(followed["playlist"]["followed"], json!(true), "{followed}");
    assert_eq!(followed["id"], before["id"], "it is one preview for each address");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused_and_leaves_nothing() {
    let platform = Platform::start().await;
    for url in ["", "no address", "ftp://example.org/", "file:///etc/passwd"] {
        let told = platform.client.ask(START, json!({ "url": url })).await["previewStart"].take();
        assert!(told["userErrors"][0]["code"].is_string() && told["job"].is_null(), "{url}: {told}");
    }
    assert!(events_of(&platform.client.events_after(0).await, "preview.requested").is_empty());
    platform.stop().await;
}
