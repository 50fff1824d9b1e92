//! What is looked at again and again, by every door (CH-01 to CH-10).

use mediary_schema::{Clock, Timestamp};
use mediary_tests::{Platform, Subscriber, events_of, until};
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const ADD: &str = "mutation($input: CheckAddInput!) { checkAdd(input: $input) {
    check { id } position userErrors { code message advice } } }";
const SHOW: &str = "query($id: ID!) { check(id: $id) { name kind state reason message stateSinceAt lastRunAt nextRunAt isPaused
    isLate inMaintenance isAcknowledged incidentId behind values { name value unit } uptime } }";
const REPORT: &str = "mutation($input: CheckReportInput!) { checkReport(input: $input) { report { month zone since until upMinutes
    downMinutes unwatchedMinutes minutes exactSince } position userErrors { code message advice } } }";
const NOTICES: &str = "{ notifications(first: 50) { nodes { title severity } } }";

async fn add(platform: &Platform, input: Value) -> String {
    let told = platform.client.ask(ADD, json!({ "input": input })).await["checkAdd"].take();
    assert_eq!(told["userErrors"], json!([]), "{input}");
    told["check"]["id"].as_str().expect("it is there").to_owned()
}

async fn until_it_is(platform: &Platform, id: &str, state: &str) -> Value {
    until(&format!("{id} is {state}"), || async {
        let check = platform.client.ask(SHOW, json!({ "id": id })).await["check"].take();
        (check["state"] == state).then_some(check)
    })
    .await
}

async fn titles(platform: &Platform) -> Vec<String> {
    let notices = platform.client.ask(NOTICES, json!({})).await["notifications"]["nodes"].take();
    let title = |notice: &Value| notice["title"].as_str().expect("a text").to_owned();
    notices.as_array().expect("a list").iter().map(title).collect()
}

// CH-01, CH-04: one line is a whole check, whose state is what was seen.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_looked_at_and_a_person_is_told_once_when_it_fails() {
    let platform = Platform::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let probe = json!({ "tcp": { "host": "127.0.0.1", "port": port } });
    let input = json!({ "name": "port", "probe": probe, "timing": { "everySeconds": 1 } });
    let id = add(&platform, input).await;
    let well = until_it_is(&platform, &id, "OK").await;
    assert_eq!(
        (&well["kind"], &well["isPaused"], &well["incidentId"]),
        (&json!("tcp"), &json!(false), &json!(null))
    );
    assert_eq!(well["values"][0]["name"], json!("latency"), "{well}");
    drop(listener);
    until_it_is(&platform, &id, "FAILING").await;
    until("a person is told", || async {
        titles(&platform).await.contains(&"port is failing".to_owned()).then_some(())
    })
    .await;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    until_it_is(&platform, &id, "OK").await;
    let well = "port is well again".to_owned();
    until("a person is told that it is over", || async {
        titles(&platform).await.contains(&well).then_some(())
    })
    .await;
    let events = platform.client.events_after(0).await;
    assert_eq!(events_of(&events, "check.incident_opened").len(), 1);
    assert_eq!(
        events_of(&events, "notification.raised").len(),
        2,
        "once that it fails, once that it is over"
    );
    drop(listener);
    platform.stop().await;
}

