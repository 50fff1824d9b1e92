//! What changed in a list, what became of every row of it, and what leaving it means.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use mediary_tests::{Client, Platform, events_of, until};
use serde_json::{Value, json};

/// Slow enough to be met while it is fetched.
const CRAWL: u32 = 50_000;

async fn account(client: &Client, list: &str) -> Value {
    const DOCUMENT: &str = "query($id: ID!) { playlist(id: $id) { entryCount
        account { listed kept wanted skipped failed reasons { standing reason count } } } }";
    let mut playlist = client.ask(DOCUMENT, json!({ "id": list })).await["playlist"].take();
    let count = playlist["entryCount"].as_u64().unwrap();
    let account = playlist["account"].take();
    let number = |name: &str| account[name].as_u64().unwrap();
    assert_eq!(number("listed"), count, "{account}");
    let standings = ["kept", "wanted", "skipped", "failed"];
    assert_eq!(standings.map(number).iter().sum::<u64>(), count, "{account}");
    for standing in standings {
        let shown = shown(client, list, standing, None).await;
        assert_eq!(shown.len() as u64, number(standing), "{standing}: {account}");
    }
    let mut of_reasons = 0;
    for cell in account["reasons"].as_array().unwrap() {
        let (standing, reason) = (cell["standing"].as_str().unwrap(), cell["reason"].as_str());
        assert_eq!(json!(shown(client, list, standing, reason).await.len()), cell["count"], "{account}");
        of_reasons += cell["count"].as_u64().unwrap();
    }
    assert_eq!(of_reasons, count, "{account}");
    account
}

/// The source ids of the rows behind a number.
async fn shown(client: &Client, list: &str, standing: &str, reason: Option<&str>) -> Vec<String> {
    const DOCUMENT: &str = "query($id: ID!, $standing: Standing!, $reason: String) { playlist(id: $id) {
        accountEntries(first: 100, standing: $standing, reason: $reason) { nodes { sourceId } totalCount } } }";
    let variables = json!({ "id": list, "standing": standing.to_uppercase(), "reason": reason });
    let page = client.ask(DOCUMENT, variables).await["playlist"]["accountEntries"].take();
    let nodes = page["nodes"].as_array().unwrap();
    assert_eq!(page["totalCount"], json!(nodes.len()));
    nodes.iter().map(|node| node["sourceId"].as_str().unwrap().to_owned()).collect()
}

async fn gone(client: &Client, list: &str, here: Option<&str>) -> Vec<(String, String)> {
    const DOCUMENT: &str = "query($id: ID!, $here: Here) { playlist(id: $id) {
        gone(first: 100, here: $here) { nodes: edges { here entry: node { sourceId } } } } }";
    let data = client.ask(DOCUMENT, json!({ "id": list, "here": here })).await;
    let nodes = data["playlist"]["gone"]["nodes"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes.iter().map(|node| (text(&node["entry"]["sourceId"]), text(&node["here"]))).collect()
}

const DIFF: &str =
    "query($id: ID!, $first: Int, $after: String, $from: String, $to: String) { playlist(id: $id) {
    diff(first: $first, after: $after, from: $from, to: $to) {
        nodes { kind entryId before { title } after { title url } } totalCount fromPosition toPosition
        counts { added notSeen removed moved renamed described unavailable available returned }
        pageInfo { hasNextPage endCursor } } } }";

/// A comparison; its counts must be what is listed.
async fn diff(client: &Client, list: &str, from: Option<String>, to: Option<String>) -> Value {
    let variables = json!({ "id": list, "first": 100, "from": from, "to": to });
    let diff = client.ask(DIFF, variables).await["playlist"]["diff"].take();
    let counts = diff["counts"].as_object().unwrap();
    let sum: u64 = counts.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(
        (json!(sum), diff["nodes"].as_array().unwrap().len() as u64),
        (diff["totalCount"].clone(), sum)
    );
    diff
}

fn kinds(diff: &Value) -> Vec<&str> {
    diff["nodes"].as_array().unwrap().iter().map(|node| node["kind"].as_str().unwrap()).collect()
}

