//! A person is shredded: nothing that belonged to him is readable on this machine any more, and the chain holds.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, path::PathBuf};

use mediary::configuration::NatsMode;
use mediary_log::{Source, export, verify_bundle, verify_live};
use mediary_schema::PrincipalId;
use mediary_tests::{Browser, Client, Platform, files_having, until};
use serde_json::{Value, json};

/// Words that stand nowhere else.
const NAME: &str = "guilty-pleasures-7f3a";
const RENAMED: &str = "secret-vices-7f3a";

async fn ask(client: &Client, document: &str, input: Value) -> Value {
    let mut data = client.ask(document, json!({ "input": input })).await;
    let payload = data.as_object_mut().unwrap().values_mut().next().unwrap().take();
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload
}

async fn make(client: &Client, name: &str) -> Value {
    const CREATE: &str = "mutation($input: CollectionCreateInput!) { collectionCreate(input: $input) {
        collection { id } position userErrors { code } } }";
    ask(client, CREATE, json!({ "name": name })).await
}

async fn names(client: &Client, as_of: &str) -> Value {
    let document = format!("{{ collections{as_of} {{ nodes {{ name }} }} }}");
    client.ask_raw(&document, json!({})).await["data"]["collections"]["nodes"].take()
}

// Must hold 5 of issue 8; SE-10.
// invariant: L-26, L-27
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_shredded_is_read_nowhere_and_the_chain_verifies() {
    const RENAME: &str = "mutation($input: CollectionRenameInput!) { collectionRename(input: $input) {
        position userErrors { code } } }";
    const ADD: &str = "mutation($input: CollectionAddInput!) { collectionAdd(input: $input) {
        position userErrors { code } } }";
    const SHRED: &str = "mutation($input: LogShredInput!) { logShred(input: $input) {
        isDestroyed outOfReach { place } position userErrors { code } } }";
    let platform = Platform::start_with(Box::new(|configuration| configuration.nats = NatsMode::Auto)).await;
    let client = &platform.client;
    let file = platform.put_file("a.opus", b"something").await;
    let made = make(client, NAME).await;
    let list = made["collection"]["id"].clone();
    ask(client, ADD, json!({ "id": list, "thingIds": [file] })).await;
    let position = platform.server.log().head().position;
    ask(client, RENAME, json!({ "id": list, "name": RENAMED })).await;
    let as_of = format!("(asOf: {{ position: {position} }})");
    assert_eq!(names(client, "").await, json!([{ "name": RENAMED }]));
    assert_eq!(names(client, &as_of).await, json!([{ "name": NAME }]));
    // What is sealed is never sent: there is nothing of it in the stream that could be purged, and what came later is there.
    let (nats, later) = (platform.data().join("nats"), platform.put_file("b.opus", b"something else").await);
    let later = later.to_string().split_once('-').unwrap().1.to_owned();
    until("the stream has what was recorded later", || async {
        (!files_having(&nats, &later).is_empty()).then_some(())
    })
    .await;
    assert_eq!(files_having(&nats, ".collection."), Vec::<PathBuf>::new());
    // Only what is made of the log for the server itself has the words.
    let views = platform.data().join("views");
    for text in [NAME, RENAMED] {
        let found = files_having(platform.data(), text);
        assert!(!found.is_empty() && found.iter().all(|path| path.starts_with(&views)), "{found:?}");
    }

    let wanted = json!({ "principalId": PrincipalId::OWNER, "reason": "asked for by letter" });
    let shredded = ask(client, SHRED, wanted.clone()).await;
    assert_eq!(shredded["isDestroyed"], true, "{shredded}");
    let places = shredded["outOfReach"].as_array().unwrap();
    assert!(places.iter().any(|place| place["place"] == "backups"), "{places:?}");
    until("nothing of it is on the disk", || async {
        let left = [NAME, RENAMED].iter().flat_map(|text| files_having(platform.data(), text)).count();
        (left == 0).then_some(())
    })
    .await;
    assert_eq!(names(client, "").await, json!([]));
    assert_eq!(names(client, &as_of).await, json!([]));
    let events = client.events_after(0).await;
    let of_lists: Vec<&Value> =
        events.iter().filter(|event| event["kind"].as_str().unwrap().starts_with("collection.")).collect();
    assert!(of_lists.len() >= 3 && of_lists.iter().all(|event| event["payload"].is_null()), "{of_lists:?}");
    let log = platform.server.log();
    let bundle = platform.data().join("bundle.ndjson");
    export(Source::Live(log), .., &mut fs::File::create(&bundle).unwrap()).unwrap();
    assert_eq!(verify_bundle(&bundle, None).unwrap(), verify_live(log, None).unwrap());
    for text in [NAME, RENAMED] {
        assert_eq!(files_having(platform.data(), text), Vec::<PathBuf>::new());
    }

    // What he records from now on is his again, sealed by another key.
    make(client, "a new beginning").await;
    let platform = platform.restart().await;
    assert_eq!(names(&platform.client, "").await, json!([{ "name": "a new beginning" }]));
    // Once more: what there is now goes, and who has nothing has nothing to lose.
    assert_eq!(ask(&platform.client, SHRED, wanted.clone()).await["isDestroyed"], true);
    assert_eq!(ask(&platform.client, SHRED, wanted).await["isDestroyed"], true);
    let folder = platform.stop().await;
    for text in [NAME, RENAMED] {
        assert_eq!(files_having(folder.path(), text), Vec::<PathBuf>::new());
    }
}

