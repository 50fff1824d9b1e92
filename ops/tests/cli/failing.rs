//! What goes wrong is said with the next step, and ends with the documented code.

use std::fs;

use serde_json::json;

use super::harness::{Served, run, run_with};

// Must hold 6, as the command line tells it.
#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_with_the_next_step() {
    let served = Served::start().await;
    let cases: [(&[&str], i32, &[&str]); 9] = [
        (&["playlist", "follow", "-x"], 3, &["URL_REFUSED", "http:// or https://"]),
        (&["playlist", "follow", "file:///etc/passwd"], 3, &["URL_REFUSED"]),
        (&["playlist", "show", "playlist-00000000-0000-0000-0000-000000000001"], 5, &["playlist list"]),
        (&["job", "cancel", "job-00000000-0000-0000-0000-000000000001"], 5, &["JOB_NOT_FOUND"]),
        (&["job", "show", "nonsense"], 5, &["no job called \"nonsense\"", "job list"]),
        (&["job", "show", "playlist-00000000-0000-0000-0000-000000000001"], 2, &["BAD_ID", "job-"]),
        (&["download", "start", "--url", "https://example.org", "--quality", "great"], 3, &["720p"]),
        (&["limit", "set", "--total", "0"], 3, &["SETTING_OUT_OF_RANGE"]),
        (&["why", "file-00000000-0000-0000-0000-000000000001"], 5, &["there is no file-"]),
    ];
    for (arguments, code, words) in cases {
        let ran = served.run(arguments).await.ends_with(code);
        ran.says(words);
        assert_eq!(ran.stdout, "", "{arguments:?}: what failed prints no data");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_failed_ends_with_1_and_says_why() {
    let served = Served::start().await;
    let nothing = served.site.empty_page_url();
    let ran = served.run(&["playlist", "follow", &nothing, "--wait", "--format", "json"]).await.ends_with(1);
    let playlist = ran.json();
    assert_eq!(playlist["refreshOutcome"], json!("FAILED"));
    assert_eq!(playlist["job"]["failure"]["class"], json!("unsupported"));
    ran.says(&["unsupported", "check that the address shows media", "mediary job retry job-"]);

    let job = playlist["job"]["id"].as_str().unwrap();
    let shown = served.run(&["job", "show", job]).await.ends_with(0);
    for word in ["failed", "unsupported", "attempt-", "last lines of output:"] {
        assert!(shown.stdout.contains(word), "{word}: {}", shown.stdout);
    }
    let retried = served.json(&["job", "retry", job]).await;
    assert_ne!(retried[0]["id"], json!(job), "an ended job never comes back");

    let started = ["download", "start", "--url", &nothing, "--wait"];
    served.run(&started).await.ends_with(1).says(&["unsupported"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_is_told_so() {
    let served = Served::start().await;
    let viewer = served.run(&["token", "create", "dash", "--role", "viewer"]).await.ends_with(0).stdout;
    let folder = served.folder.path();
    let named = ["--server", served.url.as_str()];
    let with_token = |verb: &[&'static str]| [verb, &named].concat();

    let variables = [("MEDIARY_TOKEN", viewer.trim())];
    run_with(folder, &with_token(&["playlist", "list"]), &variables).await.ends_with(0);
    let ran = run_with(folder, &with_token(&["log", "show", "--from", "1"]), &variables).await;
    ran.ends_with(4).says(&["FORBIDDEN", "--role"]);
    let ran = run_with(folder, &with_token(&["playlist", "list"]), &[("MEDIARY_TOKEN", "mdy_0")]).await;
    ran.ends_with(4).says(&["UNAUTHENTICATED", "not valid"]);

    // A folder without a token file: nothing is guessed.
    let elsewhere = tempfile::tempdir().unwrap();
    let ran = run(elsewhere.path(), &with_token(&["playlist", "list"])).await;
    ran.ends_with(4).says(&["wants a token", "local.token", "MEDIARY_TOKEN"]);

    let tokens = served.json(&["token", "list"]).await;
    let dash = tokens.as_array().unwrap().iter().find(|token| token["name"] == "dash").unwrap();
    served.run(&["token", "revoke", dash["id"].as_str().unwrap(), "--yes"]).await.ends_with(0);
    run_with(folder, &with_token(&["playlist", "list"]), &variables).await.ends_with(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_start_says_what_to_do() {
    let served = Served::start().await;
    let folder = served.folder.path();
    let address = served.url.strip_prefix("http://").unwrap();
    let ran = run(folder, &["serve", "--data", "other", "--listen", address]).await.ends_with(69);
    ran.says(&["is in use", "--listen"]);
    let ran = run(folder, &["serve", "--data", "data", "--listen", "127.0.0.1:0"]).await.ends_with(75);
    ran.says(&["failed to open the log", "is in use by process", "one process per data folder"]);

    fs::create_dir(folder.join("taken")).unwrap();
    fs::write(folder.join("taken/.mediary"), "in the way").unwrap();
    fs::write(folder.join("library.toml"), "library = \"taken\"\n").unwrap();
    let serve = ["serve", "--data", "third", "--listen", "127.0.0.1:0", "--config", "library.toml"];
    run(folder, &serve).await.ends_with(78).says(&["library", "can't be used", "choose another `library`"]);

    fs::write(folder.join("wrong.toml"), "# ours\n[downloads]\nfree_min_byte = 1\n").unwrap();
    let ran = run(folder, &["config", "check", "--config", "wrong.toml"]).await.ends_with(78);
    ran.says(&["line 3 of wrong.toml", "did you mean `free_min_bytes`?"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_the_way_to_start_one_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = run(folder.path(), &["playlist", "list", "--server", &free.to_string()]).await.ends_with(69);
    ran.says(&["no server answers at", "mediary serve --data DIR"]);
    let ran = run(folder.path(), &["log", "verify", "--data", "nowhere"]).await.ends_with(74);
    ran.says(&["there is no log in nowhere"]);
    let ran = run(folder.path(), &["playlist", "ad"]).await.ends_with(2);
    ran.says(&["'add'"]);
}

// invariant: L-11
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_disk_is_lost_ends_with_74_and_starts_again_with_all_that_it_acknowledged() {
    let mut served = Served::start().await;
    served.run(&["project", "create", "before"]).await.ends_with(0);
    served.lose_the_disk();
    let ran = served.run(&["project", "create", "lost"]).await;
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(served.end().await, Some(74));
    served.start_again().await;
    let projects = served.json(&["project", "list"]).await.to_string();
    assert!(projects.contains("before"), "{projects}");
    served.stop().await;
    let data = served.data();
    run(served.folder.path(), &["log", "verify", "--data", data.to_str().unwrap()]).await.ends_with(0);
}
