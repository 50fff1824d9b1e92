//! Two projects on one server: neither is told of the other, whatever it asks.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use mediary_events::{
    job,
    playlist::{Ask, ask::Follow},
};
use mediary_log::{
    Filter, Log, LogReader, Origin, OriginKind, Read,
    gate::{Caller, Gate, Options},
    work::REGISTRY,
};
use mediary_schema::{Clock, CommandId, IdSource, PrincipalId, ProjectId, account::Role, scope::Scope};
use mediary_tests::{Client, Platform, Subscriber, until};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

const OTHER: ProjectId = ProjectId::from_uuid(Uuid::from_u128(0xBEEF));

/// Follows an address as a project that no token of the test is of, and waits until its list is known.
/// Answers the playlist, its job and its story.
pub(crate) async fn follow_as_other(log: &Log, url: &str) -> (String, String, String) {
    let gate = Gate::new(log.clone(), Clock::system(), IdSource::system(), REGISTRY);
    let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
    let command_id = CommandId::from_uuid(gate.ids().next());
    let caller =
        Caller::person(PrincipalId::OWNER, Role::Owner, origin, command_id, gate.ids()).within(OTHER);
    let asked = Ask::Follow(Box::new(Follow {
        url: url.to_owned(),
        keep: None,
        quality: None,
        filter: None,
        cookies: None,
        layout: None,
        transcode: None,
        refresh_timing: None,
        ticket: job::ask::Ticket::default(),
    }));
    let answer = gate.ask(caller, asked, Options::default()).await.unwrap();
    let reader = LogReader::new(log, Scope::of_session(OTHER, PrincipalId::OWNER, Role::Owner));
    until("the other project knows its list", || async {
        let request = Read::forward(1).filter(Filter::kinds(["playlist.refresh_completed"]));
        reader.read_page(&request).unwrap().events.pop()
    })
    .await;
    let told = answer.told;
    (told.playlist_id.to_string(), told.job_id.unwrap().to_string(), answer.story_id.unwrap().to_string())
}

/// The answer to a document about an id.
async fn about(client: &Client, field: &str, id: &str) -> Value {
    client.ask(&format!("query($id: ID!) {{ found: {field} }}"), json!({ "id": id })).await["found"].take()
}

/// How a mutation about an id is refused.
async fn refusal(client: &Client, mutation: &str, id: &str) -> Value {
    let document = format!("mutation($id: ID!) {{ done: {mutation} {{ userErrors {{ code }} }} }}");
    client.ask(&document, json!({ "id": id })).await["done"]["userErrors"].take()
}

// invariant: S-3
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_another_project() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let log = platform.server.log().clone();
    let own = client.follow(&platform.site.list_url("talks")).await;
    let (list, job, story) = follow_as_other(&log, &platform.site.list_url("videos")).await;

    let scope = Scope::of_session(OTHER, PrincipalId::OWNER, Role::Owner);
    let all = LogReader::new(&log, scope).read_page(&Read::forward(1)).unwrap().events;
    let kinds: Vec<String> = all.iter().map(|event| event.envelope.kind()).collect();
    // What the platform did for it is its own, too.
    for kind in
        ["playlist.follow_requested", "job.queued", "job.leased", "job.succeeded", "playlist.entry_added"]
    {
        assert!(kinds.iter().any(|own| own == kind), "{kind} is not of the project: {kinds:?}");
    }

    for field in [
        "playlist(id: $id) { id }",
        "node(id: $id) { id }",
        "why(id: $id) { answer }",
        "outcome(id: $id) { state }",
    ] {
        assert!(about(client, field, &list).await.is_null(), "{field}");
        assert!(!about(client, field, &own).await.is_null(), "{field}");
    }
    assert_eq!(about(client, "history(id: $id) { kind }", &list).await, json!([]));
    for field in [
        "job(id: $id) { id }",
        "node(id: $id) { id }",
        "why(id: $id) { answer }",
        "outcome(id: $id) { state }",
    ] {
        assert!(about(client, field, &job).await.is_null(), "{field}");
    }
    for field in ["story(id: $id) { settled }", "why(id: $id) { answer }"] {
        assert!(about(client, field, &story).await.is_null(), "{field}");
    }
    for event in &all {
        let id = event.envelope.id.to_string();
        assert!(about(client, "why(id: $id) { answer }", &id).await.is_null(), "{}", event.envelope.kind());
    }

    let told = client
        .ask(
            "{ playlists { nodes { id } } jobs { nodes { id subjectIds } } downloads { nodes { id } }
             files { nodes { id } } }",
            json!({}),
        )
        .await;
    assert_eq!(told["playlists"]["nodes"], json!([{ "id": own }]));
    let jobs = told["jobs"]["nodes"].as_array().unwrap();
    assert!(jobs.iter().all(|job| job["subjectIds"].as_array().unwrap().contains(&json!(own))), "{told}");
    let events = Value::from(client.events_after(0).await).to_string();
    let watched = |document: &'static str| async move {
        let mut socket = Subscriber::open(client, document, json!({})).await;
        socket.item().await.to_string()
    };
    let playlists = watched("subscription { playlistChanges { playlists { id } } }").await;
    let jobs = watched("subscription { jobChanges { jobs { id } } }").await;
    let entries =
        format!("subscription {{ entryChanges(playlistId: \"{list}\") {{ entries {{ playlistId }} }} }}");
    let entries = watched(entries.leak()).await;
    for (place, text) in [
        ("events", &events),
        ("playlistChanges", &playlists),
        ("jobChanges", &jobs),
        ("entryChanges", &entries),
    ] {
        for id in [&list, &job, &story] {
            assert!(!text.contains(id.split_once('-').unwrap().1), "{place} tell of {id}");
        }
    }

    // A command finds another's thing as one that there never was.
    let before = log.head().position;
    let nothing = |kind: &str| format!("{kind}-01890a5d-ac96-774b-bcce-b302099a8057");
    for (mutation, id, kind) in [
        ("playlistUnfollow(input: { id: $id })", &list, "playlist"),
        ("playlistRefresh(input: { id: $id })", &list, "playlist"),
        ("downloadStart(input: { target: { playlistId: $id } })", &list, "playlist"),
        ("jobCancel(input: { ids: [$id] })", &job, "job"),
        ("jobPause(input: { ids: [$id] })", &job, "job"),
        ("jobRetry(input: { ids: [$id] })", &job, "job"),
    ] {
        let refused = refusal(client, mutation, id).await;
        assert_eq!(refused, refusal(client, mutation, &nothing(kind)).await, "{mutation}");
    }
    let after = LogReader::new(&log, scope).read_page(&Read::forward(before + 1)).unwrap().events;
    assert!(after.is_empty(), "nothing of the other project was touched");
    platform.stop().await;
}

