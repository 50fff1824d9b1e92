//! What is done again and again: any verb, and the refresh of what is followed.

use std::fs;

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

    // UI-06, scheduled ones too: whoever gave it may not come in any more, and that is told.
    let key = served.json(&["token", "create", "robot", "--role", "editor"]).await;
    let file = served.folder.path().join("robot.token");
    fs::write(&file, key["secret"].as_str().unwrap()).unwrap();
    let add = ["schedule", "add", "robots", "--every", "1s", "--token-file", file.to_str().unwrap(), "--"];
    served.run(&[&add[..], &["playlist", "refresh", playlist.as_str()]].concat()).await.ends_with(0);
    served.run(&["token", "revoke", key["id"].as_str().unwrap(), "--yes"]).await.ends_with(0);
    let told = ["notification", "list", "--rule", "schedule-failed"];
    let found = served.until(&told, |found| found.as_array().unwrap().len() == 1).await;
    assert_eq!(found[0]["title"], json!("The schedule robots came to nothing"), "{found}");
    served.run(&["schedule", "remove", "robots"]).await.ends_with(0);
    served.until(&told, |found| found.as_array().unwrap().is_empty()).await;

    let archive: Vec<String> = (0..1_200).map(|number| format!("youtube id-{number}")).collect();
    fs::write(served.folder.path().join("archive.txt"), archive.join("\n")).unwrap();
    let with_key = format!("{}?token=secret", served.site.list_url("videos"));
    let wrong: [(&[&str], i32, &str); 14] = [
        (&["--every", "1h", "--", "playlist", "refresh", "nothing"], 5, "nothing"),
        (&["--every", "1h", "--", "playlist", "list"], 2, "records no command"),
        (&["--every", "1h", "--", "serve"], 2, "records no command"),
        (&["--every", "1h", "--", "log", "erase", "1", "--reason", "x"], 2, "only people ask for it"),
        (&["--every", "1h", "--", "view", "rebuild", "job"], 2, "records no command"),
        (&["--every", "1h", "--", "export", "setup.toml"], 2, "records no command"),
        (
            &["--every", "1h", "--", "playlist", "refresh", "@last", "--wait"],
            2,
            "`--wait` can't be scheduled",
        ),
        (&["--every", "1h", "--", "--format", "json", "file", "verify"], 2, "type it before `--`"),
        (&["--every", "1h", "--", "download", "archive", "import", "archive.txt"], 2, "is several commands"),
        (&["--every", "1h", "--", "playlist", "follow", &with_key], 2, "an address with a key"),
        (&["--every", "1h", "--", "token", "create", "x"], 3, "token.create can't be given by a schedule"),
        (&["--every", "1h", "--zone", "Europe/Berlin", "--", "file", "verify"], 2, "--zone"),
        (&["--cron", "0 0 30 2 *", "--", "file", "verify"], 3, "never comes"),
        (&["--every", "soon", "--", "file", "verify"], 2, "90s, 15m, 2h or 1d"),
    ];
    let position = served.json(&["log", "verify"]).await["lastPosition"].take();
    for (rest, code, said) in wrong {
        served.run(&[&["schedule", "add", "x"], rest].concat()).await.ends_with(code).says(&[said]);
    }
    assert_eq!(served.json(&["schedule", "list"]).await, json!([]));
    assert!(!served.folder.path().join("setup.toml").exists(), "it was not done");
    assert_eq!(served.json(&["log", "verify"]).await["lastPosition"], position, "nothing was recorded");
    let asked = ["schedule", "add", "x", "--every", "1h", "--", "playlist", "refresh", "--help"];
    let told = served.run(&asked).await.ends_with(0).stdout;
    assert!(told.contains("--full") && told.contains("PLAYLIST"), "{told}");
    assert_eq!(served.json(&["schedule", "list"]).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_takes_the_place_of_another_if_that_is_asked_for() {
    let served = Served::start().await;
    let add = async |flags: &[&str]| {
        let verb = ["--format", "json", "--", "file", "verify"];
        served.run(&[&["schedule", "add", "reading"], flags, &verb[..]].concat()).await
    };
    let first = add(&["--every", "1h"]).await.ends_with(0).json();
    add(&["--every", "2h"]).await.ends_with(3).says(&["SCHEDULE_EXISTS"]);
    let planned = add(&["--every", "2h", "--replace", "--dry-run"]).await.ends_with(0).json();
    assert_eq!(kinds(&planned), ["schedule.added"], "{planned}");
    assert_eq!(served.json(&["schedule", "list"]).await, json!([first]));
    let other = add(&["--every", "2h", "--replace"]).await.ends_with(0).json();
    assert_eq!(other["everySeconds"], json!(7_200));
    assert_eq!(served.json(&["schedule", "list"]).await, json!([other]));
}

// What is followed and how often it is refreshed are one command.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_followed_is_refreshed_as_often_as_was_said_last() {
    let served = Served::start().await;
    let url = served.site.list_url("talks");
    let follow = ["playlist", "follow", &url];
    // Whoever mistypes how often has followed nothing.
    served.run(&[&follow[..], &["--cron", "0 0 30 2 *"]].concat()).await.ends_with(3).says(&["never comes"]);
    let planned = served.json(&[&follow[..], &["--every", "6h", "--dry-run"]].concat()).await;
    let kinds = kinds(&planned);
    assert!(kinds.contains(&"playlist.follow_requested") && kinds.contains(&"schedule.added"), "{planned}");
    for noun in ["playlist", "schedule", "job"] {
        assert_eq!(served.json(&[noun, "list"]).await, json!([]), "{noun}");
    }

    let followed = served.json(&[&follow[..], &["--keep", "new", "--every", "6h", "--wait"]].concat()).await;
    assert_eq!((&followed["keep"], &followed["keepQuality"]), (&json!("NEW"), &json!("best")), "{followed}");
    let first = served.json(&["schedule", "list"]).await;
    let name = format!("refresh {}", followed["id"].as_str().unwrap());
    assert_eq!((first.as_array().unwrap().len(), &first[0]["name"]), (1, &json!(name)), "{first}");
    assert_eq!((&first[0]["everySeconds"], &first[0]["cron"]), (&json!(21_600), &json!(null)), "{first}");
    let command = json!({ "name": "playlist.refresh", "arguments": { "playlist_id": followed["id"] } });
    assert_eq!(first[0]["command"], command, "{first}");

    // Said badly, both stay as they are; said otherwise, both are; not said, the schedule stays.
    served.run(&[&follow[..], &["--keep", "all", "--cron", "soon"]].concat()).await.ends_with(3);
    let shown = served.json(&["playlist", "show", &url]).await;
    assert_eq!((&shown["keep"], served.json(&["schedule", "list"]).await), (&json!("NEW"), first));
    let again = served.json(&[&follow[..], &["--keep", "nothing", "--cron", "30 2 * * *"]].concat()).await;
    assert_eq!((&again["keep"], &again["keepQuality"]), (&json!("NOTHING"), &json!(null)), "{again}");
    let second = served.json(&["schedule", "list"]).await;
    assert_eq!((second.as_array().unwrap().len(), &second[0]["name"]), (1, &json!(name)), "{second}");
    assert_eq!((&second[0]["cron"], &second[0]["everySeconds"]), (&json!("30 2 * * *"), &json!(null)));
    for verb in
        [&["playlist", "follow", &url, "--keep", "new", "--quality", "720p"][..], &["playlist", "show", &url]]
    {
        let told = served.run(verb).await.ends_with(0).stdout;
        let is_said = told.lines().any(|line| line.starts_with("keeps ") && line.ends_with("new, 720p"));
        assert!(is_said, "{told}");
    }
    assert_eq!(served.json(&["schedule", "list"]).await, second);

    // Which of them, and on which clock.
    let rules = ["--keep", "new", "--filter", "title!=trailer", "--filter", "duration>=90s"];
    let berlin = ["--cron", "30 2 * * *", "--zone", "Europe/Berlin"];
    let zoned = served.json(&[&follow[..], &rules, &berlin].concat()).await;
    assert_eq!(zoned["keepFilter"], json!(["title!=trailer", "duration>=1m30s"]), "{zoned}");
    assert_eq!(served.json(&["schedule", "list"]).await[0]["zone"], json!("Europe/Berlin"));
    let told = served.run(&["playlist", "show", &url]).await.ends_with(0).stdout;
    assert!(told.contains("new, 720p, title!=trailer, duration>=1m30s"), "{told}");
    served.run(&[&follow[..], &["--filter", "kind=video"]].concat()).await.ends_with(2).says(&["--keep"]);
    let badly = [&follow[..], &["--keep", "new", "--filter", "kind=film"]].concat();
    served.run(&badly).await.ends_with(3).says(&["a kind is", "title=WORDS"]);
    let bare = served.json(&[&follow[..], &["--keep", "new", "--no-filter"]].concat()).await;
    assert_eq!((&bare["keepFilter"], &bare["keepQuality"]), (&json!([]), &json!("720p")), "{bare}");
    served.run(&["schedule", "remove", &name]).await.ends_with(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_t_be_refreshed_now_is_refreshed_later_all_the_same() {
    let served = Served::start().await;
    let url = served.site.list_url("nowhere");
    served.run(&["playlist", "follow", &url, "--every", "6h", "--wait"]).await.ends_with(1);
    let schedules = served.json(&["schedule", "list"]).await;
    assert_eq!((schedules.as_array().unwrap().len(), &schedules[0]["everySeconds"]), (1, &json!(21_600)));
}

/// The kinds of the events that a plan has.
fn kinds(plan: &Value) -> Vec<&str> {
    let events = plan["events"].as_array().expect("it is a plan");
    events.iter().filter_map(|event| event["kind"].as_str()).collect()
}
