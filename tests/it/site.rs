//! What is set for a site: how often it is asked, with which cookies, as whom, and by which way.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod way;

use std::time::Duration;

use mediary::demo::{ListOptions, RequestLog};
use mediary_schema::Timestamp;
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

/// The name by which the sample site is asked.
pub(crate) const HOST: &str = "127.0.0.1";

/// Runs that a site saw: each begins with the first page of a list, or with an item.
pub(crate) fn runs(requests: &RequestLog) -> usize {
    let is_run = |path: &str, query: Option<&str>| {
        let is_first = query.is_some_and(|query| query.split('&').any(|part| part == "page=1"));
        path.starts_with("/api/items/") || (path.starts_with("/api/lists/") && is_first)
    };
    requests.all().iter().filter(|request| is_run(&request.path, request.query.as_deref())).count()
}

/// Sets how often the sample site is asked; answers it.
pub(crate) async fn set_budget(client: &Client, budget: Value) -> Value {
    const SET: &str = "mutation($input: SiteSetInput!) { siteSet(input: $input) {
        site { name budget { perHour perDay pauseMs } pace { lastHourCount } } userErrors { code } } }";
    client.ask(SET, json!({ "input": { "name": HOST, "budget": budget } })).await["siteSet"].take()
}

/// How often the sample site is asked.
pub(crate) async fn pace(client: &Client) -> Value {
    const SITES: &str =
        "{ sites { name pace { budget { perHour } lastHourCount lastDayCount nextAt backlogCount
        backlogBegunBy } hold { reason } } }";
    client.ask(SITES, json!({})).await["sites"][0]["pace"].take()
}

fn moment(text: &Value) -> Timestamp {
    text.as_str().unwrap().parse().unwrap()
}

// LI-11: listings and downloads draw from one budget; what waits for it says until when, and when all will be begun.
// invariant: J-23
#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_fetched_within_the_budget_of_its_site() {
    const FOLLOW: &str =
        "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) { job { id } } }";
    const WAITING: &str =
        "{ jobs(first: 50, filter: { state: QUEUED }) { nodes { waitsFor { reason lane until } } } }";
    let (platform, calendar) = Platform::start_by_the_clock().await;
    let (client, site) = (&platform.client, &platform.site);
    let refused = set_budget(client, json!({ "perHour": 0 })).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("SETTING_EMPTY_BUDGET"), "{refused}");
    let set = set_budget(client, json!({ "perHour": 2 })).await;
    assert_eq!(set["site"]["budget"], json!({ "perHour": 2, "perDay": null, "pauseMs": null }), "{set}");

    site.add_list("diary", ListOptions::new("diary", 5)).unwrap();
    let wanted = json!({ "url": site.list_url("diary"), "keep": "ALL", "quality": "audio" });
    client.ask(FOLLOW, json!({ "input": wanted })).await;
    let files = async |count: usize| {
        until(&format!("there are {count} files"), || async {
            (client.files().await.len() == count).then_some(())
        })
        .await;
    };
    files(1).await;
    let waiting = until("all others wait for the budget", || async {
        let jobs = client.ask(WAITING, json!({})).await["jobs"]["nodes"].take();
        let waits = jobs.as_array().unwrap().iter().map(|job| job["waitsFor"].clone()).collect::<Vec<_>>();
        let all = waits.iter().all(|wait| wait["reason"] == json!("REQUEST_BUDGET"));
        (waits.len() == 4 && all).then_some(waits)
    })
    .await;
    let told = pace(client).await;
    assert_eq!((&waiting[0]["lane"], &waiting[0]["until"]), (&json!(HOST), &told["nextAt"]), "{told}");
    assert_eq!((&told["lastHourCount"], &told["backlogCount"]), (&json!(2), &json!(4)), "{told}");
    let left = moment(&told["backlogBegunBy"]).since(calendar.now()).as_secs();
    assert!((7_000..7_400).contains(&left), "two an hour, so the last in two hours: {left} s");
    assert_eq!(runs(&site.requests()), 2);

    for hour in 1..=2 {
        calendar.forward(Duration::from_mins(62));
        files(1 + 2 * hour).await;
        assert_eq!(runs(&site.requests()), 2 + 2 * hour);
    }
    let told = pace(client).await;
    assert_eq!((&told["backlogCount"], &told["backlogBegunBy"]), (&json!(0), &Value::Null), "{told}");
    let cleared = format!(
        "mutation {{ siteClear(input: {{ name: {HOST:?} }}) {{ site {{ budget {{ perHour }} }} }} }}"
    );
    let cleared = client.ask(&cleared, json!({})).await;
    assert_eq!(cleared["siteClear"]["site"]["budget"], Value::Null, "{cleared}");
    assert_eq!(client.ask("{ sites { name } }", json!({})).await["sites"], json!([]));
    platform.stop().await;
}

