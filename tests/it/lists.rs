//! Lists as every one of them is asked for: from either end, in every order, with what belongs to a row's edge.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::collections::BTreeSet;

use mediary_benches::{
    subscription::Edge,
    world::{self, Size},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::block_in_place;

/// Three lists of twelve entries, of which five are kept.
const SIZE: Size = Size { lists: 3, entries_each: 12, kept_each: 5 };

/// The edge before a log of some lists, and the first of them.
struct World {
    edge: Edge,
    list: String,
    _folder: TempDir,
}

impl World {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let gate = world::open(folder.path());
        let lists = block_in_place(|| world::tell(&gate, SIZE)).unwrap();
        let edge = Edge::start(&gate, folder.path()).await.unwrap();
        Self { edge, list: lists[0].to_string(), _folder: folder }
    }

    /// What a connection answers.
    async fn connection(&self, of: &List, arguments: &str, fields: &str) -> Value {
        let mut data = self.edge.ask(&self.query(of, arguments, fields)).await;
        if of.is_of_playlist { data["of"]["connection"].take() } else { data["connection"].take() }
    }

    /// Asks for a connection with these arguments and fields.
    fn query(&self, of: &List, arguments: &str, fields: &str) -> String {
        let List { field, always, is_of_playlist, .. } = of;
        let field = format!("connection: {field}({always} {arguments}) {{ {fields} }}");
        if *is_of_playlist {
            format!("{{ of: playlist(id: \"{}\") {{ {field} }} }}", self.list)
        } else {
            format!("{{ {field} }}")
        }
    }

    /// The ids of a list, page by page, with what each page says of its ends.
    async fn walk(&self, of: &List, order: &str, is_forwards: bool) -> Vec<String> {
        let (mut ids, mut cursor) = (Vec::<String>::new(), String::new());
        let (limit, from) = if is_forwards { ("first", "after") } else { ("last", "before") };
        loop {
            let place = if cursor.is_empty() { String::new() } else { format!("{from}: \"{cursor}\"") };
            let arguments = format!("{order} {limit}: 4 {place}");
            let fields = "edges { cursor node { id } } nodes { id } totalCount
                pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
            let query = self.query(of, &arguments, fields);
            let page = self.connection(of, &arguments, fields).await;
            let edges = page["edges"].as_array().unwrap();
            let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
            assert_eq!(page["nodes"], Value::Array(nodes), "{query}");
            assert_eq!(page["totalCount"], of.rows, "{query}");
            let ends = (&page["pageInfo"]["startCursor"], &page["pageInfo"]["endCursor"]);
            assert_eq!(ends, (&edges[0]["cursor"], &edges[edges.len() - 1]["cursor"]));
            let page_ids = edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned());
            let (more, others, next) = if is_forwards {
                ids.extend(page_ids);
                ("hasNextPage", "hasPreviousPage", ends.1)
            } else {
                ids.splice(0..0, page_ids);
                ("hasPreviousPage", "hasNextPage", ends.0)
            };
            assert_eq!(page["pageInfo"][others], !cursor.is_empty(), "{query}");
            if page["pageInfo"][more] == false {
                return ids;
            }
            next.as_str().unwrap().clone_into(&mut cursor);
        }
    }
}

/// A list that can be asked for.
struct List {
    field: &'static str,
    always: &'static str,
    is_of_playlist: bool,
    orders: &'static [&'static str],
    rows: u64,
}

const LISTS: [List; 7] = [
    List {
        field: "playlists",
        always: "",
        is_of_playlist: false,
        orders: &["FOLLOWED_AT", "CHANGED_AT", "TITLE"],
        rows: 3,
    },
    List {
        field: "downloads",
        always: "",
        is_of_playlist: false,
        orders: &["REQUESTED_AT", "CHANGED_AT"],
        rows: 15,
    },
    List { field: "jobs", always: "", is_of_playlist: false, orders: &["QUEUED_AT", "CHANGED_AT"], rows: 18 },
    List {
        field: "files",
        always: "",
        is_of_playlist: false,
        orders: &["RECORDED_AT", "CHANGED_AT", "PATH"],
        rows: 15,
    },
    List { field: "entries", always: "", is_of_playlist: true, orders: &["PLACE", "CHANGED_AT"], rows: 12 },
    List { field: "accountEntries", always: "standing: KEPT", is_of_playlist: true, orders: &[], rows: 5 },
    List {
        field: "entries",
        always: "filter: { availability: AVAILABLE, status: PRESENT }",
        is_of_playlist: true,
        orders: &["PLACE", "CHANGED_AT"],
        rows: 12,
    },
];

