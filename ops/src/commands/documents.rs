//! Every GraphQL document of the command line, checked against the schema that the server is built with.
//!
//! The schema reads and checks each document with its variables, and is stopped before it runs it.

use std::sync::Arc;

use async_graphql::{
    Request, Schema, ServerError, ValidationResult, Variables, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
};
use futures::StreamExt as _;
use mediary_api::schema::{Mutation, Query, Subscription};
use serde_json::{Value, json};

use super::{account, download, file, job, log, named, parked, playlist, project, setting, why, worker};
use crate::client::Document;

/// Each document with variables as its command sends them.
fn documents() -> Vec<(&'static str, Document, Value)> {
    let id = json!({ "id": "x" });
    let ids = json!({ "input": { "ids": ["x"], "commandId": "x" } });
    let page = json!({ "first": 100, "after": "x" });
    let at = json!({ "id": "x", "minPosition": 3 });
    vec![
        ("playlist::FOLLOW", playlist::FOLLOW, json!({ "input": { "url": "u", "commandId": "x" } })),
        (
            "playlist::REFRESH",
            playlist::REFRESH,
            json!({ "input": { "id": "x", "full": true, "commandId": "x" } }),
        ),
        ("playlist::UNFOLLOW", playlist::UNFOLLOW, json!({ "input": { "id": "x", "commandId": "x" } })),
        ("playlist::ACCOUNT", playlist::account::ACCOUNT, id.clone()),
        (
            "playlist::ACCOUNT_ENTRIES",
            playlist::account::ACCOUNT_ENTRIES,
            json!({ "id": "x", "first": 100, "standing": "SKIPPED", "reason": "private" }),
        ),
        (
            "playlist::GONE",
            playlist::account::GONE,
            json!({ "id": "x", "first": 100, "here": "NEVER_SAVED" }),
        ),
        ("playlist::DIFF", playlist::diff::DIFF, json!({ "id": "x", "first": 200, "from": "3", "to": "5" })),
        ("file::VERIFY", file::VERIFY, json!({ "input": { "ids": ["x"], "acceptFolder": false } })),
        ("playlist::LIST", playlist::LIST, page.clone()),
        ("playlist::SHOW", playlist::SHOW, at.clone()),
        (
            "playlist::ENTRIES",
            playlist::ENTRIES,
            json!({ "id": "x", "first": 100, "after": "x", "removed": true }),
        ),
        (
            "download::START",
            download::START,
            json!({ "input": { "target": { "entryIds": ["x"] }, "quality": "best", "again": true, "commandId": "x" } }),
        ),
        ("download::STORY", download::STORY, at.clone()),
        ("download::LIST", download::LIST, page),
        ("download::IMPORT", download::archive::IMPORT, json!({ "input": { "text": "site 1" } })),
        (
            "job::LIST",
            job::LIST,
            json!({ "first": 1, "filter": { "state": "FAILED", "playlistId": "x", "storyId": "x", "since": "2026-11-21T08:00:00Z" } }),
        ),
        ("file::LIST", file::LIST, json!({ "first": 100, "after": "x", "search": "t" })),
        ("file::SHOW", file::SHOW, id.clone()),
        ("job::SHOW", job::SHOW, at),
        ("job::CANCEL", job::CANCEL, ids.clone()),
        ("job::RETRY", job::RETRY, ids.clone()),
        ("job::PAUSE", job::PAUSE, ids.clone()),
        ("job::RESUME", job::RESUME, ids),
        (
            "log::EVENTS",
            log::EVENTS,
            json!({ "after": 1, "first": 500, "types": ["job"], "streams": ["x"], "since": "2026-11-21T08:00:00Z" }),
        ),
        ("log::HISTORY", log::HISTORY, json!({ "id": "x", "after": 1, "first": 500 })),
        (
            "log::RECORDED",
            log::RECORDED,
            json!({ "after": 1, "types": ["job"], "streams": null, "subjects": ["x"] }),
        ),
        ("job::CHANGES", job::CHANGES, json!({ "after": 1 })),
        ("log::HEAD", log::HEAD, json!({})),
        ("log::VERIFY", log::VERIFY, json!({ "position": 3, "hash": "00" })),
        ("log::ERASE", log::ERASE, json!({ "input": { "positions": [3], "reason": "r", "commandId": "x" } })),
        ("why::WHY", why::WHY, id),
        ("named::RESOLVE", named::RESOLVE, json!({ "text": "t", "kinds": ["PLAYLIST"] })),
        (
            "account::CREATE",
            account::CREATE,
            json!({ "input": { "name": "n", "role": "VIEWER", "expiresInSeconds": 60, "projectId": "x",
                "networks": ["10.0.0.0/8"] } }),
        ),
        ("account::REVOKE", account::REVOKE, json!({ "input": { "id": "x", "commandId": "x" } })),
        ("account::LIST", account::LIST, json!({})),
        ("project::CREATE", project::CREATE, json!({ "input": { "name": "n", "commandId": "x" } })),
        ("project::LIST", project::LIST, json!({})),
        ("setting::SHOW", setting::SHOW, json!({})),
        ("setting::SET", setting::SET, json!({ "input": { "refresh": 1, "download": null, "total": 2 } })),
        ("parked::LIST", parked::LIST, json!({})),
        (
            "parked::RETRY",
            parked::RETRY,
            json!({ "input": { "reaction": "r", "eventIds": ["x"], "commandId": "x" } }),
        ),
        (
            "parked::SKIP",
            parked::SKIP,
            json!({ "input": { "reaction": "r", "eventId": "x", "reason": "w", "commandId": "x" } }),
        ),
        ("worker::LIST", worker::LIST, json!({})),
        ("worker::RESUME", worker::RESUME, json!({ "input": { "part": "refresh" } })),
    ]
}

