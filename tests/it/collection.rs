//! Lists of one's own: made, filled, ordered, written as a file and read again, and seen by nobody else.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::fs;

use mediary_tests::{Client, Platform, Subscriber, until};
use serde_json::{Value, json};

const LIST: &str = "id name kind entryCount fileCount";

/// Asks for something about lists; what is refused fails.
async fn act(client: &Client, verb: &str, input: Value) -> Value {
    let payload = try_to(client, verb, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{verb}: {payload}");
    payload
}

async fn try_to(client: &Client, verb: &str, input: Value) -> Value {
    let kind = format!("collection{verb}");
    let what = if verb == "Import" {
        "rows { number title location thingId standing }"
    } else {
        "addedIds knownIds removedCount"
    };
    let document = format!(
        "mutation($input: Collection{verb}Input!) {{ {kind}(input: $input) {{
            collection {{ {LIST} }} {what} position userErrors {{ code }} }} }}"
    );
    client.ask(&document, json!({ "input": input })).await[kind].take()
}

async fn rows(client: &Client, id: &str) -> Vec<Value> {
    const DOCUMENT: &str = "query($id: ID!) { collection(id: $id) { entries(first: 100) { nodes {
        id title thingId isThere file { id path } } } } }";
    let mut data = client.ask(DOCUMENT, json!({ "id": id })).await;
    let nodes = data["collection"]["entries"]["nodes"].take();
    nodes.as_array().cloned().unwrap_or_else(|| panic!("{data}"))
}

async fn titles(client: &Client, id: &str) -> Vec<String> {
    rows(client, id).await.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

async fn export(client: &Client, id: &str, format: &str) -> Value {
    const DOCUMENT: &str = "query($id: ID!, $format: PlaylistFormat!) { collection(id: $id) {
        export(format: $format) { text entryCount leftOut { title reason } } } }";
    let mut data = client.ask(DOCUMENT, json!({ "id": id, "format": format })).await;
    data["collection"]["export"].take()
}

/// Another person, who may do all that the owner may.
async fn another(client: &Client) -> Client {
    const CREATE: &str = "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) {
        secret userErrors { code } } }";
    let input = json!({ "name": "somebody else", "role": "OWNER", "nats": true });
    let data = client.ask(CREATE, json!({ "input": input })).await;
    assert_eq!(data["tokenCreate"]["userErrors"], json!([]), "{data}");
    client.with_token(data["tokenCreate"]["secret"].as_str().unwrap())
}

/// The next lists that are told and are so.
async fn next(watcher: &mut Subscriber, is_so: impl Fn(&Value) -> bool) -> Value {
    loop {
        let told = watcher.item().await["collectionChanges"]["collections"].take();
        if is_so(&told) {
            return told;
        }
    }
}

fn ids(values: &[Value], field: &str) -> Vec<String> {
    values.iter().map(|value| value[field].as_str().unwrap().to_owned()).collect()
}

