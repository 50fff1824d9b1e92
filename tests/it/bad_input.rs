//! Bad input, bad folders, bad tools, bad disks: a clear error with the next step, and nothing is lost.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use mediary::{
    configuration::{Configuration, Overrides, load},
    serve::{self, ServeError},
};
use mediary_log::{VerifyError, verify};
use mediary_tests::{Client, Platform, Random, events_of};
use miette::Diagnostic as _;
use serde_json::{Value, json};

/// Asks to follow an address; answers the payload.
pub(crate) async fn ask_follow(client: &Client, url: &str) -> Value {
    const DOCUMENT: &str = "mutation($url: String!) { playlistFollow(input: { url: $url }) {
        playlist { id } job { id } userErrors { code message advice retryable } } }";
    client.ask(DOCUMENT, json!({ "url": url })).await["playlistFollow"].take()
}

/// Follows an address whose look fails; answers the failed job.
async fn failed_refresh(client: &Client, url: &str) -> Value {
    let payload = ask_follow(client, url).await;
    assert_eq!(payload["userErrors"], json!([]), "{url}");
    let id = payload["job"]["id"].as_str().unwrap();
    assert_eq!(client.wait_job(id).await["state"], json!("FAILED"), "{url}");
    client.job(id).await
}

fn help_of(error: &ServeError) -> String {
    error.help().expect("it says what to do next").to_string()
}

/// The whole chain of an error as one text.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

// invariant: E-8
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_none_are_refused_and_nothing_is_recorded() {
    const FULL: &str = "give the full address as a browser shows it, beginning with http:// or https://";
    let platform = Platform::start().await;
    let client = &platform.client;
    let before = platform.server.log().head().position;
    for (url, message, advice) in [
        ("ftp://example.org/list", "ftp: addresses can't be followed", FULL),
        ("file:///etc/passwd", "file: addresses can't be followed", FULL),
        ("javascript:alert(1)", "javascript: addresses can't be followed", FULL),
        ("--exec=rm", "\"--exec=rm\" begins with a dash and is no address", FULL),
        (" -o/etc/passwd", "\"-o/etc/passwd\" begins with a dash and is no address", FULL),
        ("cats", "\"cats\" is no address of a page", FULL),
        ("", "\"\" is no address of a page", FULL),
        (
            "http://me:secret@example.org/",
            "the address carries a user name or password",
            "remove `user:password@` from it: addresses are kept for ever and are no place for secrets",
        ),
    ] {
        let followed = ask_follow(client, url).await["userErrors"].take();
        let started = client
            .ask(
                "mutation($url: String!) { downloadStart(input: { target: { url: $url } }) {
                    userErrors { code message advice retryable } } }",
                json!({ "url": url }),
            )
            .await["downloadStart"]["userErrors"]
            .take();
        let expected =
            json!([{ "code": "URL_REFUSED", "message": message, "advice": advice, "retryable": false }]);
        assert_eq!((&followed, &started), (&expected, &expected), "{url}");
    }
    assert_eq!(platform.server.log().head().position, before);
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_media_and_a_dead_host_are_told_apart() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let nothing = failed_refresh(client, &platform.site.empty_page_url()).await;
    assert_eq!((&nothing["failure"]["class"], &nothing["attempts"]), (&json!("unsupported"), &json!(1)));
    assert!(nothing["failure"]["advice"].as_str().unwrap().contains("check that the address shows media"));

    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = failed_refresh(client, &format!("http://127.0.0.1:{port}/list")).await;
    let tries = platform.configuration.jobs.tries_max;
    assert_eq!((&dead["failure"]["class"], &dead["attempts"]), (&json!("network"), &json!(tries)), "{dead}");
    assert!(dead["failure"]["advice"].as_str().unwrap().contains("check that the address answers"));
    assert!(dead["failure"]["message"].to_string().contains("refused"), "{dead}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_yt_dlp_fails_the_look_and_says_what_to_do() {
    let platform = Platform::start_with(Box::new(|configuration| {
        configuration.tools.yt_dlp = Some(PathBuf::from("/nowhere/yt-dlp"));
    }))
    .await;
    let job = failed_refresh(&platform.client, &platform.site.list_url("videos")).await;
    assert_eq!((&job["failure"]["class"], &job["attempts"]), (&json!("tool_missing"), &json!(1)), "{job}");
    assert!(job["failure"]["message"].as_str().unwrap().contains("/nowhere/yt-dlp"), "{job}");
    assert!(job["failure"]["advice"].as_str().unwrap().contains("mediary doctor"), "{job}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_ffmpeg_fails_the_download_and_keeps_nothing() {
    let platform = Platform::start_with(Box::new(|configuration| {
        configuration.tools.ffmpeg = Some(PathBuf::from("/nowhere/ffmpeg"));
    }))
    .await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("videos")).await;
    let entry = client.entry_of(&id, "videos-4").await;
    assert_eq!(client.download_entry(&entry, "best").await["givenUpCount"], json!(1));
    let jobs = client.jobs(json!({ "state": "FAILED" })).await;
    let failure = &jobs[0]["failure"];
    assert_eq!(failure["class"], json!("tool_missing"), "{jobs:?}");
    assert!(failure["message"].as_str().unwrap().contains("ffmpeg"), "{failure}");
    assert!(failure["advice"].as_str().unwrap().contains("mediary doctor"), "{failure}");
    assert_eq!(platform.library_files().len(), 0);
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_or_folder_in_use_is_told_with_the_way_out() {
    let platform = Platform::start().await;
    let elsewhere = tempfile::tempdir().unwrap();

    let mut port = platform.configuration.clone();
    port.data = elsewhere.path().join("data");
    port.listen = platform.server.address();
    let error = serve::start(port.clone()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} is in use", platform.server.address()));
    let help = "another server runs there; stop it, or choose another port with `--listen 127.0.0.1:8485`";
    assert_eq!(help_of(&error), help);
    assert!(!port.data.exists(), "a port in use costs nothing");

    let error = serve::start(platform.configuration.clone()).await.unwrap_err();
    let pid = std::process::id();
    let told = format!(
        "failed to open the log: the data folder {} is in use by process {pid}, which listens on {}",
        platform.data().display(),
        platform.server.address()
    );
    assert_eq!(chain(&error), told);
    let help =
        format!("ask the running server instead, or stop process {pid} first; one process per data folder");
    assert_eq!(help_of(&error), help);

    // Whoever has both goes on.
    platform.client.follow(&platform.site.list_url("talks")).await;
    platform.stop().await;
}

#[test]
fn an_unknown_key_of_the_configuration_is_told_with_its_line_and_the_right_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mediary.toml");
    fs::write(&path, "nats = \"off\"\n\n[downloads]\nfree_min_byte = 1\n").unwrap();
    let error = load(&Overrides { config: Some(path.clone()), ..Overrides::default() }).unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with("unknown field `free_min_byte`"), "{told}");
    assert!(told.ends_with(&format!("(line 4 of {})", path.display())), "{told}");
    assert_eq!(error.help().unwrap().to_string(), "did you mean `free_min_bytes`?");
}

