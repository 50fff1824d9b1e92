//! Lists of one's own at the command line.

use std::fs;

use serde_json::json;

use crate::harness::{Served, run_reading};

// Issue 8, MU-05, MU-06.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_made_filled_ordered_written_and_read_again() {
    let mut served = Served::start().await;
    served.add(&served.site.list_url("talks")).await;
    served
        .run(&["download", "start", "--playlist", "@last", "--quality", "audio", "--wait"])
        .await
        .ends_with(0);
    let files = served.json(&["file", "list", "--limit", "3"]).await;
    let id = |number: usize| files[number]["id"].as_str().unwrap();

    let made = served.json(&["collection", "create", "Road"]).await;
    assert_eq!(made["collection"]["name"], "Road");
    served.run(&["collection", "create", "road"]).await.ends_with(3).says(&["COLLECTION_EXISTS"]);
    let planned = served.run(&["collection", "create", "Rails", "--dry-run"]).await.ends_with(0);
    assert!(planned.stdout.contains("collection.created"), "{}", planned.stdout);
    // By an id, and by a path.
    let path = files[1]["path"].as_str().unwrap();
    let added = served.json(&["collection", "add", "Road", id(0), path, id(2)]).await;
    assert_eq!(added["addedIds"].as_array().unwrap().len(), 3, "{added}");
    let order = || async {
        let shown = served.json(&["collection", "show", "Road"]).await;
        let rows = shown["entries"].as_array().unwrap().clone();
        assert!(rows.iter().all(|row| row["isThere"] == json!(true)), "{shown}");
        rows.into_iter().map(|mut row| row["thingId"].take()).collect::<Vec<_>>()
    };
    served.run(&["collection", "move", "Road", "3", "--first"]).await.ends_with(0);
    served.run(&["collection", "move", "Road", "2", "--after", "3"]).await.ends_with(0);
    assert_eq!(order().await, [id(2), id(1), id(0)]);
    served.run(&["collection", "move", "Road", "9", "--first"]).await.ends_with(5);
    served.run(&["collection", "move", "Road", "1"]).await.ends_with(2);

    let folder = served.folder.path();
    for (name, begin) in [("road.m3u8", "#EXTM3U"), ("road.xspf", "<?xml")] {
        let written = served.json(&["collection", "export", "Road", name, "--base", "/mnt/nas"]).await;
        assert_eq!((&written["entryCount"], &written["leftOut"]), (&json!(3), &json!([])));
        let text = fs::read_to_string(folder.join(name)).unwrap();
        assert!(text.starts_with(begin) && text.contains("/mnt/nas/"), "{text}");
        let read = served.json(&["collection", "import", name, name]).await;
        assert_eq!(read["collection"]["entryCount"], json!(3), "{read}");
    }
    let stdout = served.run(&["collection", "export", "Road"]).await.ends_with(0).stdout;
    assert!(stdout.starts_with("#EXTM3U"), "{stdout}");
    let strange = "#EXTINF:1,Nobody's\nhere/is nothing.mp3\n";
    let read = run_reading(folder, &["collection", "import", "Road", "-"], strange).await.ends_with(0).stdout;
    assert!(
        read.contains("Nobody's") && read.contains("0 put into the list") && read.contains("1 not"),
        "{read}"
    );

    served.run(&["collection", "favourite", id(0), id(1)]).await.ends_with(0);
    served.run(&["collection", "favourite", id(0), "--toggle"]).await.ends_with(0);
    let best = served.json(&["collection", "show", "favourites"]).await;
    assert_eq!((&best["kind"], &best["entryCount"]), (&json!("FAVOURITES"), &json!(1)));
    served.run(&["collection", "delete", "Favourites", "--yes"]).await.ends_with(3);
    let removed = served.json(&["collection", "remove", "Road", "1", id(0)]).await;
    assert_eq!(removed["removedCount"], json!(2));
    served.run(&["collection", "rename", "Road", "Rails"]).await.ends_with(0);
    served.run(&["collection", "delete", "Rails", "--yes"]).await.ends_with(0);
    let left = served.json(&["collection", "list"]).await;
    let names: Vec<_> = left.as_array().unwrap().iter().map(|list| &list["name"]).collect();
    assert_eq!(names, ["Favourites", "road.m3u8", "road.xspf"]);
    // What is one's own is nothing for a schedule, which everybody reads.
    let scheduled = ["schedule", "add", "x", "--every", "1h", "--", "collection", "create", "Again"];
    served.run(&scheduled).await.ends_with(3).says(&["collection.create can't be given by a schedule"]);
    served.stop().await;
}
