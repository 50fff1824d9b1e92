//! Who may do what: nothing without a token, and with one only what its role allows.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::os::unix::fs::PermissionsExt as _;

use mediary_tests::{Client, Platform, Subscriber, events_of, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// What must never be answered without a token: every path with data.
const GUARDED: [&str; 6] = [
    "/metrics",
    "/v1/download/archive",
    "/v1/log/export",
    "/v1/log/export?from=1&to=1",
    "/v1/files/file-00000000-0000-7000-8000-000000000001",
    "/v1/files/nonsense",
];

async fn status_of(url: String) -> StatusCode {
    reqwest::get(url).await.unwrap().status()
}

/// Makes a token; answers its id and secret.
async fn make_token(client: &Client, input: Value) -> (String, String) {
    let data = client
        .ask(
            "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) {
                token { id } secret userErrors { code message } } }",
            json!({ "input": input }),
        )
        .await;
    let payload = &data["tokenCreate"];
    assert_eq!(payload["userErrors"], json!([]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&payload["token"]["id"]), text(&payload["secret"]))
}

// invariant: E-3
#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_health_and_pages_without_data_is_answered_without_a_token() {
    let platform = Platform::start().await;
    let url = platform.client.url().to_owned();
    let id = platform.client.follow(&platform.site.list_url("talks")).await;
    for open in ["/healthz", "/readyz"] {
        assert_eq!(status_of(format!("{url}{open}")).await, StatusCode::OK, "{open}");
    }
    for guarded in GUARDED {
        assert_eq!(status_of(format!("{url}{guarded}")).await, StatusCode::UNAUTHORIZED, "{guarded}");
    }

    // Pages have no data in them, whoever asks.
    for page in ["/", "/graphql"] {
        let text = reqwest::get(format!("{url}{page}")).await.unwrap().text().await.unwrap();
        assert!(!text.contains(&id) && !text.contains("Sample talks") && !text.contains("mdy_"), "{page}");
    }

    for authorization in [None, Some("Bearer"), Some("Bearer nonsense"), Some("Basic YTpi")] {
        let mut request = reqwest::Client::new().post(format!("{url}/graphql"));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let answer = request.json(&json!({ "query": "{ head { position } }" })).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{authorization:?}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"));
        assert!(body["errors"][0]["message"].as_str().unwrap().contains("mediary token "), "{body}");
        assert!(body.get("data").is_none_or(Value::is_null), "{body}");
    }
    let mut socket = Subscriber::sign_in(&url, "nonsense").await;
    assert_eq!(socket.message().await, None, "a socket with a wrong token is closed before anything is said");
    platform.stop().await;
}

// invariant: G-6
#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_looks_and_changes_nothing() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("talks")).await;
    let (token_id, secret) = make_token(client, json!({ "name": "screen", "role": "VIEWER" })).await;
    let viewer = client.with_token(&secret);
    assert_eq!(viewer.playlist(&id).await["entryCount"], json!(6));

    let before = platform.server.log().head().position;
    for mutation in [
        format!(
            "playlistFollow(input: {{ url: \"{}\" }}) {{ userErrors {{ code }} }}",
            platform.site.list_url("videos")
        ),
        format!("playlistRefresh(input: {{ id: \"{id}\" }}) {{ userErrors {{ code }} }}"),
        format!("playlistUnfollow(input: {{ id: \"{id}\" }}) {{ userErrors {{ code }} }}"),
        format!("downloadStart(input: {{ target: {{ playlistId: \"{id}\" }} }}) {{ userErrors {{ code }} }}"),
        "downloadArchiveImport(input: { text: \"a b\" }) { userErrors { code } }".to_owned(),
        "jobCancel(input: { ids: [\"01890a5d-ac96-774b-bcce-b302099a8057\"] }) { userErrors { code } }"
            .to_owned(),
        "limitsSet(input: { total: 1 }) { userErrors { code } }".to_owned(),
        "tokenCreate(input: { name: \"more\" }) { secret userErrors { code } }".to_owned(),
        format!("tokenRevoke(input: {{ id: \"{token_id}\" }}) {{ userErrors {{ code }} }}"),
    ] {
        let answer = viewer.ask_raw(&format!("mutation {{ {mutation} }}"), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("FORBIDDEN"), "{mutation}: {answer}");
    }
    for query in ["{ events { nextAfter } }", "{ logVerification { isWhole } }", "{ tokens { id } }"] {
        let answer = viewer.ask_raw(query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("FORBIDDEN"), "{query}: {answer}");
    }
    assert_eq!(viewer.get("/v1/log/export").await.status(), StatusCode::FORBIDDEN);
    let recorded = client.events_after(before).await;
    let refusals = events_of(&recorded, "account.command_refused");
    assert_eq!((recorded.len(), refusals.len()), (9, 9), "only that each was refused: {recorded:?}");

    // What it may look at it may watch, and the log itself it may not.
    let mut watching =
        Subscriber::open(&viewer, "subscription { playlistChanges { position } }", json!({})).await;
    watching.item().await;
    let mut refused = Subscriber::open(&viewer, "subscription { events { position } }", json!({})).await;
    let answer = refused.message().await.unwrap();
    assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], json!("FORBIDDEN"), "{answer}");
    assert_eq!(answer["payload"]["data"], Value::Null);
    assert_eq!(refused.message().await.unwrap()["type"], json!("complete"), "and nothing more is said");
    platform.stop().await;
}

