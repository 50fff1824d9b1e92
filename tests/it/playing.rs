//! Kept files over HTTP: who gets which bytes, and who gets none.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, os::unix::fs::symlink, time::Duration};

use mediary_schema::{FileId, RootId};
use mediary_tests::{Browser, Client, Platform, stamp_of, until};
use reqwest::{RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};

/// More than a socket takes at once.
const LONG_BYTES: usize = 48 << 20;

fn get(client: &Client, path: &str) -> RequestBuilder {
    reqwest::Client::new().get(format!("{}/{path}", client.url()))
}

async fn fetch(client: &Client, path: &str) -> Response {
    get(client, path).bearer_auth(client.token()).send().await.unwrap()
}

/// The status of an answer, and the code of its refusal.
async fn refused(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    let error = &body["errors"][0];
    assert!(error["message"].as_str().unwrap().len() > 20, "{body}");
    (status, error["extensions"]["code"].as_str().unwrap().to_owned())
}

fn of(id: FileId) -> String {
    format!("v1/files/{id}")
}

async fn facts(client: &Client, id: &str) -> Value {
    const DOCUMENT: &str = "query($id: ID!) { file(id: $id) {
        title url thumbnailUrl subtitles { language url } state sizeBytes blake3 path } }";
    client.ask(DOCUMENT, json!({ "id": id })).await["file"].take()
}

async fn link(client: &Client, id: &Value, seconds: u32) -> String {
    const DOCUMENT: &str =
        "query($id: ID!, $seconds: Int) { fileLink(id: $id, forSeconds: $seconds) { url endsAt } }";
    let told = client.ask(DOCUMENT, json!({ "id": id, "seconds": seconds })).await;
    told["fileLink"]["url"].as_str().unwrap().to_owned()
}

/// Signs the owner in, whose account it sets up.
async fn sign_in(client: &Client, browser: &mut Browser) {
    let invite = "mutation { userInvite(input: {}) { secret } }";
    let token = client.ask(invite, json!({})).await["userInvite"]["secret"].take();
    let asked = json!({ "token": token, "name": "anna", "password": "correct horse battery" });
    assert_eq!(browser.post("/v1/setup", &asked).await.0, 200);
}