// CH-02: as Healthchecks has it.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_reports_by_itself_is_heard_at_its_address_and_nowhere_else() {
    let platform = Platform::start().await;
    let input =
        json!({ "name": "nightly backup", "probe": { "push": {} }, "timing": { "everySeconds": 3600 } });
    let id = add(&platform, input).await;
    let path = platform.client.ask("query($id: ID!) { checkPushPath(id: $id) }", json!({ "id": id })).await;
    let path = path["checkPushPath"].as_str().unwrap().to_owned();
    assert!(path.ends_with("/nightly%20backup"), "{path}");
    let http = reqwest::Client::new();
    let server: Url = platform.server.url().parse().unwrap();
    let send = |path: &str, body: &str| {
        let request = http.post(server.join(path).unwrap()).body(body.to_owned());
        async move { request.send().await.unwrap().status() }
    };
    assert_eq!(send(&path, "all files are there\nsecond line").await, StatusCode::OK);
    let well = until_it_is(&platform, &id, "OK").await;
    assert_eq!(well["message"], json!("all files are there"));
    assert_eq!(send(&format!("{path}/start"), "").await, StatusCode::OK);
    assert_eq!(send(&format!("{path}/3"), "disk full").await, StatusCode::OK);
    let failing = until_it_is(&platform, &id, "FAILING").await;
    assert_eq!(failing["message"], json!("disk full"));
    assert_eq!(send(&format!("{path}/0"), "").await, StatusCode::OK);
    until_it_is(&platform, &id, "OK").await;
    assert_eq!(send(&format!("{path}/perhaps"), "").await, StatusCode::BAD_REQUEST);
    assert_eq!(send(&format!("{path}/log"), "half of it is copied").await, StatusCode::OK);
    until("its words are shown", || async {
        let check = platform.client.ask(SHOW, json!({ "id": id })).await["check"].take();
        (check["message"] == "half of it is copied" && check["state"] == "OK").then_some(())
    })
    .await;

    let (key, _) = path.trim_start_matches("/ping/").split_once('/').unwrap();
    assert_eq!(send(&format!("/ping/{key}/another"), "").await, StatusCode::NOT_FOUND);
    assert_eq!(send(&format!("/ping/{key}/another?create=1"), "").await, StatusCode::OK);
    let both = json!([{ "name": "another" }, { "name": "nightly backup" }]);
    until("it is there", || async {
        let checks =
            platform.client.ask("{ checks(filter: { kind: \"push\" }) { nodes { name } } }", json!({})).await;
        (checks["checks"]["nodes"] == both).then_some(())
    })
    .await;
    let wrong: String = key.chars().rev().collect();
    for key in [&*wrong, "0", &format!("{}.{key}", uuid_of_nobody())] {
        let status = send(&format!("/ping/{key}/another?create=1"), "").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{key}");
    }
    // What is kept and told to nobody is in no event.
    let events = platform.client.events_after(0).await;
    assert!(!serde_json::to_string(&events).unwrap().contains(key));
    platform.stop().await;
}

const fn uuid_of_nobody() -> &'static str {
    "00000000-0000-7000-8000-000000000001"
}

// Must hold 3: what is known of it outlives the server, and nobody is told twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_down_before_a_restart_is_the_same_after_it() {
    let platform = Platform::start().await;
    let probe = json!({ "tcp": { "host": "127.0.0.1", "port": 1 } });
    let input = json!({ "name": "nobody", "probe": probe, "timing": { "everySeconds": 1 } });
    let id = add(&platform, input).await;
    let before = until_it_is(&platform, &id, "FAILING").await;
    let told = || async { titles(&platform).await.len() == 1 };
    until("a person is told", || async { told().await.then_some(()) }).await;
    let platform = platform.restart().await;
    let after = until("it is looked at again", || async {
        let check = platform.client.ask(SHOW, json!({ "id": id })).await["check"].take();
        (!check["lastRunAt"].is_null()).then_some(check)
    })
    .await;
    assert_eq!(after["stateSinceAt"], before["stateSinceAt"]);
    let events = platform.client.events_after(0).await;
    assert_eq!(events_of(&events, "check.incident_opened").len(), 1);
    assert_eq!(events_of(&events, "notification.raised").len(), 1);
    platform.stop().await;
}