// invariant: G-5
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_revoked_or_has_ended_is_refused() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let (id, secret) = make_token(client, json!({ "name": "phone", "role": "EDITOR" })).await;
    let phone = client.with_token(&secret);
    assert_eq!(phone.get("/metrics").await.status(), StatusCode::OK);
    client
        .ask(
            "mutation($id: ID!) { tokenRevoke(input: { id: $id }) { userErrors { code } } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(phone.get("/metrics").await.status(), StatusCode::UNAUTHORIZED);

    let (_, secret) = make_token(client, json!({ "name": "guest", "expiresInSeconds": 1 })).await;
    let guest = client.with_token(&secret);
    until("the guest's token has ended", || async {
        (guest.get("/metrics").await.status() == StatusCode::UNAUTHORIZED).then_some(())
    })
    .await;
    platform.stop().await;
}

// invariant: E-9
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_closes_when_its_token_ends() {
    let platform = Platform::start().await;
    let (_, secret) = make_token(&platform.client, json!({ "name": "guest", "expiresInSeconds": 2 })).await;
    let guest = platform.client.with_token(&secret);
    let mut socket = Subscriber::open(&guest, "subscription { jobChanges { position } }", json!({})).await;
    socket.item().await;
    assert_eq!(socket.message().await, None, "it is closed, and nothing more is said");
    platform.stop().await;
}

// edge A15: the name of a token that has ended is free, and nobody is shown it any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_has_ended_leaves_the_list_and_frees_its_name() {
    let platform = Platform::start().await;
    let client = &platform.client;
    make_token(client, json!({ "name": "guest", "expiresInSeconds": 1 })).await;
    until("the guest's token has left the list", || async {
        let names = client.ask("{ tokens { name } }", json!({})).await.to_string();
        (!names.contains("guest")).then_some(())
    })
    .await;
    let (id, secret) = make_token(client, json!({ "name": "guest", "role": "OWNER" })).await;
    // edge A14: what was done by it is told from what others did.
    let (id_of_its_own, _) = make_token(&client.with_token(&secret), json!({ "name": "least" })).await;
    let events = "{ events(first: 1, after: 0, backwards: true) { events { originId } } }";
    let last = client.ask(events, json!({})).await;
    assert_eq!(last["events"]["events"][0]["originId"], json!(id), "{last}");
    let tokens = client.ask("{ tokens { id role } }", json!({})).await;
    let made = tokens["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["id"] == id_of_its_own.as_str())
        .unwrap();
    assert_eq!(made["role"], json!("VIEWER"), "who asks for nothing gets the least");

    let at_once = "mutation { tokenCreate(input: { name: \"dead\", expiresInSeconds: 0 }) {
        secret userErrors { code } } }";
    let answer = client.ask(at_once, json!({})).await;
    assert_eq!(answer["tokenCreate"]["userErrors"][0]["code"], json!("TOKEN_ENDS_AT_ONCE"));
    assert_eq!(answer["tokenCreate"]["secret"], Value::Null);
    platform.stop().await;
}

// edge A15: who deletes the file has the lock changed.
// invariant: G-5
#[tokio::test(flavor = "multi_thread")]
async fn deleting_the_folders_token_revokes_it() {
    let platform = Platform::start().await;
    let old = platform.client.clone();
    std::fs::remove_file(platform.data().join("local.token")).unwrap();
    let platform = platform.restart().await;
    assert_ne!(platform.client.token(), old.token());
    assert_eq!(platform.client.get("/metrics").await.status(), StatusCode::OK);
    let shut_out = Client::of_data(platform.data(), platform.server.address()).with_token(old.token());
    assert_eq!(shut_out.get("/metrics").await.status(), StatusCode::UNAUTHORIZED);
    platform.stop().await;
}