// MU-05.
// invariant: C-2, C-3, C-4
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_made_ordered_written_as_a_file_and_read_again() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let playlist = client.follow(&platform.site.list_url("talks")).await;
    client.download(&playlist, "audio").await;
    let files = client.files().await;
    let files = &files[..3];
    let things = ids(files, "id");
    let made = act(client, "Create", json!({ "name": "Road" })).await;
    let list = made["collection"]["id"].as_str().unwrap().to_owned();
    let added = act(client, "Add", json!({ "id": list, "thingIds": things })).await;
    assert_eq!((added["addedIds"].as_array().unwrap().len(), &added["knownIds"]), (3, &json!([])));
    assert_eq!(added["collection"]["fileCount"], json!(3));
    let again = act(client, "Add", json!({ "id": list, "thingIds": [things[0]] })).await;
    assert_eq!(again["knownIds"], json!([things[0]]));

    let before = titles(client, &list).await;
    let row = added["addedIds"][2].clone();
    act(client, "Move", json!({ "id": list, "entryId": row, "to": { "first": true } })).await;
    let order = [before[2].clone(), before[0].clone(), before[1].clone()];
    assert_eq!(titles(client, &list).await, order);

    // An entry stands for its item, by what it is called there; nothing is kept of an item of another list.
    let videos = client.follow(&platform.site.list_url("videos")).await;
    let entry = client.entries(&videos).await.swap_remove(0);
    act(client, "Add", json!({ "id": list, "thingIds": [entry["id"]] })).await;
    let unkept = rows(client, &list).await.swap_remove(3);
    assert_eq!((&unkept["title"], &unkept["thingId"]), (&entry["title"], &entry["itemId"]));
    assert_eq!((&unkept["isThere"], &unkept["file"]), (&json!(false), &Value::Null));

    for format in ["M3U8", "XSPF"] {
        let told = export(client, &list, format).await;
        assert_eq!(told["entryCount"], json!(3));
        assert_eq!(told["leftOut"], json!([{ "title": entry["title"], "reason": "UNKEPT" }]));
        let text = told["text"].as_str().unwrap();
        let name = format!("Read {format}");
        let read = act(client, "Import", json!({ "name": name, "text": text })).await;
        let standings: Vec<&Value> =
            read["rows"].as_array().unwrap().iter().map(|row| &row["standing"]).collect();
        assert_eq!(standings, ["ADDED"; 3], "{text}");
        let copy = read["collection"]["id"].as_str().unwrap().to_owned();
        assert_eq!(titles(client, &copy).await, order);
        let told = export(client, &copy, format).await["text"].as_str().unwrap().to_owned();
        assert_eq!(told.replace(&name, "Road"), text);
        assert!(fs::metadata(text.lines().find(|line| line.starts_with('/')).unwrap_or("/")).is_ok());
        // Without our ids files are found by their paths; what is not here is said, and nothing is fetched.
        let strange: String =
            text.lines().filter(|line| !line.contains("file-")).collect::<Vec<_>>().join("\n");
        let more = "#EXTM3U\n/nowhere/at all.mp3\nhttp://127.0.0.1:9/live.mp3\n";
        let strange = if format == "M3U8" { format!("{strange}\n{more}") } else { strange };
        let read = act(client, "Import", json!({ "name": name, "text": strange })).await;
        let standings: Vec<&Value> =
            read["rows"].as_array().unwrap().iter().map(|row| &row["standing"]).collect();
        let expected = ["KNOWN", "KNOWN", "KNOWN", "NOT_FOUND", "ADDRESS"];
        assert_eq!(standings, expected[..standings.len()]);
        assert_eq!(standings.len(), if format == "M3U8" { 5 } else { 3 });
    }
    let broken = try_to(client, "Import", json!({ "name": "Broken", "text": "<playlist>" })).await;
    assert_eq!(broken["userErrors"], json!([{ "code": "COLLECTION_UNREADABLE" }]));

    // What leaves the library stays in the list.
    let gone =
        platform.library_files().into_iter().find(|path| path.ends_with(files[0]["path"].as_str().unwrap()));
    fs::remove_file(gone.unwrap()).unwrap();
    client.verify_files(json!({ "ids": [things[0]] })).await;
    until("the list says that it is not there", || async {
        let rows = rows(client, &list).await;
        let row = rows.into_iter().find(|row| row["thingId"] == json!(things[0])).unwrap();
        (row["isThere"] == json!(false) && row["title"].is_string()).then_some(())
    })
    .await;
    assert_eq!(export(client, &list, "M3U8").await["leftOut"][0]["reason"], json!("GONE"));

    act(client, "Remove", json!({ "id": list, "ids": [entry["id"], row] })).await;
    assert_eq!(titles(client, &list).await, order[1..]);
    act(client, "Delete", json!({ "id": list })).await;
    let found = client.ask("query($id: ID!) { collection(id: $id) { id } }", json!({ "id": list })).await;
    assert_eq!(found["collection"], Value::Null);
    platform.stop().await;
}