/// Ends every request once the schema has understood it, before a resolver asks for the platform.
struct Understood;

const UNDERSTOOD: &str = "understood";

impl ExtensionFactory for Understood {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Understood {
    async fn validation(
        &self,
        context: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(context).await?;
        Err(vec![ServerError::new(UNDERSTOOD, None)])
    }
}

async fn answers(text: String, variables: Value) -> Vec<String> {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription::default());
    let schema = schema.extension(Understood).finish();
    let request = Request::new(text).variables(Variables::from_json(variables));
    let answer = schema.execute_stream(request).next().await.expect("a refusal is an answer");
    answer.errors.into_iter().map(|error| error.message).collect()
}

#[tokio::test]
async fn the_server_understands_every_document() {
    for (name, document, variables) in documents() {
        assert_eq!(answers(document.text(), variables).await, [UNDERSTOOD], "{name}");
    }
}

#[tokio::test]
async fn a_wrong_field_argument_or_variable_is_noticed() {
    let follow = playlist::FOLLOW.text();
    let wrong = [
        ("query { limits { list downlaod } }".to_owned(), json!({})),
        ("query { playlists(frist: 1) { nodes { id } } }".to_owned(), json!({})),
        (follow.clone(), json!({ "input": { "adress": "u" } })),
        (follow, json!({ "input": { "url": 1 } })),
    ];
    for (text, variables) in wrong {
        let answers = answers(text.clone(), variables).await;
        assert!(!answers.contains(&UNDERSTOOD.to_owned()), "{text}");
    }
}

#[test]
fn no_document_is_left_out() {
    let files = [
        include_str!("account.rs"),
        include_str!("download.rs"),
        include_str!("download/archive.rs"),
        include_str!("file.rs"),
        include_str!("job.rs"),
        include_str!("log.rs"),
        include_str!("log/erase.rs"),
        include_str!("log/head.rs"),
        include_str!("log/show.rs"),
        include_str!("log/tail.rs"),
        include_str!("log/verify.rs"),
        include_str!("named.rs"),
        include_str!("parked.rs"),
        include_str!("playlist.rs"),
        include_str!("playlist/account.rs"),
        include_str!("playlist/diff.rs"),
        include_str!("project.rs"),
        include_str!("setting.rs"),
        include_str!("why.rs"),
        include_str!("worker.rs"),
    ];
    let made =
        |text: &str| text.matches("Document::repeatable(").count() + text.matches("Document::once(").count();
    assert_eq!(files.into_iter().map(made).sum::<usize>(), documents().len());
}
