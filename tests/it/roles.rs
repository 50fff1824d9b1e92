//! Every role meets every field, command and path, and finds what the table says of it: `roles.tsv`, and a file of a concern's own
//! in `roles/`.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{collections::BTreeSet, fs, sync::LazyLock};

use mediary_log::work::REGISTRY;
use mediary_schema::account::{Permission, Role};
use mediary_tests::{Client, Platform, Subscriber, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Who meets it, in the order of the columns.
const WHO: [&str; 6] = ["none", "viewer", "editor", "owner", "expired", "revoked"];

struct Row {
    kind: &'static str,
    what: &'static str,
    expected: [&'static str; 6],
}

impl Row {
    /// The field that a document asks for, or the whole of what it is.
    fn name(&self) -> &'static str {
        self.what.split(['(', ' ', '{']).next().unwrap()
    }
}

/// The rows of the table, those of each concern's own file included.
pub(crate) fn lines() -> impl Iterator<Item = &'static str> {
    static OWN: LazyLock<Vec<String>> = LazyLock::new(|| {
        let Ok(folder) = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/it/roles")) else {
            return Vec::new();
        };
        folder.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    });
    let own = OWN.iter().flat_map(|text| text.lines());
    include_str!("roles.tsv").lines().chain(own).filter(|line| !line.starts_with('#'))
}

fn rows() -> Vec<Row> {
    lines()
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [kind, what, expected @ ..] = &cells[..] else { panic!("{line}") };
            Row { kind, what, expected: expected.try_into().unwrap_or_else(|_| panic!("{line}")) }
        })
        .collect()
}

fn names(rows: &[Row], kind: &str) -> BTreeSet<String> {
    rows.iter().filter(|row| row.kind == kind).map(|row| row.name().to_owned()).collect()
}

/// A token of a role; its id and the client that shows it.
async fn token(owner: &Client, name: &str, role: &str, seconds: Option<u32>) -> (String, Client) {
    let input = json!({ "name": name, "role": role, "expiresInSeconds": seconds });
    let document =
        "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) { token { id } secret } }";
    let made = owner.ask(document, json!({ "input": input })).await["tokenCreate"].take();
    (made["token"]["id"].as_str().unwrap().to_owned(), owner.with_token(made["secret"].as_str().unwrap()))
}

/// One client for each of [`WHO`].
async fn everybody(owner: &Client) -> Vec<Client> {
    let (_, viewer) = token(owner, "viewer", "VIEWER", None).await;
    let (_, editor) = token(owner, "editor", "EDITOR", None).await;
    let (_, expired) = token(owner, "expired", "OWNER", Some(1)).await;
    let (id, revoked) = token(owner, "revoked", "OWNER", None).await;
    let revoke = "mutation($id: ID!) { tokenRevoke(input: { id: $id }) { userErrors { code } } }";
    owner.ask(revoke, json!({ "id": id })).await;
    until("the token has ended", || async {
        (expired.get("/metrics").await.status() == StatusCode::UNAUTHORIZED).then_some(())
    })
    .await;
    vec![owner.with_token("nonsense"), viewer, editor, owner.clone(), expired, revoked]
}

fn verdict(answer: &Value) -> String {
    let code = &answer["errors"][0]["extensions"]["code"];
    match code.as_str() {
        Some(code @ ("UNAUTHENTICATED" | "FORBIDDEN")) => {
            assert!(answer.get("data").is_none_or(Value::is_null), "a refusal with data: {answer}");
            code.to_owned()
        }
        Some("INTERNAL") => panic!("{answer}"),
        _ => {
            assert!(answer["errors"][0]["message"].is_null() || code.is_string(), "a bad row: {answer}");
            "yes".to_owned()
        }
    }
}

async fn watch(client: &Client, document: &str) -> String {
    let mut socket = Subscriber::sign_in(client.url(), client.token()).await;
    if socket.message().await.is_none() {
        return "UNAUTHENTICATED".to_owned();
    }
    drop(socket);
    let mut socket = Subscriber::open(client, document, json!({})).await;
    verdict(&socket.message().await.unwrap()["payload"])
}

async fn meet(client: &Client, row: &Row) -> String {
    match row.kind {
        "query" | "mutation" => {
            verdict(&client.ask_raw(&format!("{} {{ {} }}", row.kind, row.what), json!({})).await)
        }
        "subscription" => watch(client, &format!("subscription {{ {} }}", row.what)).await,
        "http" => client.get(row.what).await.status().as_u16().to_string(),
        kind => panic!("a row of an unknown kind: {kind}"),
    }
}

// invariant: E-3, G-6, S-3
#[tokio::test(flavor = "multi_thread")]
async fn every_role_meets_what_the_table_says() {
    let platform = Platform::start().await;
    let owner = &platform.client;
    let rows = rows();

    let document =
        "{ __schema { query: queryType { fields { name } } mutation: mutationType { fields { name } }
        subscription: subscriptionType { fields { name } } } }";
    let schema = owner.ask(document, json!({})).await["__schema"].take();
    for kind in ["query", "mutation", "subscription"] {
        let fields = schema[kind]["fields"].as_array().unwrap();
        let fields: BTreeSet<String> =
            fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names(&rows, kind), fields, "tests/it/roles.tsv has a row for each {kind}");
    }

    let everybody = everybody(owner).await;
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| !["command", "nats"].contains(&row.kind)) {
        for (n, client) in everybody.iter().enumerate() {
            let found = meet(client, row).await;
            if found != row.expected[n] {
                wrong.push(format!(
                    "{} {} as {}: {found}, not {}",
                    row.kind, row.what, WHO[n], row.expected[n]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    platform.stop().await;
}

// invariant: G-6
#[test]
fn every_command_needs_the_role_that_the_table_says() {
    let rows = rows();
    let commands: BTreeSet<String> = REGISTRY.commands().map(|kind| kind.name.to_owned()).collect();
    assert_eq!(names(&rows, "command"), commands, "tests/it/roles.tsv has a row for each command");
    for kind in REGISTRY.commands() {
        let row = rows.iter().find(|row| row.what == kind.name).unwrap();
        for (role, expected) in [Role::Viewer, Role::Editor, Role::Owner].into_iter().zip(&row.expected[1..])
        {
            let found = if role.allows(kind.permission) { "yes" } else { "FORBIDDEN" };
            assert_eq!(found, *expected, "{} as {role:?}", kind.name);
        }
        // What nobody is told that he has, the page does not offer him.
        let can_be_had = Permission::ALL.contains(&kind.permission) || !Role::Owner.allows(kind.permission);
        assert!(can_be_had, "{}: `Permission::ALL` is without {}", kind.name, kind.permission.name());
    }
}
