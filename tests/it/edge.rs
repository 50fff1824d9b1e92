//! The edge before anything is asked of the platform: what is refused, in which form, and at what cost.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::io::Read as _;

use mediary_tests::{Client, DEADLINE, Platform, Subscriber};
use reqwest::{Response, StatusCode, header};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Sends a body as it is, with headers.
async fn post(client: &Client, headers: &[(&str, &str)], body: &str) -> Response {
    let mut request = reqwest::Client::new().post(format!("{}/graphql", client.url())).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.bearer_auth(client.token()).send().await.unwrap()
}

async fn code_of(answer: Response) -> Value {
    answer.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"].take()
}

// edge A12: no byte of a body is read for nobody.
// invariant: E-3, E-10
#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_token_is_refused_before_its_body() {
    let platform = Platform::start().await;
    let mut wire = TcpStream::connect(platform.server.address()).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
                Content-Length: 200000\r\n\r\n";
    wire.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(DEADLINE, wire.read_to_string(&mut answer)).await.expect("it waits").ok();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("www-authenticate: bearer"), "{answer}");
    platform.stop().await;
}

// blackbox 4: whoever is silent makes room, and costs nobody else an answer.
// invariant: E-10
#[tokio::test(flavor = "multi_thread")]
async fn three_thousand_silent_connections_lock_nobody_out() {
    // Both ends are files of this process.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let platform = Platform::start().await;
    let mut silent = Vec::new();
    for _ in 0..3_000 {
        silent.push(TcpStream::connect(platform.server.address()).await.unwrap());
    }
    // A client of its own: what was connected before them would prove nothing.
    let asked = reqwest::Client::new().get(format!("{}/healthz", platform.client.url()));
    assert_eq!(asked.send().await.unwrap().status(), StatusCode::OK);
    let answer =
        post(&platform.client, &[("content-type", "application/json")], r#"{"query":"{ __typename }"}"#);
    assert_eq!(answer.await.status(), StatusCode::OK);
    let mut oldest = Vec::new();
    let closed =
        tokio::time::timeout(DEADLINE, silent[0].read_to_end(&mut oldest)).await.expect("it made room");
    assert!(closed.is_err() || oldest.is_empty());
    platform.stop().await;
}

// blackbox 2, 3, edge A13, A16: what reads everything costs so however often it is named.
// invariant: E-10
#[tokio::test(flavor = "multi_thread")]
async fn what_is_expensive_costs_it_however_often_it_is_aliased() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let field = "logVerification { isWhole }";
    let once = client.ask_raw(&format!("{{ a: {field} }}"), json!({})).await;
    assert!(once.get("errors").is_none(), "{once}");
    let twice = client.ask_raw(&format!("{{ a: {field} b: {field} }}"), json!({})).await;
    assert_eq!(twice["errors"][0]["extensions"]["code"], json!("TOO_COMPLEX"), "{twice}");
    // What is as large as everything that was ever kept is a stream, and no field any more.
    let archive = client.ask_raw("{ downloadArchive }", json!({})).await;
    assert_eq!(archive["errors"][0]["extensions"]["code"], json!("BAD_QUERY"), "{archive}");
    let json = ("content-type", "application/json");
    let batch = post(client, &[json], r#"[{"query":"{ __typename }"},{"query":"{ __typename }"}]"#).await;
    assert_eq!(batch.status(), StatusCode::BAD_REQUEST);
    assert_eq!(code_of(batch).await, json!("BAD_REQUEST"));
    platform.stop().await;
}

// edge A19, blackbox 19, 25: the form of answers, as the specification of GraphQL over HTTP has it.
#[tokio::test(flavor = "multi_thread")]
async fn answers_have_the_form_that_was_asked_for() {
    const NEW: &str = "application/graphql-response+json";
    const JSON: &str = "application/json";
    const GOOD: &str = r#"{"query":"{ head { position } }"}"#;
    const BAD: &str = r#"{"query":"{ nonsense }"}"#;
    let platform = Platform::start().await;
    let client = &platform.client;
    for (content_type, accept, body, status, answered) in [
        (JSON, NEW, GOOD, 200, NEW),
        (JSON, JSON, GOOD, 200, JSON),
        (JSON, "*/*", GOOD, 200, JSON),
        (
            "application/json; charset=utf-8",
            "application/json, application/graphql-response+json;q=0.9",
            GOOD,
            200,
            NEW,
        ),
        (JSON, NEW, BAD, 400, NEW),
        (JSON, JSON, BAD, 200, JSON),
        (JSON, NEW, r#"{"query":7}"#, 400, JSON),
        (JSON, NEW, "nonsense", 400, JSON),
        ("text/plain", JSON, GOOD, 415, JSON),
        ("application/json; charset=latin1", JSON, GOOD, 415, JSON),
        ("application/x-www-form-urlencoded", JSON, "query=a", 415, JSON),
    ] {
        let answer = post(client, &[("content-type", content_type), ("accept", accept)], body).await;
        let case = format!("{content_type} {accept} {body}");
        assert_eq!(answer.status().as_u16(), status, "{case}");
        let found = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        assert_eq!(found.split(';').next(), Some(answered), "{case}");
        assert!(found.ends_with("charset=utf-8"), "{case}: {found}");
        assert!(answer.headers().contains_key(header::VARY), "{case}");
        let body: Value = answer.json().await.unwrap();
        let code = &body["errors"][0]["extensions"]["code"];
        assert!(body.get("data").is_some_and(|data| !data.is_null()) || code.is_string(), "{case}: {body}");
    }

    // A program that asks with GET is told so, and a browser gets its page.
    for (accept, query, status) in [
        ("application/json", "", 405),
        (NEW, "", 405),
        ("*/*", "?query=%7B__typename%7D", 405),
        // A binary that was made without the page says so.
        ("text/html,application/xhtml+xml,*/*;q=0.8", "", 503),
    ] {
        let asked = reqwest::Client::new().get(format!("{}/graphql{query}", client.url()));
        let answer = asked.header(header::ACCEPT, accept).send().await.unwrap();
        let is_page = status == 503 && answer.status() == StatusCode::OK;
        assert!(is_page || answer.status().as_u16() == status, "{accept} {query}");
        assert_eq!(answer.headers().contains_key(header::ALLOW), status == 405, "{accept} {query}");
    }

    // Small letters and several blanks are a scheme, too (RFC 7235).
    let asked = reqwest::Client::new().get(format!("{}/metrics", client.url()));
    let authorization = format!("bearer  {}", client.token());
    let answer = asked.header(header::AUTHORIZATION, authorization).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    platform.stop().await;
}

// edge A19: what graphql-http, which its working group maintains, asks of every server.
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_of_graphql_over_http_finds_nothing_wrong() {
    /// Prints a line for each audit; the answers to GET are a page or 405, which the specification leaves open.
    const AUDIT: &str = r#"
        import { auditServer } from "graphql-http";
        const authorization = `Bearer ${process.env.TOKEN}`;
        const results = await auditServer({
            url: process.env.URL,
            fetchFn: (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, authorization } }),
        });
        for (const { id, name, status, reason } of results) console.log(`${status} ${id} ${name}: ${reason ?? ""}`);
    "#;
    const LEFT_OPEN: [&str; 3] = ["5A70", "D6D5", "6A70"];
    let platform = Platform::start().await;
    let web = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/web");
    assert!(
        web.join("node_modules/graphql-http").exists(),
        "`npm ci` in api/web installs it, as ops/test does"
    );
    #[expect(clippy::disallowed_methods, reason = "a tool of the test, and no child of the server")]
    let mut node = tokio::process::Command::new("node");
    node.args(["--input-type=module", "--eval", AUDIT]).current_dir(web);
    node.env("URL", format!("{}/graphql", platform.client.url())).env("TOKEN", platform.client.token());
    let output = tokio::time::timeout(DEADLINE, node.output()).await.unwrap().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(lines.lines().count() > 50, "{lines}");
    let is_left_open = |line: &str| LEFT_OPEN.iter().any(|id| line.contains(id));
    let wrong: Vec<_> =
        lines.lines().filter(|line| !line.starts_with("ok ") && !is_left_open(line)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    platform.stop().await;
}

// blackbox 19: every error has a code.
#[tokio::test(flavor = "multi_thread")]
async fn every_error_has_a_code() {
    let platform = Platform::start().await;
    let client = &platform.client;
    for (query, code) in [
        ("{", "BAD_QUERY"),
        ("{ nonsense }", "BAD_QUERY"),
        ("{ events(first: 501) { nextAfter } }", "PAGE_TOO_LARGE"),
        (
            "{ playlists(first: 1000) { nodes { id title entries(first: 500) { nodes { id } } } } }",
            "PAGE_TOO_LARGE",
        ),
        ("{ playlists(first: 500) { nodes { entries(first: 500) { nodes { id } } } } }", "TOO_COMPLEX"),
        ("{ jobs(after: \"nonsense\") { nodes { id } } }", "BAD_CURSOR"),
        ("{ job(id: \"nonsense\") { id } }", "BAD_ID"),
    ] {
        let answer = client.ask_raw(query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!(code), "{query}: {answer}");
    }
    for (query, variables) in [
        ("query($first: Int) { jobs(first: $first) { nodes { id } } }", json!({ "first": -1 })),
        ("query($first: Int) { jobs(first: $first) { nodes { id } } }", json!({ "first": "a" })),
    ] {
        let answer = client.ask_raw(query, variables).await;
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{query}: {answer}");
    }
    platform.stop().await;
}

// field 20: an optional variable may be left out, or be nothing, wherever an argument has a default.
#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_left_out_is_the_default() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("talks")).await;
    let query = "query($id: ID!, $after: Position, $first: Int, $back: Boolean, $gone: Boolean) {
        playlist(id: $id) { entries(filter: { removed: $gone }) { totalCount } }
        events(after: $after, first: $first, backwards: $back) { nextAfter }
        history(id: $id, after: $after, first: $first, changes: $back) { kind } }";
    let nothing = json!({ "id": id, "after": null, "first": null, "back": null, "gone": null });
    for variables in [json!({ "id": id }), nothing] {
        let data = client.ask(query, variables).await;
        assert_eq!(data["playlist"]["entries"]["totalCount"], json!(6), "{data}");
    }
    let mutation = "mutation($name: String!, $role: Role, $quality: String, $id: ID!) {
        tokenCreate(input: { name: $name, role: $role }) { token { role } }
        downloadStart(input: { target: { playlistId: $id }, quality: $quality }) { userErrors { code } } }";
    let data = client.ask(mutation, json!({ "name": "guest", "id": id })).await;
    assert_eq!(data["tokenCreate"]["token"]["role"], json!("VIEWER"), "{data}");
    assert_eq!(data["downloadStart"]["userErrors"], json!([]), "{data}");
    for field in ["events", "jobChanges", "playlistChanges", "downloadChanges", "fileChanges"] {
        let document = format!("subscription($after: Position) {{ {field}(after: $after) {{ position }} }}");
        let mut socket = Subscriber::open(client, &document, json!({})).await;
        assert!(socket.item().await[field]["position"].is_u64(), "{field}");
    }
    platform.stop().await;
}

