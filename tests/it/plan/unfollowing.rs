//! A list that is followed no longer, and then as it was followed before.

use mediary::demo::Target;
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

use super::{apply, ask, done, make, undo};

/// How a list is followed, and how it is refreshed.
async fn followed(client: &Client, id: &str) -> Value {
    const DOCUMENT: &str =
        "query($id: ID!) { playlist(id: $id) { followed keep keepQuality keepFilter cookieMode cookieSecretId
        layout { name template sidecars } transcodeProfile }
        schedules(first: 5) { nodes { name isPaused everySeconds jitterSeconds command { name } } } }";
    client.ask(DOCUMENT, json!({ "id": id })).await
}

async fn pause(client: &Client) {
    let schedules = client.ask("{ schedules(first: 5) { nodes { id } } }", json!({})).await;
    let document = "mutation($id: ID!) { schedulePause(input: { id: $id }) { userErrors { code } } }";
    let paused = client.ask(document, json!({ "id": schedules["schedules"]["nodes"][0]["id"] })).await;
    assert_eq!(paused["schedulePause"]["userErrors"], json!([]), "{paused}");
}

/// Why a plan is not carried out.
async fn refusal(client: &Client, plan: &Value) -> String {
    let refused = apply(client, plan).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("PLAN_OUTDATED"), "{refused}");
    refused["userErrors"][0]["message"].as_str().unwrap().to_owned()
}

// PL-13, PL-14: the list's files, downloads at work and schedule are what a plan says; how it was followed comes back.
// invariant: F-21
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_followed_again_as_it_was_and_what_moves_meanwhile_outdates_the_plan() {
    const FOLLOW: &str = "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) {
        playlist { id } job { id } userErrors { code message } } }";
    const SECRET: &str =
        "mutation($value: SecretValue!) { secretSet(input: { name: \"club\", value: $value }) {
        secret { id } } }";
    const COOKIES: &str = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tx\n";
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let secret = client.ask(SECRET, json!({ "value": COOKIES })).await["secretSet"]["secret"]["id"].take();
    let input = json!({ "url": site.list_url("talks"), "keep": "NEW", "quality": "audio", "filter": ["title!=trailer"],
        "cookies": { "mode": "WHEN_NEEDED", "secretId": secret }, "layout": { "name": "PLEX" }, "transcode": { "profile": "remux" },
        "refreshTiming": { "everySeconds": 86_400 }, "ticket": { "priority": 7 } });
    let told = client.ask(FOLLOW, json!({ "input": input })).await["playlistFollow"].take();
    assert_eq!(told["userErrors"], json!([]), "{told}");
    client.wait_job(told["job"]["id"].as_str().unwrap()).await;
    let list = told["playlist"]["id"].as_str().unwrap();
    until("its entries are shown", || async {
        let shown = client.playlist(list).await;
        assert!(shown["refreshFailure"].is_null(), "{shown}");
        (shown["entryCount"] != json!(0)).then_some(())
    })
    .await;
    let stall = site.faults().stall(Target::Path("/media/*".to_owned()), 1_000);
    let entry = client.entry_of(list, "talks-1").await;
    client.start_download(json!({ "entryIds": [entry] }), "audio").await;
    let at_work = until("a download is at work", || async {
        let jobs = client.jobs(json!({ "state": "RUNNING" })).await;
        (!jobs.is_empty()).then(|| jobs[0]["id"].clone())
    })
    .await;

    let counted = async |goal: Value| {
        let document = "mutation($input: PlanMakeInput!) { planMake(input: $input) {
            plan { id endedJobCount } userErrors { code } } }";
        client.ask(document, json!({ "input": { "goal": goal } })).await["planMake"]["plan"].take()
    };
    let with_download = counted(json!({ "unfollow": list })).await;
    assert_eq!(with_download["endedJobCount"], json!(1));
    let cancel = "mutation($ids: [ID!]!) { jobCancel(input: { ids: $ids }) { userErrors { code } } }";
    client.ask(cancel, json!({ "ids": [at_work] })).await;
    site.faults().remove(stall);
    client.wait_job(at_work.as_str().unwrap()).await;
    let told = refusal(client, &with_download).await;
    assert!(told.contains("other downloads at work"), "{told}");

    let with_schedule = counted(json!({ "unfollow": list })).await;
    assert_eq!(with_schedule["endedJobCount"], json!(0));
    pause(client).await;
    let told = refusal(client, &with_schedule).await;
    assert!(told.contains("refreshed at other moments"), "{told}");

    let before = followed(client, list).await;
    assert_eq!(before["schedules"]["nodes"][0]["isPaused"], json!(true), "{before}");
    assert_eq!(before["playlist"]["layout"]["name"], json!("PLEX"), "{before}");
    assert_eq!(before["playlist"]["transcodeProfile"], json!("remux"), "{before}");
    let made = make(client, json!({ "unfollow": list })).await;
    let applied = done(client, &apply(client, &made["plan"]).await).await;
    let between = followed(client, list).await;
    assert_eq!(
        (&between["playlist"]["followed"], &between["schedules"]["nodes"]),
        (&json!(false), &json!([]))
    );
    done(client, &undo(client, &applied["undoId"]).await).await;
    assert_eq!(followed(client, list).await, before);
    // The priority that was said once is said with each refresh still.
    let schedules =
        client.ask("{ schedules(first: 5) { nodes { command { arguments } } } }", json!({})).await;
    assert!(schedules.to_string().contains("priority"), "{schedules}");
    // An undone plan is over.
    let twice = ask(client, "planApply", "PlanApplyInput", json!({ "id": made["plan"]["id"] })).await;
    assert_eq!(twice["userErrors"][0]["code"], json!("PLAN_UNDONE"), "{twice}");

    // Whoever follows the list by then keeps it as he wants it.
    let made = make(client, json!({ "unfollow": list })).await;
    let applied = done(client, &apply(client, &made["plan"]).await).await;
    let input = json!({ "url": site.list_url("talks"), "keep": "NEW", "quality": "720p" });
    let told = client.ask(FOLLOW, json!({ "input": input })).await["playlistFollow"].take();
    assert_eq!(told["userErrors"], json!([]), "{told}");
    client.wait_job(told["job"]["id"].as_str().unwrap()).await;
    let wanted = until("it is followed", || async {
        let shown = followed(client, list).await;
        (shown["playlist"]["keepQuality"] == json!("720p")).then_some(shown)
    })
    .await;
    done(client, &undo(client, &applied["undoId"]).await).await;
    assert_eq!(followed(client, list).await, wanted);
    platform.stop().await;
}
