//! Commands over NATS: who may speak as whom, and what is answered.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::collections::BTreeSet;

use async_nats::{Client as Nats, ConnectOptions, HeaderMap};
use mediary::configuration::NatsMode;
use mediary_actors::nats::Access;
use mediary_log::work::REGISTRY;
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

/// A credential for NATS, as `tokenCreate` answers it.
pub(crate) struct Credential {
    pub(crate) token_id: String,
    pub(crate) secret: String,
    nats: Value,
}

pub(crate) async fn platform() -> Platform {
    Platform::start_with(Box::new(|configuration| configuration.nats = NatsMode::Auto)).await
}

pub(crate) async fn credential(platform: &Platform, name: &str, role: &str) -> Credential {
    make(platform, json!({ "name": name, "role": role, "nats": true })).await
}

async fn make(platform: &Platform, input: Value) -> Credential {
    const CREATE: &str = "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) {
        token { id } secret nats { user principalId subject inboxPrefix configuration } userErrors { code } } }";
    let mut data = platform.client.ask(CREATE, json!({ "input": input })).await;
    let payload = data["tokenCreate"].take();
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    Credential {
        token_id: payload["token"]["id"].as_str().unwrap().to_owned(),
        secret: payload["secret"].as_str().unwrap().to_owned(),
        nats: payload["nats"].clone(),
    }
}

impl Credential {
    /// Connects with a password, if the server lets it in.
    async fn try_connect(&self, platform: &Platform, password: &str) -> Option<Nats> {
        let port = Access::read(platform.data()).unwrap().unwrap().port();
        let options =
            ConnectOptions::with_user_and_password(self.text("user").to_owned(), password.to_owned())
                .custom_inbox_prefix(self.text("inboxPrefix"));
        options.connect(format!("127.0.0.1:{port}")).await.ok()
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.nats[field].as_str().unwrap()
    }

    /// Connects, once the server knows the credential.
    pub(crate) async fn connect(&self, platform: &Platform) -> Nats {
        until("the server knows the credential", || self.try_connect(platform, &self.secret)).await
    }

    /// Sends a command, once somebody hears commands: one that nobody heard was not done.
    pub(crate) async fn ask(&self, nats: &Nats, name: &str, arguments: &Value, headers: HeaderMap) -> Value {
        let subject = format!("{}.{name}", self.text("subject"));
        let reply = until("commands are heard", || async {
            let body = arguments.to_string().into();
            nats.request_with_headers(subject.clone(), headers.clone(), body).await.ok()
        })
        .await;
        serde_json::from_slice(&reply.payload).unwrap()
    }
}

fn command_id(number: u8) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Mediary-Command-Id", format!("01890a5d-ac96-774b-bcce-b3020000{number:04x}"));
    headers
}

// Issue 5, must hold 7.
const REVOKE: &str = "mutation($id: ID!) { tokenRevoke(input: { id: $id }) { userErrors { code } } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_over_nats_arrives_as_its_principal() {
    let platform = platform().await;
    let editor = credential(&platform, "automation", "EDITOR").await;
    let nats = editor.connect(&platform).await;
    let follow = json!({ "url": platform.site.list_url("videos") });
    let answer = editor.ask(&nats, "playlist.follow", &follow, command_id(1)).await;
    assert_eq!(answer["user_errors"], json!([]), "{answer}");
    let again = editor.ask(&nats, "playlist.follow", &follow, command_id(1)).await;
    assert_eq!((&again["position"], &again["repeated"]), (&answer["position"], &json!(true)));
    let other = json!({ "url": "https://example.org/other" });
    let reused = editor.ask(&nats, "playlist.follow", &other, command_id(1)).await;
    assert_eq!(reused["user_errors"][0]["code"], "COMMAND_ID_REUSED", "{reused}");
    let recorded: Vec<_> = platform
        .server
        .log()
        .read(&mediary_log::Read::forward(1).limit(usize::MAX))
        .unwrap()
        .into_iter()
        .filter(|event| event.envelope.kind() == "playlist.follow_requested")
        .collect();
    let [event] = &recorded[..] else { panic!("{recorded:?}") };
    assert_eq!(event.envelope.principal.to_string(), editor.text("principalId"));
    assert_eq!(event.envelope.origin.kind, mediary_log::OriginKind::Nats);
    platform.stop().await;
}