// field 18b, edge A20, blackbox 23: a place beyond the end is of another log, and waiting there is silence.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_beyond_the_head_is_refused() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let head = client.ask("{ head { position } }", json!({})).await["head"]["position"].as_u64().unwrap();
    for after in [head + 1_000, u64::MAX] {
        let variables = json!({ "after": after });
        let query = "query($after: Position!) { events(after: $after) { nextAfter } }";
        let answer = client.ask_raw(query, variables.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("POSITION_BEYOND_HEAD"), "{after}");
        for field in ["events", "jobChanges", "playlistChanges", "downloadChanges", "fileChanges"] {
            let document =
                format!("subscription($after: Position!) {{ {field}(after: $after) {{ position }} }}");
            let mut socket = Subscriber::open(client, &document, variables.clone()).await;
            let told = socket.message().await.unwrap();
            let errors = told["payload"]["errors"].as_array().or_else(|| told["payload"].as_array()).unwrap();
            assert_eq!(errors[0]["extensions"]["code"], json!("POSITION_BEYOND_HEAD"), "{field}: {told}");
        }
    }
    let live = client.ask(
        "query($after: Position!) { events(after: $after) { events { position } } }",
        json!({ "after": head }),
    );
    assert_eq!(live.await["events"]["events"], json!([]), "the end itself is a place");
    platform.stop().await;
}

