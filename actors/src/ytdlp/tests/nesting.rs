//! Lists of lists, and rows that can't be read.

use mediary_schema::{FailureClass, item::ItemSource};
use serde_json::{Value, json};

use super::{
    super::ListEnd,
    Bench, assignment,
    refreshing::{list, list_with, look},
    site::Site,
};

/// A row of the test extractor.
fn row(site: &Site, id: &str) -> Value {
    json!({"id": id, "title": id, "duration": 5, "url": site.url(&format!("/watch/{id}"))})
}

fn rows(site: &Site, name: &str, count: usize) -> Vec<Value> {
    (1..=count).map(|number| row(site, &format!("{name}{number}"))).collect()
}

/// A list that is handed over with its rows.
fn tab(site: &Site, name: &str, count: usize) -> Value {
    json!({"_type": "playlist", "id": name, "title": name, "webpage_url": site.url(&format!("/list/{name}")),
        "entries": rows(site, name, count)})
}

/// A row that is nothing but the address of a list.
fn reference(site: &Site, name: &str) -> Value {
    json!({"ie_key": "MediaryTestList", "url": site.url(&format!("/list/{name}"))})
}

fn put(site: &Site, name: &str, rows: Vec<Value>) -> String {
    site.content().lists.insert(name.to_owned(), rows);
    site.url(&format!("/list/{name}"))
}

fn numbered(lists: &[(&str, usize)]) -> Vec<String> {
    let of = |(name, count): &(&str, usize)| (1..=*count).map(|number| format!("{name}{number}")).collect();
    lists.iter().flat_map(|list| -> Vec<String> { of(list) }).collect()
}

const TABS: [(&str, usize); 3] = [("videos", 5), ("shorts", 8), ("live", 3)];

// invariant: P-11
// Field 05: a channel's tabs, each counted from 1; whole tabs were lost without a word.
#[tokio::test]
async fn a_list_of_lists_is_read_whole() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let channel = put(&site, "channel", TABS.iter().map(|(name, count)| tab(&site, name, *count)).collect());
    let listed = list(&bench, channel.clone()).await;
    assert_eq!((&listed.end, listed.is_nested), (&ListEnd::Complete, true));
    assert_eq!(listed.ids(), numbered(&TABS));
    assert_eq!(listed.indexes(), (1..=16).collect::<Vec<_>>());
    assert_eq!(listed.skipped, []);
    assert_eq!(listed.playlist.title.as_deref(), Some("List channel"), "and not that of its last tab");

    // A look that was killed and asks for the rest meets the middle of each of them, and says so.
    assert!(list_with(&bench, channel, 2, &assignment(None)).await.is_nested);
}

// UI-10: whoever looks wants to know which tabs there are, and waits for no more than their beginnings.
#[tokio::test]
async fn the_lists_in_a_list_are_told_with_where_they_are() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let named =
        |title: Option<&str>, name: &str| (title.map(str::to_owned), site.url(&format!("/list/{name}")));
    let channel = put(&site, "channel", TABS.iter().map(|(name, count)| tab(&site, name, *count)).collect());
    let told = TABS.map(|(name, _)| named(Some(name), name));
    let listed = list(&bench, channel.clone()).await;
    assert_eq!((listed.entries.len(), listed.within), (16, told.to_vec()));
    let listed = look(&bench, channel, 4).await;
    assert_eq!((&listed.end, listed.within), (&ListEnd::Complete, told.to_vec()));
    assert_eq!(listed.entries.len(), 4 + 4 + 3, "no more than four of each");

    // Of which only the address is there they are not asked.
    let home: Vec<_> = TABS.iter().map(|(name, _)| reference(&site, name)).collect();
    let home = put(&site, "home", [home, vec![row(&site, "trailer")]].concat());
    let listed = look(&bench, home, 4).await;
    assert_eq!((&listed.end, listed.ids()), (&ListEnd::Complete, vec!["trailer"]));
    assert_eq!(listed.within, TABS.map(|(name, _)| named(None, name)));
}

