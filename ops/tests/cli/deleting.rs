//! Files that are deleted: shown first, done with `--yes` or by the plan, taken back.

use std::fs;

use serde_json::json;

use super::harness::Served;

// Issue 8, the command line: `file delete ID… [--yes] | plan list|show ID|apply ID | undo UNDO-ID | trash list|restore ID`.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_deleted_with_yes_or_by_its_plan_and_taken_back() {
    let served = Served::start().await;
    let list = served.add(&served.site.list_url("talks")).await;
    let shown = served.json(&["playlist", "show", &list]).await;
    let ids: Vec<&str> = (0..2).filter_map(|index| shown["entries"][index]["id"].as_str()).collect();
    served.json(&["download", "start", "--entry", ids[0], ids[1], "--wait"]).await;
    let files = served.json(&["file", "list"]).await;
    let (first, path) = (files[0]["id"].as_str().unwrap(), files[0]["path"].as_str().unwrap());
    let place = served.data().join("library").join(path);
    let bytes = fs::read(&place).unwrap();

    // Without certainty it is a plan that is shown, and a number that says so.
    let told = served.run(&["trash", "list"]).await.ends_with(0).stdout;
    assert!(told.contains("the trash is empty"), "{told}");
    let ran = served.run(&["file", "delete", first, "--format", "json"]).await.ends_with(6);
    let plan = ran.json();
    assert_eq!((&plan["state"], &plan["files"][0]["path"]), (&json!("READY"), &json!(path)));
    let id = plan["id"].as_str().unwrap();
    ran.says(&["nothing was touched yet", &format!("mediary plan apply {id}")]);
    assert!(place.exists());
    let told = served.run(&["plan", "show", "@last"]).await.ends_with(0).stdout;
    assert!(told.contains("into the trash") && told.contains(path), "{told}");
    let done = served.json(&["plan", "apply", id]).await;
    let undo = done["undoId"].as_str().unwrap();
    assert_eq!((&done["planId"], undo.starts_with("undo-")), (&json!(id), true));
    assert!(!place.exists());
    let trashed = served.json(&["trash", "list"]).await;
    assert_eq!((&trashed[0]["id"], &trashed[0]["planId"]), (&json!(first), &json!(id)));
    let of_batch = async |batch: &str| {
        let found = served.json(&["job", "list", "--kind", "move", "--batch", batch]).await;
        (found.as_array().unwrap().len(), found[0]["priority"].clone(), found[0]["tags"].clone())
    };
    let told = served.run(&["undo", undo, "--batch", "back"]).await.ends_with(0).stdout;
    assert_eq!(of_batch("back").await, (1, json!(5), json!([])));
    assert!(told.contains("taken back: 1 file"), "{told}");
    assert_eq!(fs::read(&place).unwrap(), bytes);

    let flags = ["--batch", "tidy", "--tag", "old", "--priority", "9"];
    let done = served.json(&[&["file", "delete", first, "--yes"], &flags[..]].concat()).await;
    assert_eq!(of_batch("tidy").await, (1, json!(9), json!(["old"])));
    assert!(
        done["planId"].is_string() && done["undoId"].is_string() && done["leftCount"] == json!(0),
        "{done}"
    );
    served.run(&["trash", "restore", first]).await.ends_with(0);
    assert_eq!(fs::read(&place).unwrap(), bytes);
    served.run(&["undo", id]).await.ends_with(0);
    assert_eq!(served.json(&["plan", "list"]).await.as_array().unwrap().len(), 3);
    // A dry run makes no plan either.
    served.run(&["file", "delete", first, "--dry-run"]).await.ends_with(0);
    assert_eq!(served.json(&["plan", "list"]).await.as_array().unwrap().len(), 3);
    served.run(&["plan", "apply", "plan-00000000-0000-0000-0000-000000000001"]).await.ends_with(5);

    let gone = served.json(&["playlist", "unfollow", &list, "--with-files", "--yes"]).await;
    assert_eq!((&gone["fileCount"], served.json(&["playlist", "list"]).await), (&json!(2), json!([])));
    served.run(&["undo", gone["undoId"].as_str().unwrap()]).await.ends_with(0);
    assert_eq!(served.json(&["playlist", "list"]).await.as_array().unwrap().len(), 1);
    served.run(&["file", "verify"]).await.ends_with(0);
}
