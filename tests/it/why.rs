//! Twenty questions that people ask, with the sentences that answer them.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

async fn why(client: &Client, id: &str) -> Value {
    const DOCUMENT: &str = "query($id: ID!) { why(id: $id) {
        answer sentences hidden startedByName chain { id kind causationId commandId storyId payload } } }";
    client.ask(DOCUMENT, json!({ "id": id })).await["why"].take()
}

/// The answer, without what differs from day to day and from run to run.
async fn answer(client: &Client, id: &str) -> String {
    let why = why(client, id).await;
    let answer = why["answer"].as_str().unwrap_or_else(|| panic!("{id}: {why}")).to_owned();
    let words: Vec<&str> = answer.split(' ').collect();
    let mut said: Vec<&str> = Vec::new();
    let mut rest = words.as_slice();
    while let [word, tail @ ..] = rest {
        said.push(word);
        rest = tail;
        // `on 20 Nov 2026`
        if *word == "on"
            && let [day, _, year, tail @ ..] = tail
            && day.parse::<u8>().is_ok()
        {
            said.push(if year.ends_with(',') {
                "DAY,"
            } else if year.ends_with('.') {
                "DAY."
            } else {
                "DAY"
            });
            rest = tail;
        }
    }
    said.join(" ")
}

/// The newest event of a kind, as `history` tells it.
async fn newest(client: &Client, kind: &str) -> Value {
    let events = client.events_after(0).await;
    events.into_iter().rev().find(|event| event["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

// invariant: G-2
#[tokio::test(flavor = "multi_thread")]
async fn twenty_questions_are_answered_in_words() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("videos")).await;
    let entry = client.entry_of(&list, "videos-3").await;
    let (story, position) = client.start_download(json!({ "playlistId": list }), "720p").await;
    client.wait_story(&(story.clone(), position)).await;
    client.limit_downloads(3).await;
    let kept = client.entries(&list).await;
    let third = kept.iter().find(|row| row["id"] == json!(entry)).unwrap();
    let job = text(&third["download"]["job"]["id"]);
    let file = client.files().await.into_iter().find(|file| file["itemId"] == third["itemId"]).unwrap();
    let item = text(&third["itemId"]);
    let job_events = history(client, &job).await;
    let attempt = text(&job_events[1]["payload"]["attempt_id"]);
    let asked = newest(client, "playlist.downloads_requested").await;
    let command = text(&why(client, &text(&asked["id"])).await["chain"][0]["commandId"]);
    let refresh = newest(client, "playlist.refresh_completed").await;
    let limits = newest(client, "setting.limits_changed").await;
    let worker = newest(client, "worker.joined").await;
    let reservation = newest(client, "reservation.released").await;
    let token = text(&newest(client, "account.token_issued").await["payload"]["token_id"]);
    let queued = text(&job_events[0]["id"]);
    answers_across_concerns(client, &item, &attempt).await;
    let refresh_job = text(&refresh["payload"]["job_id"]);

    let all = "You asked for all of 'Sample videos' (720p) on DAY, with the token of the server's own machine, on the page";
    let third_of_all = format!("{all}; this is entry 3.");
    let followed =
        "You asked to follow 'Sample videos' on DAY, with the token of the server's own machine, on the page";
    let of_itself = |what: &str| format!("Mediary {what} on DAY.");
    let event_of = |event: &Value| text(&event["id"]);
    let download = text(&third["download"]["id"]);
    for (question, id, expected) in [
        ("the file", text(&file["id"]), third_of_all.clone()),
        ("the item", item, third_of_all.clone()),
        ("the download", download, third_of_all.clone()),
        ("the job", job, third_of_all.clone()),
        ("the attempt", attempt, third_of_all.clone()),
        ("the moment it was queued", queued, third_of_all),
        ("the story", story, format!("{all}.")),
        ("the wish", event_of(&asked), format!("{all}.")),
        ("the command", command, format!("{all}.")),
        ("the playlist", list, format!("{all}.")),
        ("the entry", entry, format!("{followed}; this is entry 3.")),
        ("the refresh", event_of(&refresh), format!("{followed}.")),
        ("the job of the refresh", refresh_job, format!("{followed}.")),
        (
            "the limits",
            event_of(&limits),
            "You changed how much runs at once on DAY, with the token of the server's own machine, on the page.".to_owned(),
        ),
        (
            "the settings",
            text(&limits["stream"]),
            "You changed how much runs at once on DAY, with the token of the server's own machine, on the page.".to_owned(),
        ),
        ("the worker", text(&worker["stream"]), of_itself("started a worker")),
        ("its begin", event_of(&worker), of_itself("started a worker")),
        ("the token", token, of_itself("made the token of the server's own machine")),
        (
            "the account",
            format!("account-{}", "6f776e65-7200-8000-8000-000000000000"),
            of_itself("made a link by which the owner sets his password"),
        ),
    ] {
        assert_eq!(answer(client, &id).await, expected, "why {question}, {id}?");
    }
    // Whichever was released last is of a row of its own.
    let told = answer(client, &text(&reservation["stream"])).await;
    assert!(told.starts_with(&format!("{all}; this is entry ")), "{told}");
    assert!(why(client, "file-01890a5d-ac96-774b-bcce-b302099a8057").await.is_null());
    let told = client.ask_raw("{ why(id: \"nonsense\") { answer } }", json!({})).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], json!("BAD_ID"), "{told}");
    platform.stop().await;
}