/// A data folder in which something happened, with the server stopped.
async fn lived_in() -> (tempfile::TempDir, Configuration) {
    let platform = Platform::start().await;
    platform.client.follow(&platform.site.list_url("videos")).await;
    let configuration = platform.configuration.clone();
    (platform.stop().await, configuration)
}

fn log_file(data: &Path) -> PathBuf {
    let files = fs::read_dir(data.join("log")).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "redb")).unwrap()
}

/// Flips a bit wherever these bytes are stored.
fn flip(path: &Path, needle: &[u8], at: usize) {
    let mut bytes = fs::read(path).unwrap();
    let places: Vec<usize> = bytes
        .windows(needle.len())
        .enumerate()
        .filter(|(_, window)| *window == needle)
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty(), "there is nothing to flip");
    for place in places {
        bytes[place + at] ^= 0b100;
    }
    fs::write(path, bytes).unwrap();
}

/// Verifies a damaged folder, which must change nothing; answers the code, the text and the advice.
fn verified(data: &Path) -> (&'static str, String, String) {
    let before = fs::read(log_file(data)).unwrap();
    let error: VerifyError = verify(data, None).unwrap_err();
    assert!(fs::read(log_file(data)).unwrap() == before, "verifying wrote to the log");
    (error.code(), chain(&error), error.advice())
}

/// Starts a server on a damaged folder, which must not start and change nothing; answers text and help.
async fn refused_start(configuration: &Configuration) -> (String, String) {
    let file = log_file(&configuration.data);
    let before = fs::read(&file).unwrap();
    let error = serve::start(configuration.clone()).await.unwrap_err();
    assert!(fs::read(&file).unwrap() == before, "the log was changed");
    (chain(&error), help_of(&error))
}

// invariant: L-5
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_of_a_payload_is_named_by_its_position() {
    let (_folder, configuration) = lived_in().await;
    let data = &configuration.data;
    assert!(verify(data, None).is_ok());
    // A title is in exactly one event of the log.
    flip(&log_file(data), b"Quiet orchard 1", 3);
    let (code, text, advice) = verified(data);
    assert_eq!(code, "LOG_PAYLOAD_DAMAGED");
    assert!(text.contains("the payload of event ") && text.contains("does not match its digest"), "{text}");
    assert!(advice.contains("restore the newest backup that verifies"), "{advice}");
}

