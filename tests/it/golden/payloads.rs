//! What events say is closed: an installation in which most of what there is was used once says what it said, for ever.
//!
//! `tests/golden/payloads-1` holds its log with the keys by which persons' payloads are sealed, what each event says, and
//! what its views come to; `forms.json` has every form of a payload (`events/src/<concern>/history`) that there was by
//! then. A form that is named there is never changed or taken away: what is to be otherwise gets another version and an
//! upcast. What comes later (other events, other versions) is closed by a folder of its own, made as this one was.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use mediary::demo::ListOptions;
use mediary_log::{Original, Source, export, verify, verify_bundle};
use mediary_schema::playlist::LiveStatus;
use mediary_tests::{Browser, Client, Platform, until};
use serde_json::{Value, json};

use super::{kept, proof, read, stands, state, write};

const PASSWORD: &str = "correct horse battery staple";

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/payloads-1")
}

/// What makes a data folder one in which sealed payloads are read, too.
const PARTS: [&str; 4] = ["log", "log.id", "vault", "vault.key"];

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

fn copy_parts(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for part in PARTS {
        copy(&from.join(part), &to.join(part));
    }
    drop(fs::remove_file(to.join("log/ballast")));
    // Git knows nothing of whom a file is for.
    let keys = fs::read_dir(to.join("vault")).unwrap().map(|entry| entry.unwrap().path());
    for key in keys.chain([to.join("vault.key")]) {
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// The type of what a verb is given, as the schema calls most of them.
fn input_of(verb: &str) -> String {
    format!("{}{}Input", verb[..1].to_uppercase(), &verb[1..])
}

/// Somebody who does one thing after the other, each of which is done.
struct Person<'c>(&'c Client);

impl Person<'_> {
    async fn does(&self, verb: &str, input_type: &str, answer: &str, input: Value) -> Value {
        let document = format!(
            "mutation($input: {input_type}!) {{ {verb}(input: $input) {{ {answer} userErrors {{ code message }} }} }}"
        );
        let payload = self.0.ask(&document, json!({ "input": input })).await[verb].take();
        assert_eq!(payload["userErrors"], json!([]), "{verb}: {payload}");
        payload
    }

    /// Does something whose answer has a thing, and answers its id.
    async fn makes(&self, verb: &str, thing: &str, input: Value) -> Value {
        self.does(verb, &input_of(verb), &format!("{thing} {{ id }}"), input).await[thing]["id"].take()
    }

    async fn tells(&self, verb: &str, input: Value) {
        self.does(verb, &input_of(verb), "position", input).await;
    }

    /// Waits for the job of a plan.
    async fn plans(&self, verb: &str, input: Value) -> Value {
        let told = self.does(verb, &input_of(verb), "plan { id undoId } job { id }", input).await;
        self.0.wait_job(told["job"]["id"].as_str().unwrap()).await;
        told
    }
}

async fn people(platform: &Platform, owner: &Person<'_>) {
    let url = platform.client.url();
    let made = owner.does("userInvite", "UserInviteInput", "secret", json!({})).await;
    let mut browser = Browser::at(url);
    let asked = json!({ "token": made["secret"], "name": "anna", "password": PASSWORD });
    assert_eq!(browser.post("/v1/setup", &asked).await.0, 200);
    let ben = owner.makes("userAdd", "user", json!({ "name": "ben", "role": "VIEWER" })).await;
    owner.tells("userPasswordSet", json!({ "id": ben, "password": PASSWORD })).await;
    owner.tells("userSet", json!({ "id": ben, "name": "benno", "permissions": ["follow", "collect"] })).await;
    let mut phone = Browser::at(url);
    assert_eq!(phone.sign_in("benno", "something else").await.0, 401);
    assert_eq!(phone.sign_in("benno", PASSWORD).await.0, 200);
    let refused = phone.ask_raw("mutation { limitsSet(input: { total: 3 }) { position } }", json!({})).await;
    assert!(refused.1.to_string().contains("FORBIDDEN"), "{refused:?}");
    let own = json!({ "input": { "name": "guilty pleasures" } });
    let create = "mutation($input: CollectionCreateInput!) { collectionCreate(input: $input) { userErrors { code } } }";
    assert_eq!(phone.ask(create, own).await["collectionCreate"]["userErrors"], json!([]));
    owner.does("sessionRevokeAll", "SessionRevokeAllInput", "position", json!({ "userId": ben })).await;
    let carl = owner.makes("userAdd", "user", json!({ "name": "carl" })).await;
    owner.does("userRemove", "UserInput", "position", json!({ "id": carl })).await;
    let shredded = json!({ "principalId": carl, "reason": "asked for by letter" });
    owner.tells("logShred", shredded).await;
    let token = owner.makes("tokenCreate", "token", json!({ "name": "laptop", "role": "EDITOR" })).await;
    owner.tells("tokenRevoke", json!({ "id": token })).await;
    owner.tells("projectCreate", json!({ "name": "another home" })).await;
}