// LI-14: kept, wanted, skipped and failed are all that is listed, with private rows, duplicates and a lost file.
#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_a_list_is_accounted_for() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 1)).await;
    let client = &platform.client;
    let site = platform.site.list("talks");
    site.duplicate(0).unwrap();
    site.make_private(1).unwrap();
    platform.site.faults().status("/api/items/talks-3", reqwest::StatusCode::NOT_FOUND, None);
    let list = client.follow(&platform.site.list_url("talks")).await;
    let before = account(client, &list).await;
    assert_eq!((&before["listed"], &before["skipped"]), (&json!(7), &json!(7)), "{before}");
    client.download(&list, "best").await;
    let told = account(client, &list).await;
    let numbers = ["kept", "wanted", "skipped", "failed"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(numbers, [5, 0, 1, 1], "{told}");
    assert_eq!(shown(client, &list, "failed", Some("not_found")).await, ["talks-3"]);
    assert_eq!(shown(client, &list, "skipped", Some("private")).await, ["talks-2"]);

    // The file of the item that is listed twice.
    let entries = client.entries(&list).await;
    let path = entries[0]["download"]["file"]["path"].as_str().unwrap();
    std::fs::remove_file(platform.configuration.library_folder().join(path)).unwrap();
    until("the loss is noticed", || async {
        (shown(client, &list, "failed", Some("lost")).await == ["talks-1", "talks-1"]).then_some(())
    })
    .await;
    let told = account(client, &list).await;
    assert_eq!((&told["kept"], &told["failed"]), (&json!(3), &json!(3)), "{told}");
    client.download(&list, "best").await;
    assert_eq!(account(client, &list).await["kept"], json!(5));
    platform.stop().await;
}

// LI-04: gone at the source and safe here, or never saved.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_at_the_source_says_whether_it_is_here() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let site = platform.site.list("talks");
    let list = client.follow(&platform.site.list_url("talks")).await;
    for item in ["talks-1", "talks-3"] {
        let entry = client.entry_of(&list, item).await;
        client.download_entry(&entry, "best").await;
    }
    assert_eq!(gone(client, &list, None).await, []);
    site.make_private(2).unwrap();
    site.make_deleted(3).unwrap();
    site.delete_range(0..2).unwrap();
    client.look(&list, true).await;
    client.look(&list, true).await;
    let expected =
        [("talks-1", "SAFE"), ("talks-2", "NEVER_SAVED"), ("talks-3", "SAFE"), ("talks-4", "NEVER_SAVED")];
    let expected = expected.map(|(item, here)| (item.to_owned(), here.to_owned()));
    assert_eq!(gone(client, &list, None).await, expected);
    assert_eq!(gone(client, &list, Some("NEVER_SAVED")).await, [expected[1].clone(), expected[3].clone()]);
    platform.stop().await;
}

// LI-04: any two moments of a list can be compared.
#[tokio::test(flavor = "multi_thread")]
async fn two_moments_of_a_list_are_compared() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let site = platform.site.list("videos");
    let list = client.follow(&platform.site.list_url("videos")).await;
    let first = platform.server.log().head().position;
    assert_eq!(kinds(&diff(client, &list, Some("0".to_owned()), None).await), ["ADDED"; 8]);
    assert_eq!(kinds(&diff(client, &list, None, None).await), ["ADDED"; 8], "all of the first look");

    site.prepend(1);
    site.rename(1, "Another title").unwrap();
    site.delete(8).unwrap();
    let second = client.look(&list, true).await;
    site.delete(0).unwrap();
    site.move_entry(6, 0).unwrap();
    client.look(&list, true).await;
    let third = client.look(&list, true).await;

    // By position, by the job of a refresh, and by time.
    let job = |job: &Value| Some(job["id"].as_str().unwrap().to_owned());
    let of_second = diff(client, &list, Some(first.to_string()), job(&second)).await;
    assert_eq!(kinds(&of_second), ["ADDED", "RENAMED", "NOT_SEEN"]);
    assert_eq!(of_second["nodes"][1]["after"]["title"], json!("Another title"));
    let later = diff(client, &list, job(&second), job(&third)).await;
    assert_eq!(later["counts"]["moved"], json!(1), "{later}");
    assert_eq!(later["counts"]["removed"], json!(2), "{later}");
    // What came and went in between is no difference.
    let net = diff(client, &list, Some(first.to_string()), None).await;
    assert_eq!(net["counts"]["added"], json!(0), "{net}");
    assert_eq!((&net["counts"]["removed"], &net["counts"]["renamed"]), (&json!(1), &json!(1)), "{net}");
    let since = diff(client, &list, Some("2020-01-01T00:00:00Z".to_owned()), None).await;
    assert_eq!(kinds(&since), ["ADDED"; 7]);

    // By pages it is the same.
    let mut paged = Vec::new();
    let mut after = Value::Null;
    loop {
        let variables = json!({ "id": list, "first": 2, "after": after, "from": "0" });
        let page = client.ask(DIFF, variables).await["playlist"]["diff"].take();
        paged.extend(page["nodes"].as_array().unwrap().clone());
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(json!(paged), since["nodes"]);

    for (from, to, code) in [
        ("999999", None, "POSITION_BEYOND_HEAD"),
        ("yesterday", None, "BAD_MOMENT"),
        ("job-01890a5d-ac96-774b-bcce-b302099a8057", None, "REFRESH_NOT_FOUND"),
        ("5", Some("3"), "BAD_RANGE"),
    ] {
        let refused = client.ask_raw(DIFF, json!({ "id": list, "from": from, "to": to })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], json!(code), "{refused}");
    }
    platform.stop().await;
}

