//! Every reason for which the server closes a socket.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::harness::{Server, within};
use crate::server::websocket::{Close, Options};

const SHORT: Duration = Duration::from_millis(100);

/// A raw connection, for what no library does: a handshake with this sub-protocol, nothing masked or answered.
async fn raw(server: &Server, subprotocol: &str) -> TcpStream {
    let mut wire = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "GET /graphql/ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: {subprotocol}\r\n\r\n",
        server.address
    );
    wire.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(within(wire.read_u8()).await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    wire
}

/// Sends a text frame as a client does: masked, here with zeros.
async fn send_text(wire: &mut TcpStream, text: &str) {
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    frame.extend(text.as_bytes());
    wire.write_all(&frame).await.unwrap();
}

/// Reads one short frame: its first byte and its payload.
async fn read_frame(wire: &mut TcpStream) -> (u8, Vec<u8>) {
    let kind = within(wire.read_u8()).await.unwrap();
    let length = within(wire.read_u8()).await.unwrap();
    assert!(length < 126);
    let mut payload = vec![0; length.into()];
    within(wire.read_exact(&mut payload)).await.unwrap();
    (kind, payload)
}

const PING: u8 = 0x89;
const CLOSE: u8 = 0x88;

#[tokio::test]
async fn no_or_the_legacy_sub_protocol_is_4406() {
    let server = Server::start(Options::default()).await;
    assert_eq!(server.ask(&[]).await.unwrap().close_code().await, 4406);
    let mut legacy = raw(&server, "graphql-ws").await;
    let (kind, payload) = read_frame(&mut legacy).await;
    assert_eq!((kind, &payload[..2]), (CLOSE, &4406_u16.to_be_bytes()[..]));
}

#[tokio::test]
async fn ours_is_chosen_among_several_sub_protocols() {
    let server = Server::start(Options::default()).await;
    let offered = [("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")];
    let mut client = server.ask(&offered).await.unwrap();
    client.init("good").await;
    assert_eq!(client.hear().await, json!({"type": "connection_ack"}));
}

// invariant: E-9
#[tokio::test]
async fn a_foreign_page_gets_no_socket() {
    let options = Options { origins: vec!["https://page.example".to_owned()], ..Options::default() };
    let server = Server::start(options).await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    for origin in ["https://evil.example", "null"] {
        let Err(Error::Http(response)) = server.ask(&[protocol, ("origin", origin)]).await else {
            panic!("a socket for {origin}")
        };
        assert_eq!(response.status(), 403, "{origin}");
    }
    let own = format!("http://{}", server.address);
    for origin in ["https://page.example", own.as_str()] {
        let mut client = server.ask(&[protocol, ("origin", origin)]).await.unwrap();
        client.init("good").await;
        assert_eq!(client.hear().await, json!({"type": "connection_ack"}), "{origin}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_initialise_is_4408() {
    let server = Server::start(Options { init_timeout: SHORT, ..Options::default() }).await;
    assert_eq!(server.connect().await.close_code().await, 4408);
    // Nor may the answer to its token take longer.
    let mut client = server.connect().await;
    client.init("slow").await;
    assert_eq!(client.close_code().await, 4408);
}

#[tokio::test]
async fn an_acknowledged_client_may_be_idle_beyond_the_init_timeout() {
    let options = Options { init_timeout: 3 * SHORT, ping_interval: SHORT, ..Options::default() };
    let server = Server::start(options).await;
    let mut client = server.sign_in("good").await;
    let mut pings = 0;
    while pings < 4 {
        match within(futures::StreamExt::next(&mut client.wire)).await {
            Some(Ok(Message::Ping(_))) => pings += 1,
            other => panic!("expected a ping, got {other:?}"),
        }
    }
    client.assert_alive().await;
}

#[tokio::test]
async fn a_second_init_is_4429() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    client.init("good").await;
    assert_eq!(client.close_code().await, 4429);
    let mut client = server.connect().await;
    client.init("slow").await;
    client.init("good").await;
    assert_eq!(client.close_code().await, 4429);
}

#[tokio::test]
async fn an_operation_before_the_acknowledgement_is_4401() {
    let server = Server::start(Options::default()).await;
    let mut client = server.connect().await;
    client.subscribe("a", "{ one }").await;
    assert_eq!(client.close_code().await, 4401);
    let mut client = server.connect().await;
    client.init("slow").await;
    client.subscribe("a", "{ one }").await;
    assert_eq!(client.close_code().await, 4401);
}

// invariant: E-9
#[tokio::test]
async fn a_bad_or_missing_token_is_4403() {
    let server = Server::start(Options::default()).await;
    let mut client = server.connect().await;
    client.init("bad").await;
    assert_eq!(client.close_code().await, 4403);
    let mut client = server.connect().await;
    client.say(json!({"type": "connection_init"})).await;
    assert_eq!(client.close_code().await, 4403);
}

#[tokio::test]
async fn a_token_that_can_not_be_checked_is_1013() {
    let server = Server::start(Options::default()).await;
    let mut client = server.connect().await;
    client.init("down").await;
    assert_eq!(client.close_code().await, 1013);
}

// invariant: E-9
#[tokio::test]
async fn the_end_of_the_session_is_4403() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("ending").await;
    client.subscribe("a", "subscription { quiet }").await;
    server.world.quiet_is(1).await;
    server.world.session_end.notify_one();
    assert_eq!(client.close_code().await, 4403);
    server.world.quiet_is(0).await;
}

