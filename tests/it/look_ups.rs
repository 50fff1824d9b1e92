//! How many statements what is asked and watched runs, whatever it is nested in and however many watch.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::collections::BTreeSet;

use futures::{Stream, StreamExt as _, future::join_all};
use mediary_benches::{
    subscription::Edge,
    world::{self, List, Size},
};
use mediary_log::gate::Gate;
use mediary_projections::{
    Views, download::DownloadView, file::FileView, job::JobView, playlist::PlaylistView,
};
use mediary_schema::PlaylistId;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::block_in_place;

/// Three lists of forty entries, of which twenty are kept.
const SIZE: Size = Size { lists: 3, entries_each: 40, kept_each: 20 };

/// The edge before a log of some lists, and the first of them.
struct World {
    edge: Edge,
    gate: Gate,
    list: PlaylistId,
    _folder: TempDir,
}

impl World {
    async fn start(size: Size) -> Self {
        let folder = TempDir::new().unwrap();
        let gate = world::open(folder.path());
        let lists = block_in_place(|| world::tell(&gate, size)).unwrap();
        let edge = Edge::start(&gate, folder.path()).await.unwrap();
        Self { edge, gate, list: lists[0], _folder: folder }
    }

    fn head(&self) -> u64 {
        self.gate.log().head().position
    }
}

/// The ids of the rows that a subscription tells, until it has told all up to a position.
async fn told(items: &mut (impl Stream<Item = Value> + Unpin), field: &str, until: u64) -> Vec<Vec<String>> {
    let mut told = Vec::new();
    loop {
        let item = items.next().await.unwrap()["data"][field].take();
        let rows = item.as_object().unwrap().values().find_map(Value::as_array).unwrap();
        told.push(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect());
        if item["position"].as_u64().unwrap() >= until {
            return told;
        }
    }
}

/// The queries of each view since the last call.
fn statements(views: &Views) -> [Vec<String>; 4] {
    [
        views.of::<PlaylistView>().statements(),
        views.of::<DownloadView>().statements(),
        views.of::<JobView>().statements(),
        views.of::<FileView>().statements(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nested_is_read_level_by_level() {
    let World { edge, .. } = &World::start(SIZE).await;
    for entries in [2, 40] {
        statements(edge.views());
        let query = format!(
            "{{ playlists(first: 3) {{ nodes {{ entries(first: {entries}) {{ nodes {{
                download {{ job {{ id }} file {{ id }} }} }} }} }} }} }}"
        );
        let data = edge.ask(&query).await;
        let rows = data["playlists"]["nodes"][2]["entries"]["nodes"].as_array().unwrap();
        assert_eq!(rows.len(), entries);
        assert!(rows[1]["download"]["file"]["id"].is_string(), "{data}");
        let run = statements(edge.views());
        // The lists and a page of each; then what all of their entries lead to, a statement for each kind.
        assert_eq!(run.each_ref().map(Vec::len), [1 + 3, 1, 1, 1], "{run:#?}");
    }
    edge.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_is_counted_for_whoever_asks_for_it() {
    let World { edge, list, .. } = &World::start(SIZE).await;
    for (of, shown, total) in [
        ("playlists(first: 1)", "id", 3),
        ("downloads(first: 1)", "id", 60),
        ("jobs(first: 1)", "id", 63),
        ("files(first: 1)", "id", 60),
        ("entries(first: 1)", "id", 40),
        ("accountEntries(first: 1, standing: KEPT)", "id", 20),
        ("gone(first: 1)", "id", 0),
    ] {
        let ask = async |fields: &str| {
            statements(edge.views());
            let field = format!("connection: {of} {{ {fields} }}");
            let is_of_a_list = ["entries", "account", "gone"].iter().any(|name| of.starts_with(name));
            let data = if is_of_a_list {
                let data = edge.ask(&format!("{{ playlist(id: \"{list}\") {{ {field} }} }}")).await;
                data["playlist"]["connection"].clone()
            } else {
                edge.ask(&format!("{{ {field} }}")).await["connection"].clone()
            };
            (data, statements(edge.views()).concat().len())
        };
        let nodes = format!("nodes {{ {shown} }} pageInfo {{ hasNextPage }}");
        let (_, plain) = ask(&nodes).await;
        for asked in ["totalCount", "... { totalCount }"] {
            let (data, counted) = ask(&format!("{nodes} {asked}")).await;
            assert_eq!(data["totalCount"], total, "{of}: {data}");
            assert_eq!(counted, plain + 1, "{of} runs a statement more for its total, and none without");
        }
    }
    edge.stop();
}

