//! The archive, as whoever reads it has it: a stream.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::fs;

use mediary_tests::Platform;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

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

    let pages = chunks(&platform).await;
    let counts: Vec<usize> = pages.iter().map(|page| page.lines().count()).collect();
    assert_eq!(counts, [PAGE, IMPORT * IMPORTS - PAGE], "each page is sent by itself");
    let mut lines: Vec<String> = pages.concat().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, expected);
    platform.stop().await;
}

/// The archive as it comes over the wire: what the server sends at once is one chunk of the answer.
async fn chunks(platform: &Platform) -> Vec<String> {
    let token = fs::read_to_string(platform.data().join("local.token")).unwrap();
    let mut stream = TcpStream::connect(platform.server.address()).await.unwrap();
    let request = format!(
        "GET /v1/download/archive HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        token.trim()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, mut rest) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("transfer-encoding: chunked"), "{head}");
    let mut chunks = Vec::new();
    loop {
        let (length, behind) = rest.split_once("\r\n").unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return chunks;
        }
        chunks.push(behind[..length].to_owned());
        rest = &behind[length + 2..];
    }
}
