//! Things by what people call them.

use serde_json::json;

use super::harness::Served;

// Issue 5, words: an id, the first digits of it, a title, an address or `@last`, wherever an id is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_thing_is_found_by_whatever_people_call_it() {
    let served = Served::start().await;
    let (videos, music) = (served.site.list_url("videos"), served.site.list_url("talks"));
    let id = served.add(&videos).await;
    let later = served.add(&music).await;
    let title = served.json(&["playlist", "show", &id]).await["title"].as_str().unwrap().to_owned();
    let digits = &id["playlist-".len().."playlist-".len() + 8];
    for called in [&id, &title, &title.to_uppercase(), digits, &format!("playlist-{digits}"), &videos] {
        let shown = served.json(&["playlist", "show", called]).await;
        assert_eq!(shown["id"], json!(id), "{called}");
    }
    let last = served.json(&["playlist", "show", "@last"]).await;
    assert_eq!(last["id"], json!(later));

    // The jobs of a list that is named by its title, and the newest of them.
    let jobs = served.json(&["job", "list", "--playlist", &title]).await;
    assert_eq!(jobs.as_array().unwrap().len(), 1);
    assert_eq!(served.json(&["job", "show", "@last"]).await["subjectIds"], json!([later]));
    assert_eq!(served.json(&["why", &title]).await["id"], json!(id));
    let about =
        served.json(&["log", "show", "--subject", &title, "--types", "playlist.follow_requested"]).await;
    assert_eq!(about[0]["stream"], json!(id));

    // A plan for a token that is named; nothing is called so, and too much is.
    served.run(&["token", "create", "script"]).await.ends_with(0);
    served.run(&["token", "revoke", "script", "--yes"]).await.ends_with(0);
    served.run(&["token", "revoke", "script", "--yes"]).await.ends_with(5).says(&["token called \"script\""]);
    served.run(&["playlist", "show", "nothing is called so"]).await.ends_with(5).says(&["playlist list"]);
    let entries = served.json(&["playlist", "show", &id]).await["entries"].take();
    let first = entries[0]["title"].as_str().unwrap();
    let word = first.split_whitespace().next().unwrap();
    let many = entries.as_array().unwrap().iter().filter(|row| row["title"].as_str().unwrap().contains(word));
    assert!(many.count() > 1, "the sample list has several titles with {word:?}");
    let ran = served.run(&["download", "start", "--entry", word]).await.ends_with(2);
    ran.says(&["may be one of", entries[0]["id"].as_str().unwrap(), first]);
    assert_eq!(served.json(&["job", "list"]).await.as_array().unwrap().len(), 2, "nothing was done");
}

// Issue 5, words: one `--search` and one `--since`.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_searched_and_cut_by_time_in_one_way_everywhere() {
    let served = Served::start().await;
    let id = served.add(&served.site.list_url("videos")).await;
    served.add(&served.site.list_url("talks")).await;
    let title = served.json(&["playlist", "show", &id]).await["title"].as_str().unwrap().to_owned();
    let part = title.split_whitespace().last().unwrap().to_uppercase();
    let found = served.json(&["playlist", "list", "--search", &part]).await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(id)), "{found}");
    // What stands for anything elsewhere is a letter here.
    assert_eq!(served.json(&["playlist", "list", "--search", "%"]).await, json!([]));

    let entries = served.json(&["playlist", "show", &id]).await["entries"].take();
    served
        .run(&["download", "start", "--entry", entries[0]["id"].as_str().unwrap(), "--wait"])
        .await
        .ends_with(0);
    let name = entries[0]["title"].as_str().unwrap().to_lowercase();
    for list in [&["download", "list", "--search", &name][..], &["file", "list", "--search", &name]] {
        assert_eq!(served.json(list).await.as_array().unwrap().len(), 1, "{list:?}");
    }
    let file = served.json(&["file", "show", &name]).await;
    assert_eq!((&file["state"], &file["itemId"]), (&json!("PRESENT"), &entries[0]["itemId"]));

    for (since, some) in [("1h", true), ("2020-01-01", true), ("2999-01-01T00:00:00Z", false)] {
        for list in [&["job", "list", "--since", since][..], &["log", "show", "--since", since]] {
            assert_eq!(!served.json(list).await.as_array().unwrap().is_empty(), some, "{list:?}");
        }
    }
    served.run(&["job", "list", "--since", "yesterday"]).await.ends_with(2).says(&["7d"]);
}
