//! Says when it is worth to ask again: a subscription over the websocket rings, and the question is asked as ever.
//!
//! Guarantees: nothing but delay hangs on the socket. Where none can be opened, or one breaks, [`Watch::changed`]
//! answers after [`POLL_INTERVAL`], and what became of the server is found by whoever asks then. No change is
//! missed: a socket is told from which position on, and tells all that came behind it.
//!
//! Does not: say what changed, or why a socket was refused. A place without websockets, such as some proxies are, is
//! polled.

use std::time::Duration;

use futures::{FutureExt as _, SinkExt as _, StreamExt as _};
use reqwest::{StatusCode, Upgraded, header};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::Role,
    },
};

use super::{Client, Document};

/// How often is asked at most, and where nothing rings: what a person takes for "at once".
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// The server pings every 15 seconds: who was silent for so long is gone, though nobody said so.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(45);
/// The sub-protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";
/// The one operation of a socket.
const ID: &str = "1";

/// A subscription whose items have a `position`, each of which may be a reason to ask.
pub(crate) struct Watch<'a> {
    client: &'a Client,
    document: Document<Value>,
    /// Besides `after`.
    variables: Value,
    line: Line,
    /// The last place that was told.
    reached: u64,
    answered_at: Instant,
}

enum Line {
    /// The next wait opens one.
    Closed,
    Open(Box<Socket>),
    /// There is none to be had here.
    Refused,
}

/// Why there is no socket.
pub(super) enum Unopened {
    /// Perhaps a moment later.
    Away,
    Refused,
}

impl<'a> Watch<'a> {
    /// Nothing is sent before the first wait.
    pub(crate) fn new(client: &'a Client, document: Document<Value>, variables: Value) -> Self {
        let answered_at = Instant::now();
        Self { client, document, variables, line: Line::Closed, reached: 0, answered_at }
    }

    /// Waits until something that is news came behind `after`, but no longer than `at_most`; answers never sooner than
    /// [`POLL_INTERVAL`] after the last time, however much there is to tell.
    pub(crate) async fn changed(&mut self, after: u64, at_most: Duration, is_news: impl Fn(&Value) -> bool) {
        self.reached = self.reached.max(after);
        let not_before = self.answered_at + POLL_INTERVAL;
        let is_late = timeout(at_most, self.rung(&is_news)).await.is_err();
        if let Line::Open(socket) = &self.line
            && is_late
            && socket.heard_at.elapsed() > SILENCE_MAX
        {
            self.line = Line::Closed;
        }
        sleep_until(not_before).await;
        self.hear_the_rest();
        self.answered_at = Instant::now();
    }

    /// Waits for news, or for as long as makes sense without a socket.
    async fn rung(&mut self, is_news: impl Fn(&Value) -> bool) {
        loop {
            match &mut self.line {
                Line::Open(socket) => {
                    let Some(item) = socket.next().await else {
                        self.line = Line::Closed;
                        // What came of it is found by asking.
                        return;
                    };
                    self.reached = self.reached.max(item.position());
                    if is_news(&item.0) {
                        return;
                    }
                }
                Line::Closed => match self.open().await {
                    Ok(socket) => self.line = Line::Open(Box::new(socket)),
                    Err(Unopened::Away) => return,
                    Err(Unopened::Refused) => self.line = Line::Refused,
                },
                Line::Refused => return,
            }
        }
    }

    /// Takes what was told meanwhile: the question that follows is answered later than all of it.
    fn hear_the_rest(&mut self) {
        while let Line::Open(socket) = &mut self.line {
            match socket.next().now_or_never() {
                Some(Some(item)) => self.reached = self.reached.max(item.position()),
                Some(None) => self.line = Line::Closed,
                None => break,
            }
        }
    }

    async fn open(&self) -> Result<Socket, Unopened> {
        let mut variables = self.variables.clone();
        variables["after"] = self.reached.into();
        Socket::open(self.client, self.document.text(), variables).await
    }
}