const UNFOLLOW: &str = "mutation($input: PlaylistUnfollowInput!) { playlistUnfollow(input: $input) {
    playlist { followed } ongoingJobCount ongoingJobIds cancelledJobIds dryRun { effects { endedJobCount } }
    userErrors { code } } }";

async fn unfollow(client: &Client, input: Value) -> Value {
    client.ask(UNFOLLOW, json!({ "input": input })).await["playlistUnfollow"].take()
}

// Field 15: whoever leaves a list is told what goes on, and can end it.
#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_list_says_what_goes_on_and_can_end_it() {
    let platform = Platform::start().await;
    let client = &platform.client;
    platform.site.faults().throttle("/media/*", CRAWL);
    let list = client.follow(&platform.site.list_url("talks")).await;
    let story = client.start_download(json!({ "playlistId": list }), "best").await;
    until("six jobs are open", || async {
        (client.jobs(json!({ "subjectId": list })).await.len() == 7).then_some(())
    })
    .await;
    let plan = unfollow(client, json!({ "id": list, "dryRun": true })).await;
    assert_eq!(
        (&plan["ongoingJobCount"], &plan["playlist"]["followed"]),
        (&json!(6), &json!(true)),
        "{plan}"
    );
    let plan = unfollow(client, json!({ "id": list, "dryRun": true, "cancelDownloads": true })).await;
    assert_eq!(plan["dryRun"]["effects"]["endedJobCount"], json!(6), "{plan}");

    let left = unfollow(client, json!({ "id": list })).await;
    assert_eq!(
        (&left["ongoingJobCount"], &left["playlist"]["followed"]),
        (&json!(6), &json!(false)),
        "{left}"
    );
    assert_eq!(left["ongoingJobIds"].as_array().unwrap().len(), 6);
    let ended = unfollow(client, json!({ "id": list, "cancelDownloads": true })).await;
    assert_eq!(ended["ongoingJobCount"], json!(0), "{ended}");
    assert_eq!(ended["cancelledJobIds"].as_array().unwrap().len(), 6);
    let settled = client.wait_story(&story).await;
    assert_eq!((&settled["givenUpCount"], &settled["succeededCount"]), (&json!(6), &json!(0)), "{settled}");
    assert_eq!(client.files().await.len(), 0);
    let nothing = unfollow(client, json!({ "id": list, "cancelDownloads": true })).await;
    assert_eq!(nothing["cancelledJobIds"], json!([]));
    platform.stop().await;
}

// What was asked for a moment ago is a job only a moment later: it was missed, and fetched after all.
#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_list_ends_also_what_was_asked_for_just_now() {
    const BOTH: &str = "mutation($start: DownloadStartInput!, $leave: PlaylistUnfollowInput!) {
        downloadStart(input: $start) { storyId position userErrors { code } }
        playlistUnfollow(input: $leave) { userErrors { code } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    // However busy the machine is: nothing is kept before it is withdrawn.
    platform.site.faults().throttle("/media/*", CRAWL);
    let list = client.follow(&platform.site.list_url("talks")).await;
    let start = json!({ "target": { "playlistId": list } });
    let leave = json!({ "id": list, "cancelDownloads": true });
    let both = client.ask(BOTH, json!({ "start": start, "leave": leave })).await;
    assert_eq!(both["playlistUnfollow"]["userErrors"], json!([]), "{both}");
    let asked = &both["downloadStart"];
    let story = (asked["storyId"].as_str().unwrap().to_owned(), asked["position"].as_u64().unwrap());
    let settled = client.wait_story(&story).await;
    assert_eq!(settled["succeededCount"], json!(0), "{settled}");
    assert_eq!(client.files().await.len(), 0);
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "playlist.downloads_withdrawn").len(), 1);
    platform.site.faults().clear();
    // Whoever comes back gets what he asks for then.
    client.follow(&platform.site.list_url("talks")).await;
    assert_eq!(client.download(&list, "best").await["succeededCount"], json!(6));
    platform.stop().await;
}

// Blackbox 12: a list that nobody could read is not "all kept".
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_never_read_is_not_all_kept() {
    const START: &str = "mutation($id: ID!) { downloadStart(input: { target: { playlistId: $id } }) {
        userErrors { code advice } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.empty_page_url()).await;
    let refused = client.ask(START, json!({ "id": list })).await["downloadStart"]["userErrors"].take();
    assert_eq!(refused[0]["code"], json!("PLAYLIST_NEVER_LISTED"));
    assert!(refused[0]["advice"].as_str().unwrap().contains("playlist refresh"), "{refused}");
    platform.stop().await;
}
