//! The client against servers that misbehave.

mod watching;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Client, Document, Error};
use crate::exit::Exit;

const QUESTION: Document<Value> = Document::repeatable("query { head { position } }");
const DEED: Document<Value> = Document::once("mutation { deed { done } }");

/// What a server does with one request.
#[derive(Clone)]
enum Act {
    Answer(StatusCode, Value),
    /// Goes away in the middle.
    Break,
}

/// A server that acts in this order, then no more; and what it was sent.
#[derive(Clone, Default)]
struct Script {
    acts: Arc<Mutex<VecDeque<Act>>>,
    seen: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

async fn play(State(script): State<Script>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    script.seen.lock().unwrap().push((headers, body));
    match script.acts.lock().unwrap().pop_front() {
        Some(Act::Answer(status, body)) => (status, Json(body)).into_response(),
        Some(Act::Break) => {
            let broken = futures::stream::once(async { Err::<String, _>(std::io::Error::other("gone")) });
            axum::body::Body::from_stream(broken).into_response()
        }
        None => (StatusCode::INTERNAL_SERVER_ERROR, "the script is over").into_response(),
    }
}

/// A client of a server with a script.
async fn serve(acts: impl IntoIterator<Item = Act>) -> (Client, Script, tokio::task::JoinSet<()>) {
    let script = Script { acts: Arc::new(Mutex::new(acts.into_iter().collect())), ..Script::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/graphql", post(play)).with_state(script.clone());
    let mut server = tokio::task::JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (Client::try_new(url.parse().unwrap(), Some("mdy_1")).unwrap(), script, server)
}

fn good() -> Act {
    Act::Answer(StatusCode::OK, json!({ "data": { "head": { "position": 7 } } }))
}

fn fault(status: StatusCode, code: &str, retryable: bool) -> Act {
    let error = json!({ "message": "no", "extensions": { "code": code, "retryable": retryable } });
    Act::Answer(status, json!({ "data": null, "errors": [error] }))
}

#[tokio::test]
async fn a_request_says_who_sends_it() {
    let (client, script, _server) = serve([good()]).await;
    let answer: Value = client.ask(&QUESTION, json!({ "a": 1 })).await.unwrap();
    assert_eq!(answer, json!({ "position": 7 }));
    let seen = script.seen.lock().unwrap();
    let (headers, body) = &seen[0];
    assert_eq!(headers["mediary-client"], "cli");
    assert_eq!(headers["authorization"], "Bearer mdy_1");
    assert_eq!(*body, json!({ "query": "query { head { position } }", "variables": { "a": 1 } }));
}

#[tokio::test]
async fn a_question_is_asked_again_after_a_break_and_a_busy_server() {
    let busy = fault(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", true);
    let (client, script, _server) = serve([Act::Break, busy, good()]).await;
    client.ask::<Value>(&QUESTION, json!({})).await.unwrap();
    let seen = script.seen.lock().unwrap();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|(_, body)| *body == seen[0].1), "the same each time");
}

#[tokio::test]
async fn what_could_be_done_twice_is_sent_once() {
    let (client, script, _server) = serve([Act::Break, good()]).await;
    let error = client.act::<Value>(&DEED, json!({})).await.unwrap_err();
    assert!(matches!(error, Error::Broken { .. }), "{error:?}");
    assert_eq!(script.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_that_passes_is_no_refusal() {
    let refusal = |retryable: bool| {
        let error =
            json!({ "code": "OVERLOADED", "message": "busy", "advice": null, "retryable": retryable });
        Act::Answer(StatusCode::OK, json!({ "data": { "deed": { "done": false, "userErrors": [error] } } }))
    };
    let done = Act::Answer(StatusCode::OK, json!({ "data": { "deed": { "done": true, "userErrors": [] } } }));
    let (client, script, _server) = serve([refusal(true), done.clone()]).await;
    let outcome = client.act::<Value>(&DEED, json!({})).await.unwrap();
    assert!(outcome.user_errors.is_empty());
    assert_eq!(outcome.payload, json!({ "done": true }));
    assert_eq!(script.seen.lock().unwrap().len(), 2);

    let (client, script, _server) = serve([refusal(false), done]).await;
    let outcome = client.act::<Value>(&DEED, json!({})).await.unwrap();
    assert_eq!(outcome.user_errors[0].code, "OVERLOADED");
    assert_eq!(script.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn each_answer_ends_the_process_in_its_own_way() {
    let cases = [
        (fault(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", false), Exit::Unauthenticated),
        (fault(StatusCode::OK, "FORBIDDEN", false), Exit::Unauthenticated),
        (fault(StatusCode::OK, "BAD_ID", false), Exit::Usage),
        (fault(StatusCode::OK, "INTERNAL", false), Exit::Internal),
        (fault(StatusCode::BAD_REQUEST, "BAD_QUERY", false), Exit::Internal),
        (fault(StatusCode::OK, "POSITION_BEYOND_HEAD", false), Exit::Refused),
        (Act::Answer(StatusCode::NOT_FOUND, json!("what?")), Exit::Internal),
        (Act::Answer(StatusCode::OK, json!({ "errors": [{ "message": "Unknown field" }] })), Exit::Internal),
    ];
    for (act, exit) in cases {
        let (client, _, _server) = serve([act]).await;
        let error = client.ask::<Value>(&QUESTION, json!({})).await.unwrap_err();
        assert_eq!(error.exit(), exit, "{error:?}");
    }
}

#[tokio::test]
async fn without_a_server_the_error_says_how_to_start_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::try_new(url.parse().unwrap(), None).unwrap();
    let error = client.ask::<Value>(&QUESTION, json!({})).await.unwrap_err();
    assert_eq!(error.exit(), Exit::Unreachable);
    let text = error.to_string();
    assert!(text.starts_with(&format!("no server answers at {url}/ (")), "{text}");
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert!(help.contains("mediary serve --data DIR"), "{help}");
}

#[tokio::test]
async fn without_a_token_the_error_says_where_it_was_looked_for() {
    let (client, _, _server) = serve([fault(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", false)]).await;
    let nobody = Client::try_new(client.server().clone(), None).unwrap();
    let error = nobody.ask::<Value>(&QUESTION, json!({})).await.unwrap_err();
    assert!(matches!(error, Error::NoToken { .. }), "{error:?}");
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert!(help.contains("local.token") && help.contains("MEDIARY_TOKEN"), "{help}");
}