// In small letters, too, as many clients write them: missed, the command would be done.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_header_says_is_heard_in_whatever_letters() {
    let platform = platform().await;
    let editor = credential(&platform, "automation", "EDITOR").await;
    let nats = editor.connect(&platform).await;
    let follow = json!({ "url": platform.site.list_url("videos") });
    for name in ["Mediary-Dry-Run", "mediary-dry-run", "MEDIARY-DRY-RUN"] {
        let mut headers = HeaderMap::new();
        headers.insert(name, "true");
        let plan = editor.ask(&nats, "playlist.follow", &follow, headers).await;
        assert_eq!(
            (&plan["user_errors"], &plan["dry_run"]["event_count"]),
            (&json!([]), &json!(3)),
            "{plan}"
        );
    }
    let mut both = HeaderMap::new();
    both.append("mediary-dry-run", "false");
    both.append("Mediary-Dry-Run", "true");
    let mut twice = HeaderMap::new();
    twice.append("Mediary-Dry-Run", "false");
    twice.append("Mediary-Dry-Run", "true");
    for headers in [both, twice] {
        let refused = editor.ask(&nats, "playlist.follow", &follow, headers).await;
        assert!(refused["user_errors"][0]["message"].to_string().contains("said twice"), "{refused}");
    }
    let events = platform.server.log().read(&mediary_log::Read::forward(1).limit(usize::MAX)).unwrap();
    assert!(events.iter().all(|event| event.envelope.kind() != "playlist.follow_requested"));
    platform.stop().await;
}

// Issue 5, must hold 7.
#[tokio::test(flavor = "multi_thread")]
async fn over_nats_nobody_does_more_than_the_token_allows_nor_after_it_is_revoked() {
    let platform = platform().await;
    let viewer = credential(&platform, "watching", "VIEWER").await;
    let nats = viewer.connect(&platform).await;
    let before = platform.server.log().head().position;
    let follow = json!({ "url": platform.site.list_url("videos") });
    let refused = viewer.ask(&nats, "playlist.follow", &follow, command_id(1)).await;
    assert_eq!(refused["user_errors"][0]["code"], "FORBIDDEN", "{refused}");
    let unknown = viewer.ask(&nats, "playlist.burn", &follow, command_id(1)).await;
    assert_eq!(unknown["user_errors"][0]["code"], "UNKNOWN_COMMAND", "{unknown}");
    let secret = viewer.ask(&nats, "token.create", &json!({ "name": "more" }), command_id(1)).await;
    assert_eq!(secret["user_errors"][0]["code"], "NOT_OVER_NATS", "{secret}");
    let recorded = platform.client.events_after(before).await;
    let kinds: Vec<_> = recorded.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["account.command_refused"], "what the role does not allow, once");

    let editor = credential(&platform, "automation", "EDITOR").await;
    let other = editor.connect(&platform).await;
    // As somebody else: the server lets nothing through, so that there is no answer.
    let theirs = format!("{}.playlist.follow", viewer.text("subject"));
    other.publish(theirs, follow.to_string().into()).await.unwrap();
    other.flush().await.unwrap();
    platform.client.ask(REVOKE, json!({ "id": editor.token_id })).await;
    let subject = format!("{}.playlist.follow", editor.text("subject"));
    let answered = other.request(subject, follow.to_string().into()).await;
    if let Ok(reply) = answered {
        let reply: Value = serde_json::from_slice(&reply.payload).unwrap();
        assert_eq!(reply["user_errors"][0]["code"], "UNAUTHENTICATED", "{reply}");
    }
    let kinds: Vec<_> = platform.client.events_after(before).await;
    assert!(kinds.iter().all(|event| event["kind"] != "playlist.follow_requested"), "{kinds:?}");
    platform.stop().await;
}