// Issue 7: one feed for a view, only whoever is behind asks for himself.
// invariant: E-11
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_read_once_however_many_watch() {
    let world = World::start(SIZE).await;
    let head = world.head();
    let document = format!("subscription {{ jobChanges(after: {head}) {{ position jobs {{ id }} }} }}");
    let mut watching: Vec<_> = (0..50).map(|_| Box::pin(world.edge.subscribe(&document))).collect();
    for watcher in &mut watching {
        assert_eq!(
            told(watcher, "jobChanges", head).await,
            [Vec::<String>::new()],
            "nothing has changed yet"
        );
    }
    statements(world.edge.views());
    // All of it is one append.
    block_in_place(|| world::queue(&world.gate, &List::new(9), 40)).unwrap();
    let head = world.head();
    let all = join_all(watching.iter_mut().map(|watcher| told(watcher, "jobChanges", head))).await;
    for told in all {
        assert_eq!(told.concat().len(), 40);
    }
    let [_, _, run, _] = statements(world.edge.views());
    assert!((1..=2).contains(&run.len()), "{run:#?}");
    world.edge.stop();
}

// invariant: E-11
#[tokio::test(flavor = "multi_thread")]
async fn what_is_watched_can_be_narrowed() {
    let world = World::start(SIZE).await;
    let (head, list) = (world.head(), world.list);
    let query = format!(
        "{{ files(first: 2) {{ nodes {{ id itemId }} }} jobs(first: 1) {{ nodes {{ id storyId }} }}
            playlist(id: \"{list}\") {{ entries(first: 1) {{ nodes {{ id download {{ id }} }} }} }} }}"
    );
    let data = world.edge.ask(&query).await;
    let (file, job) = (&data["files"]["nodes"][1], &data["jobs"]["nodes"][0]);
    let entry = &data["playlist"]["entries"]["nodes"][0];
    for (field, arguments, rows, count) in [
        ("playlistChanges", String::new(), "playlists", 3),
        ("playlistChanges", format!("ids: [\"{list}\"]"), "playlists", 1),
        ("entryChanges", format!("playlistId: \"{list}\""), "entries", 40),
        ("entryChanges", format!("playlistId: \"{list}\", ids: [{}]", entry["id"]), "entries", 1),
        ("downloadChanges", String::new(), "downloads", 60),
        ("downloadChanges", format!("playlistId: \"{list}\""), "downloads", 20),
        ("downloadChanges", format!("ids: [{}]", entry["download"]["id"]), "downloads", 1),
        ("fileChanges", String::new(), "files", 60),
        ("fileChanges", format!("ids: [{}]", file["id"]), "files", 1),
        ("fileChanges", format!("itemId: {}", file["itemId"]), "files", 1),
        ("jobChanges", String::new(), "jobs", 63),
        ("jobChanges", "kinds: [REFRESH]".to_owned(), "jobs", 3),
        ("jobChanges", format!("ids: [{}]", job["id"]), "jobs", 1),
        ("jobChanges", format!("storyId: {}", job["storyId"]), "jobs", 20),
    ] {
        let document =
            format!("subscription {{ {field}(after: 0, {arguments}) {{ position {rows} {{ id }} }} }}");
        let mut items = Box::pin(world.edge.subscribe(&document));
        let told = told(&mut items, field, head).await.concat();
        assert_eq!(told.len(), count, "{document}");
        assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), count, "each once: {document}");
    }
    world.edge.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_told_in_several_items_and_whole() {
    let world = World::start(Size { lists: 1, entries_each: 450, kept_each: 0 }).await;
    let document = format!(
        "subscription {{ entryChanges(playlistId: \"{}\") {{ position entries {{ id }} }} }}",
        world.list
    );
    let mut items = Box::pin(world.edge.subscribe(&document));
    let told = told(&mut items, "entryChanges", world.head()).await;
    assert!(told.len() >= 3, "{} items", told.len());
    assert_eq!(told.concat().into_iter().collect::<BTreeSet<_>>().len(), 450);
    world.edge.stop();
}
