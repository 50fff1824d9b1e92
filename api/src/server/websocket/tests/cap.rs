//! Caps: how many sockets and streams there may be, and that a place is given back.

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use super::harness::Server;
use crate::server::websocket::Options;

// invariant: E-10
#[tokio::test]
async fn a_socket_runs_so_many_operations_at_once() {
    let server = Server::start(Options { streams_per_socket_max: 2, ..Options::default() }).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("a", "subscription { quiet }").await;
    client.subscribe("b", "subscription { quiet }").await;
    client.subscribe("c", "{ one }").await;
    assert_eq!(client.refusal("c").await, "TOO_MANY_STREAMS");
    client.say(json!({"type": "complete", "id": "a"})).await;
    client.assert_alive().await;
}

// invariant: E-10
#[tokio::test]
async fn a_token_has_so_many_sockets() {
    let server = Server::start(Options { sockets_per_token_max: 1, ..Options::default() }).await;
    let mut first = server.sign_in("good-1").await;
    let mut second = server.connect().await;
    second.init("good-1").await;
    assert_eq!(second.close_code().await, 1013);
    // Another token has its own places, and the first socket is untouched.
    server.sign_in("good-2").await.assert_alive().await;
    first.assert_alive().await;
    first.wire.close(None).await.unwrap();
    drop((first, second));
    server.is_empty().await;
    server.sign_in("good-1").await.assert_alive().await;
}

#[tokio::test]
async fn there_are_so_many_sockets_in_all() {
    let server = Server::start(Options { sockets_max: 1, ..Options::default() }).await;
    let first = server.connect().await;
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    let Err(Error::Http(response)) = server.ask(&protocol).await else { panic!("a second socket") };
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "5");
    drop(first);
    server.is_empty().await;
    server.sign_in("good").await.assert_alive().await;
}

// edge A12: whoever opens sockets and says nothing has few of them, and takes none of those who signed in.
// invariant: E-10
#[tokio::test]
async fn a_peer_that_has_not_signed_in_has_few_sockets() {
    let server = Server::start(Options { sockets_waiting_per_peer_max: 2, ..Options::default() }).await;
    let _first = server.sign_in("good-1").await;
    let _second = server.sign_in("good-2").await;
    let silent = (server.connect().await, server.connect().await);
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    let Err(Error::Http(response)) = server.ask(&protocol).await else { panic!("a third that says nothing") };
    assert_eq!(response.status(), 503);
    let (mut one, _) = silent;
    one.init("good-3").await;
    one.assert_alive_after_ack().await;
    server.connect().await;
}

#[tokio::test]
async fn sockets_and_streams_are_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let has = |line: &str| metrics.render().lines().any(|one| one == line);

    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("a", "subscription { quiet }").await;
    server.world.quiet_is(1).await;
    assert!(has("mediary_websocket_sockets 1"), "{}", metrics.render());
    assert!(has("mediary_websocket_streams 1"), "{}", metrics.render());

    client.subscribe("a", "{ one }").await;
    assert_eq!(client.close_code().await, 4409);
    drop(client);
    server.is_empty().await;
    assert!(has("mediary_websocket_sockets 0"), "{}", metrics.render());
    assert!(has("mediary_websocket_streams 0"), "{}", metrics.render());
    assert!(has(r#"mediary_websocket_closed_total{code="4409"} 1"#), "{}", metrics.render());
}