#[tokio::test]
async fn a_list_of_addresses_of_lists_is_read_whole() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    for (name, count) in TABS {
        put(&site, name, rows(&site, name, count));
    }
    let mut home: Vec<_> = TABS.iter().map(|(name, _)| reference(&site, name)).collect();
    home.insert(1, row(&site, "trailer"));
    let listed = list(&bench, put(&site, "home", home)).await;
    assert_eq!((&listed.end, listed.is_nested), (&ListEnd::Complete, true));
    let mut expected = numbered(&TABS);
    expected.insert(5, "trailer".to_owned());
    assert_eq!(listed.ids(), expected);
    assert_eq!(listed.indexes(), (1..=17).collect::<Vec<_>>());
    assert_eq!(listed.skipped, []);
}

// An extractor that hands over bare addresses says nothing of who reads them.
#[tokio::test]
async fn addresses_of_which_nothing_is_known_are_asked_what_they_are() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    put(&site, "tab", rows(&site, "t", 3));
    let video = json!({"id": "v", "title": "V", "url": site.url("/media/v.mp4")});
    site.content().videos.insert("v".to_owned(), video);
    let bare = |path: &str| json!({"ie_key": null, "url": site.url(path)});
    let listed =
        list(&bench, put(&site, "bare", vec![bare("/list/tab"), bare("/watch/v"), bare("/watch/w")])).await;
    assert_eq!(listed.end, ListEnd::Complete);
    assert_eq!((listed.ids()[..3].to_vec(), listed.entries.len()), (vec!["t1", "t2", "t3"], 5), "{listed:?}");
    assert_eq!(listed.entries[3].source.url, site.url("/watch/v"));
}

#[tokio::test]
async fn lists_in_lists_in_lists_end_somewhere() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let inner = |name: &str, more: Value| -> Vec<Value> { [rows(&site, name, 2), vec![more]].concat() };
    put(&site, "a", inner("a", reference(&site, "b")));
    put(&site, "b", inner("b", reference(&site, "c")));
    // It holds the one that it is in.
    put(&site, "c", [inner("c", reference(&site, "a")), vec![reference(&site, "d")]].concat());
    put(&site, "d", rows(&site, "d", 2));
    let listed = list(&bench, put(&site, "top", vec![reference(&site, "a"), row(&site, "last")])).await;
    assert_eq!(listed.end, ListEnd::Complete);
    assert_eq!(listed.ids(), ["a1", "a2", "b1", "b2", "c1", "c2", "last"]);
    let [(Some(7), reason)] = listed.skipped.as_slice() else { panic!("{:?}", listed.skipped) };
    assert!(reason.contains("3 deep"), "{reason}");

    let deep = json!({"_type": "playlist", "id": "outer", "title": "outer", "webpage_url": site.url("/list/outer"),
        "entries": [tab(&site, "x", 2), row(&site, "between"), tab(&site, "y", 3)]});
    let listed = list(&bench, put(&site, "deep", vec![deep, tab(&site, "z", 1)])).await;
    assert_eq!((&listed.end, listed.skipped.len()), (&ListEnd::Complete, 0), "{listed:?}");
    assert_eq!(listed.ids(), ["x1", "x2", "between", "y1", "y2", "y3", "z1"]);
}

#[tokio::test]
async fn a_list_in_the_list_that_can_not_be_read_is_told() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    put(&site, "tab", rows(&site, "t", 2));
    let home = put(&site, "home", vec![reference(&site, "gone"), reference(&site, "tab")]);
    let listed = list(&bench, home.clone()).await;
    assert_eq!((&listed.end, listed.ids()), (&ListEnd::Complete, vec!["t1", "t2"]));
    let [(Some(1), reason)] = listed.skipped.as_slice() else { panic!("{:?}", listed.skipped) };
    assert!(reason.contains("404"), "{reason}");

    // One that is there and just now doesn't answer makes the look one that broke off.
    site.list("long", 60);
    site.content().failing_page = Some(1);
    let home = put(&site, "broken", vec![reference(&site, "tab"), reference(&site, "long")]);
    let listed = list(&bench, home).await;
    assert!(matches!(listed.end, ListEnd::Partial(_)), "{listed:?}");
    assert_eq!(listed.failure().class, FailureClass::Network);
}

