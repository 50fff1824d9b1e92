//! The server is asked to end, once and twice.

use std::time::Duration;

use mediary::demo::{ListOptions, Rendition, Target};
use mediary_log::verify;
use mediary_tests::{DEADLINE, ServerFolder, events_of, marked, until};
use serde_json::json;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::Instant};

use super::{LOST_BY_A_KILL, SMALL_TALK_BYTES, site, size_of, stop, wait_until_sent};

// invariant: J-6, J-7
#[tokio::test(flavor = "multi_thread")]
async fn kill_15_puts_running_downloads_back_and_they_go_on_later() {
    let (site, folder) = (site().await, ServerFolder::new());
    let list = site.list("large");
    site.faults().throttle(Target::Path("/media/*".to_owned()), 1 << 20);
    let (server, client) = folder.serve().await;
    let id = client.follow(&site.list_url("large")).await;
    let story = client.start_download(json!({ "playlistId": id }), "best").await;
    // More than a kill may cost, so that fetching it again would be noticed.
    wait_until_sent(&site, &list, 3 * LOST_BY_A_KILL, 0).await;
    let asked_at = Instant::now();
    stop(server).await;
    println!("stopped after {:?}", asked_at.elapsed());
    let log_id = verify(folder.data(), None).unwrap().log_id;
    assert_eq!(marked(log_id), [], "nobody outlives the server");

    site.faults().clear();
    let (server, client) = folder.serve().await;
    let story = client.wait_story(&story).await;
    assert_eq!(story["succeededCount"], json!(list.len()), "{story}");
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "job.attempt_stopped").len(), 2, "two were running");
    assert!(events_of(&events, "job.attempt_lost").is_empty());
    for id in list.ids(0..list.len()) {
        let (sent, whole) = (site.requests().bytes_served_for(&id), size_of(&site, &id).await);
        println!("{id}: {whole} bytes, {sent} served");
        assert!(
            sent <= whole + LOST_BY_A_KILL + SMALL_TALK_BYTES,
            "{id}: {sent} bytes were served of {whole}"
        );
    }
    stop(server).await;
    site.stop().await;
}

// DL-04: what was cut off is nothing that its source didn't have.
// invariant: F-25
#[tokio::test(flavor = "multi_thread")]
async fn kill_15_while_subtitles_come_leaves_them_to_the_next_attempt() {
    let (site, folder) = (site().await, ServerFolder::new());
    let id = site.add_list("one", ListOptions::new("One", 1)).unwrap().ids(0..1).remove(0);
    let subtitles = format!("/media/{id}/{}", Rendition::Subtitles.file_name());
    site.faults().stall(Target::Path(subtitles.clone()), 0);
    let (server, client) = folder.serve().await;
    let layout =
        "mutation($layout: LayoutInput!) { layoutSet(input: { layout: $layout }) { userErrors { code } } }";
    let told = client.ask(layout, json!({ "layout": { "sidecars": ["SUBTITLES"] } })).await;
    assert_eq!(told["layoutSet"]["userErrors"], json!([]));
    let list = client.follow(&site.list_url("one")).await;
    let story = client.start_download(json!({ "playlistId": list }), "best").await;
    let is_asked = site.requests().wait_until(DEADLINE, |log| !log.for_path(&subtitles).is_empty()).await;
    assert!(is_asked, "the subtitles are asked for");
    stop(server).await;

    site.faults().clear();
    let (server, client) = folder.serve().await;
    let story = client.wait_story(&story).await;
    assert_eq!(story["succeededCount"], json!(1), "{story}");
    let files =
        "{ files(first: 9) { nodes { sidecars { kind language } missingSidecars { kind reason } } } }";
    let files = client.ask(files, json!({})).await["files"]["nodes"].take();
    let expected =
        json!([{ "sidecars": [{ "kind": "SUBTITLES", "language": "en" }], "missingSidecars": [] }]);
    assert_eq!(files, expected);
    assert_eq!(events_of(&client.events_after(0).await, "job.attempt_stopped").len(), 1);
    stop(server).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_15_twice_ends_at_once() {
    let folder = ServerFolder::new();
    let (server, client) = folder.serve().await;
    let address = client.url().strip_prefix("http://").unwrap();
    // A request that is never sent to its end holds the server up for a while.
    let mut open = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 64\r\n\r\n{{",
        client.token()
    );
    open.write_all(head.as_bytes()).await.unwrap();
    client.ask("{ playlists { totalCount } }", json!({})).await;
    server.terminate();
    until("nobody is let in any more", || async { TcpStream::connect(address).await.is_err().then_some(()) })
        .await;
    let asked_again_at = Instant::now();
    server.terminate();
    assert_eq!(server.ended().await.code(), Some(130), "it did not wait for the open request");
    assert!(asked_again_at.elapsed() < Duration::from_secs(2), "{:?}", asked_again_at.elapsed());
    verify(folder.data(), None).unwrap();
}
