//! The archive, as whoever reads it has it: a stream.

use mediary_tests::Platform;
use serde_json::json;

/// As many lines as one import may have.
const IMPORT: usize = 500;
/// Imports that are more than a page.
const IMPORTS: usize = 5;
/// Lines of a page.
const PAGE: usize = 2_000;

// Core C11: what was one text of all that was ever kept is read as it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn the_archive_is_sent_a_page_at_a_time() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let import = "mutation($input: DownloadArchiveImportInput!) { downloadArchiveImport(input: $input) { userErrors { message } } }";
    let mut expected = Vec::new();
    for number in 0..IMPORTS {
        let lines: Vec<String> =
            (0..IMPORT).map(|line| format!("demo kept-{:05}", number * IMPORT + line)).collect();
        let answer = client.ask(import, json!({ "input": { "text": lines.join("\n") } })).await;
        assert_eq!(answer["downloadArchiveImport"]["userErrors"], json!([]), "{answer}");
        expected.extend(lines);
    }
    let position = platform.server.log().head().position;
    client
        .ask(
            "query($position: Position) { downloads(first: 1, minPosition: $position) { totalCount } }",
            json!({ "position": position }),
        )
        .await;

    let mut answer = client.get("/v1/download/archive").await;
    assert_eq!(answer.content_length(), None, "nobody knows how long it will be");
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await.unwrap() {
        assert!(String::from_utf8_lossy(&piece).lines().count() <= PAGE + 1, "more than a page in one piece");
        text.extend_from_slice(&piece);
    }
    let mut lines: Vec<String> = String::from_utf8(text).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, expected);
    platform.stop().await;
}
