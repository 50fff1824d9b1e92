//! Follow today, find the new ones tomorrow: what is kept without being asked for, over a month, and by which rules not.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use mediary::demo::{ListHandle, ListOptions, SeenRequest};
use mediary_schema::playlist::LiveStatus;
use mediary_tests::{Client, Platform, events_of, files_having, until};
use serde_json::{Value, json};

use crate::site::{pace, runs, set_budget};

const FOLLOW: &str = "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) {
    playlist { id keepFilter } job { id } userErrors { code message advice } } }";

async fn follow(client: &Client, input: Value) -> Value {
    let followed = client.ask(FOLLOW, json!({ "input": input })).await["playlistFollow"].take();
    if let Some(job) = followed["job"]["id"].as_str() {
        client.wait_job(job).await;
    }
    followed
}

/// What became of the rows of a list, as `standing/reason` and count.
async fn account(client: &Client, id: &str) -> Vec<(String, u64)> {
    const DOCUMENT: &str = "query($id: ID!) { playlist(id: $id) {
        account { listed reasons { standing reason count } } } }";
    let data = client.ask(DOCUMENT, json!({ "id": id })).await;
    let account = &data["playlist"]["account"];
    let reasons = account["reasons"].as_array().unwrap();
    let all: u64 = reasons.iter().map(|cell| cell["count"].as_u64().unwrap()).sum();
    assert_eq!(account["listed"].as_u64(), Some(all), "they add up: {account}");
    let told = reasons.iter().map(|cell| {
        let standing = cell["standing"].as_str().unwrap().to_lowercase();
        let reason = cell["reason"].as_str().map(|reason| format!("/{reason}")).unwrap_or_default();
        (format!("{standing}{reason}"), cell["count"].as_u64().unwrap())
    });
    told.collect()
}

fn cells(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(cell, count)| ((*cell).to_owned(), *count)).collect()
}

async fn until_account(client: &Client, id: &str, expected: &[(&str, u64)]) {
    let wanted = cells(expected);
    until(&format!("the account is {expected:?}"), || async {
        (account(client, id).await == wanted).then_some(())
    })
    .await;
}

/// What happens at the source on a day of the month.
fn happens(day: u32, list: &ListHandle) {
    match day {
        3 | 21 => list.prepend(1),
        6 => list.make_private(2).unwrap(),
        9 => list.rename(0, "A better name").unwrap(),
        12 => list.delete(1).unwrap(),
        13 => list.bring_back(1, "diary-1").unwrap(),
        15 => {
            list.prepend(1);
            list.broadcast(0, LiveStatus::Upcoming).unwrap();
        }
        18 => list.broadcast(0, LiveStatus::WasLive).unwrap(),
        _ => {}
    }
}

/// What is otherwise that day, by the item; how many files there are then, and whether a broadcast is waited for.
fn expected(day: u32) -> (Option<(&'static str, &'static str)>, usize, bool) {
    let change = match day {
        3 => Some(("ADDED", "diary-4")),
        6 => Some(("UNAVAILABLE", "diary-2")),
        9 => Some(("RENAMED", "diary-4")),
        12 => Some(("NOT_SEEN", "diary-1")),
        13 => Some(("RETURNED", "diary-1")),
        15 => Some(("ADDED", "diary-5")),
        18 => Some(("DESCRIBED", "diary-5")),
        21 => Some(("ADDED", "diary-6")),
        _ => None,
    };
    let files = [3, 18, 21].into_iter().filter(|kept| day >= *kept).count();
    (change, files, (15..18).contains(&day))
}

/// What is otherwise in the list since a position, as kind and item.
async fn diff(client: &Client, id: &str, from: u64, to: u64) -> Vec<(String, String)> {
    const DOCUMENT: &str = "query($id: ID!, $from: String!, $to: String!) { playlist(id: $id) {
        diff(first: 50, from: $from, to: $to) { nodes { kind entry { sourceId } } } } }";
    let variables = json!({ "id": id, "from": from.to_string(), "to": to.to_string() });
    let data = client.ask(DOCUMENT, variables).await;
    let nodes = data["playlist"]["diff"]["nodes"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes.iter().map(|node| (text(&node["kind"]), text(&node["entry"]["sourceId"]))).collect()
}

