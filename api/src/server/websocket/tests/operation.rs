//! Operations: what they yield, how they end, and that they leave each other alone.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::Server;
use crate::server::websocket::Options;

#[tokio::test]
async fn a_query_and_a_subscription_yield_and_complete() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    assert_eq!(client.run("a", "{ one token }").await, [json!({"data": {"one": 1, "token": "good"}})]);
    let counted = client.run("b", "subscription { count(to: 3) }").await;
    assert_eq!(counted, [1, 2, 3].map(|n| json!({"data": {"count": n}})));
    // An id is free again once its operation has ended.
    assert_eq!(client.run("a", "{ one }").await.len(), 1);
}

#[tokio::test]
async fn variables_and_the_operation_name_count() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    let query = "query A { one } subscription B($to: Int!) { count(to: $to) }";
    let payload = json!({"query": query, "operationName": "B", "variables": {"to": 1}, "extensions": null});
    client.say(json!({"type": "subscribe", "id": "1", "payload": payload})).await;
    assert_eq!(client.hear().await["payload"], json!({"data": {"count": 1}}));
    assert_eq!(client.hear().await, json!({"type": "complete", "id": "1"}));
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload_even_before_signing_in() {
    let server = Server::start(Options::default()).await;
    let mut client = server.connect().await;
    client.say(json!({"type": "ping", "payload": {"n": 7}})).await;
    assert_eq!(client.hear().await, json!({"type": "pong", "payload": {"n": 7}}));
    client.say(json!({"type": "ping"})).await;
    assert_eq!(client.hear().await, json!({"type": "pong"}));
    client.say(json!({"type": "pong"})).await;
    client.init("good").await;
    assert_eq!(client.hear().await, json!({"type": "connection_ack"}));
}

#[tokio::test]
async fn the_http_header_signs_in_a_client_without_a_payload() {
    let server = Server::start(Options::default()).await;
    let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", "Bearer good-9")];
    let mut client = server.ask(&headers).await.unwrap();
    client.say(json!({"type": "connection_init"})).await;
    assert_eq!(client.hear().await, json!({"type": "connection_ack"}));
    assert_eq!(client.run("a", "{ token }").await, [json!({"data": {"token": "good-9"}})]);
}

#[tokio::test]
async fn an_operation_that_can_not_run_is_an_error_without_complete() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    for query in ["{ unknown }", "{ one", "subscription { unknown }"] {
        client.subscribe("bad", query).await;
        let message = client.hear().await;
        assert_eq!(message["type"], "error", "{query}: {message}");
        assert!(message["payload"][0]["message"].is_string(), "{query}: {message}");
    }
    client.assert_alive().await;
}

#[tokio::test]
async fn an_error_of_a_resolver_is_part_of_the_result() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    let yielded = client.run("a", "{ fails }").await;
    assert_eq!(yielded.len(), 1);
    assert_eq!(yielded[0]["errors"][0]["path"], json!(["fails"]));
}

#[tokio::test]
async fn a_subscription_has_exactly_one_root_field() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    for query in [
        "subscription { count(to: 1) firehose(size: 1) }",
        "subscription { a: count(to: 1) b: count(to: 1) }",
        "subscription { ... { count(to: 1) } }",
        "subscription { ...F } fragment F on Subscription { count(to: 1) }",
    ] {
        client.subscribe("two", query).await;
        assert_eq!(client.refusal("two").await, "ONE_ROOT_FIELD", "{query}");
    }
    assert_eq!(client.run("q", "{ one again: one }").await.len(), 1);
}

#[tokio::test]
async fn a_panic_in_a_resolver_ends_its_operation_only() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("quiet", "subscription { quiet }").await;
    client.subscribe("bad", "{ panics }").await;
    assert_eq!(client.refusal("bad").await, "INTERNAL");
    client.assert_alive().await;
    server.world.quiet_is(1).await;
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up_and_a_subscription_is_not() {
    let options = Options { operation_timeout: Duration::from_millis(50), ..Options::default() };
    let server = Server::start(options).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("quiet", "subscription { quiet }").await;
    client.subscribe("never", "{ never }").await;
    assert_eq!(client.refusal("never").await, "DEADLINE_EXCEEDED");
    client.subscribe("never", "{ never }").await;
    assert_eq!(client.refusal("never").await, "DEADLINE_EXCEEDED");
    server.world.quiet_is(1).await;
}

#[tokio::test]
async fn complete_drops_the_stream_and_frees_its_id() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("a", "subscription { quiet }").await;
    server.world.quiet_is(1).await;
    client.say(json!({"type": "complete", "id": "a"})).await;
    server.world.quiet_is(0).await;
    // Neither an answer to `complete` nor a late item of the old stream comes before this.
    let counted = client.run("a", "subscription { count(to: 1) }").await;
    assert_eq!(counted, [json!({"data": {"count": 1}})]);
    client.say(json!({"type": "complete", "id": "unknown"})).await;
    client.assert_alive().await;
}

#[tokio::test]
async fn a_firehose_does_not_starve_its_neighbours() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("firehose", "subscription { firehose(size: 10) }").await;
    assert_eq!(client.hear().await["id"], "firehose");
    client.subscribe("count", "subscription { count(to: 5) }").await;
    let mut between = Vec::new();
    let mut since_last = 0;
    loop {
        let message: Value = client.hear().await;
        if message["id"] == "firehose" {
            since_last += 1;
        } else if message["type"] == "complete" {
            break;
        } else {
            between.push(since_last);
            since_last = 0;
        }
    }
    assert_eq!(between.len(), 5);
    // Before the first one there is what the wire already held.
    assert!(between[1..].iter().all(|frames| *frames <= 3), "{between:?}");
}

#[tokio::test]
async fn a_closed_socket_drops_its_streams() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("a", "subscription { quiet }").await;
    client.subscribe("b", "subscription { quiet }").await;
    server.world.quiet_is(2).await;
    client.wire.close(None).await.unwrap();
    server.world.quiet_is(0).await;
    let mut other = server.sign_in("good").await;
    other.subscribe("a", "subscription { quiet }").await;
    server.world.quiet_is(1).await;
    // Without a goodbye: the connection just ends.
    drop(other);
    server.world.quiet_is(0).await;
    server.is_empty().await;
}