// The server does not read all of the log when it starts: it tells of damage where it meets it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_a_damaged_payload_hands_out_nothing_that_was_not_written() {
    const VERIFY: &str = "{ logVerification { isWhole badPosition error { code message advice } } }";
    let (_folder, configuration) = lived_in().await;
    flip(&log_file(&configuration.data), b"Quiet orchard 1", 3);
    let server = serve::start(configuration.clone()).await.unwrap();
    let client = Client::of_data(&configuration.data, server.address());
    let verified = client.ask(VERIFY, json!({})).await["logVerification"].take();
    assert_eq!(
        (&verified["isWhole"], &verified["error"]["code"]),
        (&json!(false), &json!("LOG_PAYLOAD_DAMAGED"))
    );
    let bad = verified["badPosition"].as_u64().unwrap();

    let read = client
        .ask_raw(
            "query($after: Position!) { events(after: $after, first: 1) { events { payload } } }",
            json!({ "after": bad - 1 }),
        )
        .await;
    assert_eq!(read["data"], Value::Null, "{read}");
    assert!(read["errors"][0]["message"].as_str().unwrap().contains("mediary log verify"), "{read}");
    let before = client.ask_raw("{ events(first: 3) { events { position } } }", json!({})).await;
    assert_eq!(before["data"]["events"]["events"].as_array().map(Vec::len), Some(3), "what is whole is read");
    server.stop().await;
}

// invariant: L-5
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_of_an_envelope_is_named_by_its_position() {
    let platform = Platform::start().await;
    let client = &platform.client;
    client.follow(&platform.site.list_url("videos")).await;
    let data = platform.data().to_owned();
    let events = client.events_after(0).await;
    let added = events_of(&events, "playlist.entry_added");
    let id = added[3]["id"].as_str().unwrap().trim_start_matches("event-").replace('-', "");
    let bytes: Vec<u8> =
        (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect();
    let _folder = platform.stop().await;
    flip(&log_file(&data), &bytes, 9);
    let (code, text, advice) = verified(&data);
    assert!(["LOG_ENVELOPE_DAMAGED", "LOG_INDEX_DAMAGED"].contains(&code), "{code}: {text}");
    assert!(text.contains("event"), "{text}");
    assert!(advice.contains("restore the newest backup that verifies"), "{advice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_cut_short_is_refused_and_left_as_it_is() {
    let (_folder, configuration) = lived_in().await;
    let file = log_file(&configuration.data);
    let length = fs::metadata(&file).unwrap().len();
    fs::File::options().write(true).open(&file).unwrap().set_len(length / 2).unwrap();
    let (code, text, advice) = verified(&configuration.data);
    assert_eq!(code, "LOG_TRUNCATED", "{text}");
    assert!(text.contains("cut short"), "{text}");
    assert!(advice.contains("keep the file as it is"), "{advice}");
    let (text, help) = refused_start(&configuration).await;
    assert!(text.contains("the log is cut short"), "{text}");
    assert!(help.contains("keep the file as it is, check the disk, and restore the newest backup"), "{help}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_log_is_refused_and_left_as_it_is() {
    let (_folder, configuration) = lived_in().await;
    let file = log_file(&configuration.data);
    fs::write(&file, "somebody's diary\n".repeat(1_000)).unwrap();
    let (code, text, _) = verified(&configuration.data);
    assert_eq!(code, "LOG_FOREIGN", "{text}");
    let (text, help) = refused_start(&configuration).await;
    assert!(text.contains("this is not a log of Mediary"), "{text}");
    assert_eq!(help, "check that --data names the right folder; nothing was changed in it");
}

// invariant: L-5
#[tokio::test(flavor = "multi_thread")]
async fn a_bit_flipped_anywhere_is_never_served_as_history() {
    let (_folder, configuration) = lived_in().await;
    let file = log_file(&configuration.data);
    let whole = fs::read(&file).unwrap();
    let proved = verify(&configuration.data, None).unwrap();
    let mut random = Random::printed();
    for _ in 0..40 {
        let mut bytes = whole.clone();
        bytes[random.below(whole.len() as u64) as usize] ^= 1 << random.below(8);
        fs::write(&file, &bytes).unwrap();
        // Free pages may hold anything; what is history must be what it was, or be refused.
        if let Ok(report) = verify(&configuration.data, None) {
            assert_eq!(report, proved);
        }
    }
}