/// Waits until nothing is at work but what waits for a broadcast; answers how many wait.
async fn until_idle(client: &Client) -> usize {
    until("nothing is at work", || async {
        let jobs = client.jobs(json!({})).await;
        let open = jobs
            .iter()
            .filter(|job| !matches!(job["state"].as_str(), Some("SUCCEEDED" | "FAILED" | "CANCELLED")));
        let open: Vec<_> = open.collect();
        let waits =
            |job: &&&Value| job["failure"]["class"] == json!("not_yet") && job["state"] == json!("QUEUED");
        (open.iter().filter(waits).count() == open.len()).then_some(open.len())
    })
    .await
}

// LI-07, LI-08, LI-09, LI-11, LI-14: a month in which three entries come, one goes private, one is renamed, one vanishes
// for one look and returns, and a premiere happens; the site is asked no more often than its budget.
// invariant: P-12
// invariant: J-23
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_followed_for_a_month_and_what_is_new_is_there() {
    const DAY: Duration = Duration::from_hours(24);
    const RUNS_PER_HOUR: usize = 4;
    let (platform, calendar) = Platform::start_by_the_clock().await;
    let (client, site) = (&platform.client, &platform.site);
    let list = site.add_list("diary", ListOptions::new("diary", 3)).unwrap();
    set_budget(client, json!({ "perHour": RUNS_PER_HOUR, "perDay": 3 * RUNS_PER_HOUR })).await;
    let wanted = json!({ "url": site.list_url("diary"), "keep": "NEW", "quality": "audio",
        "refreshTiming": { "everySeconds": 86_400 } });
    let followed = follow(client, wanted).await;
    let id = followed["playlist"]["id"].as_str().unwrap();
    let (mut before, mut quiet_days) = (platform.server.log().head().position, Vec::new());
    for day in 1..=30 {
        happens(day, &list);
        site.requests().clear();
        calendar.forward(DAY);
        let looks = format!("day {day} was looked at");
        let events = until(&looks, || async {
            let events = client.events_after(before).await;
            (!events_of(&events, "playlist.refresh_completed").is_empty()).then_some(events)
        })
        .await;
        assert_eq!(events_of(&events, "schedule.fired").len(), 1, "day {day}: once");
        let (change, files, is_awaited) = expected(day);
        until(&format!("day {day} has {files} files"), || async {
            (client.files().await.len() == files).then_some(())
        })
        .await;
        assert_eq!(until_idle(client).await, usize::from(is_awaited), "day {day}");
        let now = platform.server.log().head().position;
        let events = client.events_after(before).await;
        assert_eq!(events_of(&events, "playlist.refresh_completed").len(), 1, "day {day}: one look");
        let found = diff(client, id, before, now).await;
        let change: Vec<_> =
            change.into_iter().map(|(kind, item)| (kind.to_owned(), item.to_owned())).collect();
        assert_eq!(found, change, "day {day}");
        let outcome = if change.is_empty() { "UNCHANGED" } else { "CHANGED" };
        assert_eq!(client.playlist(id).await["refreshOutcome"], json!(outcome), "day {day}");
        // All of a day happens within an hour.
        let asked = runs(&site.requests());
        assert!((1..=RUNS_PER_HOUR).contains(&asked), "day {day}: asked {asked} times");
        assert_eq!(pace(client).await["lastHourCount"], json!(asked), "day {day}: each is counted");
        if change.is_empty() && !is_awaited {
            quiet_days.push(site.requests().all().len());
        }
        before = now;
    }

    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "playlist.refresh_completed").len(), 31);
    assert_eq!(events_of(&events, "playlist.downloads_requested").len(), 3, "each is asked for once");
    assert_eq!(events_of(&events, "download.requested").len(), 3, "nothing is fetched twice");
    assert_eq!(events_of(&events, "download.completed").len(), 3);
    let mut titles: Vec<String> = platform
        .library_files()
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    titles.sort();
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert_eq!(
        account(client, id).await,
        cells(&[("kept", 3), ("skipped/not_wanted", 2), ("skipped/private", 1)])
    );
    // A look without news costs its site the same few requests, whatever the list was like before.
    assert!(quiet_days.iter().all(|count| *count == quiet_days[0] && *count <= 3), "{quiet_days:?}");
    platform.stop().await;
}