// DL-11, UI-11: the whole way of what a browser plays.
// invariant: F-26
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_fetched_whole_in_parts_and_with_what_lies_beside_it() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let set = "mutation { layoutSet(input: { layout: { name: PLEX } }) { userErrors { code } } }";
    client.ask(set, json!({})).await;
    let list = client.follow(&platform.site.list_url("talks")).await;
    let entry = client.entry_of(&list, "talks-1").await;
    client.download_entry(&entry, "best").await;
    let id = client.files().await[0]["id"].as_str().unwrap().to_owned();
    let file = until("what lies beside it is told", || async {
        let file = facts(client, &id).await;
        (!file["thumbnailUrl"].is_null()).then_some(file)
    })
    .await;
    let bytes = platform.bytes_of(&file);
    let url = file["url"].as_str().unwrap();
    assert_eq!(url, format!("v1/files/{id}"));
    assert!(!file["title"].as_str().unwrap().contains('['), "{file}");

    let whole = fetch(client, url).await;
    assert_eq!(whole.status(), StatusCode::OK);
    let head = whole.headers().clone();
    assert!(head[header::CONTENT_TYPE].to_str().unwrap().starts_with("video/"), "{head:?}");
    assert!(head[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("inline; filename="), "{head:?}");
    assert!(
        head[header::ETAG].to_str().unwrap().contains(&file["blake3"].as_str().unwrap()[..32]),
        "{head:?}"
    );
    assert!(whole.bytes().await.unwrap() == bytes);

    let part = get(client, url).bearer_auth(client.token()).header(header::RANGE, "bytes=100-299");
    let part = part.header(header::IF_RANGE, head[header::ETAG].clone()).send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()[header::CONTENT_RANGE], format!("bytes 100-299/{}", bytes.len()));
    assert!(part.bytes().await.unwrap() == bytes[100..300]);
    let beyond = get(client, url).bearer_auth(client.token()).header(header::RANGE, "bytes=999999999-");
    let beyond = beyond.send().await.unwrap();
    assert_eq!(beyond.headers()[header::CONTENT_RANGE], format!("bytes */{}", bytes.len()));
    assert_eq!(refused(beyond).await, (416, "BAD_RANGE".to_owned()));
    let asked = reqwest::Client::new().head(format!("{}/{url}", client.url())).bearer_auth(client.token());
    let asked = asked.send().await.unwrap();
    assert_eq!(asked.headers()[header::CONTENT_LENGTH], bytes.len().to_string());
    assert!(asked.bytes().await.unwrap().is_empty());
    let saved = fetch(client, &format!("{url}?download=1")).await;
    assert!(saved.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"));

    let said = &file["subtitles"][0];
    assert_eq!(said["language"], json!("en"), "{file}");
    let said = fetch(client, said["url"].as_str().unwrap()).await;
    assert_eq!(said.headers()[header::CONTENT_TYPE], "text/vtt; charset=utf-8");
    assert!(said.text().await.unwrap().starts_with("WEBVTT"));
    let picture = fetch(client, file["thumbnailUrl"].as_str().unwrap()).await;
    assert_eq!(picture.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert!(picture.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    let none = fetch(client, &format!("{url}/subtitles/xx")).await;
    assert_eq!(refused(none).await, (404, "FILE_NO_SIDECAR".to_owned()));
    platform.stop().await;
}

// UI-11: they are the file's own, and whoever may fetch the file may know them.
// invariant: F-26
#[tokio::test(flavor = "multi_thread")]
async fn the_chapters_of_a_file_are_told_by_the_file_itself() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("large")).await;
    let entry = client.entry_of(&list, "large-2").await;
    client.download_entry(&entry, "best").await;
    let id = json!(client.files().await[0]["id"]);
    let asked = "query($id: ID!) { file(id: $id) { url chaptersUrl } }";
    let file = client.ask(asked, json!({ "id": id })).await["file"].take();
    let url = file["chaptersUrl"].as_str().unwrap();
    assert_eq!(url, format!("{}/chapters", file["url"].as_str().unwrap()));
    let told = fetch(client, url).await;
    assert_eq!(told.headers()[header::CONTENT_TYPE], "text/vtt; charset=utf-8");
    let tag = told.headers()[header::ETAG].clone();
    assert_eq!(
        told.text().await.unwrap(),
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nOut to sea\n\n00:00:02.000 --> 00:00:05.000\n\
         The narrows\n\n00:00:05.000 --> 00:00:08.000\nHome again\n"
    );
    let again = get(client, url).bearer_auth(client.token()).header(header::IF_NONE_MATCH, tag.clone());
    assert_eq!(again.send().await.unwrap().status(), StatusCode::NOT_MODIFIED);
    assert_ne!(fetch(client, file["url"].as_str().unwrap()).await.headers()[header::ETAG], tag);
    // By a link as well, and with none by nobody.
    let query = link(client, &id, 60).await.split_once('?').unwrap().1.to_owned();
    let by_link = get(client, &format!("{url}?{query}")).send().await.unwrap();
    assert!(by_link.text().await.unwrap().contains("The narrows"));
    assert_eq!(get(client, url).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    // What is no medium has none, and what is gone says so.
    let other = platform.put_file("one.mp4", b"one").await;
    let none = fetch(client, &format!("{}/chapters", of(other))).await;
    assert_eq!(none.text().await.unwrap(), "WEBVTT\n");
    fs::remove_file(platform.library("one.mp4")).unwrap();
    let gone = fetch(client, &format!("{}/chapters", of(other))).await;
    assert_eq!(refused(gone).await, (404, "FILE_LOST".to_owned()));
    platform.stop().await;
}

// SE-07, SE-13.
// invariant: F-26
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_fetched_from_its_own_place_alone_and_runs_nothing() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let outside = platform.data().join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("secret.mp4"), b"secret").unwrap();
    // What a way over a link leads to is the file's place by its letters alone.
    fs::create_dir_all(platform.library("")).unwrap();
    symlink(&outside, platform.library("linked")).unwrap();
    let stamp = Some(stamp_of(&outside.join("secret.mp4")));
    let linked = platform.record_file(RootId::LIBRARY, "linked/secret.mp4", b"secret", stamp).await;
    assert_eq!(refused(fetch(client, &of(linked)).await).await, (403, "FILE_LINKED".to_owned()));
    let up = platform.record_file(RootId::LIBRARY, "../outside/secret.mp4", b"secret", stamp).await;
    assert_eq!(refused(fetch(client, &of(up)).await).await.0, 403);
    // A link in its place is no file.
    let kept = platform.put_file("shows/one.mp4", b"bytes").await;
    assert_eq!(fetch(client, &of(kept)).await.bytes().await.unwrap(), &b"bytes"[..]);
    fs::remove_file(platform.library("shows/one.mp4")).unwrap();
    symlink(outside.join("secret.mp4"), platform.library("shows/one.mp4")).unwrap();
    let (status, code) = refused(fetch(client, &of(kept)).await).await;
    assert!([404, 503].contains(&status), "{status} {code}");

    let page = platform.put_file("shows/evil.html", b"<script>alert(1)</script>").await;
    let page = fetch(client, &of(page)).await;
    let head = page.headers();
    assert_eq!(head[header::CONTENT_TYPE], "application/octet-stream");
    assert_eq!(head[header::CONTENT_DISPOSITION], "attachment; filename=\"evil.html\"");
    assert_eq!(head[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(head[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("sandbox"), "{head:?}");

    let written = platform.put_file("shows/two.mp4", b"before").await;
    fs::write(platform.library("shows/two.mp4"), b"somewhat longer").unwrap();
    assert_eq!(refused(fetch(client, &of(written)).await).await, (409, "FILE_CHANGED".to_owned()));
    let nowhere = "v1/files/file-00000000-0000-7000-8000-000000000001";
    assert_eq!(refused(fetch(client, nowhere).await).await, (404, "FILE_NOT_FOUND".to_owned()));
    assert_eq!(refused(fetch(client, "v1/files/..%2Fx").await).await, (400, "BAD_ID".to_owned()));
    platform.stop().await;
}

// SE-08.
// invariant: F-26, S-3
#[tokio::test(flavor = "multi_thread")]
async fn another_project_is_told_that_there_is_no_such_file() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = platform.put_file("one.mp4", b"one").await;
    let create =
        "mutation { projectCreate(input: { name: \"kids\" }) { project { id } userErrors { code } } }";
    let project = client.ask(create, json!({})).await["projectCreate"]["project"]["id"].take();
    let create = "mutation($id: ID!) { tokenCreate(input: { name: \"kid\", role: OWNER, projectId: $id }) {
        secret userErrors { code } } }";
    let told = client.ask(create, json!({ "id": project })).await["tokenCreate"].take();
    let kid = client.with_token(told["secret"].as_str().unwrap());
    assert_eq!(refused(fetch(&kid, &of(id)).await).await, (404, "FILE_NOT_FOUND".to_owned()));
    let asked = "query($id: ID!) { fileLink(id: $id) { url } }";
    let answer = kid.ask_raw(asked, json!({ "id": id.to_string() })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("FILE_NOT_FOUND"), "{answer}");
    platform.stop().await;
}

