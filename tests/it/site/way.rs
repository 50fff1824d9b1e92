//! A site that is reached by a proxy of its own, as somebody, and no faster than so.

use std::{path::PathBuf, time::Duration};

use mediary::demo::{ListOptions, Proxy};
use mediary_tests::{Client, Platform, files_having, until};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::HOST;

const USER: &str = "anna needle-4be1";
const PASSWORD: &str = " p:a#\"s\\ needle-7d02 ";
const OF_PROXY: &str = "needle: @zq9a61/?";

async fn keep(client: &Client, name: &str, value: &str) -> Value {
    const SET: &str = "mutation($name: String!, $value: SecretValue!) {
        secretSet(input: { name: $name, value: $value }) { secret { id } userErrors { code } } }";
    client.ask(SET, json!({ "name": name, "value": value })).await["secretSet"]["secret"]["id"].take()
}

async fn set(client: &Client, settings: Value) -> Value {
    const SET: &str = "mutation($input: SiteSetInput!) { siteSet(input: $input) {
        site { proxySecretId loginMode loginSecretId jobBytesPerSecond } userErrors { code } } }";
    let mut input = settings;
    input["name"] = json!(HOST);
    client.ask(SET, json!({ "input": input })).await["siteSet"].take()
}

async fn follow(client: &Client, wanted: Value) -> String {
    const FOLLOW: &str = "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) {
        playlist { id } job { id } userErrors { code } } }";
    let followed = client.ask(FOLLOW, json!({ "input": wanted })).await["playlistFollow"].take();
    assert_eq!(followed["userErrors"], json!([]), "{followed}");
    if let Some(job) = followed["job"]["id"].as_str() {
        client.wait_job(job).await;
    }
    followed["playlist"]["id"].as_str().unwrap().to_owned()
}

/// As an address has it.
fn address_of(proxy: &Proxy, password: &str) -> String {
    let escaped = password.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    format!("http://me:{}@{}", escaped.collect::<String>(), proxy.address())
}

// DL-08: one attempt, one way, for whatever it leads to; neither the way nor who goes it is found anywhere.
// invariant: S-12, S-13
#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_asked_by_its_proxy_as_somebody_and_neither_is_found_anywhere() {
    let platform = Platform::start_with(Box::new(|configuration| {
        "trace".clone_into(&mut configuration.logging.filter);
    }))
    .await;
    let (client, site) = (&platform.client, &platform.site);
    let proxy = Proxy::start("me", OF_PROXY).await.unwrap();
    let list = site.add_list("club", ListOptions::new("club", 2)).unwrap();
    list.demand_login(USER, PASSWORD);
    let exit = keep(client, "exit", &address_of(&proxy, OF_PROXY)).await;
    // The site's logins have a name of their own in yt-dlp, since it is called by an address.
    let login = keep(client, "club", &format!("{USER}\n{PASSWORD}\nmediary-demo")).await;
    let refused = set(client, json!({ "login": { "mode": "ALWAYS" } })).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("SETTING_NO_LOGIN"), "{refused}");
    let refused = set(client, json!({ "rateLimit": { "jobBytesPerSecond": 10 } })).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("SETTING_TOO_SLOW"), "{refused}");
    let way = json!({ "proxy": { "secretId": exit }, "login": { "mode": "WHEN_NEEDED", "secretId": login } });
    let told = set(client, way).await;
    let expected = json!({ "proxySecretId": exit, "loginMode": "WHEN_NEEDED", "loginSecretId": login,
        "jobBytesPerSecond": null });
    assert_eq!(told["site"], expected, "{told}");

    let id = follow(client, json!({ "url": site.list_url("club"), "keep": "ALL" })).await;
    until("both are there", || async { (client.files().await.len() == 2).then_some(()) }).await;
    let asked: Vec<String> = site.requests().all().into_iter().map(|request| request.path).collect();
    assert!(asked.iter().any(|path| path.starts_with("/media/")), "files go by it, too: {asked:?}");
    assert_eq!(proxy.led().len(), asked.len(), "nobody goes around it: {asked:?}");

    // Another password: it is the proxy that refuses, and the words say so.
    keep(client, "exit", &address_of(&proxy, "another")).await;
    let failed = async || {
        client.look(&id, true).await;
        client.playlist(&id).await["refreshFailure"].take()
    };
    let failure = failed().await;
    assert_eq!(failure["class"], json!("proxy"), "{failure}");
    assert!(failure["message"].as_str().unwrap().to_lowercase().contains("proxy"), "{failure}");
    // Whoever wants a proxy is not seen without.
    let delete = "mutation($id: ID!) { secretDelete(input: { id: $id }) { usedBySites } }";
    let deleted = client.ask(delete, json!({ "id": exit })).await;
    assert_eq!(deleted["secretDelete"]["usedBySites"], json!([HOST]));
    let failure = failed().await;
    assert!(failure["message"].as_str().unwrap().contains("was deleted"), "{failure}");
    assert_eq!(site.requests().all().len(), asked.len());
    set(client, json!({ "proxy": {} })).await;
    assert_eq!(failed().await, Value::Null);
    assert!(site.requests().all().len() > asked.len());

    let told = client.events_after(0).await.iter().map(ToString::to_string).collect::<String>();
    assert!(told.contains("site_changed"));
    let logs = "{ jobs(first: 100) { nodes { id failure { message output } log { text } } } }";
    let logs = client.ask_raw(logs, json!({})).await.to_string();
    let (data, library) = (platform.data().to_owned(), platform.configuration.library_folder());
    let folder = platform.stop().await;
    // Each has letters that no id and no hash has.
    for needle in ["needle-4be1", "needle-7d02", "zq9a61"] {
        assert!(!told.contains(needle) && !logs.contains(needle), "{needle}");
        for place in [&data, &library] {
            assert_eq!(files_having(place, needle), Vec::<PathBuf>::new(), "{needle}");
        }
    }
    drop(folder);
}

// DL-08: so many bytes a second for each job.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_takes_in_no_more_than_its_site_may_send() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let told = set(client, json!({ "rateLimit": { "jobBytesPerSecond": 100_000 } })).await;
    assert_eq!(told["site"]["jobBytesPerSecond"], json!(100_000), "{told}");
    let begun = Instant::now();
    site.add_list("slow", ListOptions::new("slow", 1)).unwrap();
    follow(client, json!({ "url": site.list_url("slow"), "keep": "ALL" })).await;
    until("it is there", || async { (client.files().await.len() == 1).then_some(()) }).await;
    let bytes = site.requests().bytes_served_for("slow-1");
    let least = Duration::from_secs_f64((bytes as f64 / 100_000.0 - 1.0).max(0.1));
    assert!(begun.elapsed() > least, "{bytes} bytes in {:?}", begun.elapsed());
    let cleared = set(client, json!({ "rateLimit": {} })).await;
    assert_eq!(cleared["site"]["jobBytesPerSecond"], Value::Null, "{cleared}");
    platform.stop().await;
}
