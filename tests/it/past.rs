//! `asOf`: what a query answers of the past is what it answered then.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use mediary_tests::{Client, Platform, Subscriber, files_having, until};
use serde_json::{Value, json};

use crate::crossing::follow_as_other;

/// Fields of the query root that tell of now alone, and say so of the past.
const OF_NOW: &str = "checkBacktest checkFiles checkLog checkLogs checkPushPath checkRunHook fileLink jobLog lanes \
     logVerification telemetry telemetrySeries views workers";
/// How deep an answer is looked into, and of which day something is asked.
const DEPTH: u32 = 2;
const DAY: &str = ", since: \"2026-11-01T00:00:00Z\", until: \"2026-11-02T00:00:00Z\"";

/// The types of the published schema.
struct Schema(BTreeMap<String, TypeDefinition>);

impl Schema {
    fn published() -> Self {
        let document = parse_schema(mediary_api::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(one) => Some((one.node.name.node.to_string(), one.node)),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        Self(types.collect())
    }

    fn fields(&self, name: &str) -> Option<Vec<&FieldDefinition>> {
        match &self.0.get(name)?.kind {
            TypeKind::Object(object) => Some(object.fields.iter().map(|field| &field.node).collect()),
            TypeKind::Interface(shared) => Some(shared.fields.iter().map(|field| &field.node).collect()),
            _ => None,
        }
    }

    /// All that can be asked of a type without an argument, so deep.
    fn selection(&self, name: &str, depth: u32) -> Option<String> {
        let Some(fields) = self.fields(name) else { return Some(String::new()) };
        let depth = depth.checked_sub(1)?;
        // What stands in edges stands in nodes as well.
        let asked = fields.into_iter().filter(|field| field.name.node != "edges");
        let asked = asked.filter(|field| field.arguments.is_empty()).filter_map(|field| {
            let below = self.selection(named(&field.ty.node), depth)?;
            Some(format!("{}{below}", field.name.node))
        });
        let asked: Vec<String> = asked.collect();
        (!asked.is_empty()).then(|| format!(" {{ {} }}", asked.join(" ")))
    }
}

/// The name of a type, without lists around it.
fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(of) => named(of),
    }
}

/// What each field of the query root is asked, by its name: its arguments, and all that it answers.
async fn questions(client: &Client, playlist: &str) -> BTreeMap<String, (String, String)> {
    const IDS: &str =
        "query($id: ID!) { jobs(first: 1) { nodes { id storyId } } downloads(first: 1) { nodes { id } }
        files(first: 1) { nodes { id } } schedules(first: 1) { nodes { id } } secrets(first: 1) { nodes { id } } notifications(first: 1) { nodes { id } } collections(first: 1) { nodes { id } } plans(first: 1) { nodes { id } } previews(first: 1) { nodes { id } } checks(first: 1) { nodes { id } } playlist(id: $id) { entries(first: 1) { nodes { id } } } }";
    client.until_told().await;
    let ids = client.ask(IDS, json!({ "id": playlist })).await;
    let one = |kind: &str| ids[kind]["nodes"][0]["id"].clone();
    let schema = Schema::published();
    let asked = schema.fields("Query").unwrap().into_iter().map(|field| {
        let name = field.name.node.as_str();
        let takes = |argument: &str| field.arguments.iter().any(|one| one.node.name.node == argument);
        assert!(takes("asOf"), "{name}");
        let id_of = |of: &str| format!("id: {}", one(of));
        let arguments = match name {
            "entry" => format!("id: {}", ids["playlist"]["entries"]["nodes"][0]["id"]),
            "favouritesAmong" => format!("ids: [{}]", one("files")),
            "download" | "file" | "schedule" | "secret" | "notification" | "collection" | "plan"
            | "preview" | "check" => format!("id: {}", one(&format!("{name}s"))),
            "checkBacktest" | "checkLog" | "checkPushPath" | "checkRunHook" => id_of("checks"),
            "fileLink" => id_of("files"),
            "checkLogs" => format!("{}{DAY}", id_of("checks")),
            "excerpt" => format!("of: {{ history: {} }}", one("files")),
            "delivery" | "transcode" => format!("id: \"{name}-00000000-0000-7000-8000-000000000001\""),
            "job" | "jobLog" => id_of("jobs"),
            "story" => format!("id: {}", ids["jobs"]["nodes"][0]["storyId"]),
            "batch" | "notificationRuleBacktest" => "name: \"listing-new\"".to_owned(),
            "nodes" => format!("ids: [{}, {}]", one("files"), one("schedules")),
            "telemetry" => "series: \"host.load\"".to_owned(),
            "resolve" => "text: \"@last\"".to_owned(),
            _ if takes("id") => format!("id: \"{playlist}\""),
            _ if takes("first") => "first: 10".to_owned(),
            _ => String::new(),
        };
        // A page is looked into one step deeper.
        let depth = if takes("first") { DEPTH + 1 } else { DEPTH };
        let selection = schema.selection(named(&field.ty.node), depth).unwrap();
        (name.to_owned(), (arguments, selection))
    });
    asked.collect()
}