// A token of another project, at every door: of the installation as a whole it is told nothing.
// invariant: S-3
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_project_crosses_nowhere() {
    const CREATE: &str = "mutation($name: String!) { projectCreate(input: { name: $name }) {
        project { id name } userErrors { code } } }";
    const ONE_OF_EACH: &str = "query($list: ID!) { playlist(id: $list) { entries(first: 1) { nodes { id } } }
        jobs(first: 1) { nodes { id } } downloads(first: 1) { nodes { id } } files(first: 1) { nodes { id } } }";
    let platform = Platform::start().await;
    let home = &platform.client;
    let own = home.follow(&platform.site.list_url("talks")).await;
    home.download(&own, "best").await;

    let made = home.ask(CREATE, json!({ "name": "kids" })).await["projectCreate"].take();
    let project = made["project"]["id"].as_str().unwrap();
    let again = home.ask(CREATE, json!({ "name": "kids" })).await["projectCreate"].take();
    assert_eq!(again["userErrors"][0]["code"], json!("PROJECT_NAME_TAKEN"));
    let listed = home.ask("{ projects { name } }", json!({})).await["projects"].take();
    assert_eq!(listed, json!([{ "name": "home" }, { "name": "kids" }]));

    let token = "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) {
        token { projectId } secret userErrors { code } } }";
    let nowhere = json!({ "name": "lost", "projectId": "project-00000000-0000-7000-8000-000000000001" });
    let lost = home.ask(token, json!({ "input": nowhere })).await["tokenCreate"].take();
    assert_eq!(lost["userErrors"][0]["code"], json!("PROJECT_NOT_FOUND"));
    let input = json!({ "name": "tablet", "role": "OWNER", "projectId": project });
    let made = home.ask(token, json!({ "input": input })).await["tokenCreate"].take();
    assert_eq!(made["token"]["projectId"], json!(project));
    let kids = home.with_token(made["secret"].as_str().unwrap());

    // What is the installation's is nobody's of another project, whatever his role.
    for document in [
        "{ tokens { id } }",
        "{ projects { id } }",
        "{ logVerification { isWhole } }",
        "mutation { done: tokenCreate(input: { name: \"more\" }) { userErrors { code } } }",
        "mutation { done: projectCreate(input: { name: \"more\" }) { userErrors { code } } }",
        "mutation { done: limitsSet(input: { total: 1 }) { userErrors { code } } }",
    ] {
        let answer = kids.ask_raw(document, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("FORBIDDEN"), "{document}: {answer}");
    }
    for path in ["/metrics", "/v1/log/export"] {
        assert_eq!(kids.get(path).await.status(), StatusCode::FORBIDDEN, "{path}");
        assert_eq!(home.get(path).await.status(), StatusCode::OK, "{path}");
    }
    // Its owner has every permission: what is lacking is named.
    let refused = kids.get("/metrics").await.text().await.unwrap();
    assert!(refused.contains("a token of the project `home` reads them"), "{refused}");

    // Of things it has its own, also of the same list.
    let all = "{ playlists { nodes { id } } jobs { nodes { id } } downloads { nodes { id } } files { nodes { id } } }";
    let nothing = kids.ask(all, json!({})).await;
    for things in ["playlists", "jobs", "downloads", "files"] {
        assert_eq!(nothing[things]["nodes"], json!([]), "{things}");
    }
    let added = "mutation { scheduleAdd(input: { name: \"seldom\", timing: { everySeconds: 1000000 },
        command: { name: \"file.verify\" } }) { schedule { id } userErrors { code } } }";
    let schedule = home.ask(added, json!({})).await["scheduleAdd"]["schedule"]["id"].take();
    let set = "mutation { secretSet(input: { name: \"tube\", value: \"x\" }) {
        secret { id } userErrors { code } } }";
    let secret = home.ask(set, json!({})).await["secretSet"]["secret"]["id"].take();
    let secrets = "{ secrets { totalCount nodes { id } } resolve(text: \"tube\", kinds: [SECRET]) { id } }";
    assert_eq!(home.ask(secrets, json!({})).await["resolve"], json!([{ "id": secret }]));
    let none = json!({ "secrets": { "totalCount": 0, "nodes": [] }, "resolve": [] });
    assert_eq!(kids.ask(secrets, json!({})).await, none);
    // The same name is another secret, and nobody destroys that of others.
    assert_ne!(kids.ask(set, json!({})).await["secretSet"]["secret"]["id"], secret);
    let delete =
        "mutation($id: ID!) { secretDelete(input: { id: $id }) { isDestroyed userErrors { code } } }";
    let refused = kids.ask(delete, json!({ "id": secret })).await["secretDelete"].take();
    assert_eq!(refused["isDestroyed"], json!(false), "{refused}");
    assert_eq!(refused["userErrors"][0]["code"], json!("SECRET_NOT_FOUND"), "{refused}");
    let notices = "{ notifications { nodes { id title } } notificationRules { name } }";
    let notice = until("somebody is told of it", || async {
        let told = home.ask(notices, json!({})).await["notifications"]["nodes"][0].take();
        told["id"].is_string().then_some(told)
    })
    .await["id"]
        .take();
    assert_eq!(kids.ask(notices, json!({})).await["notifications"]["nodes"], json!([]));
    let dismiss =
        "mutation($ids: [ID!]) { notificationDismiss(input: { ids: $ids }) { userErrors { code } } }";
    let refused = kids.ask(dismiss, json!({ "ids": [notice] })).await["notificationDismiss"].take();
    assert_eq!(refused["userErrors"][0]["code"], json!("NOTIFICATION_NOT_FOUND"), "{refused}");
    // By their ids no more than by their lists: what is another's is as if there had never been any.
    let data = home.ask(ONE_OF_EACH, json!({ "list": own })).await;
    let first = |of: &str| &data[of]["nodes"][0]["id"];
    let entry = &data["playlist"]["entries"]["nodes"][0]["id"];
    let road = "mutation { collectionCreate(input: { name: \"Road\" }) { collection { id } } }";
    let collection = home.ask(road, json!({})).await["collectionCreate"]["collection"]["id"].take();
    let ids = json!([
        own,
        entry,
        first("jobs"),
        first("downloads"),
        first("files"),
        schedule,
        secret,
        collection,
        notice
    ]);
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let found = home.ask(nodes, json!({ "ids": ids })).await["nodes"].take();
    let found: Vec<_> = found.as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
    assert_eq!(Value::Array(found), ids);
    let strange = kids.ask(nodes, json!({ "ids": ids })).await["nodes"].take();
    assert_eq!(strange, json!(vec![Value::Null; 9]));
    assert_eq!(kids.get("/v1/download/archive").await.text().await.unwrap(), "");
    assert_eq!(home.get("/v1/download/archive").await.text().await.unwrap().lines().count(), 6);
    let theirs = kids.follow(&platform.site.list_url("talks")).await;
    assert_ne!(theirs, own);
    for (client, id, strange) in [(home, &own, &theirs), (&kids, &theirs, &own)] {
        assert!(about(client, "playlist(id: $id) { id }", strange).await.is_null());
        assert_eq!(
            client.ask("{ playlists { nodes { id } } }", json!({})).await["playlists"]["nodes"],
            json!([{ "id": id }])
        );
        let events = Value::from(client.events_after(0).await).to_string();
        assert!(events.contains(id.as_str()) && !events.contains(strange.as_str()));
        let mut socket =
            Subscriber::open(client, "subscription { events(after: 0) { event { project } } }", json!({}))
                .await;
        let told = socket.item().await["events"]["event"]["project"].take();
        let is_home = told == json!(ProjectId::HOME.to_string());
        assert_eq!(is_home, std::ptr::eq(client, home), "{told}");
    }
    platform.stop().await;
}