async fn settings(owner: &Person<'_>) {
    let secret = owner.makes("secretSet", "secret", json!({ "name": "tube", "value": "cookies" })).await;
    let site = json!({
        "name": "media.example", "budget": { "perHour": 100 },
        "cookies": { "mode": "WHEN_NEEDED", "secretId": secret }, "rateLimit": { "jobBytesPerSecond": 1_000_000 },
    });
    owner.tells("siteSet", site).await;
    owner.tells("siteClear", json!({ "name": "media.example" })).await;
    owner.does("secretRotate", "SecretRotateInput", "position", json!({})).await;
    owner.tells("secretDelete", json!({ "id": secret })).await;
    owner.tells("layoutSet", json!({ "layout": { "name": "PLEX", "sidecars": ["NFO"] } })).await;
    owner.tells("layoutSet", json!({ "layout": { "name": "PLAIN" } })).await;
    owner.tells("trashSet", json!({ "keepDays": 30, "limit": { "bytes": 1_000_000_000 } })).await;
    owner.tells("limitsSet", json!({ "kinds": [{ "kind": "DOWNLOAD", "limit": 3 }], "total": 6 })).await;
    owner
        .tells("quotaSet", json!({ "of": "project-686f6d65-0000-8000-8000-000000000000", "atOnce": 4 }))
        .await;
    owner.tells("templateSave", json!({ "name": "night", "priority": 2, "tags": ["slow"] })).await;
    owner.tells("templateSave", json!({ "name": "night", "priority": 1, "batch": "nightly" })).await;
    owner.tells("templateSave", json!({ "name": "day", "priority": 7 })).await;
    owner.tells("templateRemove", json!({ "name": "day" })).await;
    owner.does("lanePause", "LaneInput", "position", json!({ "name": "transcode" })).await;
    owner.does("laneResume", "LaneInput", "position", json!({ "name": "transcode" })).await;
    let verify = json!({ "name": "file.verify" });
    let cron = json!({ "cron": { "expression": "0 3 * * *", "zone": "Europe/Berlin" } });
    let nightly = json!({ "name": "nightly", "timing": cron, "jitterSeconds": 60, "command": verify });
    let nightly = owner.makes("scheduleAdd", "schedule", nightly).await;
    let once = json!({ "name": "rarely", "timing": { "everySeconds": 1_000_000 }, "command": verify });
    let rarely = owner.makes("scheduleAdd", "schedule", once).await;
    for verb in ["schedulePause", "scheduleResume", "scheduleRun"] {
        owner.does(verb, "ScheduleInput", "position", json!({ "id": nightly })).await;
    }
    owner.does("scheduleRemove", "ScheduleInput", "position", json!({ "id": rarely })).await;
}

