//! The watch against servers that ring, that have no bell, and that go away.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::HeaderMap,
    response::Response,
    routing::any,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};

use super::super::{Client, Document, Watch};

const CHANGES: Document<Value> = Document::repeatable("subscription { changes { position } }");
/// Longer than any test is let run: whatever comes back before was rung for.
const AT_MOST: Duration = Duration::from_hours(1);

/// What the server does on an open socket.
enum Act {
    Ring(u64),
    Ping,
    Break,
}

/// A server with a bell.
#[derive(Clone)]
struct Bell {
    acts: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Act>>>,
    /// Each subscription, with the token and the sub-protocol of its upgrade.
    seen: Arc<Mutex<Vec<(String, Value)>>>,
    /// Heard from the client after it had subscribed.
    pongs: Arc<Mutex<usize>>,
}

impl Bell {
    fn afters(&self) -> Vec<u64> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|(_, wanted)| wanted["payload"]["variables"]["after"].as_u64().unwrap()).collect()
    }
}

async fn upgraded(State(bell): State<Bell>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let token = headers["authorization"].to_str().unwrap().to_owned();
    upgrade.protocols(["graphql-transport-ws"]).on_upgrade(move |socket| ring(bell, token, socket))
}

async fn heard(socket: &mut WebSocket) -> Value {
    loop {
        if let Message::Text(text) = socket.recv().await.unwrap().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

async fn ring(bell: Bell, token: String, mut socket: WebSocket) {
    assert_eq!(heard(&mut socket).await, json!({ "type": "connection_init" }));
    let say = |message: Value| Message::text(message.to_string());
    socket.send(say(json!({ "type": "connection_ack" }))).await.unwrap();
    let wanted = heard(&mut socket).await;
    bell.seen.lock().unwrap().push((token, wanted));
    while let Some(act) = bell.acts.lock().await.recv().await {
        match act {
            Act::Ring(position) => {
                let payload = json!({ "data": { "changes": { "position": position } } });
                socket.send(say(json!({ "type": "next", "id": "1", "payload": payload }))).await.unwrap();
            }
            Act::Ping => {
                socket.send(say(json!({ "type": "ping" }))).await.unwrap();
                assert_eq!(heard(&mut socket).await, json!({ "type": "pong" }));
                *bell.pongs.lock().unwrap() += 1;
            }
            Act::Break => return,
        }
    }
}

async fn serve(router: Router) -> (Client, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (Client::try_new(url.parse().unwrap(), Some("mdy_1")).unwrap(), server)
}

async fn with_bell() -> (Client, Bell, mpsc::UnboundedSender<Act>, JoinSet<()>) {
    let (acts, receiver) = mpsc::unbounded_channel();
    let bell = Bell {
        acts: Arc::new(tokio::sync::Mutex::new(receiver)),
        seen: Arc::default(),
        pongs: Arc::default(),
    };
    let router = Router::new().route("/graphql/ws", any(upgraded)).with_state(bell.clone());
    let (client, server) = serve(router).await;
    (client, bell, acts, server)
}

// edge C10: what waited asked four times a second.
#[tokio::test]
async fn a_watch_waits_for_news_and_for_nothing_else() {
    let (client, bell, acts, _server) = with_bell().await;
    let mut watch = Watch::new(&client, CHANGES, json!({ "types": ["job"] }));
    for act in [Act::Ring(5), Act::Ping, Act::Ring(7)] {
        acts.send(act).ok().unwrap();
    }
    watch.changed(3, AT_MOST, |item| item["position"] == 7).await;
    assert_eq!(*bell.pongs.lock().unwrap(), 1, "it answered before it was news");
    let seen = bell.seen.lock().unwrap();
    let variables = json!({ "types": ["job"], "after": 3 });
    let payload = json!({ "query": "subscription { changes { position } }", "variables": variables });
    assert_eq!(
        *seen,
        [("Bearer mdy_1".to_owned(), json!({ "id": "1", "type": "subscribe", "payload": payload }))]
    );
}

#[tokio::test]
async fn a_socket_that_breaks_is_a_reason_to_ask_and_the_next_one_begins_where_it_was() {
    let (client, bell, acts, _server) = with_bell().await;
    let mut watch = Watch::new(&client, CHANGES, json!({}));
    acts.send(Act::Ring(9)).ok().unwrap();
    acts.send(Act::Break).ok().unwrap();
    watch.changed(3, AT_MOST, |item| item["position"] == 10).await;
    acts.send(Act::Ring(10)).ok().unwrap();
    watch.changed(3, AT_MOST, |item| item["position"] == 10).await;
    assert_eq!(bell.afters(), [3, 9]);
}

#[tokio::test]
async fn where_nothing_rings_it_is_polled_and_no_socket_asked_for_again() {
    let asked = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&asked);
    let router = Router::new().fallback(move || {
        *counted.lock().unwrap() += 1;
        std::future::ready("what?")
    });
    let (client, _server) = serve(router).await;
    let mut watch = Watch::new(&client, CHANGES, json!({}));
    for _ in 0..3 {
        watch.changed(0, AT_MOST, |_| true).await;
    }
    assert_eq!(*asked.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_server_that_is_away_is_looked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = Client::try_new(format!("http://{address}").parse().unwrap(), Some("mdy_1")).unwrap();
    let mut watch = Watch::new(&client, CHANGES, json!({}));
    watch.changed(0, AT_MOST, |_| true).await;
    let (acts, receiver) = mpsc::unbounded_channel();
    let acts_of = Arc::new(tokio::sync::Mutex::new(receiver));
    let bell = Bell { acts: acts_of, seen: Arc::default(), pongs: Arc::default() };
    let router = Router::new().route("/graphql/ws", any(upgraded)).with_state(bell.clone());
    let listener = TcpListener::bind(address).await.unwrap();
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    acts.send(Act::Ring(1)).ok().unwrap();
    watch.changed(0, AT_MOST, |item| item["position"] == 1).await;
    assert_eq!(bell.afters(), [0]);
}