// invariant: F-26
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_file_says_how_it_comes_back() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    let entry = client.entry_of(&list, "talks-1").await;
    client.download_entry(&entry, "best").await;
    let id = client.files().await[0]["id"].clone();
    let path = format!("v1/files/{}", id.as_str().unwrap());
    assert_eq!(fetch(client, &path).await.status(), StatusCode::OK);
    let make = "mutation($id: ID!) { planMake(input: { goal: { deleteFiles: [$id] } }) { plan { id } } }";
    let plan = client.ask(make, json!({ "id": id })).await["planMake"]["plan"]["id"].take();
    let apply = "mutation($id: ID!) { planApply(input: { id: $id }) { job { id } userErrors { code } } }";
    let applied = client.ask(apply, json!({ "id": plan })).await["planApply"].take();
    client.wait_job(applied["job"]["id"].as_str().unwrap()).await;
    let answer = fetch(client, &path).await;
    let told: Value = answer.json().await.unwrap();
    let error = &told["errors"][0];
    assert_eq!(error["extensions"]["code"], json!("FILE_TRASHED"), "{told}");
    assert!(error["message"].as_str().unwrap().contains("mediary trash restore file-"), "{told}");
    assert_eq!(facts(client, id.as_str().unwrap()).await["url"], Value::Null);
    platform.stop().await;
}

