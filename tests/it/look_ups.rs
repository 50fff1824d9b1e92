//! How many statements what is asked and watched runs, whatever it is nested in and however many watch.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use mediary_benches::{
    subscription::Edge,
    world::{self, Size},
};
use mediary_projections::Views;
use mediary_schema::PlaylistId;
use tempfile::TempDir;
use tokio::task::block_in_place;

/// Three lists of forty entries, of which twenty are kept.
const SIZE: Size = Size { lists: 3, entries_each: 40, kept_each: 20 };

/// The edge before a log of some lists, and the first of them.
struct World {
    edge: Edge,
    list: PlaylistId,
    _folder: TempDir,
}

impl World {
    async fn start(size: Size) -> Self {
        let folder = TempDir::new().unwrap();
        let gate = world::open(folder.path());
        let lists = block_in_place(|| world::tell(&gate, size)).unwrap();
        let edge = Edge::start(&gate, folder.path()).await.unwrap();
        Self { edge, list: lists[0], _folder: folder }
    }
}

/// The queries of each view since the last call.
fn statements(Views { playlist, download, job, file }: &Views) -> [Vec<String>; 4] {
    [playlist, download, job, file].map(mediary_projections::ViewHandle::statements)
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
        ("gone(first: 1)", "here", 0),
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