/// Leaves out how each root stands, wherever it is shown.
fn forget_standings(answer: &mut Value) {
    match answer {
        Value::Object(fields) => {
            if fields.contains_key("folder") {
                fields.remove("standing");
            }
            fields.values_mut().for_each(forget_standings);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_standings),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The answers to all of them, each as of a moment, if one is said.
async fn answers(
    client: &Client,
    questions: &BTreeMap<String, (String, String)>,
    as_of: Option<&str>,
) -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    for (name, (arguments, selection)) in
        questions.iter().filter(|(name, _)| !OF_NOW.split(' ').any(|of_now| of_now == **name))
    {
        let as_of = as_of.map(|moment| format!("asOf: {{ {moment} }}")).unwrap_or_default();
        let arguments = format!("{arguments} {as_of}");
        let arguments = if arguments.trim().is_empty() { arguments } else { format!("({arguments})") };
        let mut answer = asked(client, &format!("{{ {name}{arguments}{selection} }}")).await[name].take();
        // What is not recorded is null or unknown, and said to be; a file says when it was saved.
        match name.as_str() {
            "head" => drop(answer["sizeBytes"].take()),
            "story" => drop(answer["settled"].take()),
            "trash" => drop(answer["usedBytes"].take()),
            "excerpt" => drop(answer["html"].take()),
            _ => forget_standings(&mut answer),
        }
        answers.insert(name.clone(), answer);
    }
    answers
}

/// What a document answers, however long something is built for it.
async fn asked(client: &Client, document: &str) -> Value {
    until("it is built", || async {
        let mut answer = client.ask_raw(document, json!({})).await;
        let error = &answer["errors"][0];
        if error["extensions"]["code"] == json!("AS_OF_BUILDING") {
            assert_eq!(error["extensions"]["retryAfterSeconds"], json!(2), "{error}");
            return None;
        }
        assert!(error.is_null(), "{document}: {error}");
        Some(answer["data"].take())
    })
    .await
}

fn code(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

// Issue 7, part 3: PL-43.
// invariant: V-8
#[tokio::test(flavor = "multi_thread")]
async fn every_field_answers_of_the_past_what_it_answered_then() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let playlist = client.follow(&site.list_url("talks")).await;
    client.download(&playlist, "720p").await;
    let added = "mutation { scheduleAdd(input: { name: \"seldom\", timing: { everySeconds: 1000000 },
        command: { name: \"file.verify\" } }) { schedule { id } userErrors { code } } }";
    let schedule = client.ask(added, json!({})).await["scheduleAdd"]["schedule"]["id"].take();
    let set = "mutation { secretSet(input: { name: \"tube\", value: \"x\" }) { userErrors { code } } }";
    client.ask(set, json!({})).await;
    // How it stands with one that is looked at is known of now alone.
    let checked = "mutation { checkAdd(input: { name: \"quiet\", probe: { push: {} } }) { check { id } } }";
    let check = client.ask(checked, json!({})).await["checkAdd"]["check"]["id"].take();
    let quiet = format!("mutation {{ checkPause(input: {{ id: {check} }}) {{ userErrors {{ code }} }} }}");
    client.ask(&quiet, json!({})).await;
    let preview =
        "mutation($url: String!) { previewStart(input: { url: $url }) { job { id } userErrors { code } } }";
    let previewed = client.ask(preview, json!({ "url": site.list_url("talks") })).await;
    client.wait_job(previewed["previewStart"]["job"]["id"].as_str().unwrap()).await;
    let of_a_file =
        "mutation($id: ID!) { collectionFavourite(input: { thingIds: [$id] }) { userErrors { code } }
        planMake(input: { goal: { deleteFiles: [$id] } }) { userErrors { code } } }";
    client.ask(of_a_file, json!({ "id": client.files().await[0]["id"] })).await;
    let questions = questions(client, &playlist).await;
    let (position, then) = until("nothing happens for a moment", || async {
        let position = platform.server.log().head().position;
        let then = answers(client, &questions, None).await;
        (platform.server.log().head().position == position).then_some((position, then))
    })
    .await;

    client.follow(&site.list_url("videos")).await;
    client.refresh(&playlist).await;
    let paused =
        format!("mutation {{ schedulePause(input: {{ id: {schedule} }}) {{ userErrors {{ code }} }} }}");
    client.ask(&paused, json!({})).await;
    for later in [
        set,
        "mutation { limitsSet(input: { kinds: [{ kind: DOWNLOAD, limit: 3 }] }) { userErrors { code } } }",
        "mutation { tokenCreate(input: { name: \"later\", role: VIEWER }) { userErrors { code } } }",
        "mutation { templateSave(input: { name: \"later\", priority: 3 }) { userErrors { code } } }",
        "mutation { quotaSet(input: { of: \"project-686f6d65-0000-8000-8000-000000000000\", atOnce: 3 }) { userErrors { code } } }",
    ] {
        client.ask(later, json!({})).await;
    }
    assert!(platform.server.log().head().position > position);
    let now = answers(client, &questions, None).await;
    assert_ne!(now, then);
    for (name, answer) in answers(client, &questions, Some(&format!("position: {position}"))).await {
        assert_eq!(answer, then[&name], "{name} as of {position}");
    }
    for name in OF_NOW.split(' ') {
        let (arguments, selection) = &questions[name];
        let document = format!("{{ {name}({arguments} asOf: {{ position: 1 }}){selection} }}");
        assert_eq!(code(&client.ask_raw(&document, json!({})).await), "NOT_RECORDED", "{name}");
    }

    // By a time, with everything built anew.
    let platform = platform.restart().await;
    let client = &platform.client;
    let said = format!("{{ head(asOf: {{ position: {position} }}) {{ position sizeBytes }} }}");
    let answer = client.ask_raw(&said, json!({})).await;
    let told = &answer["extensions"]["asOf"];
    assert_eq!((&told["position"], &told["fields"]), (&json!(position), &json!(["head"])), "{answer}");
    assert_eq!(told["unknown"][0]["field"], json!("head.sizeBytes"), "{answer}");
    let time = format!("time: {}", told["time"]);
    for (name, answer) in answers(client, &questions, Some(&time)).await {
        assert_eq!(answer, then[&name], "{name} as of {time}");
    }

    let empty = "{ playlists(asOf: { position: 0 }) { totalCount } jobs(asOf: { position: 0 }) { totalCount }
        events(asOf: { position: 0 }) { events { id } } now: playlists { totalCount } }";
    let data = asked(client, empty).await;
    assert_eq!(
        data,
        json!({ "playlists": { "totalCount": 0 }, "jobs": { "totalCount": 0 }, "events": { "events": [] },
            "now": { "totalCount": now["playlists"]["totalCount"] } })
    );
    platform.stop().await;
}