// blackbox 17, edge A18: a range is judged before anything is sent.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_a_range_that_is_not_there_is_refused_in_words() {
    let platform = Platform::start().await;
    let client = &platform.client;
    for (range, status, code) in [
        ("from=5&to=3", StatusCode::BAD_REQUEST, "BAD_ARGUMENT"),
        ("from=0", StatusCode::BAD_REQUEST, "BAD_ARGUMENT"),
        ("from=a", StatusCode::BAD_REQUEST, "BAD_ARGUMENT"),
        ("form=5", StatusCode::BAD_REQUEST, "BAD_ARGUMENT"),
        ("from=200000", StatusCode::RANGE_NOT_SATISFIABLE, "POSITION_BEYOND_HEAD"),
    ] {
        let answer = client.get(&format!("/v1/log/export?{range}")).await;
        assert_eq!(answer.status(), status, "{range}");
        assert_eq!(code_of(answer).await, json!(code), "{range}");
    }
    let whole = client.get("/v1/log/export?from=1&to=999999").await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert!(whole.text().await.unwrap().lines().count() > 2);
    platform.stop().await;
}

// edge A23, blackbox 29: numbers that alerts can be built on.
#[tokio::test(flavor = "multi_thread")]
async fn metrics_say_zero_and_measure_bytes_in_bytes() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("talks")).await;
    client.download(&id, "best").await;
    let metrics = client.get("/metrics").await.text().await.unwrap();
    for line in [
        r#"mediary_jobs{kind="refresh",state="running"} 0"#,
        r#"mediary_jobs{kind="download",state="queued"} 0"#,
        r#"mediary_jobs{kind="refresh",state="succeeded"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let peak = metrics.lines().filter(|line| line.starts_with("mediary_process_memory_peak_bytes_bucket"));
    assert!(peak.clone().any(|line| line.contains("le=\"1000000000\"")), "{metrics}");
    platform.stop().await;
}