// MU-05, MU-06.
// invariant: C-1
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_sees_lists_and_favourites() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let other = another(client).await;
    let playlist = client.follow(&platform.site.list_url("talks")).await;
    let entry = client.entries(&playlist).await.swap_remove(0);
    let item = entry["itemId"].clone();
    let watching = "subscription { collectionChanges { position collections { id name entryCount } } }";
    let mut watcher = Subscriber::open(client, watching, json!({})).await;
    let mut stranger = Subscriber::open(&other, watching, json!({})).await;

    let liked = act(client, "Favourite", json!({ "thingIds": [entry["id"]] })).await;
    let list = liked["collection"]["id"].as_str().unwrap().to_owned();
    assert_eq!(liked["collection"]["kind"], json!("FAVOURITES"));
    // Whoever has the page open is told.
    next(&mut watcher, |lists| lists[0]["entryCount"] == json!(1)).await;
    let position = liked["position"].clone();
    let ask = "query($ids: [ID!]!, $id: ID!, $at: Position) {
        favouritesAmong(ids: $ids, minPosition: $at) favourites { entryCount }
        collections { totalCount nodes { id } } node(id: $id) { id }
        why(id: $id) { answer } history(id: $id) { kind } outcome(id: $id) { state }
        item: history(id: $item, types: [\"collection\"]) { kind }
        resolve(text: \"Favourites\", kinds: [COLLECTION]) { id } }";
    let ask = ask.replace("$at: Position)", "$at: Position, $item: ID!)");
    let variables = json!({ "ids": [item, playlist.replace("playlist", "file")], "id": list, "item": item, "at": position });
    let own = client.ask(&ask, variables.clone()).await;
    assert_eq!(own["favouritesAmong"], json!([item]));
    assert_eq!((&own["favourites"]["entryCount"], &own["collections"]["totalCount"]), (&json!(1), &json!(1)));
    assert_eq!(own["node"]["id"], json!(list));
    assert_eq!(own["history"].as_array().unwrap().len(), 2);
    assert_eq!(own["item"], json!([{ "kind": "collection.entry_added" }]));
    assert!(own["why"]["answer"].as_str().unwrap().contains("list"), "{own}");
    assert_eq!(own["resolve"], json!([{ "id": list }]));

    let theirs = other.ask(&ask, variables.clone()).await;
    assert_eq!(theirs["favouritesAmong"], json!([]));
    assert_eq!((&theirs["favourites"], &theirs["collections"]["totalCount"]), (&Value::Null, &json!(0)));
    for field in ["node", "why", "outcome"] {
        assert_eq!(theirs[field], Value::Null, "{field}");
    }
    for field in ["history", "item", "resolve"] {
        assert_eq!(theirs[field], json!([]), "{field}");
    }
    let events = Value::from(other.events_after(0).await).to_string();
    assert!(!events.contains("collection."), "an audit of another is not told of it: {events}");
    assert!(Value::from(client.events_after(0).await).to_string().contains("collection.entry_added"));
    for (verb, more) in [
        ("Add", json!({ "thingIds": [item] })),
        ("Rename", json!({ "name": "Mine" })),
        ("Remove", json!({ "ids": [item] })),
        ("Delete", json!({})),
    ] {
        let mut input = json!({ "id": list });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let told = try_to(&other, verb, input).await;
        assert_eq!(told["userErrors"], json!([{ "code": "COLLECTION_NOT_FOUND" }]), "{verb}");
    }
    let liked = act(&other, "Favourite", json!({ "thingIds": [item] })).await;
    assert_ne!(liked["collection"]["id"], json!(list), "each has his own");
    // What a stranger is told first is his own, and no other.
    let told = next(&mut stranger, |lists| lists[0].is_object()).await;
    assert!(!told.to_string().contains(&list), "{told}");

    // Nothing of it is lost by a restart, nor by the view's.
    let platform = platform.restart().await;
    let variables = json!({ "ids": [item], "id": list, "item": item, "at": position });
    assert_eq!(platform.client.ask(&ask, variables).await["favouritesAmong"], json!([item]));
    let off = act(&platform.client, "Favourite", json!({ "thingIds": [item] })).await;
    assert_eq!((&off["removedCount"], &off["collection"]["entryCount"]), (&json!(1), &json!(0)));
    platform.stop().await;
}