// DL-08: what is said of a site holds for what is asked of it, and what is said of a list comes before that.
// invariant: S-11
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_asked_with_the_cookies_of_its_site_unless_it_says_otherwise() {
    const FOLLOW: &str = "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) {
        playlist { id } job { id } userErrors { code } } }";
    const SET: &str = "mutation($input: SiteSetInput!) { siteSet(input: $input) {
        site { cookieMode cookieSecretId } userErrors { code } } }";
    const COOKIE: &str = "needle-77a0c4";
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let list = site.add_list("club", ListOptions::new("club", 2)).unwrap();
    list.demand_cookie(format!("session={COOKIE}"));
    let file = format!("# Netscape HTTP Cookie File\n{HOST}\tFALSE\t/\tFALSE\t0\tsession\t{COOKIE}\n");
    let kept = "mutation($value: SecretValue!) { secretSet(input: { name: \"club\", value: $value }) { secret { id } } }";
    let kept = client.ask(kept, json!({ "value": file })).await;
    let secret = &kept["secretSet"]["secret"]["id"];
    let set = async |cookies: Value| {
        client.ask(SET, json!({ "input": { "name": HOST, "cookies": cookies } })).await["siteSet"].take()
    };
    let refused = set(json!({ "mode": "ALWAYS" })).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("PLAYLIST_NO_COOKIES"), "{refused}");
    let told = set(json!({ "mode": "WHEN_NEEDED", "secretId": secret })).await;
    assert_eq!(told["site"], json!({ "cookieMode": "WHEN_NEEDED", "cookieSecretId": secret }), "{told}");

    let follow = async |wanted: Value| {
        let followed = client.ask(FOLLOW, json!({ "input": wanted })).await["playlistFollow"].take();
        assert_eq!(followed["userErrors"], json!([]), "{followed}");
        if let Some(job) = followed["job"]["id"].as_str() {
            client.wait_job(job).await;
        }
        followed["playlist"]["id"].as_str().unwrap().to_owned()
    };
    let id = follow(json!({ "url": site.list_url("club"), "keep": "ALL" })).await;
    until("both are there", || async { (client.files().await.len() == 2).then_some(()) }).await;
    // The list says that it is asked for without, and that comes first.
    follow(json!({ "url": site.list_url("club"), "cookies": { "mode": "OFF" } })).await;
    client.look(&id, true).await;
    assert_eq!(client.playlist(&id).await["refreshFailure"]["class"], json!("forbidden"));

    let delete = "mutation($id: ID!) { secretDelete(input: { id: $id }) { usedBy usedBySites } }";
    let deleted = client.ask(delete, json!({ "id": secret })).await;
    assert_eq!(deleted["secretDelete"], json!({ "usedBy": [], "usedBySites": [HOST] }));
    let told = client.events_after(0).await.iter().map(ToString::to_string).collect::<String>();
    assert!(told.contains("site_changed") && !told.contains(COOKIE));
    platform.stop().await;
}