// SE-16: what is revoked ends at once, also what is under way.
// invariant: F-26
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_breaks_off_with_the_token_by_which_it_was_asked_for() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = platform.put_file("long.mp4", &vec![7; LONG_BYTES]).await;
    let create = "mutation { tokenCreate(input: { name: \"tv\", role: VIEWER }) { token { id } secret } }";
    let made = client.ask(create, json!({})).await["tokenCreate"].take();
    let viewer = client.with_token(made["secret"].as_str().unwrap());
    let mut stream = fetch(&viewer, &of(id)).await;
    assert_eq!(stream.status(), StatusCode::OK);
    let mut got = stream.chunk().await.unwrap().unwrap().len();
    let revoke = "mutation($id: ID!) { tokenRevoke(input: { id: $id }) { userErrors { code } } }";
    client.ask(revoke, json!({ "id": made["token"]["id"] })).await;
    let broken = loop {
        match stream.chunk().await {
            Ok(Some(bytes)) => got += bytes.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && got < LONG_BYTES, "{got} bytes came, and no error");
    assert_eq!(fetch(&viewer, &of(id)).await.status(), StatusCode::UNAUTHORIZED);
    platform.stop().await;
}

// DL-11, SE-01: a link opens one file, for a while, as long as who gave it away may fetch it.
// invariant: G-15
#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_its_file_without_a_token_until_it_ends() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let (one, other) =
        (platform.put_file("one.mp4", b"one").await, platform.put_file("two.mp4", b"two").await);
    let id = json!(one.to_string());
    until("it is shown", || async { (client.files().await.len() == 2).then_some(()) }).await;
    let fetch = |path: String| async move { get(client, &path).send().await.unwrap() };
    let signed = link(client, &id, 60).await;
    assert_eq!(fetch(signed.clone()).await.bytes().await.unwrap(), &b"one"[..]);
    let query = signed.split_once('?').unwrap().1.to_owned();
    let altered = (403, "LINK_REFUSED".to_owned());
    assert_eq!(refused(fetch(format!("{}?{query}", of(other))).await).await, altered, "it is of one file");
    let mut later = query.replace("link=", "");
    let digit = if later.starts_with('7') { "8" } else { "7" };
    later.replace_range(..1, digit);
    assert_eq!(
        refused(fetch(format!("{}?link={later}", of(one))).await).await,
        altered,
        "its end stands fast"
    );
    for nonsense in ["", "x", "0-0-0-0"] {
        assert_eq!(refused(fetch(format!("{}?link={nonsense}", of(one))).await).await, altered);
    }
    assert_eq!(fetch(format!("metrics?{query}")).await.status(), StatusCode::UNAUTHORIZED);
    let too_long = "query($id: ID!) { fileLink(id: $id, forSeconds: 999999999) { url } }";
    let answer = client.ask_raw(too_long, json!({ "id": id })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("BAD_ARGUMENT"), "{answer}");

    // It is worth what whoever gave it away is worth.
    let create = "mutation { tokenCreate(input: { name: \"tv\", role: VIEWER }) { token { id } secret } }";
    let made = client.ask(create, json!({})).await["tokenCreate"].take();
    let viewer = client.with_token(made["secret"].as_str().unwrap());
    let lent = link(&viewer, &id, 3_600).await;
    assert_eq!(fetch(lent.clone()).await.status(), StatusCode::OK);
    let parts =
        |link: &str| link.split_once("link=").unwrap().1.split('-').map(str::to_owned).collect::<Vec<_>>();
    let mut others = parts(&lent);
    others[2].clone_from(&parts(&signed)[2]);
    let others = format!("{}?link={}", of(one), others.join("-"));
    assert_eq!(refused(fetch(others).await).await, altered, "it is of whoever gave it away");
    let revoke = "mutation($id: ID!) { tokenRevoke(input: { id: $id }) { userErrors { code } } }";
    client.ask(revoke, json!({ "id": made["token"]["id"] })).await;
    assert_eq!(refused(fetch(lent).await).await, (410, "LINK_ENDED".to_owned()));

    // A start of the server leaves links as they are, and a rotation ends them.
    let platform = platform.restart().await;
    let client = &platform.client;
    let answer = get(client, &signed).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    client.ask("mutation { secretRotate(input: {}) { userErrors { code } } }", json!({})).await;
    assert_eq!(refused(get(client, &signed).send().await.unwrap()).await, altered);
    platform.stop().await;
}