// edge A15: a folder that was there before, open to everybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_was_there_before_is_closed_to_others() {
    let open = |configuration: &mut mediary::configuration::Configuration| {
        std::fs::create_dir(&configuration.data).unwrap();
        std::fs::set_permissions(&configuration.data, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let platform = Platform::start_with(Box::new(open)).await;
    let mode = std::fs::metadata(platform.data()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    platform.stop().await;
}

// blackbox 1, edge A1: whoever holds a socket of a stolen token is shut out with it.
// invariant: E-9, G-5
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_rules_no_longer_through_an_open_socket() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let (id, secret) = make_token(client, json!({ "name": "stolen", "role": "OWNER" })).await;
    let (_, own_secret) = make_token(client, json!({ "name": "own", "role": "OWNER" })).await;
    let thief = client.with_token(&secret);
    let backdoor = "mutation { tokenCreate(input: { name: \"backdoor\", role: OWNER }) { secret } }";

    // One socket watches, one has just asked, one waits for its moment; and one is somebody else's.
    let mut watching =
        Subscriber::open(&thief, "subscription { events(after: 0) { position } }", json!({})).await;
    watching.item().await;
    let mut asking = Subscriber::open(&thief, "{ tokens { name } }", json!({})).await;
    asking.item().await;
    assert_eq!(asking.message().await.unwrap()["type"], json!("complete"));
    let mut waiting = Subscriber::connect(&thief).await;
    let mut own = Subscriber::connect(&client.with_token(&own_secret)).await;

    client
        .ask(
            "mutation($id: ID!) { tokenRevoke(input: { id: $id }) { userErrors { code } } }",
            json!({ "id": id }),
        )
        .await;
    let answered = client.ask("{ head { position } }", json!({})).await;
    let position = answered["head"]["position"].as_u64().unwrap();
    // The socket may be closed already; then what is said into it comes nowhere.
    for (socket, document) in [(&mut asking, "{ tokens { name } }"), (&mut waiting, backdoor)] {
        socket.try_subscribe("late", document).await;
        let (said, end) = socket.rest().await;
        assert_eq!(said, Vec::<Value>::new(), "{document}");
        assert_eq!(end, Some((4403, "Session ended".to_owned())), "{document}");
    }
    let (said, end) = watching.rest().await;
    assert_eq!(end, Some((4403, "Session ended".to_owned())));
    let told_after =
        |message: &Value| message["payload"]["data"]["events"]["position"].as_u64() > Some(position);
    assert!(!said.iter().any(told_after), "{said:?}");

    assert_eq!(thief.get("/metrics").await.status(), StatusCode::UNAUTHORIZED);
    let names = client.ask("{ tokens { name } }", json!({})).await.to_string();
    assert!(!names.contains("backdoor") && !names.contains("stolen"), "{names}");
    own.subscribe("1", "{ tokens { name } }", json!({})).await;
    own.item().await;
    platform.stop().await;
}

// invariant: G-5, S-1
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_known_to_its_holder_alone() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let file = platform.data().join("local.token");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let folder = std::fs::metadata(platform.data()).unwrap().permissions().mode() & 0o777;
    assert_eq!(folder, 0o700);
    let (_, secret) = make_token(client, json!({ "name": "phone", "role": "OWNER" })).await;

    let events = client.events_after(0).await;
    let issued = events_of(&events, "account.token_issued");
    assert_eq!(issued.len(), 2, "the folder's, the phone's");
    let told = Value::from(events.clone()).to_string();
    let list = client.ask("{ tokens { id name role expiresAt } }", json!({})).await.to_string();
    let metrics = client.get("/metrics").await.text().await.unwrap();
    let export = client.get("/v1/log/export").await.text().await.unwrap();
    let owner = client.token().to_owned();
    for token in [&owner, &secret] {
        // The bare part, too: nothing of it is stored under another prefix.
        let bare = token.strip_prefix("mdy_").unwrap();
        for (place, text) in
            [("events", &told), ("tokens", &list), ("metrics", &metrics), ("export", &export)]
        {
            assert!(!text.contains(bare), "{place} tell a token");
        }
    }

    let data = platform.data().to_owned();
    let folder = platform.stop().await;
    let stored = stored_bytes(&data);
    assert!(stored.iter().any(|(path, _)| path.ends_with("local.token")));
    for (path, bytes) in stored.iter().filter(|(path, _)| !path.ends_with("local.token")) {
        for token in [&owner, &secret] {
            let bare = token.strip_prefix("mdy_").unwrap().as_bytes();
            assert!(
                !bytes.windows(bare.len()).any(|window| window == bare),
                "{} has a token",
                path.display()
            );
        }
    }
    drop(folder);
}

fn stored_bytes(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                stored_bytes(&path)
            } else {
                let bytes = std::fs::read(&path).unwrap();
                vec![(path, bytes)]
            }
        })
        .collect()
}