async fn notices(owner: &Person<'_>) {
    let channel = json!({ "name": "pager", "address": "json://127.0.0.1:9/in", "title": "{title}",
        "quiet": { "fromMinute": 1320, "untilMinute": 420, "zone": "Europe/Berlin" } });
    owner.tells("notificationChannelAdd", channel).await;
    let test = json!({ "name": "pager" });
    owner.does("notificationChannelTest", "NotificationChannelInput", "position", test.clone()).await;
    let rule = json!({ "name": "kept", "rule": { "event": "download.completed", "then": { "raise": {
        "severity": "INFO", "title": "There is something new" } } } });
    owner.tells("notificationRuleAdd", rule.clone()).await;
    owner.tells("notificationRuleRemove", json!({ "name": "kept" })).await;
    owner.tells("notificationRuleAdd", rule).await;
    owner
        .tells("notificationChannelAdd", json!({ "name": "spare", "address": "json://127.0.0.1:9/in" }))
        .await;
    let spare = json!({ "name": "spare" });
    owner.does("notificationChannelRemove", "NotificationChannelInput", "position", spare).await;
}

/// A list to which all happens that can happen to one, and which is followed otherwise later.
async fn living(platform: &Platform, owner: &Person<'_>) {
    let client = &platform.client;
    let list = platform.site.add_list("diary", ListOptions::new("diary", 5)).unwrap();
    let url = platform.site.list_url("diary");
    let cookies = "127.0.0.1\tFALSE\t/\tFALSE\t2147483647\tmember\tyes";
    let secret = owner.makes("secretSet", "secret", json!({ "name": "diary", "value": "no cookies" })).await;
    let id = client.follow(&url).await;
    let skipping = json!({ "url": url, "keep": "NEW", "quality": "audio", "filter": ["title~nothing like this"],
        "cookies": { "mode": "WHEN_NEEDED", "secretId": secret }, "layout": { "name": "PLEX" } });
    owner.makes("playlistFollow", "playlist", skipping).await;
    client.look(&id, true).await;
    owner.makes("secretSet", "secret", json!({ "name": "diary", "value": cookies })).await;
    list.prepend(1);
    list.make_private(2).unwrap();
    list.rename(0, "A better name").unwrap();
    client.look(&id, true).await;
    list.broadcast(0, LiveStatus::Upcoming).unwrap();
    list.delete(1).unwrap();
    client.look(&id, true).await;
    list.broadcast(0, LiveStatus::WasLive).unwrap();
    list.bring_back(1, "diary-5").unwrap();
    client.look(&id, true).await;
    list.delete(2).unwrap();
    client.look(&id, true).await;
    client.look(&id, true).await;
}

/// Files that are moved, changed, lost and found.
async fn files(platform: &Platform) {
    let (moved, changed) = (platform.library("Films/third.bin"), platform.library("Films/fourth.bin"));
    platform.put_file("Films/third.bin", b"the third film").await;
    platform.put_file("Films/fourth.bin", b"the fourth film").await;
    fs::rename(&moved, platform.library("Films/fifth.bin")).unwrap();
    fs::write(&changed, b"the fourth film, cut").unwrap();
    platform.client.verify_files(json!({})).await;
    fs::remove_file(&changed).unwrap();
    platform.client.verify_files(json!({})).await;
    fs::write(&changed, b"the fourth film, cut").unwrap();
    platform.client.verify_files(json!({})).await;
}

