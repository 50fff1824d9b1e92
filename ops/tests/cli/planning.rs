//! What would be done is told before it is done, and what doesn't come back wants to be meant.

use std::fs;

use mediary::demo::Target;
use serde_json::json;

use crate::harness::Served;

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let served = Served::start().await;
    let url = served.site.list_url("videos");
    let plan = served.json(&["playlist", "follow", &url, "--dry-run"]).await;
    assert_eq!((&plan["eventCount"], &plan["effects"]["jobCount"]), (&json!(3), &json!(1)), "{plan}");
    assert_eq!(served.json(&["playlist", "list"]).await, json!([]));
    let ran = served.run(&["download", "start", "--url", &url, "--dry-run"]).await.ends_with(0);
    assert!(ran.stdout.starts_with("nothing was done; 5 events would be recorded"), "{}", ran.stdout);

    let id = served.add(&url).await;
    let plan = served.json(&["download", "start", "--playlist", &id, "--dry-run"]).await;
    let files = &plan["effects"]["fileCount"];
    assert!(files.as_u64() > Some(0), "what the reaction would do is told, too: {plan}");
    assert_eq!(plan["effects"]["bytes"], json!(null), "only the source knows");
    assert_eq!(served.json(&["download", "list"]).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_back_is_done_with_yes_only() {
    let served = Served::start().await;
    let made = served.json(&["token", "create", "dash"]).await;
    let id = made["id"].as_str().unwrap();
    let ran = served.run(&["token", "revoke", id]).await.ends_with(6);
    assert!(ran.stdout.contains("account.token_revoked"), "{}", ran.stdout);
    ran.says(&["doesn't come back", "--yes"]);
    let names = || async {
        let tokens = served.json(&["token", "list"]).await;
        tokens.as_array().unwrap().iter().filter(|token| token["id"] == json!(id)).count()
    };
    assert_eq!(names().await, 1);
    served.run(&["token", "revoke", id, "--dry-run", "--yes"]).await.ends_with(0);
    assert_eq!(names().await, 1, "a dry run wins");
    served.run(&["token", "revoke", id, "--yes"]).await.ends_with(0);
    assert_eq!(names().await, 0);
    let before = served.json(&["token", "list"]).await;
    served.run(&["token", "setup", "--dry-run"]).await.ends_with(0);
    assert_eq!(served.json(&["token", "list"]).await, before);
    let unknown = "token-00000000-0000-0000-0000-000000000001";
    served.run(&["token", "revoke", unknown]).await.ends_with(5).says(&["TOKEN_NOT_FOUND"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_names_is_of_files_that_are_there_and_leaves_the_trash_alone() {
    let served = Served::start().await;
    for how in [&[] as &[&str], &["--yes"], &["--dry-run"]] {
        let ran = served.run(&[&["file", "rename", "--all"], how].concat()).await.ends_with(0);
        assert!(ran.stdout.contains("no file is there"), "{}", ran.stdout);
    }
    let nothing = served.json(&["file", "rename", "--all"]).await;
    assert_eq!((&nothing["planId"], &nothing["fileCount"]), (&json!(null), &json!(0)), "{nothing}");
    assert_eq!(served.json(&["plan", "list"]).await, json!([]));

    let list = served.add(&served.site.list_url("talks")).await;
    let shown = served.json(&["playlist", "show", &list]).await;
    let entry = shown["entries"][0]["id"].as_str().unwrap();
    served.json(&["download", "start", "--entry", entry, "--quality", "audio", "--wait"]).await;
    served.run(&["layout", "set", "plex"]).await.ends_with(0);
    let told = served.run(&["file", "rename", "--all"]).await.ends_with(6).stdout;
    assert!(told.contains("rename files") && told.contains("/Season "), "{told}");
    assert!(!told.contains("trash"), "{told}");
    let file = served.json(&["file", "list"]).await[0]["id"].as_str().unwrap().to_owned();
    let told = served.run(&["file", "delete", &file]).await.ends_with(6).stdout;
    assert!(told.contains("what goes in stays for"), "{told}");
}

// A plan that is refused in part is a plan all the same, and not the deed.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_of_it_would_be_refused() {
    let served = Served::start().await;
    let url = served.site.list_url("videos");
    let id = served.add(&url).await;
    let shown = served.json(&["playlist", "show", &id]).await;
    let entry = shown["entries"][0]["id"].as_str().unwrap();
    let item = shown["entries"][0]["sourceId"].as_str().unwrap();
    served.site.faults().stall(Target::Media(item.to_owned()), 100_000);
    served.json(&["download", "start", "--entry", entry]).await;
    let running = ["job", "list", "--state", "running"];
    served.until(&running, |jobs| !jobs.as_array().unwrap().is_empty()).await;
    let jobs = served.json(&running).await;
    let job = jobs[0]["id"].as_str().unwrap();
    let unknown = "job-00000000-0000-0000-0000-000000000001";
    for (arguments, code) in
        [(&["job", "cancel", job, unknown][..], 6), (&["job", "pause", job, unknown, "--dry-run"], 0)]
    {
        let ran = served.run(arguments).await.ends_with(code);
        assert!(ran.stdout.starts_with("nothing was done; "), "{}", ran.stdout);
        assert!(ran.stdout.contains("refused: JOB_NOT_FOUND: "), "{}", ran.stdout);
    }
    let plan = served.json(&["job", "cancel", job, unknown, "--dry-run"]).await;
    assert_eq!(plan["userErrors"][0]["code"], json!("JOB_NOT_FOUND"), "{plan}");
    assert_eq!(plan["effects"]["endedJobCount"], json!(1), "{plan}");
    served
        .until(&["job", "show", job], |job| {
            job["state"] == json!("RUNNING") && job["stopping"] == json!(false)
        })
        .await;
    served.run(&["job", "cancel", unknown]).await.ends_with(5).says(&["JOB_NOT_FOUND"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_of_a_long_archive_is_that_of_all_its_lines() {
    let served = Served::start().await;
    let lines: Vec<String> = (0..1_200).map(|number| format!("youtube id-{number}")).collect();
    fs::write(served.folder.path().join("archive.txt"), lines.join("\n")).unwrap();
    let plan = served.json(&["download", "archive", "import", "archive.txt", "--dry-run"]).await;
    let events = plan["events"].as_array().unwrap();
    assert_eq!((events.len(), &plan["eventCount"], &plan["isWhole"]), (1_000, &json!(1_200), &json!(true)));
    let imported = served.json(&["download", "archive", "import", "archive.txt"]).await;
    assert_eq!(imported, json!({ "itemCount": 1_200 }));
}
