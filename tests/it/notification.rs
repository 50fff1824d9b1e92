//! What people are told, on every device the same, until they have seen enough of it.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use mediary_tests::{Client, Platform, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

const NOTICES: &str = "{ notifications { totalCount nodes { id title severity subjectId link isRead rule } }
    notificationGroups { rule count latestId } }";

async fn notices(client: &Client) -> Vec<Value> {
    // Two fields are two looks, between which something may be told.
    until("notices and their groups are as many", || async {
        let told = client.ask(NOTICES, json!({})).await;
        let nodes = told["notifications"]["nodes"].as_array().unwrap().clone();
        assert_eq!(told["notifications"]["totalCount"], json!(nodes.len()));
        let groups = told["notificationGroups"].as_array().unwrap();
        let grouped: u64 = groups.iter().map(|group| group["count"].as_u64().unwrap()).sum();
        (grouped == nodes.len() as u64).then_some(nodes)
    })
    .await
}

/// Waits until exactly this is told, what was said last first.
async fn told(client: &Client, titles: &[&str]) -> Vec<Value> {
    until(&format!("{titles:?} is told"), || async {
        let notices = notices(client).await;
        (notices.iter().map(|notice| notice["title"].as_str().unwrap()).eq(titles.iter().copied()))
            .then_some(notices)
    })
    .await
}

/// Another principal: what is said over NATS is said by the token itself, and so is what it says elsewhere.
async fn token(client: &Client, name: &str) -> Client {
    let document = "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) { secret } }";
    let made =
        client.ask(document, json!({ "input": { "name": name, "role": "VIEWER", "nats": true } })).await;
    client.with_token(made["tokenCreate"]["secret"].as_str().unwrap())
}

async fn done(client: &Client, document: &str, input: Value) -> Value {
    let done = client.ask(document, json!({ "input": input })).await;
    let (_, payload) = done.as_object().unwrap().iter().next().unwrap();
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload.clone()
}

const DISMISS: &str = "mutation($input: NotificationsInput!) { notificationDismiss(input: $input) {
    notifications { isDismissed } position userErrors { code message } } }";
const READ: &str = "mutation($input: NotificationsInput!) { notificationRead(input: $input) {
    notifications { isRead } position userErrors { code message } } }";

// UI-06: what fails, what is new and that nothing is new appears by itself; it is the same after a restart.
// invariant: N-1, N-2
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_once_per_thing_and_dismissed_by_each_for_himself() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    let found = told(client, &["Sample talks: 6 new"]).await.remove(0);
    assert_eq!(
        (&found["severity"], &found["subjectId"], &found["link"], &found["rule"]),
        (&json!("INFO"), &json!(list), &json!(format!("/playlist/{list}")), &json!("listing-new"))
    );
    client.refresh(&list).await;
    told(client, &["Sample talks: nothing new"]).await;
    platform.site.faults().status("/api/items/talks-3", StatusCode::NOT_FOUND, None);
    client.download(&list, "best").await;
    let all = until("each download is told", || async {
        let all = notices(client).await;
        let is_over = |notice: &Value| !notice["title"].as_str().unwrap().ends_with("is being fetched");
        (all.len() == 7 && all.iter().all(is_over)).then_some(all)
    })
    .await;
    let of = |rule: &str| all.iter().filter(|notice| notice["rule"] == rule).count();
    assert_eq!((of("download-done"), of("download-failed"), of("listing-unchanged")), (5, 1, 1), "{all:?}");
    let failed = all.iter().find(|notice| notice["rule"] == "download-failed").unwrap()["id"].clone();

    // Another person reads and dismisses for himself.
    let other = token(client, "screen").await;
    let read = done(&other, READ, json!({ "ids": [failed] })).await;
    assert_eq!(read["notifications"], json!([{ "isRead": true }]));
    let is_read = |notices: Vec<Value>| notices.into_iter().filter(|notice| notice["isRead"] == true).count();
    until("it is read", || async { (is_read(notices(&other).await) == 1).then_some(()) }).await;
    assert_eq!(is_read(notices(client).await), 0);
    done(&other, DISMISS, json!({ "ids": [failed] })).await;
    until("it is dismissed", || async { (notices(&other).await.len() == 6).then_some(()) }).await;
    assert_eq!(notices(client).await.len(), 7);
    done(client, DISMISS, json!({})).await;
    told(client, &[]).await;
    assert_eq!(notices(&other).await.len(), 6);

    let platform = platform.restart().await;
    told(&platform.client, &[]).await;
    let other = platform.client.with_token(other.token());
    assert_eq!(notices(&other).await.len(), 6);
    // What is said anew is news to both.
    platform.client.refresh(&list).await;
    told(&platform.client, &["Sample talks: nothing new"]).await;
    assert_eq!(notices(&other).await.len(), 6);
    platform.stop().await;
}

const BACKTEST: &str = "query($name: String, $rule: NotificationRuleInput) {
    notificationRuleBacktest(name: $name, rule: $rule) { eventCount raisedCount resolvedCount isWhole latest { title } } }";
const ADD: &str = "mutation($input: NotificationRuleAddInput!) { notificationRuleAdd(input: $input) {
    rule { name isStandard when { field oneOf greater } } userErrors { code message } } }";

// invariant: N-4
#[tokio::test(flavor = "multi_thread")]
async fn a_backtest_says_what_a_rule_tells_from_then_on() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    client.refresh(&list).await;
    let many = |than: u64| {
        let when = json!([{ "field": "counts.added", "is": { "greater": than } }]);
        json!({ "event": "playlist.refresh_completed", "when": when, "topic": "many",
            "then": { "raise": { "title": "{{ it }}: many ({{ counts.added }})", "severity": "WARNING" } } })
    };
    // What follows by itself has followed.
    told(client, &["Sample talks: nothing new"]).await;
    let head = client.ask("{ head { position } }", json!({})).await;
    let tested = client.ask(BACKTEST, json!({ "rule": many(5) })).await["notificationRuleBacktest"].take();
    assert_eq!(
        tested,
        json!({ "eventCount": 2, "raisedCount": 1, "resolvedCount": 0, "isWhole": true, "latest": [{ "title": "Sample talks: many (6)" }] })
    );
    let tested = client.ask(BACKTEST, json!({ "rule": many(6) })).await["notificationRuleBacktest"].take();
    assert_eq!((&tested["eventCount"], &tested["raisedCount"]), (&json!(2), &json!(0)));
    let tested =
        client.ask(BACKTEST, json!({ "name": "listing-new" })).await["notificationRuleBacktest"].take();
    assert_eq!(tested["latest"], json!([{ "title": "Sample talks: 6 new" }]));
    assert_eq!(client.ask("{ head { position } }", json!({})).await, head, "nobody was told anything");

    let added = done(client, ADD, json!({ "name": "many", "rule": many(5) })).await;
    let when = json!([{ "field": "counts.added", "oneOf": [], "greater": 5 }]);
    assert_eq!(added["rule"], json!({ "name": "many", "isStandard": false, "when": when }));
    let refused = client.ask(ADD, json!({ "input": { "name": "many", "rule": many(7) } })).await;
    assert_eq!(refused["notificationRuleAdd"]["userErrors"][0]["code"], "NOTIFICATION_RULE_EXISTS");
    client.follow(&platform.site.list_url("videos")).await;
    until("the rule tells it", || async {
        notices(client).await.iter().any(|notice| notice["rule"] == "many").then_some(())
    })
    .await;
    platform.stop().await;
}