async fn media(platform: &Platform, owner: &Person<'_>) {
    let client = &platform.client;
    for url in [platform.site.list_url("talks"), platform.site.url("/nothing/here")] {
        let told = owner.does("previewStart", "PreviewStartInput", "job { id }", json!({ "url": url })).await;
        client.wait_job(told["job"]["id"].as_str().unwrap()).await;
    }
    let kept = json!({ "url": platform.site.list_url("talks"), "keep": "NEW", "quality": "audio",
        "filter": ["title!~Intermission"], "refreshTiming": { "everySeconds": 86_400 } });
    let talks = owner.makes("playlistFollow", "playlist", kept).await;
    let talks = talks.as_str().unwrap();
    client.refresh(talks).await;
    let entry = client.entry_of(talks, "talks-1").await;
    client.download_entry(&entry, "best").await;
    owner.tells("layoutSet", json!({ "layout": { "name": "PLEX", "sidecars": ["NFO"] } })).await;
    owner.plans("planMake", json!({ "goal": { "renameList": talks }, "apply": true })).await;
    let entry = client.entry_of(talks, "talks-2").await;
    client.download_entry(&entry, "audio").await;
    client.look(talks, true).await;
    let films = platform.put_file("Films/one.bin", b"the first film").await;
    let other = platform.put_file("Films/two.bin", b"the second film").await;
    let deleted = json!({ "goal": { "deleteFiles": [films.to_string(), other.to_string()] }, "apply": true });
    let plan = owner.plans("planMake", deleted).await["plan"]["id"].take();
    let undo = client.ask("query($id: ID!) { plan(id: $id) { undoId } }", json!({ "id": plan })).await;
    owner.plans("planUndo", json!({ "id": undo["plan"]["undoId"] })).await;
    let favourite = json!({ "thingIds": [films.to_string()] });
    owner.tells("collectionFavourite", favourite).await;
    let list = owner.makes("collectionCreate", "collection", json!({ "name": "evening" })).await;
    let both = json!({ "id": list, "thingIds": [films.to_string(), other.to_string()] });
    let added = owner.does("collectionAdd", "CollectionAddInput", "addedIds", both).await["addedIds"].take();
    owner.tells("collectionMove", json!({ "id": list, "entryId": added[1], "to": { "first": true } })).await;
    owner.tells("collectionRemove", json!({ "id": list, "ids": [added[0]] })).await;
    owner.tells("collectionRename", json!({ "id": list, "name": "late evening" })).await;
    owner.tells("collectionDelete", json!({ "id": list })).await;
    let lectures = client.follow(&platform.site.feed_url("lectures")).await;
    owner.plans("planMake", json!({ "goal": { "unfollow": lectures }, "apply": true })).await;
    let archive = json!({ "text": "samplesite someday-1\n" });
    owner.tells("downloadArchiveImport", archive).await;
    let later = json!({ "target": { "playlistId": talks }, "quality": "audio",
        "ticket": { "at": "2099-01-01T00:00:00Z", "batch": "new year" } });
    let story = owner.does("downloadStart", "DownloadStartInput", "storyId", later).await["storyId"].take();
    let jobs = until("the jobs are there", || async {
        let asked = "query($id: ID!) { jobs(filter: { storyId: $id }) { nodes { id } } }";
        let told = client.ask(asked, json!({ "id": story })).await["jobs"]["nodes"].take();
        told.as_array().filter(|jobs| jobs.len() > 1).cloned()
    })
    .await;
    let ids: Vec<&Value> = jobs.iter().map(|job| &job["id"]).collect();
    owner.does("jobSet", "JobSetInput", "position", json!({ "ids": [ids[0]], "priority": 9 })).await;
    owner.does("jobPause", "JobsInput", "position", json!({ "ids": [ids[0]] })).await;
    owner.does("jobResume", "JobsInput", "position", json!({ "ids": [ids[0]] })).await;
    owner.does("jobCancel", "JobsInput", "position", json!({ "ids": ids })).await;
    let events = client.events_after(0).await;
    let described = events.iter().find(|event| event["kind"] == "playlist.entry_added").unwrap();
    owner
        .tells("logErase", json!({ "positions": [described["position"]], "reason": "asked for by letter" }))
        .await;
}

/// What there is used once, and what came of it.
async fn make() {
    let platform = Platform::start().await;
    let owner = Person(&platform.client);
    people(&platform, &owner).await;
    settings(&owner).await;
    notices(&owner).await;
    living(&platform, &owner).await;
    files(&platform).await;
    media(&platform, &owner).await;
    until("what was asked for is done", || async {
        let told = platform.client.ask("{ jobs(first: 200) { nodes { endedAt } } }", json!({})).await;
        told["jobs"]["nodes"].as_array().unwrap().iter().all(|job| job["endedAt"].is_string()).then_some(())
    })
    .await;
    let notices = platform.client.ask("{ notifications { nodes { id } } }", json!({})).await;
    let newest = json!({ "ids": [notices["notifications"]["nodes"][0]["id"]] });
    for (verb, input) in [
        ("notificationRead", newest.clone()),
        ("notificationDismiss", newest),
        ("notificationRead", json!({})),
        ("notificationDismiss", json!({})),
    ] {
        owner.does(verb, "NotificationsInput", "position", input).await;
    }
    let data = platform.data().to_owned();
    let _folder = platform.stop().await;
    let whole = verify(&data, None).unwrap();
    copy_parts(&data, &golden());
    let mut bundle = fs::File::create(golden().join("bundle.ndjson")).unwrap();
    export(Source::Folder(&data), .., &mut bundle).unwrap();
    write(&golden().join("verification.json"), &proof(&whole));
    write(&golden().join("forms.json"), &json!(forms()));
}