// Whoever finds what nobody asked for just then is told which schedule it was.
// invariant: G-2
#[tokio::test(flavor = "multi_thread")]
async fn what_a_schedule_did_names_the_schedule() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let added = "mutation { scheduleAdd(input: { name: \"reading\", timing: { everySeconds: 1 },
        command: { name: \"file.verify\" } }) { schedule { id } userErrors { code message } } }";
    let added = client.ask(added, json!({})).await["scheduleAdd"].take();
    let schedule = text(&added["schedule"]["id"]);
    let document = "{ events(types: [\"job.queued\"], first: 1) { events { id stream origin originId } } }";
    let queued = until("it is due", || async {
        let mut page = client.ask(document, json!({})).await;
        page["events"]["events"].as_array_mut().unwrap().pop()
    })
    .await;
    assert_eq!((&queued["origin"], &queued["originId"]), (&json!("SCHEDULE"), &json!(schedule)), "{queued}");
    let expected =
        format!("You asked for the check of all files on DAY, by the schedule 'reading' ({schedule}).");
    for id in [&queued["id"], &queued["stream"]] {
        assert_eq!(answer(client, &text(id)).await, expected);
    }
    platform.stop().await;
}

// invariant: G-2
#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_is_the_tree_of_what_an_act_led_to() {
    const DOCUMENT: &str = "query($id: ID!) { outcome(id: $id) { state complete
        branches { id parentId began now state endedAt durationMs } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("videos")).await;
    let entry = client.entry_of(&list, "videos-1").await;
    let begun = client.start_download(json!({ "entryIds": [entry] }), "720p").await;
    client.wait_story(&begun).await;
    let outcome = until("its notice is told, too", || async {
        let outcome = client.ask(DOCUMENT, json!({ "id": begun.0 })).await["outcome"].take();
        let is_whole = outcome["branches"].as_array().unwrap().len() == 5;
        (is_whole && outcome["complete"] == json!(true)).then_some(outcome)
    })
    .await;
    assert_eq!((&outcome["state"], &outcome["complete"]), (&json!("DONE"), &json!(true)), "{outcome}");
    let branches = outcome["branches"].as_array().unwrap();
    let kinds: Vec<&str> =
        branches.iter().map(|branch| branch["id"].as_str().unwrap().split('-').next().unwrap()).collect();
    assert_eq!(kinds, ["playlist", "job", "download", "notification", "file"], "{outcome}");
    assert_eq!(branches[0]["parentId"], json!(null));
    assert_eq!(branches[1]["parentId"], branches[0]["id"]);
    // That it began was told first.
    assert_eq!(branches[3]["parentId"], branches[1]["id"]);
    assert_eq!(branches[4]["parentId"], branches[1]["id"]);
    assert!(branches.iter().all(|branch| branch["state"] == json!("DONE")), "{outcome}");

    let job = branches[1]["id"].as_str().unwrap();
    let data = client
        .ask(
            "query($id: ID!) { history(id: $id, types: [\"job\"], changes: true) { kind changes { field before after } } }",
            json!({ "id": job }),
        )
        .await;
    let leased = &data["history"][1];
    assert_eq!(leased["kind"], json!("job.leased"));
    let fields: Vec<&str> = leased["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["attempt_id", "incarnation_id", "until", "worker_id"]);
    // What changed with an event does not depend on which others are told.
    let document = "query($id: ID!, $types: [String!], $after: Position! = 0) {
        history(id: $id, types: $types, after: $after, changes: true) { kind position changes { field before after } } }";
    let all = client.ask(document, json!({ "id": job })).await["history"].take();
    for kind in ["job.started", "job.succeeded"] {
        let told = client.ask(document, json!({ "id": job, "types": [kind] })).await["history"].take();
        let expected: Vec<_> = all.as_array().unwrap().iter().filter(|event| event["kind"] == kind).collect();
        assert_eq!((expected.len(), &told), (1, &json!(expected)), "{kind}");
        let behind = json!({ "id": job, "types": [kind], "after": expected[0]["position"] });
        assert_eq!(client.ask(document, behind).await["history"], json!([]));
    }
    assert!(
        client.ask(DOCUMENT, json!({ "id": "job-01890a5d-ac96-774b-bcce-b302099a8057" })).await["outcome"]
            .is_null()
    );
    platform.stop().await;
}

/// Whatever names a thing is part of its history, in whichever concern.
async fn answers_across_concerns(client: &Client, item: &str, attempt: &str) {
    let kinds = async |id: &str| -> Vec<String> {
        let document = "query($id: ID!) { history(id: $id) { position kind } }";
        let events = client.ask(document, json!({ "id": id })).await["history"].as_array().unwrap().clone();
        assert!(events.is_sorted_by_key(|event| event["position"].as_u64()), "{events:?}");
        events.iter().map(|event| text(&event["kind"])).collect()
    };
    let of_item = kinds(item).await;
    for kind in
        ["playlist.entry_added", "download.requested", "job.queued", "file.recorded", "download.completed"]
    {
        assert!(of_item.iter().any(|found| found == kind), "{kind} is missing in {of_item:?}");
    }
    assert_eq!(kinds(attempt).await, ["job.leased", "job.started", "job.succeeded"]);
    let document =
        "query($s: [String!]) { events(subjects: $s, types: [\"file\"]) { events { kind subjects } } }";
    let page = client.ask(document, json!({ "s": [item] })).await["events"]["events"].clone();
    assert_eq!(page.as_array().unwrap().len(), 1, "{page}");
    assert!(page[0]["subjects"].as_array().unwrap().contains(&json!(item)), "{page}");
}

async fn history(client: &Client, id: &str) -> Vec<Value> {
    let document = "query($id: ID!) { history(id: $id, types: [\"job\"]) { id kind payload } }";
    client.ask(document, json!({ "id": id })).await["history"].as_array().unwrap().clone()
}