// invariant: P-11
// Field 06, 16e: each of these cost the whole list.
#[tokio::test]
async fn one_bad_row_costs_one_row() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let odd = |id: &str, field: &str, value: Value| {
        let mut row = row(&site, id);
        row[field] = value;
        row
    };
    let rows = vec![
        row(&site, "1"),
        odd("2", "duration", json!("<nan>")),
        Value::Null,
        odd("4", "title", json!("cut <half>")),
        odd("x", "id", json!(5)),
        odd("6", "duration", json!("5:00")),
        odd("7", "title", json!("é".repeat(150_000))),
        odd("8", "url", json!(format!("{}/{}", site.base, "x".repeat(300_000)))),
        odd("9", "url", Value::Null),
        odd("10", "title", Value::Null),
        odd("11", "id", json!("guid <half>")),
        odd("12", "url", json!("http://user:s3cret@127.0.0.1/x.mp3")),
        row(&site, "13"),
        odd("14", "duration", json!("<nan>")),
    ];
    let listed = list(&bench, put(&site, "odd", rows)).await;
    assert_eq!(listed.end, ListEnd::Complete);
    assert_eq!(listed.ids(), ["1", "4", "5", "7", "10", "guid \u{fffd}", "13"]);
    assert_eq!(listed.indexes(), [1, 4, 5, 7, 10, 11, 13]);
    assert_eq!(listed.entries[1].title.as_deref(), Some("cut \u{fffd}"));
    let places: Vec<_> = listed.skipped.iter().map(|(index, _)| index.unwrap()).collect();
    assert_eq!(places, [2, 3, 6, 8, 9, 12, 14], "{:?}", listed.skipped);
    assert!(listed.skipped.iter().all(|(_, reason)| !reason.contains("s3cret")));

    // Nothing but rows that can't be read is no empty list.
    let listed =
        list(&bench, put(&site, "none", vec![Value::Null, odd("2", "duration", json!("<nan>"))])).await;
    assert!(matches!(listed.end, ListEnd::Failed(_)), "{listed:?}");
}

// invariant: P-11
// Under load the words came later than the rows: of a bad row nothing was told, and its reason was told of a wordless one.
#[tokio::test]
async fn each_reason_is_told_of_its_own_row() {
    const TIMES: usize = 20;
    let (hosted, unhosted, site) = (Bench::new().await, Bench::unhosted().await, Site::start().await);
    let mut mixed = Vec::new();
    for time in 0..TIMES {
        let mut nan = row(&site, &format!("nan{time}"));
        nan["duration"] = json!("<nan>");
        let good = |name: &str| row(&site, &format!("{name}{time}"));
        mixed.extend([good("a"), nan, good("b"), Value::Null]);
    }
    let url = put(&site, "mixed", mixed);
    for bench in [hosted, unhosted] {
        let listed = list(&bench, url.clone()).await;
        assert_eq!((&listed.end, listed.ids().len()), (&ListEnd::Complete, 2 * TIMES));
        let told: Vec<_> = listed
            .skipped
            .iter()
            .map(|(index, reason)| {
                (index.unwrap(), reason.contains("NaN"), reason.contains("without a word"))
            })
            .collect();
        let rows =
            (0..TIMES as u32).flat_map(|time| [(4 * time + 2, true, false), (4 * time + 4, false, true)]);
        // Behind the last row nothing is left to show that one more is missing.
        let rows: Vec<_> = rows.take(2 * TIMES - 1).collect();
        assert_eq!(told, rows, "{:?}", listed.skipped);
    }
}

#[tokio::test]
async fn rows_keep_who_they_are_beside_bad_ones() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let listed = list(&bench, put(&site, "two", vec![Value::Null, row(&site, "2")])).await;
    let (extractor, url) = ("mediarytestvideo".to_owned(), site.url("/watch/2"));
    assert_eq!(listed.entries[0].source, ItemSource { extractor, source_id: "2".to_owned(), url });
    assert_eq!(listed.skipped.len(), 1);
}
