//! The server is killed while runs of yt-dlp are copies of the process that has it loaded.

use std::fs;

use mediary::demo::Target;
use mediary_tests::{Client, Marked, ServerFolder, events_of, marked, until};
use serde_json::json;

use super::{UNDER_WAY_BYTES, assert_only_own_children, site, stop, wait_until_sent};

/// How many runs of yt-dlp were copies so far, as the server says.
async fn copies(client: &Client) -> u64 {
    const NAME: &str = "mediary_processes_hosted_total{tool=\"yt-dlp\"} ";
    let metrics = client.get("/metrics").await.text().await.unwrap();
    metrics.lines().find_map(|line| line.strip_prefix(NAME)?.parse().ok()).unwrap_or(0)
}

// invariant: J-7
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_leaves_copies_which_the_next_start_ends_and_no_host() {
    let (site, folder) = (site().await, ServerFolder::new());
    let list = site.list("large");
    site.faults().stall(Target::Path("/media/*".to_owned()), 2 * UNDER_WAY_BYTES);
    let (server, client) = folder.serve().await;
    let id = client.follow(&site.list_url("large")).await;
    // The first run is started by itself, and has a host started.
    until("looks are copies", || async {
        client.look(&id, false).await;
        (copies(&client).await > 0).then_some(())
    })
    .await;
    let looks = copies(&client).await;
    let story = client.start_download(json!({ "playlistId": id }), "best").await;
    wait_until_sent(&site, &list, UNDER_WAY_BYTES, 0).await;
    assert!(copies(&client).await >= looks + 4, "two are asked for and fetched by copies");

    let log_id = fs::read_to_string(folder.data().join("log.id")).unwrap().trim().parse().unwrap();
    let is_host = |command: &str| command.contains("python") && command.contains(" -I -u");
    assert_eq!(marked(log_id).iter().filter(|process| is_host(&process.command)).count(), 1);
    let is_copy = |process: &&Marked| !is_host(&process.command);
    until("two copies bear the mark by which they are found", || async {
        (marked(log_id).iter().filter(is_copy).count() >= 2).then_some(())
    })
    .await;
    server.kill().await;
    // Who loses the server's proxy may have ended by itself already: how many are left is chance.
    println!("{} are left", marked(log_id).iter().filter(is_copy).count());
    until("the host is gone by itself", || async {
        (!marked(log_id).iter().any(|process| is_host(&process.command))).then_some(())
    })
    .await;

    site.faults().clear();
    let (server, client) = folder.serve().await;
    assert_only_own_children(log_id, &server);
    let story = client.wait_story(&story).await;
    assert_eq!(story["succeededCount"], json!(list.len()), "{story}");
    assert_eq!(events_of(&client.events_after(0).await, "job.attempt_lost").len(), 2);
    stop(server).await;
    assert_eq!(marked(log_id), [], "nobody outlives the server");
    site.stop().await;
}