/// Sends one command a hundred times at once, half of them over GraphQL and half over NATS. Answers how often it was
/// done and not repeated, and the different answers: `position/story`, or a code.
async fn a_hundred_times(
    (credential, nats, http): (&Credential, &Nats, &Client),
    (mutation, input): (&str, &Value),
    (name, arguments): (&str, &Value),
    command: u8,
) -> (usize, BTreeSet<String>) {
    let id = format!("01890a5d-ac96-774b-bcce-b3020000{command:04x}");
    let document = format!(
        "mutation($input: {}Input!) {{ {mutation}(input: $input) {{
            position storyId repeated userErrors {{ code retryable }} }} }}",
        mutation[..1].to_uppercase() + &mutation[1..]
    );
    let mut input = input.clone();
    input["commandId"] = json!(id);
    let over_graphql = |_| async {
        until("the server has room for the request", || async {
            let answer = http.ask_raw(&document, json!({ "input": input })).await;
            let told = &answer["data"][mutation];
            // A server that is busy says so; whoever sends the same again does it no second time.
            let is_told = told.is_object() && told["userErrors"][0]["retryable"] != json!(true);
            is_told.then(|| (told["position"].clone(), told["storyId"].clone(), told.clone()))
        })
        .await
    };
    let over_nats = |_| async {
        let told = credential.ask(nats, name, arguments, command_id(command)).await;
        (told["position"].clone(), told["story_id"].clone(), told)
    };
    let sent = futures::future::join(
        futures::future::join_all((0..50).map(over_graphql)),
        futures::future::join_all((0..50).map(over_nats)),
    );
    let (one, other) = sent.await;
    let told: Vec<_> = one.into_iter().chain(other).collect();
    let first = told
        .iter()
        .filter(|(position, _, told)| !position.is_null() && told["repeated"] == json!(false))
        .count();
    let answers = told.iter().map(|(position, story, told)| {
        let errors = if told["userErrors"].is_array() { &told["userErrors"] } else { &told["user_errors"] };
        errors[0]["code"].as_str().map_or_else(|| format!("{position}/{story}"), str::to_owned)
    });
    (first, answers.collect())
}

// Issue 5, must hold 5.
#[tokio::test(flavor = "multi_thread")]
async fn one_command_sent_a_hundred_times_over_graphql_and_nats_is_done_once() {
    const PLAYLISTS: &str = "{ playlists(first: 1) { nodes { id } } }";
    let platform = platform().await;
    let editor = credential(&platform, "automation", "EDITOR").await;
    let nats = editor.connect(&platform).await;
    let http = platform.client.with_token(&editor.secret);
    let door = (&editor, &nats, &http);
    let count = |kind: &str, command: u8| {
        let events = platform.server.log().read(&mediary_log::Read::forward(1).limit(usize::MAX)).unwrap();
        let id = format!("b3020000{command:04x}");
        let of_command = events.iter().filter(|event| event.envelope.command_id.to_string().ends_with(&id));
        of_command.filter(|event| event.envelope.kind() == kind).count()
    };

    // With events.
    let url = json!({ "url": platform.site.list_url("videos") });
    let (first, answers) =
        a_hundred_times(door, ("playlistFollow", &url), ("playlist.follow", &url), 1).await;
    assert_eq!((first, answers.len()), (1, 1), "{answers:?}");
    assert_eq!((count("playlist.follow_requested", 1), count("job.queued", 1)), (1, 1));

    // With another content.
    let other = json!({ "url": "https://example.org/other" });
    let (first, answers) =
        a_hundred_times(door, ("playlistFollow", &other), ("playlist.follow", &other), 1).await;
    assert_eq!((first, answers), (0, BTreeSet::from(["COMMAND_ID_REUSED".to_owned()])));

    // Without events: what is followed no longer is unfollowed.
    let list = until("the list is shown", || async {
        http.ask(PLAYLISTS, json!({})).await["playlists"]["nodes"][0]["id"].as_str().map(str::to_owned)
    })
    .await;
    let (input, arguments) = (json!({ "id": list }), json!({ "playlist_id": list }));
    editor.ask(&nats, "playlist.unfollow", &arguments, command_id(2)).await;
    let (first, answers) =
        a_hundred_times(door, ("playlistUnfollow", &input), ("playlist.unfollow", &arguments), 3).await;
    assert_eq!((first, answers.len()), (1, 1), "{answers:?}");
    assert_eq!(count("command.accepted", 3), 1);
    assert_eq!(count("playlist.unfollowed", 3), 0);
    platform.stop().await;
}