// invariant: E-12
#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_the_same_from_either_end_in_every_order() {
    let world = World::start().await;
    for list in &LISTS {
        let as_it_is = world.walk(list, "", true).await;
        assert_eq!(world.walk(list, "", false).await, as_it_is, "{}", list.field);
        let all: BTreeSet<_> = as_it_is.iter().cloned().collect();
        assert_eq!(all.len() as u64, list.rows);
        for field in list.orders {
            let order = |direction| format!("orderBy: {{ field: {field}, direction: {direction} }}");
            let up = world.walk(list, &order("ASC"), true).await;
            assert_eq!(up.iter().cloned().collect::<BTreeSet<_>>(), all, "{} by {field}", list.field);
            assert_eq!(world.walk(list, &order("ASC"), false).await, up, "{} by {field}", list.field);
            let mut down = world.walk(list, &order("DESC"), true).await;
            assert_eq!(world.walk(list, &order("DESC"), false).await, down, "{} by {field}", list.field);
            down.reverse();
            assert_eq!(down, up, "{} by {field}", list.field);
        }
    }
    world.edge.stop();
}

// invariant: E-12
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_a_place_in_one_order_and_a_page_has_one_end() {
    let world = World::start().await;
    for list in LISTS.iter().filter(|list| list.orders.len() > 1) {
        let by = |field: &str| format!("orderBy: {{ field: {field}, direction: ASC }}");
        let begin = format!("{} first: 1", by(list.orders[0]));
        let page = world.connection(list, &begin, "edges { cursor }").await;
        let cursor = &page["edges"][0]["cursor"];
        for (arguments, code) in [
            (format!("{} after: {cursor}", by(list.orders[1])), "BAD_CURSOR"),
            (format!("{} before: {cursor}", by(list.orders[1])), "BAD_CURSOR"),
            ("after: \"nonsense\"".to_owned(), "BAD_CURSOR"),
            ("first: 2 last: 2".to_owned(), "BAD_PAGE"),
            ("last: 501".to_owned(), "PAGE_TOO_LARGE"),
        ] {
            let query = world.query(list, &arguments, "nodes { id }");
            assert_eq!(world.edge.try_ask(&query).await, Err(vec![code.to_owned()]), "{query}");
        }
    }
    world.edge.stop();
}

// invariant: E-13
#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_searched_for_words() {
    let world = World::start().await;
    for (list, text, count) in [
        (&LISTS[0], "PEOPLE movies par", 3),
        (&LISTS[0], "part 1", 1),
        (&LISTS[0], "open-movies/list-0002", 1),
        (&LISTS[1], "càmera short", 15),
        (&LISTS[1], "1.00003", 1),
        (&LISTS[2], "can't film", 15),
        (&LISTS[2], "list-0001", 1),
        (&LISTS[3], "blender movies 0.00004", 1),
        (&LISTS[4], "blend", 12),
        (&LISTS[4], "00011", 1),
        (&LISTS[4], "lender", 0),
        (&LISTS[4], "\\\" OR NEAR(* ^ \\u0000", 0),
    ] {
        for always in ["", "first: 1", "last: 1"] {
            let arguments = format!("filter: {{ search: \"{text}\" }} {always}");
            let page = world.connection(list, &arguments, "totalCount nodes { id }").await;
            assert_eq!(page["totalCount"], count, "{} {text}", list.field);
            let shown = page["nodes"].as_array().unwrap().len();
            assert_eq!(shown, if always.is_empty() { count } else { count.min(1) }, "{} {text}", list.field);
        }
        let arguments = format!("filter: {{ search: \"{}\" }}", "a".repeat(8_193));
        let query = world.query(list, &arguments, "nodes { id }");
        assert_eq!(world.edge.try_ask(&query).await, Err(vec!["BAD_TEXT".to_owned()]));
    }
    world.edge.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_asked_for_by_more_than_one_thing_at_once() {
    let world = World::start().await;
    let jobs = &LISTS[2];
    for (filter, count) in [
        ("kind: REFRESH", 3),
        ("kind: DOWNLOAD, state: SUCCEEDED", 15),
        ("kind: DOWNLOAD, state: QUEUED", 0),
        ("since: \"2199-01-01T00:00:00Z\"", 0),
        ("since: \"1970-01-01T00:00:00Z\", kind: REFRESH", 3),
    ] {
        let page =
            world.connection(jobs, &format!("filter: {{ {filter} }}"), "totalCount nodes { id }").await;
        assert_eq!(page["totalCount"], count, "{filter}");
        assert_eq!(page["nodes"].as_array().unwrap().len(), count);
    }
    world.edge.stop();
}
