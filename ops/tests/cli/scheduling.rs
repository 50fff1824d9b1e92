//! What is done again and again: any verb, and the refresh of what is followed.

use serde_json::{Value, json};

use crate::harness::Served;

// Issue 8: what is typed behind `--` is what is done, and is tried at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_verb_is_done_again_and_again_and_one_that_would_be_refused_is_not() {
    let served = Served::start().await;
    let playlist = served.add(&served.site.list_url("talks")).await;
    // What stands behind `--` is the verb's own.
    let add = [
        "--format", "json", "schedule", "add", "talks", "--every", "1h", "--", "playlist", "refresh", "@last",
    ];
    let added: Value = serde_json::from_str(&served.run(&add).await.ends_with(0).stdout).unwrap();
    assert_eq!(
        (&added["name"], &added["command"]),
        (&json!("talks"), &json!({ "name": "playlist.refresh", "arguments": { "playlist_id": playlist } })),
        "{added}"
    );
    assert_eq!((added["lastRunAt"].is_null(), added["nextRunAt"].is_string()), (true, true), "{added}");
    assert_eq!(served.json(&["schedule", "list"]).await, json!([added]));
    served.run(&["schedule", "run", "talks"]).await.ends_with(0);
    let shown = served.json(&["schedule", "show", "talks"]).await;
    assert!(shown["lastRunAt"].is_string() && shown["lastRefusal"].is_null(), "{shown}");
    assert_eq!(served.json(&["schedule", "pause", "talks"]).await["nextRunAt"], json!(null));
    assert!(served.json(&["schedule", "resume", "talks"]).await["nextRunAt"].is_string());
    assert_eq!(served.json(&["schedule", "remove", "talks"]).await, json!({ "id": added["id"] }));

    let wrong: [(&[&str], i32, &str); 5] = [
        (&["--every", "1h", "--", "playlist", "refresh", "nothing"], 5, "nothing"),
        (&["--every", "1h", "--", "playlist", "list"], 2, "changes nothing"),
        (&["--every", "1h", "--", "serve"], 2, "nothing that the server does"),
        (&["--cron", "0 0 30 2 *", "--", "file", "verify"], 3, "never comes"),
        (&["--every", "soon", "--", "file", "verify"], 2, "90s, 15m, 2h or 1d"),
    ];
    for (rest, code, said) in wrong {
        served.run(&[&["schedule", "add", "x"], rest].concat()).await.ends_with(code).says(&[said]);
    }
    assert_eq!(served.json(&["schedule", "list"]).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_followed_is_refreshed_as_often_as_was_said_last() {
    let served = Served::start().await;
    let url = served.site.list_url("talks");
    let followed =
        served.json(&["playlist", "follow", &url, "--keep", "new", "--every", "6h", "--wait"]).await;
    assert_eq!((&followed["keep"], &followed["keepQuality"]), (&json!("NEW"), &json!("best")), "{followed}");
    let again = served.json(&["playlist", "follow", &url, "--keep", "nothing", "--cron", "30 2 * * *"]).await;
    assert_eq!((&again["keep"], &again["keepQuality"]), (&json!("NOTHING"), &json!(null)), "{again}");
    let schedules = served.json(&["schedule", "list"]).await;
    assert_eq!(schedules.as_array().unwrap().len(), 1, "{schedules}");
    assert_eq!((&schedules[0]["cron"], &schedules[0]["everySeconds"]), (&json!("30 2 * * *"), &json!(null)));
    let name = schedules[0]["name"].as_str().unwrap();
    served.run(&["schedule", "remove", name]).await.ends_with(0);
}