/// Files of resolvers that read a state by themselves, and so as of now, whatever is asked for.
fn forgetful(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                return forgetful(&path);
            }
            // What is asked for is done now.
            let is_of_now = path.file_name().is_some_and(|name| name == "mutation.rs" || name == "schema.rs");
            let text = std::fs::read_to_string(&path).unwrap();
            if !is_of_now && text.contains("gate.state::<") { vec![path] } else { Vec::new() }
        })
        .collect()
}

#[test]
fn resolvers_read_states_as_of_their_moment() {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    assert_eq!(forgetful(&api), Vec::<PathBuf>::new(), "`schema::state` is as of the moment of its field");
}

/// The answer to a document with what the request says besides.
async fn saying(client: &Client, document: &str, as_of: Value) -> Value {
    let body = json!({ "query": document, "extensions": { "asOf": as_of, "other": 1 } });
    let request =
        reqwest::Client::new().post(format!("{}/graphql", client.url())).bearer_auth(client.token());
    request.json(&body).send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_past_is_refused_and_nothing_is_done_in_it() {
    let platform = Platform::start().await;
    let client = &platform.client;
    client.follow(&platform.site.list_url("talks")).await;
    client.until_told().await;
    let head = platform.server.log().head().position;
    for (as_of, expected) in [
        ("position: 9999999", "POSITION_BEYOND_HEAD"),
        ("time: \"2999-01-01T00:00:00Z\"", "TIME_AHEAD"),
        ("position: 3, time: \"2026-01-01T00:00:00Z\"", "BAD_ARGUMENT"),
        ("", "BAD_ARGUMENT"),
    ] {
        let document = format!("{{ playlists(asOf: {{ {as_of} }}) {{ totalCount }} }}");
        assert_eq!(code(&client.ask_raw(&document, json!({})).await), expected, "{as_of}");
    }
    let two = "{ a: playlists(asOf: { position: 1 }) { totalCount } b: playlists(asOf: { position: 2 }) { totalCount } }";
    assert_eq!(code(&client.ask_raw(two, json!({})).await), "AS_OF_DIFFERS");
    let later = format!("{{ playlists(minPosition: {head}, asOf: {{ position: 1 }}) {{ totalCount }} }}");
    assert_eq!(code(&client.ask_raw(&later, json!({})).await), "BAD_AS_OF");

    // Of the whole request, by every door.
    let count = "{ playlists { totalCount } }";
    let answer = until("it is built", || async {
        let answer = saying(client, count, json!({ "position": 0 })).await;
        (code(&answer) != "AS_OF_BUILDING").then_some(answer)
    })
    .await;
    assert_eq!(answer["data"]["playlists"]["totalCount"], json!(0), "{answer}");
    assert_eq!(answer["extensions"]["asOf"]["time"], Value::Null, "{answer}");
    for wrong in [json!({}), json!(5), json!({ "position": -1 }), json!({ "moment": 1 })] {
        assert_eq!(code(&saying(client, count, wrong.clone()).await), "BAD_AS_OF", "{wrong}");
    }
    let mutation = "mutation { limitsSet(input: { kinds: [{ kind: DOWNLOAD, limit: 3 }] }) { position } }";
    assert_eq!(code(&saying(client, mutation, json!({ "position": 1 })).await), "AS_OF_READ_ONLY");
    assert_eq!(platform.server.log().head().position, head, "nothing was recorded");
    let mut socket = Subscriber::connect(client).await;
    socket
        .say(json!({ "id": "1", "type": "subscribe", "payload": {
        "query": "subscription { jobChanges { position } }", "extensions": { "asOf": { "position": 1 } } } }))
        .await;
    let refused = socket.message().await.unwrap();
    assert_eq!(refused["payload"][0]["extensions"]["code"], json!("AS_OF_READ_ONLY"), "{refused}");
    platform.stop().await;
}

// Who may see what is decided as of now: by the token that is shown.
// invariant: S-3
#[tokio::test(flavor = "multi_thread")]
async fn the_past_shows_nobody_more_than_now() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let (other, job, _) = follow_as_other(platform.server.log(), &platform.site.list_url("videos")).await;
    let own = client.follow(&platform.site.list_url("talks")).await;
    let position = platform.server.log().head().position;
    let as_of = format!("asOf: {{ position: {position} }}");
    let document = format!(
        "{{ playlists({as_of}) {{ nodes {{ id }} }} playlist(id: \"{other}\", {as_of}) {{ id }}
            history(id: \"{other}\", {as_of}) {{ id }} why(id: \"{job}\", {as_of}) {{ answer }} }}"
    );
    let data = asked(client, &document).await;
    let lists = data["playlists"]["nodes"].as_array().unwrap();
    assert!(
        lists.iter().any(|list| list["id"] == json!(own)) && !data.to_string().contains(&other),
        "{data}"
    );
    assert_eq!((&data["playlist"], &data["history"], &data["why"]), (&Value::Null, &json!([]), &Value::Null));

    let made = "mutation { tokenCreate(input: { name: \"viewer\", role: VIEWER }) { secret } }";
    let secret = client.ask(made, json!({})).await["tokenCreate"]["secret"].take();
    let viewer = client.with_token(secret.as_str().unwrap());
    let lists = asked(&viewer, &format!("{{ playlists({as_of}) {{ totalCount }} }}")).await;
    assert!(lists["playlists"]["totalCount"].as_u64() >= Some(1), "{lists}");
    for forbidden in ["events(first: 1, ", "tokens(", "parked("] {
        let answer = viewer.ask_raw(&format!("{{ {forbidden}{as_of}) {{ __typename }} }}"), json!({})).await;
        assert_eq!(code(&answer), "FORBIDDEN", "{forbidden}");
    }
    let stranger = client.with_token("nonsense");
    let answer = stranger.ask_raw(&format!("{{ playlists({as_of}) {{ totalCount }} }}"), json!({})).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
    platform.stop().await;
}

// invariant: L-24, V-8
#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_not_found_in_the_past() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let playlist = client.follow(&platform.site.list_url("talks")).await;
    let position = platform.server.log().head().position;
    let document = format!(
        "{{ playlist(id: \"{playlist}\", asOf: {{ position: {position} }}) {{ entries {{ nodes {{ title }} }} }} }}"
    );
    let titles = asked(client, &document).await["playlist"]["entries"]["nodes"].take();
    let title = titles[0]["title"].as_str().unwrap().to_owned();
    let past = platform.data().join("views/past");
    assert!(!files_having(&past, &title).is_empty());
    let events = client.events_after(0).await;
    let positions: Vec<&Value> = events
        .iter()
        .filter(|event| event["payload"]["title"] == json!(title))
        .map(|event| &event["position"])
        .collect();
    let erase =
        "mutation($input: LogEraseInput!) { logErase(input: $input) { position userErrors { code } } }";
    let input = json!({ "positions": positions, "reason": "on request" });
    let erased = client.ask(erase, json!({ "input": input })).await["logErase"].take();
    assert_eq!(erased["userErrors"], json!([]), "{erased}");
    until("it is gone from the disk", || async { files_having(&past, &title).is_empty().then_some(()) })
        .await;
    let titles = asked(client, &document).await["playlist"]["entries"]["nodes"].take();
    assert_eq!(titles.as_array().unwrap().len(), 6);
    assert!(!titles.to_string().contains(&title) && files_having(&past, &title).is_empty(), "{titles}");
    platform.stop().await;
}