/// Opens the websocket of a server with the client that asks it: with the same token, trust and way.
async fn upgrade(client: &Client) -> Result<WebSocketStream<Upgraded>, Unopened> {
    let key = generate_key();
    let request = client
        .http
        .get(client.url("graphql/ws"))
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL)
        .header(header::SEC_WEBSOCKET_KEY, &key);
    let response = request.send().await.map_err(|_| Unopened::Away)?;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // It stops, or has no seat free.
        return Err(Unopened::Away);
    }
    let accepted = response.headers().get(header::SEC_WEBSOCKET_ACCEPT);
    let is_accepted =
        accepted.is_some_and(|accepted| accepted.as_bytes() == derive_accept_key(key.as_bytes()).as_bytes());
    if response.status() != StatusCode::SWITCHING_PROTOCOLS || !is_accepted {
        return Err(Unopened::Refused);
    }
    let upgraded = response.upgrade().await.map_err(|_| Unopened::Away)?;
    Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await)
}

/// What the server says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionAck,
    Next {
        payload: Value,
    },
    Ping,
    /// The operation is over; so is the socket, which has only this one.
    #[serde(other)]
    Over,
}

/// The value of the one field of a subscription.
struct Item(Value);

impl Item {
    /// An answer without errors.
    fn of(mut payload: Value) -> Option<Self> {
        let has_errors = payload.get("errors").is_some_and(|errors| !errors.is_null());
        let field = payload.get_mut("data")?.as_object_mut()?.values_mut().next()?.take();
        (!has_errors && field.is_object()).then_some(Self(field))
    }

    fn position(&self) -> u64 {
        self.0["position"].as_u64().unwrap_or(0)
    }
}

/// A websocket with one operation.
pub(super) struct Socket {
    wire: WebSocketStream<Upgraded>,
    heard_at: Instant,
}

impl Socket {
    /// Opens one with a subscription.
    pub(super) async fn open(client: &Client, query: String, variables: Value) -> Result<Self, Unopened> {
        let wanted = json!({ "query": query, "variables": variables });
        let mut socket = Self { wire: upgrade(client).await?, heard_at: Instant::now() };
        socket.say(&json!({ "type": "connection_init" })).await?;
        socket.acknowledged().await?;
        socket.say(&json!({ "id": ID, "type": "subscribe", "payload": wanted })).await?;
        Ok(socket)
    }

    /// The value of the next item.
    pub(super) async fn value(&mut self) -> Option<Value> {
        Some(self.next().await?.0)
    }

    /// The next item; none once the socket is of no use any more.
    async fn next(&mut self) -> Option<Item> {
        loop {
            match self.hear().await? {
                Said::Next { payload } => return Item::of(payload),
                Said::Ping => self.say(&json!({ "type": "pong" })).await.ok()?,
                Said::ConnectionAck => {}
                Said::Over => return None,
            }
        }
    }

    async fn acknowledged(&mut self) -> Result<(), Unopened> {
        loop {
            match self.hear().await {
                Some(Said::ConnectionAck) => return Ok(()),
                Some(Said::Ping) => self.say(&json!({ "type": "pong" })).await?,
                Some(Said::Next { .. } | Said::Over) => return Err(Unopened::Refused),
                None => return Err(Unopened::Away),
            }
        }
    }

    /// What is said next; none at the end. Safe to be dropped while it waits.
    async fn hear(&mut self) -> Option<Said> {
        loop {
            // Pings of the wire are answered by reading.
            let message = self.wire.next().await?.ok()?;
            self.heard_at = Instant::now();
            match message {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Close(_) => return None,
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
    }

    async fn say(&mut self, message: &Value) -> Result<(), Unopened> {
        self.wire.send(Message::text(message.to_string())).await.map_err(|_| Unopened::Away)
    }
}