// DL-11, SE-16: its time is over for whoever comes then, and for whoever is still fetching.
// invariant: F-26, G-15
#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_in_time_and_so_does_what_is_fetched_by_it() {
    let (platform, calendar) = Platform::start_by_the_clock().await;
    let client = &platform.client;
    let id = json!(platform.put_file("long.mp4", &vec![7; LONG_BYTES]).await.to_string());
    until("it is shown", || async { (client.files().await.len() == 1).then_some(()) }).await;
    let signed = link(client, &id, 60).await;
    let mut stream = get(client, &signed).send().await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK);
    assert!(stream.chunk().await.unwrap().is_some());
    calendar.forward(Duration::from_secs(61));
    let late = get(client, &signed).send().await.unwrap();
    assert_eq!(refused(late).await, (410, "LINK_ENDED".to_owned()));
    let broken = loop {
        match stream.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "all of it came");
    platform.stop().await;
}

// SE-02, SE-12.
// invariant: G-14
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_fetches_by_its_cookie_and_nobody_where_files_are_not_offered() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = platform.put_file("one.mp4", b"one").await;
    let mut browser = Browser::at(client.url());
    assert_eq!(browser.get(&format!("/{}", of(id))).await.0, 401);
    sign_in(client, &mut browser).await;
    let cookie = browser.cookie().unwrap().to_owned();
    let by_cookie = || get(client, &of(id)).header(header::COOKIE, &cookie);
    assert_eq!(by_cookie().send().await.unwrap().bytes().await.unwrap(), &b"one"[..]);
    let elsewhere = by_cookie().header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(refused(elsewhere).await, (403, "CSRF".to_owned()));
    assert_eq!(browser.post("/v1/session/end", &json!({})).await.0 / 100, 2);
    assert_eq!(by_cookie().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    platform.stop().await;

    let platform = Platform::start_with(Box::new(|configuration| configuration.public = true)).await;
    let client = &platform.client;
    let id = platform.put_file("one.mp4", b"one").await;
    assert_eq!(refused(fetch(client, &of(id)).await).await, (403, "NOT_OFFERED".to_owned()));
    platform.stop().await;
}