// CH-10: one notice for the cause, and what lies behind it stands under it.
// invariant: K-3
#[tokio::test(flavor = "multi_thread")]
async fn one_cause_is_one_notice() {
    let platform = Platform::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let probe = json!({ "tcp": { "host": "127.0.0.1", "port": listener.local_addr().unwrap().port() } });
    let of = |name: &str, depends_on: &[&String]| json!({ "name": name, "probe": probe, "timing": { "everySeconds": 1 }, "dependsOn": depends_on });
    let switch = add(&platform, of("switch", &[])).await;
    let mut behind = Vec::new();
    for number in 0..5 {
        behind.push(add(&platform, of(&format!("host {number}"), &[&switch])).await);
    }
    for id in behind.iter().chain([&switch]) {
        until_it_is(&platform, id, "OK").await;
    }
    drop(listener);
    for id in &behind {
        let check = until("it is a consequence", || async {
            let check = platform.client.ask(SHOW, json!({ "id": id })).await["check"].take();
            (!check["incidentId"].is_null()).then_some(check)
        })
        .await;
        assert_eq!(check["behind"].as_str(), Some(&*switch), "{check}");
    }
    let said = platform.client.ask("{ news(after: \"0\", first: 100) { events { says } } }", json!({})).await;
    let sentence = "found that 'host 0' is wrong as a consequence of 'switch'";
    assert!(said.to_string().contains(sentence), "people are told names: {said}");
    until("a person is told", || async { (!titles(&platform).await.is_empty()).then_some(()) }).await;
    assert_eq!(titles(&platform).await, ["switch is failing"]);
    platform.stop().await;
}

// CH-08, UI-05: a look that turns nothing is in no event, and is told all the same to whoever may see the check.
#[tokio::test(flavor = "multi_thread")]
async fn looks_that_turn_nothing_are_told_while_somebody_listens() {
    let platform = Platform::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let probe = json!({ "tcp": { "host": "127.0.0.1", "port": listener.local_addr().unwrap().port() } });
    let of = |name: &str| json!({ "name": name, "probe": probe, "timing": { "everySeconds": 1 }, "replace": true });
    let wanted = add(&platform, of("wanted")).await;
    let other = add(&platform, of("other")).await;
    for id in [&wanted, &other] {
        until_it_is(&platform, id, "OK").await;
    }
    let runs = "subscription($ids: [ID!]) { checkRuns(ids: $ids) { checks { id lastRunAt state } } }";
    let mut socket = Subscriber::open(&platform.client, runs, json!({ "ids": [wanted] })).await;
    assert_eq!(socket.item().await["checkRuns"]["checks"], json!([]), "it begins");
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let mut item = socket.item().await;
        for check in item["checkRuns"]["checks"].as_array_mut().unwrap() {
            assert_eq!((&check["id"], &check["state"]), (&json!(wanted), &json!("OK")), "of no other");
            let at: Timestamp = serde_json::from_value(check["lastRunAt"].take()).unwrap();
            if seen.last() != Some(&at) {
                seen.push(at);
            }
        }
    }
    assert!(seen.is_sorted(), "{seen:?}");
    let events = platform.client.events_after(0).await;
    assert_eq!(events_of(&events, "check.turned").len(), 2, "nothing turned but once for each");
    platform.stop().await;
}

// CH-08: what was said of a month is in the record; the same again adds nothing to it.
// invariant: K-5
#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_written_down_minute_by_minute() {
    let platform = Platform::start().await;
    let probe = json!({ "tcp": { "host": "127.0.0.1", "port": 1 } });
    let input = json!({ "name": "nobody", "probe": probe, "timing": { "everySeconds": 1 } });
    let id = add(&platform, input).await;
    until_it_is(&platform, &id, "FAILING").await;
    let ask = async |month: &str, zone: &str| {
        let input = json!({ "input": { "id": id, "month": month, "zone": zone } });
        platform.client.ask(REPORT, input).await["checkReport"].take()
    };
    // Of a month of which nobody looked nobody says that it was well.
    let before = ask("2026-02", "Europe/Berlin").await;
    let report = &before["report"];
    assert_eq!((&report["minutes"], &report["upMinutes"]), (&json!("40320n"), &json!(0)), "{before}");
    assert_eq!(report["since"], json!("2026-01-31T23:00:00.000000Z"));
    let again = ask("2026-02", "Europe/Berlin").await;
    assert_eq!(again["report"], before["report"]);
    let events = platform.client.events_after(0).await;
    assert_eq!(events_of(&events, "check.reported").len(), 1, "the same again is not written down again");

    // A whole minute of looks: down, since every one failed.
    let month = Clock::system().now().to_string()[..7].to_owned();
    let report = until("a minute is over in which it was looked at", || async {
        let told = ask(&month, "UTC").await;
        told["report"]["downMinutes"].as_u64().is_some_and(|down| down > 0).then_some(told)
    })
    .await;
    let report = &report["report"];
    assert_eq!(report["upMinutes"], json!(0), "{report}");
    assert!(report["minutes"].as_str().unwrap().contains("n1d"), "{report}");
    let minutes =
        ["upMinutes", "downMinutes", "unwatchedMinutes"].map(|field| report[field].as_u64().unwrap());
    let moment = |field: &str| report[field].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(minutes.iter().sum::<u64>(), moment("until").since(moment("since")).as_secs() / 60);

    for (month, zone) in [("2026-13", "UTC"), ("9000-01", "UTC"), ("2026-01", "Mars/Olympus")] {
        let told = ask(month, zone).await;
        assert_eq!(told["userErrors"][0]["code"], json!("CHECK_BAD_REPORT"), "{month} {zone}: {told}");
    }
    platform.stop().await;
}

