//! `mediary top` and `mediary init` on a real terminal, against a real server.

use mediary::demo::Target;
use serde_json::json;

use crate::{harness::Served, terminal::Terminal};

// invariant: W-1
#[tokio::test(flavor = "multi_thread")]
async fn a_job_appears_and_a_key_cancels_it_and_a_break_is_mended() {
    let mut served = Served::start().await;
    let id = served.add(&served.site.list_url("videos")).await;
    let shown = served.json(&["playlist", "show", &id]).await;
    let entry = &shown["entries"][0];
    served.site.faults().stall(Target::Media(entry["sourceId"].as_str().unwrap().to_owned()), 100_000);
    let mut top = Terminal::start(served.folder.path(), &["top"]);
    top.shows(&["nothing is at work, and nothing waits"]).await;
    served.json(&["download", "start", "--entry", entry["id"].as_str().unwrap()]).await;
    let title = entry["title"].as_str().unwrap();
    top.shows(&["running", "download", title]).await;
    top.press("?");
    top.shows(&["end it for good; asks first"]).await;
    top.press("x");
    top.shows(&["running", "download", title]).await;
    top.press("c");
    top.shows(&["for good? y: yes"]).await;
    top.press("y");
    top.shows(&["cancelled", "download", title]).await;
    let jobs = served.json(&["job", "list", "--kind", "download"]).await;
    assert_eq!(jobs[0]["state"], json!("CANCELLED"), "{jobs}");

    served.stop().await;
    top.shows(&["no connection: "]).await;
    served.start_again().await;
    top.shows(&["nothing is at work, and nothing waits"]).await;
    assert!(!top.text().contains("no connection"), "{}", top.text());
    top.press("q");
    assert_eq!(top.end().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_asked_to_stop_gives_the_terminal_back() {
    let served = Served::start().await;
    let mut top = Terminal::start(served.folder.path(), &["top"]);
    top.shows(&["nothing is at work, and nothing waits"]).await;
    top.terminate();
    assert_eq!(top.end().await, Some(0), "it ends by itself, and not by the signal");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_watches_it_is_printed_once() {
    let served = Served::start().await;
    let printed = served.run(&["top"]).await.ends_with(0).stdout;
    assert!(printed.contains("nothing is at work, and nothing waits"), "{printed}");
    let told = served.json(&["top", "--once"]).await;
    assert_eq!((&told["jobs"], told["position"].is_u64()), (&json!([]), true), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_errs_on_a_terminal_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut init = Terminal::start(folder.path(), &["init", "--nats", "off"]);
    init.shows(&["Data folder", "[data]"]).await;
    init.press("d\n");
    init.shows(&["Library", "[d/library]"]).await;
    init.press("\n");
    init.shows(&["Address to listen on"]).await;
    init.press("nowhere\n");
    init.shows(&["\"nowhere\" is no address with a port"]).await;
    init.press("127.0.0.1:0\n");
    init.shows(&["Write mediary.toml?"]).await;
    init.press("y\n");
    assert_eq!(init.end().await, Some(0));
    let written = std::fs::read_to_string(folder.path().join("mediary.toml")).unwrap();
    assert_eq!(written, "data = \"d\"\nlisten = \"127.0.0.1:0\"\nnats = \"off\"\n");
}
