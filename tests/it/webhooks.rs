//! What comes in by other programs' webhooks: how a run of a CI service ended, and that something is to be looked at now.

use mediary_tests::{Platform, events_of, until};
use reqwest::{Method, Response, StatusCode, Url};
use serde_json::{Value, json};

const ADD: &str =
    "mutation($input: CheckAddInput!) { checkAdd(input: $input) { check { id } userErrors { code } } }";
const SHOW: &str = "query($id: ID!) { check(id: $id) { state message isRunning } }";

async fn add(platform: &Platform, name: &str, probe: Value) -> String {
    let input =
        json!({ "name": name, "probe": probe, "timing": { "everySeconds": 86_400 }, "timeoutSeconds": 30 });
    let told = platform.client.ask(ADD, json!({ "input": input })).await["checkAdd"].take();
    told["check"]["id"].as_str().unwrap_or_else(|| panic!("it is added: {told}")).to_owned()
}

async fn until_it(platform: &Platform, id: &str, is: impl Fn(&Value) -> bool) -> Value {
    until("it is so", || async {
        let check = platform.client.ask(SHOW, json!({ "id": id })).await["check"].take();
        is(&check).then_some(check)
    })
    .await
}

async fn send(platform: &Platform, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let server: Url = platform.server.url().parse().expect("it is an address");
    let mut request = reqwest::Client::new().request(Method::POST, server.join(path).expect("it is a path"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.to_owned()).send().await.expect("it answers")
}

// CH-02: what succeeded is well, what failed is not, and what was cancelled says nothing of either.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_builds_says_how_that_ended() {
    let platform = Platform::start().await;
    let id = add(&platform, "site builds", json!({ "push": {} })).await;
    let path = platform.client.ask("query($id: ID!) { checkPushPath(id: $id) }", json!({ "id": id })).await;
    let path = format!("{}/ci", path["checkPushPath"].as_str().unwrap());
    let json_type = [("content-type", "application/json"), ("x-github-event", "workflow_run")];
    let run = |conclusion: Value, status: &str| {
        json!({ "workflow_run": { "name": "CI", "head_branch": "main", "status": status, "conclusion": conclusion } }).to_string()
    };
    let send = async |body: &str| send(&platform, &path, &json_type, body).await.status();
    assert_eq!(send(&run(json!("success"), "completed")).await, StatusCode::OK);
    let well = until_it(&platform, &id, |check| check["state"] == "OK").await;
    assert_eq!(well["message"], json!("workflow CI main: success"));
    assert_eq!(send(&run(json!(null), "in_progress")).await, StatusCode::OK);
    until_it(&platform, &id, |check| check["isRunning"] == true && check["state"] == "OK").await;
    assert_eq!(send(&run(json!("failure"), "completed")).await, StatusCode::OK);
    until_it(&platform, &id, |check| check["isRunning"] == false && check["state"] == "FAILING").await;
    assert_eq!(send(&run(json!("cancelled"), "completed")).await, StatusCode::OK);
    let failing = until_it(&platform, &id, |check| check["message"] == "workflow CI main: cancelled").await;
    assert_eq!(failing["state"], json!("FAILING"), "nobody says that it is well again");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("payload={}", "%7B%22status_message%22%3A%22Fixed%22%2C%22branch%22%3A%22main%22%7D");
    assert_eq!(self::send(&platform, &path, &form, &body).await.status(), StatusCode::OK);
    until_it(&platform, &id, |check| check["state"] == "OK").await;

    assert_eq!(
        send(r#"{"zen": "Keep it logically awesome."}"#).await,
        StatusCode::OK,
        "the first says nothing"
    );
    assert_eq!(send("no JSON").await, StatusCode::BAD_REQUEST);
    let events = platform.client.events_after(0).await;
    assert_eq!(events_of(&events, "check.turned").len(), 3);
    platform.stop().await;
}

// CH-07: whoever signs has it looked at, with his reference; whoever can't learns nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_webhook_has_a_check_looked_at() {
    let platform = Platform::start().await;
    let argv = ["/bin/sh", "-c", "echo \"deployed ${MEDIARY_REFERENCE:-nothing}\""];
    let id = add(&platform, "deployed", json!({ "command": { "argv": argv } })).await;
    until_it(&platform, &id, |check| check["message"] == "deployed nothing").await;
    let ask = "query($id: ID!) { checkRunHook(id: $id) { path secret } }";
    let hook = async || platform.client.ask(ask, json!({ "id": id })).await["checkRunHook"].take();
    let found = hook().await;
    let (path, secret) = (found["path"].as_str().unwrap(), found["secret"].as_str().unwrap());
    assert_eq!(path, "/run/home/deployed");

    let body = r#"{"ref": "refs/heads/main", "checkout_sha": "0123abc"}"#;
    let signed = [("x-gitlab-token", secret)];
    let told = send(&platform, path, &signed, body).await;
    assert_eq!(told.status(), StatusCode::ACCEPTED);
    let told: Value = serde_json::from_str(&told.text().await.unwrap()).unwrap();
    until_it(&platform, &id, |check| check["message"] == "deployed 0123abc").await;
    let events = platform.client.events_after(0).await;
    let requested = &events_of(&events, "check.run_requested")[0]["payload"];
    assert_eq!((&requested["run_id"], &requested["reference"]), (&told["runId"], &json!("0123abc")));
    assert!(!serde_json::to_string(&events).unwrap().contains(secret), "it is in no event");

    // Nobody learns whether there is such a check who can't sign.
    let unsigned = send(&platform, path, &[], body).await;
    let (status, words) = (unsigned.status(), unsigned.text().await.unwrap());
    assert_eq!(status, StatusCode::NOT_FOUND);
    for (path, headers) in [
        ("/run/home/nothing", &[][..]),
        ("/run/home/nothing", &signed[..]),
        ("/run/00000000-0000-7000-8000-000000000001/deployed", &signed[..]),
        ("/run/nobody/deployed", &signed[..]),
        (path, &[("x-gitlab-token", "whsec_AAAA")][..]),
        (path, &[("x-hub-signature-256", "sha256=00")][..]),
    ] {
        let told = send(&platform, path, headers, body).await;
        assert_eq!(
            (told.status(), told.text().await.unwrap()),
            (status, words.clone()),
            "{path} {headers:?}"
        );
    }

    let pause = "mutation($id: ID!) { checkPause(input: { id: $id }) { userErrors { code } } }";
    platform.client.ask(pause, json!({ "id": id })).await;
    let paused = send(&platform, path, &signed, body).await;
    assert_eq!(paused.status(), StatusCode::CONFLICT);
    assert!(paused.text().await.unwrap().contains("CHECK_PAUSED"));
    // What is revoked ends at once.
    platform.client.ask("mutation { secretRotate(input: {}) { userErrors { code } } }", json!({})).await;
    assert_eq!(send(&platform, path, &signed, body).await.status(), StatusCode::NOT_FOUND);
    assert_ne!(hook().await["secret"], json!(secret));
    platform.stop().await;
}