/// A user with a name, a password and a browser in which he is signed in; his id.
async fn signed_in(platform: &Platform, name: &str) -> (Value, Browser) {
    const ADD: &str =
        "mutation($input: UserAddInput!) { userAdd(input: $input) { user { id } userErrors { code } } }";
    const SET: &str = "mutation($input: UserPasswordSetInput!) { userPasswordSet(input: $input) {
        user { hasPassword } userErrors { code message } } }";
    const PASSWORD: &str = "correct horse battery staple";
    let client = &platform.client;
    let id = ask(client, ADD, json!({ "name": name, "role": "EDITOR" })).await["user"]["id"].take();
    ask(client, SET, json!({ "id": id, "password": PASSWORD })).await;
    let mut browser = Browser::at(client.url());
    assert_eq!(browser.sign_in(name, "not this").await.0, 401);
    assert_eq!(browser.sign_in(name, PASSWORD).await.0, 200);
    (id, browser)
}

// SE-10: events about a person, accounts and sessions among them.
// invariant: L-28
#[tokio::test(flavor = "multi_thread")]
async fn who_is_shredded_has_no_name_anywhere_and_is_let_in_as_before() {
    const SHRED: &str = "mutation($input: LogShredInput!) { logShred(input: $input) {
        isDestroyed position userErrors { code } } }";
    const SET: &str = "mutation($input: UserSetInput!) { userSet(input: $input) {
        user { name role } userErrors { code } } }";
    // The name, and what his browser calls itself.
    const TEXTS: [&str; 2] = ["zoe-7f3a", "Browser 1.0"];
    let platform = Platform::start_with(Box::new(|configuration| configuration.nats = NatsMode::Auto)).await;
    let (id, mut browser) = signed_in(&platform, TEXTS[0]).await;
    let viewer = "{ viewer { principalId name role } }";
    assert_eq!(browser.ask(viewer, json!({})).await["viewer"]["name"], json!(TEXTS[0]));
    // Whoever administers reads it; on the disk it is sealed already.
    let told = json!(platform.client.events_after(0).await).to_string();
    for text in TEXTS {
        assert!(told.contains(text), "{text}");
        assert_eq!(files_having(platform.data(), text), Vec::<PathBuf>::new());
    }

    let wanted = json!({ "principalId": id, "reason": "asked for by letter" });
    assert_eq!(ask(&platform.client, SHRED, wanted).await["isDestroyed"], true);
    let told = json!(platform.client.events_after(0).await).to_string();
    assert!(TEXTS.iter().all(|text| !told.contains(text)), "{told}");
    let expected = json!({ "principalId": id, "name": null, "role": "EDITOR" });
    assert_eq!(browser.ask(viewer, json!({})).await["viewer"], expected, "at once");
    let platform = platform.restart().await;
    browser = browser.at_new(platform.client.url());
    assert_eq!(browser.ask(viewer, json!({})).await["viewer"], expected, "and after a start");
    let log = platform.server.log();
    let bundle = platform.data().join("bundle.ndjson");
    export(Source::Live(log), .., &mut fs::File::create(&bundle).unwrap()).unwrap();
    assert_eq!(verify_bundle(&bundle, None).unwrap(), verify_live(log, None).unwrap());
    for text in TEXTS {
        assert_eq!(files_having(platform.data(), text), Vec::<PathBuf>::new());
    }

    // He gets another name, by which he comes in again.
    let set = ask(&platform.client, SET, json!({ "id": id, "name": "somebody" })).await;
    assert_eq!(set["user"], json!({ "name": "somebody", "role": "EDITOR" }));
    assert_eq!(browser.ask(viewer, json!({})).await["viewer"]["name"], json!("somebody"));
    platform.stop().await;
}
