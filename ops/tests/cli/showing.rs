//! What is printed where.

use serde_json::{Value, json};

use super::harness::{Served, run};

#[tokio::test(flavor = "multi_thread")]
async fn flags_of_every_command_work_before_and_after_the_verb() {
    let served = Served::start().await;
    let data = served.data();
    let data = data.to_str().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for arguments in [
        ["--format", "json", "--data", data, "limit", "show"],
        ["limit", "show", "--format", "json", "--data", data],
        ["limit", "--data", data, "show", "--format", "json"],
    ] {
        let limits = run(elsewhere.path(), &arguments).await.ends_with(0).json();
        assert_eq!(limits["kinds"][1], json!({ "kind": "DOWNLOAD", "limit": 2 }), "{arguments:?}");
    }
    let set = served.json(&["limit", "set", "--kind", "download=3"]).await;
    assert_eq!(set["kinds"][1], json!({ "kind": "DOWNLOAD", "limit": 3 }));
    assert_eq!(set["kinds"][0], json!({ "kind": "REFRESH", "limit": 2 }), "what is left out stays");
    let unknown = served.run(&["limit", "set", "--kind", "cook=3"]).await;
    unknown.ends_with(2).says(&["COOK"]);
}

// Issue 7, part 3: PL-43.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_is_listed_as_of_a_moment_of_the_past() {
    let served = Served::start().await;
    let before = served.json(&["limit", "show"]).await;
    let head = || async {
        let events = served.json(&["log", "show", "--from", "1"]).await;
        events.as_array().unwrap().last().unwrap()["position"].as_u64().unwrap()
    };
    let position = head().await.to_string();
    served.json(&["limit", "set", "--kind", "download=3"]).await;
    assert!(head().await > position.parse().unwrap());
    assert_ne!(served.json(&["limit", "show"]).await, before);
    let past = served.run(&["limit", "show", "--as-of", &position, "--format", "json"]).await.ends_with(0);
    assert_eq!(past.json(), before);
    past.says(&[&format!("as of position {position}, which was recorded at ")]);
    let empty = served.run(&["job", "list", "--as-of", "0", "--format", "json"]).await.ends_with(0);
    assert_eq!(empty.json(), json!([]));
    empty.says(&["before the first event"]);
    served.run(&["limit", "show", "--as-of", "999999"]).await.ends_with(3).says(&["POSITION_BEYOND_HEAD"]);
    served
        .run(&["limit", "set", "--kind", "download=4", "--as-of", "1"])
        .await
        .ends_with(3)
        .says(&["AS_OF_READ_ONLY"]);
    served.run(&["lane", "list", "--as-of", "1"]).await.ends_with(3).says(&["NOT_RECORDED"]);
    served
        .run(&["download", "archive", "export", "-", "--as-of", "1"])
        .await
        .ends_with(2)
        .says(&["BAD_AS_OF", "is of now"]);
    served.run(&["log", "tail", "--as-of", "1"]).await.ends_with(2).says(&["leave it out"]);
    served.run(&["limit", "show", "--as-of", "soon"]).await.ends_with(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_gets_no_colours_and_tokens_stand_alone() {
    let served = Served::start().await;
    let made = served.run(&["token", "create", "script"]).await.ends_with(0);
    assert!(made.stdout.starts_with("mdy_") && made.stdout.lines().count() == 1, "{}", made.stdout);
    made.says(&["shown this once"]);
    let setup = served.json(&["token", "setup"]).await;
    let secret = setup["secret"].as_str().unwrap();
    assert_eq!(setup["link"], json!(format!("{}/#token={secret}", served.url)));
    for arguments in [&["playlist", "follow", "-x"][..], &["token", "list"], &["job", "list"]] {
        let ran = served.run(arguments).await;
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains('\u{1b}'), "{ran:?}");
    }
}

#[tokio::test]
async fn what_needs_no_server_works_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let script = run(folder.path(), &["completions", "bash"]).await.ends_with(0);
    assert!(script.stdout.contains("complete -F _mediary"), "{}", script.stdout);
    let shown = run(folder.path(), &["config", "show", "--data", "here"]).await.ends_with(0);
    assert!(shown.stdout.contains("data = \"here\""), "{}", shown.stdout);
    let schema = run(folder.path(), &["config", "schema"]).await.ends_with(0).json();
    assert!(schema["properties"]["listen"]["description"].is_string(), "{schema}");
    std::fs::write(folder.path().join("off.toml"), "[ytdlp]\nhost = false\n").unwrap();
    for (config, told) in [
        (&[][..], "; loaded once, its runs are copies"),
        (&["--config", "off.toml"], "; each run starts it anew, as `ytdlp.host` says"),
    ] {
        let arguments = [&["doctor", "--format", "json"], config].concat();
        let findings = run(folder.path(), &arguments).await.json();
        let of_yt_dlp = |finding: &&Value| finding["subject"] == json!("yt-dlp");
        let found = findings.as_array().unwrap().iter().find(of_yt_dlp).unwrap();
        assert!(found["detail"].as_str().unwrap().ends_with(told), "{found}");
    }
}