/// The rules that skip the entries of a list, by item.
async fn skipped(client: &Client, id: &str) -> BTreeMap<String, String> {
    const DOCUMENT: &str =
        "query($id: ID!) { playlist(id: $id) { entries(first: 100) { nodes { sourceId skippedBy } } } }";
    let data = client.ask(DOCUMENT, json!({ "id": id })).await;
    let nodes = data["playlist"]["entries"]["nodes"].as_array().unwrap().clone();
    let of =
        |node: &Value| Some((node["sourceId"].as_str()?.to_owned(), node["skippedBy"].as_str()?.to_owned()));
    nodes.iter().filter_map(of).collect()
}

// LI-08, LI-14: what a rule skips names it; another filter decides anew, and takes nothing away.
// invariant: P-13
#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_skips_names_it_and_is_fetched_once_no_rule_does() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let list = site.add_list("diary", ListOptions::new("diary", 3)).unwrap();
    list.rename(1, "Another trailer").unwrap();
    list.broadcast(2, LiveStatus::WasLive).unwrap();
    let input = |filter: Value| json!({ "url": site.list_url("diary"), "keep": "ALL", "quality": "audio", "filter": filter });
    for (rule, reason) in [("title~(", "unclosed group"), ("size>=3", "none of")] {
        let refused = follow(client, input(json!([rule]))).await;
        let error = &refused["userErrors"][0];
        assert_eq!(error["code"], json!("PLAYLIST_BAD_RULE"), "{refused}");
        assert!(error["message"].as_str().unwrap().contains(reason), "{refused}");
    }
    let nothing = json!({ "url": site.list_url("diary"), "filter": ["kind=video"] });
    let refused = follow(client, nothing).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("PLAYLIST_FILTER_OF_NOTHING"), "{refused}");

    let rules = json!(["title!=trailer", "kind!=live"]);
    let followed = follow(client, input(rules.clone())).await;
    assert_eq!(followed["playlist"]["keepFilter"], rules, "{followed}");
    let id = followed["playlist"]["id"].as_str().unwrap();
    let told = [("kept", 1), ("skipped/kind!=live", 1), ("skipped/title!=trailer", 1)];
    until_account(client, id, &told).await;
    let by_rules = [("diary-2", "title!=trailer"), ("diary-3", "kind!=live")];
    assert_eq!(
        skipped(client, id).await,
        by_rules.map(|(item, rule)| (item.to_owned(), rule.to_owned())).into()
    );
    let entry = client.entry_of(id, "diary-2").await;
    let why = "query($id: ID!) { why(id: $id) { sentences } }";
    let said = client.ask(why, json!({ "id": entry })).await["why"]["sentences"].to_string();
    assert!(
        said.contains("skipped 'Another trailer'") && said.contains("by the rule title!=trailer"),
        "{said}"
    );
    let events = client.events_after(0).await;
    client.look(id, true).await;
    let later = client.events_after(events.last().unwrap()["position"].as_u64().unwrap()).await;
    assert_eq!(events_of(&later, "playlist.entries_skipped").len(), 0, "it is said once");

    let fewer = follow(client, input(json!(["title!=trailer"]))).await;
    assert_eq!(fewer["userErrors"], json!([]), "{fewer}");
    until_account(client, id, &[("kept", 2), ("skipped/title!=trailer", 1)]).await;
    // A rule that what is there breaks takes nothing away.
    follow(client, input(json!(["title=nobody"]))).await;
    until_account(client, id, &[("kept", 2), ("skipped/title=nobody", 1)]).await;
    follow(client, input(json!([]))).await;
    until_account(client, id, &[("kept", 3)]).await;
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "download.requested").len(), 3, "nothing is fetched twice");
    assert_eq!(platform.library_files().len(), 3);
    platform.stop().await;
}

// F-7: an item that is kept of one list is not fetched again for another one.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_one_list_is_not_fetched_for_another() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    site.add_list("diary", ListOptions::new("diary", 2)).unwrap();
    let mut input = json!({ "url": site.list_url("diary"), "keep": "ALL", "quality": "audio" });
    let first = follow(client, input.clone()).await;
    until_account(client, first["playlist"]["id"].as_str().unwrap(), &[("kept", 2)]).await;
    // The same items under another address are another list.
    input["url"] = json!(format!("{}?again=1", site.list_url("diary")));
    let second = follow(client, input).await;
    let second = second["playlist"]["id"].as_str().unwrap();
    assert_ne!(first["playlist"]["id"], json!(second));
    until_account(client, second, &[("kept", 2)]).await;
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "download.requested").len(), 2);
    platform.stop().await;
}