/// Each form of a payload by its name, as `<concern>/<event>.v<version>`, with the hash of what it is.
fn forms() -> BTreeMap<String, String> {
    let concerns = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/src");
    let mut found = BTreeMap::new();
    for concern in fs::read_dir(concerns).unwrap() {
        let concern = concern.unwrap();
        let Ok(history) = fs::read_dir(concern.path().join("history")) else { continue };
        for form in history {
            let path = form.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            // Which variants an enum has grows by new majors, and its test holds it.
            if name != "variants" {
                let hash = blake3::hash(&fs::read(&path).unwrap()).to_hex().to_string();
                found.insert(format!("{}/{name}", concern.file_name().to_str().unwrap()), hash);
            }
        }
    }
    found
}

/// What the events of the folder say to whoever may read all that belongs to nobody else.
async fn told(client: &Client, last: u64) -> Value {
    let mut said = client.events_after(0).await;
    said.retain(|event| event["position"].as_u64().unwrap() <= last);
    let of = |event: &Value| {
        let fields = ["position", "kind", "schema", "payload"];
        Value::Object(fields.iter().map(|name| ((*name).to_owned(), event[*name].clone())).collect())
    };
    said.iter().map(of).collect()
}

// Issue 8: payloads are frozen.
// invariant: L-29
#[tokio::test(flavor = "multi_thread")]
async fn what_events_said_when_payloads_were_closed_they_say() {
    let is_new = !golden().exists();
    if is_new {
        make().await;
    }
    let said = read(&golden().join("verification.json"));
    let end = kept(&said);
    let alone = tempfile::tempdir().unwrap();
    copy_parts(&golden(), alone.path());
    assert_eq!(proof(&verify(alone.path(), Some(end)).unwrap()), said);
    let bundle = golden().join("bundle.ndjson");
    assert_eq!(proof(&verify_bundle(&bundle, Some(end)).unwrap()), said);

    let platform =
        Platform::start_with(Box::new(|configuration| copy_parts(&golden(), &configuration.data))).await;
    let events = told(&platform.client, end.position).await;
    if is_new {
        write(&golden().join("events.json"), &events);
    }
    assert_eq!(events, read(&golden().join("events.json")));
    // What belongs to a person is told to that person alone.
    let own = "{ collections { nodes { name } } }";
    let mut phone = Browser::at(platform.client.url());
    assert_eq!(phone.sign_in("benno", PASSWORD).await.0, 200);
    let own = phone.ask(own, json!({})).await["collections"]["nodes"].take();
    assert_eq!(own, json!([{ "name": "guilty pleasures" }]));
    platform.stop().await;

    // Without keys, as an auditor has it.
    let built = state(Original::Folder(alone.path()), end.position).await;
    assert_eq!(state(Original::Bundle(&bundle), end.position).await, built);
    stands(&built, end.position, &golden().join("state.json"), is_new);
    assert!(!is_new, "payloads are closed anew: look at what was written, and commit it");
}

// invariant: L-29
#[test]
fn no_form_of_a_payload_is_changed_or_taken_away() {
    let now = forms();
    let closed: BTreeMap<String, String> =
        serde_json::from_value(read(&golden().join("forms.json"))).unwrap();
    for (name, hash) in closed {
        assert_eq!(
            now.get(&name),
            Some(&hash),
            "{name} is closed: another form gets another version, and an upcast"
        );
    }
}