// What ends the session may be heard later than what the client says.
// invariant: E-9
#[tokio::test]
async fn an_operation_after_the_end_of_the_session_is_not_begun() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("gone").await;
    client.subscribe("a", "subscription { quiet }").await;
    assert_eq!(client.close_code().await, 4403);
    server.world.quiet_is(0).await;
}

#[tokio::test]
async fn an_id_in_use_is_4409() {
    let server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("a", "subscription { quiet }").await;
    client.subscribe("a", "{ one }").await;
    assert_eq!(client.close_code().await, 4409);
}

#[tokio::test]
async fn what_is_no_message_is_4400() {
    let server = Server::start(Options::default()).await;
    for text in [
        "",
        "no json",
        "[]",
        r#"{"id": "a"}"#,
        r#"{"type": "start", "id": "a", "payload": {"query": "{ one }"}}"#,
        r#"{"type": "subscribe", "payload": {"query": "{ one }"}}"#,
        r#"{"type": "subscribe", "id": "a", "payload": {}}"#,
        r#"{"type": "subscribe", "id": 1, "payload": {"query": "{ one }"}}"#,
        r#"{"type": "complete"}"#,
    ] {
        let mut client = server.sign_in("good").await;
        client.text(text).await;
        assert_eq!(client.close_code().await, 4400, "{text}");
    }
    let mut client = server.sign_in("good").await;
    let message = Message::binary(br#"{"type": "ping"}"#.to_vec());
    futures::SinkExt::send(&mut client.wire, message).await.unwrap();
    assert_eq!(client.close_code().await, 4400);
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_1009() {
    let server = Server::start(Options { message_size_max_bytes: 1000, ..Options::default() }).await;
    let mut client = server.sign_in("good").await;
    // Spaces around a message are part of its size.
    let ping = |size: usize| format!("{:size$}", r#"{"type":"ping"}"#);
    client.text(&ping(1000)).await;
    assert_eq!(client.hear().await["type"], "pong");
    client.text(&ping(1001)).await;
    assert_eq!(client.close_code().await, 1009);
}

#[tokio::test]
async fn a_client_that_does_not_answer_pings_is_3008() {
    let options = Options { ping_interval: SHORT, close_timeout: SHORT, ..Options::default() };
    let server = Server::start(options).await;
    let mut wire = raw(&server, "graphql-transport-ws").await;
    send_text(&mut wire, r#"{"type":"connection_init","payload":{"authorization":"Bearer good"}}"#).await;
    let (_, ack) = read_frame(&mut wire).await;
    assert_eq!(ack, br#"{"type":"connection_ack"}"#);
    assert_eq!(read_frame(&mut wire).await, (PING, vec![]));
    let (kind, payload) = read_frame(&mut wire).await;
    assert_eq!((kind, &payload[..2]), (CLOSE, &3008_u16.to_be_bytes()[..]));
    server.is_empty().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped() {
    let server = Server::start(Options { send_timeout: SHORT, ..Options::default() }).await;
    let mut client = server.sign_in("good").await;
    client.subscribe("quiet", "subscription { quiet }").await;
    server.world.quiet_is(1).await;
    client.subscribe("firehose", "subscription { firehose(size: 65536) }").await;
    // Nobody reads: the kernel's buffers fill, and one write takes too long.
    server.world.quiet_is(0).await;
    server.is_empty().await;
    drop(client);
}

#[tokio::test]
async fn a_server_that_stops_closes_with_1001_and_knows_when_all_are_gone() {
    let server = Server::start(Options::default()).await;
    let mut signed_in = server.sign_in("good").await;
    signed_in.subscribe("a", "subscription { quiet }").await;
    server.world.quiet_is(1).await;
    let mut fresh = server.connect().await;
    server.stop.send_replace(true);
    assert_eq!(signed_in.close_code().await, 1001);
    assert_eq!(fresh.close_code().await, 1001);
    server.is_empty().await;
    server.world.quiet_is(0).await;
}

#[tokio::test]
async fn a_server_that_is_gone_closes_with_1001() {
    let mut server = Server::start(Options::default()).await;
    let mut client = server.sign_in("good").await;
    server.stop = tokio::sync::watch::channel(false).0;
    assert_eq!(client.close_code().await, 1001);
}

#[test]
fn reasons_fit_into_a_close_frame() {
    for reason in [
        Close::GoingAway,
        Close::TooBig,
        Close::TryAgainLater,
        Close::Silent,
        Close::Invalid("Invalid message"),
        Close::Unauthorized,
        Close::Forbidden("Session ended"),
        Close::Subprotocol,
        Close::InitTimeout,
        Close::Duplicate,
        Close::InitTwice,
    ] {
        assert!((1..=123).contains(&reason.reason().len()), "{reason:?}");
    }
}
