//! What would be done is told before it is done, and what doesn't come back wants to be meant.

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
    let unknown = "token-00000000-0000-0000-0000-000000000001";
    served.run(&["token", "revoke", unknown]).await.ends_with(5).says(&["TOKEN_NOT_FOUND"]);
}