// edge A22, blackbox 10: the keys of a private feed are in its address, and in nothing that is told of it.
// invariant: S-1
#[tokio::test(flavor = "multi_thread")]
async fn the_key_in_an_address_is_in_no_output_and_no_failure() {
    const PLANTED: &str = "planted-secret-7";
    let platform = Platform::start().await;
    let client = &platform.client;
    let url = platform.site.url(&format!("/not/there.mp4?auth={PLANTED}"));
    let document =
        "mutation($url: String!) { playlistFollow(input: { url: $url }) { job { id } userErrors { code } } }";
    let data = client.ask(document, json!({ "url": url })).await;
    let job = client.wait_job(data["playlistFollow"]["job"]["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], json!("FAILED"), "{job}");
    assert!(!job.to_string().contains(PLANTED), "{job}");
    let events = client.events_after(0).await;
    // Who fetches needs the address whole.
    let holds_address = ["job.queued", "playlist.followed"];
    for event in &events {
        let kind = event["kind"].as_str().unwrap();
        assert!(holds_address.contains(&kind) || !event.to_string().contains(PLANTED), "{event}");
    }
    let mut records = 0;
    for entry in std::fs::read_dir(platform.data().join("output")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(PLANTED), "{text}");
        records += usize::from(text.contains("not/there"));
    }
    assert!(records > 0, "the output says what was asked for");
    platform.stop().await;
}

// SE-13: what is long is compressed for whoever takes that, and says the same; where a secret word stands beside what was asked
// (BREACH) nothing is, nor what is compressed already.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_for_whoever_takes_that() {
    const LONG: &str = r#"{"query":"{ __schema { types { name description } } }"}"#;
    let platform = Platform::start().await;
    let json = ("content-type", "application/json");
    let whole = post(&platform.client, &[json], LONG).await;
    assert!(!whole.headers().contains_key(header::CONTENT_ENCODING));
    let whole = whole.bytes().await.unwrap();
    for encoding in ["gzip", "zstd"] {
        let answer = post(&platform.client, &[json, ("accept-encoding", encoding)], LONG).await;
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], encoding);
        let vary = answer.headers().get_all(header::VARY).iter();
        let vary = vary.map(|value| value.to_str().unwrap().to_ascii_lowercase()).collect::<Vec<_>>();
        assert!(vary.iter().any(|value| value.contains("accept-encoding")), "{vary:?}");
        let bytes = answer.bytes().await.unwrap();
        assert!(bytes.len() * 3 < whole.len(), "{} of {}", bytes.len(), whole.len());
        if encoding == "gzip" {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut text).unwrap();
            assert_eq!(text, whole);
        }
    }
    let http = reqwest::Client::new();
    for path in ["v1/session", "v1/log/export"] {
        let asked = http
            .get(format!("{}/{path}", platform.client.url()))
            .header(header::ACCEPT_ENCODING, "gzip, zstd");
        let answer = asked.bearer_auth(platform.client.token()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(!answer.headers().contains_key(header::CONTENT_ENCODING), "{path}");
    }
    platform.stop().await;
}