// invariant: G-6, S-3
#[tokio::test(flavor = "multi_thread")]
async fn every_role_meets_over_nats_what_the_table_says() {
    let platform = platform().await;
    let lines = crate::roles::lines().filter(|line| line.starts_with("nats\t"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    let named: BTreeSet<&str> = rows.iter().map(|row| row[1].split(' ').next().unwrap()).collect();
    let commands: BTreeSet<&str> = REGISTRY.commands().map(|kind| kind.name).collect();
    assert_eq!(named, commands, "tests/it/roles.tsv has a row for each command over NATS");

    let mut wrong = Vec::new();
    for (column, role) in [(3, "VIEWER"), (4, "EDITOR"), (5, "OWNER")] {
        let holder = credential(&platform, role, role).await;
        let nats = holder.connect(&platform).await;
        for row in &rows {
            let (name, arguments) = row[1].split_once(' ').unwrap();
            let arguments = serde_json::from_str(arguments).unwrap();
            let answer = holder.ask(&nats, name, &arguments, HeaderMap::new()).await;
            let found = match answer["user_errors"][0]["code"].as_str() {
                Some(code @ ("UNAUTHENTICATED" | "FORBIDDEN" | "NOT_OVER_NATS")) => code,
                Some("BAD_COMMAND" | "UNKNOWN_COMMAND") => panic!("a bad row: {name}: {answer}"),
                Some(_) | None => "yes",
            };
            if found != row[column] {
                wrong.push(format!("{name} as {role}: {found}, not {}", row[column]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Nobody, one whose time is over, and one that was revoked: the server lets none of them in.
    assert!(rows.iter().all(|row| [row[2], row[6], row[7]] == ["closed"; 3]));
    let revoked = credential(&platform, "revoked", "OWNER").await;
    revoked.connect(&platform).await;
    assert!(revoked.try_connect(&platform, "nonsense").await.is_none());
    platform.client.ask(REVOKE, json!({ "id": revoked.token_id })).await;
    let expired = json!({ "name": "expired", "role": "OWNER", "nats": true, "expiresInSeconds": 1 });
    let expired = make(&platform, expired).await;
    for gone in [revoked, expired] {
        until("the server lets it in no more", || async {
            gone.try_connect(&platform, &gone.secret).await.is_none().then_some(())
        })
        .await;
    }
    platform.stop().await;
}

// A token of another project acts in its own, over NATS as everywhere.
// invariant: S-3
#[tokio::test(flavor = "multi_thread")]
async fn a_command_over_nats_is_of_the_token_s_project() {
    let platform = platform().await;
    let create = "mutation { projectCreate(input: { name: \"kids\" }) { project { id } } }";
    let project = platform.client.ask(create, json!({})).await["projectCreate"]["project"]["id"].take();
    let input = json!({ "name": "kids", "role": "OWNER", "nats": true, "projectId": project });
    let kids = make(&platform, input).await;
    let nats = kids.connect(&platform).await;
    let follow = json!({ "url": platform.site.list_url("videos") });
    let answer = kids.ask(&nats, "playlist.follow", &follow, command_id(1)).await;
    assert_eq!(answer["user_errors"], json!([]), "{answer}");
    let refused = kids.ask(&nats, "limit.set", &json!({ "total": 1 }), command_id(2)).await;
    assert_eq!(refused["user_errors"][0]["code"], "FORBIDDEN", "{refused}");
    let position = answer["position"].as_u64().unwrap();
    let recorded = platform.server.log().read(&mediary_log::Read::forward(position).limit(1)).unwrap();
    assert_eq!(json!(recorded[0].envelope.project.to_string()), project);
    platform.stop().await;
}