/// What somebody is answered who shows nothing.
async fn public(platform: &Platform, path: &str) -> (StatusCode, String) {
    let address = format!("{}{path}", platform.client.url());
    let answer = reqwest::Client::new()
        .get(address)
        .header("accept", "text/html,*/*")
        .send()
        .await
        .expect("it answers");
    (answer.status(), answer.text().await.expect("it is text"))
}

// CH-13: what somebody made public is seen by everybody, and nothing else, for as long as it is.
// invariant: K-4
#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_is_all_that_is_seen_without_a_token() {
    const PATHS: [&str; 3] = ["/status", "/v1/status.json", "/badge/Home%20page.svg"];
    let platform = Platform::start().await;
    let all = async || {
        let mut found = Vec::new();
        for path in PATHS {
            found.push(public(&platform, path).await.0);
        }
        found
    };
    assert_eq!(all().await, [StatusCode::NOT_FOUND; 3]);
    let of = |name: &str, is_public: bool| {
        let probe = json!({ "tcp": { "host": "127.0.0.1", "port": 1 } });
        json!({ "name": name, "probe": probe, "timing": { "everySeconds": 1 }, "isPublic": is_public, "replace": true })
    };
    let hidden = add(&platform, of("Hidden vault", false)).await;
    assert_eq!(all().await, [StatusCode::NOT_FOUND; 3]);
    let shown = add(&platform, of("Home page", true)).await;
    for id in [&hidden, &shown] {
        until_it_is(&platform, id, "FAILING").await;
    }
    assert_eq!(all().await, [StatusCode::OK; 3]);
    let (_, text) = public(&platform, "/v1/status.json").await;
    let status: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&status["state"], &status["checks"][0]["state"]), (&json!("FAILING"), &json!("FAILING")));
    assert_eq!(status["checks"].as_array().unwrap().len(), 1, "{text}");
    assert_eq!(status["incidents"][0]["check"], json!("Home page"), "{text}");
    let (_, page) = public(&platform, "/status").await;
    let (_, badge) = public(&platform, "/badge/Home%20page.svg").await;
    assert!(badge.contains("Home page: failing"), "{badge}");
    for told in [&text, &page, &badge] {
        for word in ["Hidden", "127.0.0.1", "refused", "tcp", shown.as_str()] {
            assert!(!told.contains(word), "{word} is nobody's business: {told}");
        }
    }
    // Of what is not public not even that there is such a thing.
    assert_eq!(
        public(&platform, "/badge/Hidden%20vault.svg").await,
        public(&platform, "/badge/none.svg").await
    );

    // Nobody looks any more: then nobody says that it is well.
    let pause = "mutation($id: ID!) { checkPause(input: { id: $id }) { userErrors { code } } }";
    platform.client.ask(pause, json!({ "id": shown })).await;
    let (_, text) = public(&platform, "/v1/status.json").await;
    let status: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&status["state"], &status["checks"][0]["isPaused"]), (&json!("UNKNOWN"), &json!(true)));
    assert!(public(&platform, "/badge/Home%20page.svg").await.1.contains("Home page: paused"));
    add(&platform, of("Home page", false)).await;
    assert_eq!(all().await, [StatusCode::NOT_FOUND; 3], "what is revoked ends at once");
    platform.stop().await;
}