// DL-08: cookies when they are needed, always, and no longer; found nowhere.
// invariant: S-10
#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_asked_with_cookies_when_it_needs_them_and_they_are_found_nowhere() {
    const SET: &str = "mutation($name: String!, $value: SecretValue!) {
        secretSet(input: { name: $name, value: $value }) { secret { id } userErrors { code } } }";
    const DELETE: &str = "mutation($id: ID!) { secretDelete(input: { id: $id }) { isDestroyed usedBy } }";
    const COOKIE: &str = "needle-51c2af";
    let platform = Platform::start_with(Box::new(|configuration| {
        "trace".clone_into(&mut configuration.logging.filter);
    }))
    .await;
    let (client, site) = (&platform.client, &platform.site);
    let list = site.add_list("club", ListOptions::new("club", 2)).unwrap();
    list.demand_cookie(format!("session={COOKIE}"));
    let file = |value: &str| {
        format!("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\t{value}\n")
    };
    let set = async |name: &str, value: String| {
        let data = client.ask(SET, json!({ "name": name, "value": value })).await;
        data["secretSet"]["secret"]["id"].as_str().unwrap().to_owned()
    };
    let (secret, prose) = (set("club", file(COOKIE)).await, set("prose", format!("session={COOKIE}")).await);
    let wanted = |mode: &str, secret: Option<&str>| json!({ "url": site.list_url("club"), "keep": "ALL", "cookies": { "mode": mode, "secretId": secret } });
    let refused = follow(client, wanted("ALWAYS", None)).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("PLAYLIST_NO_COOKIES"), "{refused}");
    let unknown = "secret-01890a5d-ac96-774b-bcce-b302099a8057";
    let refused = follow(client, wanted("ALWAYS", Some(unknown))).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("SECRET_NOT_FOUND"), "{refused}");

    let followed = follow(client, wanted("OFF", None)).await;
    let id = followed["playlist"]["id"].as_str().unwrap();
    assert_eq!(client.playlist(id).await["refreshFailure"]["class"], json!("forbidden"));
    // What is no file of cookies is refused without a word of it.
    follow(client, wanted("WHEN_NEEDED", Some(&prose))).await;
    let failure = client.playlist(id).await["refreshFailure"].take();
    assert!(failure["message"].as_str().unwrap().contains("no file of cookies"), "{failure}");

    // Media files are asked by ourselves, too, for what they can be known by again; that is without cookies.
    let refused = |request: &SeenRequest| request.status == 401 && request.path.starts_with("/api/");
    let refusals = || site.requests().all().iter().filter(|request| refused(request)).count();
    let before = refusals();
    follow(client, wanted("WHEN_NEEDED", Some(&secret))).await;
    until_account(client, id, &[("kept", 2)]).await;
    assert!(refusals() > before, "it was tried without them first");
    follow(client, wanted("ALWAYS", None)).await;
    let before = refusals();
    list.append(1);
    client.look(id, true).await;
    until_account(client, id, &[("kept", 3)]).await;
    assert_eq!(refusals(), before, "it was not");
    until_idle(client).await;

    let data = client.ask(DELETE, json!({ "id": secret })).await;
    assert_eq!(data["secretDelete"], json!({ "isDestroyed": true, "usedBy": [id] }));
    client.look(id, true).await;
    assert_eq!(
        client.playlist(id).await["refreshFailure"]["class"],
        json!("forbidden"),
        "its use is at its end"
    );
    let told = client.events_after(0).await.iter().map(ToString::to_string).collect::<String>();
    assert!(told.contains("cookies_changed") && !told.contains(COOKIE));
    let logs = "{ jobs(first: 100) { nodes { id failure { message output } log { text } } } }";
    let logs = client.ask_raw(logs, json!({})).await.to_string();
    assert!(!logs.contains(COOKIE), "{logs}");
    let (data, library) = (platform.data().to_owned(), platform.configuration.library_folder());
    let folder = platform.stop().await;
    for place in [data, library] {
        assert_eq!(files_having(&place, COOKIE), Vec::<PathBuf>::new());
    }
    drop(folder);
}
