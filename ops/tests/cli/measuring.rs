//! What was measured, on the command line, in a backup or not.

use std::fs;

use serde_json::json;

use super::harness::{Served, run};

// Issue 8: in the backup or not by choice, and said so.
#[tokio::test(flavor = "multi_thread")]
async fn samples_are_shown_and_go_along_with_a_backup_if_that_is_asked_for() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    // It is told beside what it is told of.
    let list = ["telemetry", "list", "job.duration"];
    served.until(&list, |series| series.as_array().is_some_and(|series| !series.is_empty())).await;
    let listed = served.json(&list).await;
    assert_eq!((&listed[0]["name"], &listed[0]["unit"]), (&json!("job.duration/refresh"), &json!("s")));
    let shown = served.json(&["telemetry", "show", "job.duration/refresh", "--step", "1h"]).await;
    assert_eq!((&shown["stepMs"], &shown["points"][0]["count"]), (&json!(3_600_000), &json!(1)));
    let text = served.run(&["telemetry", "show", "job.duration/refresh"]).await.ends_with(0).stdout;
    assert!(text.starts_with("From the moment a job was asked for until it was done"), "{text}");
    served.run(&["telemetry", "show", "job.duration/nothing"]).await.ends_with(5).says(&["telemetry list"]);
    served.run(&["telemetry", "show", "host.load", "--as-of", "1"]).await.says(&["NOT_RECORDED"]);
    let doctor = served.run(&["doctor", "--data", "data"]).await.stdout;
    assert!(doctor.contains("nothing depends on them"), "{doctor}");

    let without = served.json(&["backup", "without.backup"]).await;
    assert_eq!(without["telemetryBytes"], json!(null));
    assert_eq!(without["leftOut"], json!(["library", "secrets", "checks", "output", "telemetry"]));
    let with = served.json(&["backup", "with.backup", "--with-telemetry"]).await;
    assert!(with["telemetryBytes"].as_u64() > Some(4_096), "{with}");
    assert_eq!(with["leftOut"], json!(["library", "secrets", "checks", "output"]));
    served.stop().await;
    // The same of a folder that no server has.
    let offline = served.json(&["backup", "offline.backup", "--with-telemetry", "--data", "data"]).await;
    assert!(offline["telemetryBytes"].as_u64() > Some(4_096), "{offline}");
    for (backup, is_with) in [("without.backup", false), ("with.backup", true), ("offline.backup", true)] {
        let folder = format!("restored-{backup}");
        let restored = ["restore", backup, "--data", &folder, "--format", "json"];
        run(served.folder.path(), &restored).await.ends_with(0);
        assert_eq!(
            served.folder.path().join(&folder).join("telemetry/samples.sqlite").exists(),
            is_with,
            "{backup}"
        );
        // Again, where there is one: it stays.
        let again = run(served.folder.path(), &restored).await.ends_with(0).json();
        let kept = if is_with { json!(["telemetry/samples.sqlite"]) } else { json!([]) };
        assert_eq!(again["kept"], kept, "{backup}");
    }
    let left = fs::read_dir(served.data().join("telemetry")).unwrap().map(|file| file.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("copy")));
}
