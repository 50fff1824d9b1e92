//! A server with a small schema, and a client that says exactly what it is told.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, Data, EmptyMutation, Object, Schema, Subscription};
use axum::Router;
use futures::{
    SinkExt, Stream, StreamExt,
    future::{BoxFuture, ready},
    stream,
};
use mediary_schema::TokenId;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::JoinSet,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue},
    },
};
use uuid::Uuid;

use crate::server::websocket::{AuthError, Credentials, Options, PROTOCOL, Session, Sockets};

/// How long a test waits for what has to happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the tests look at behind the server's back.
#[derive(Clone, Default)]
pub(super) struct World {
    /// Streams of `quiet` that are open.
    pub(super) quiet: Arc<AtomicUsize>,
    quiet_changed: Arc<Notify>,
    /// Ends the sessions of the token `ending`.
    pub(super) session_end: Arc<Notify>,
}

impl World {
    /// Waits until as many `quiet` streams are open.
    pub(super) async fn quiet_is(&self, count: usize) {
        within(async {
            loop {
                let changed = self.quiet_changed.notified();
                if self.quiet.load(Ordering::SeqCst) == count {
                    return;
                }
                changed.await;
            }
        })
        .await;
    }
}

struct QuietGuard(World);

impl QuietGuard {
    fn new(world: World) -> Self {
        world.quiet.fetch_add(1, Ordering::SeqCst);
        world.quiet_changed.notify_waiters();
        Self(world)
    }
}

impl Drop for QuietGuard {
    fn drop(&mut self) {
        self.0.quiet.fetch_sub(1, Ordering::SeqCst);
        self.0.quiet_changed.notify_waiters();
    }
}

pub(super) struct Query;

#[Object]
impl Query {
    async fn one(&self) -> i32 {
        1
    }

    /// Who the session says it is.
    async fn token(&self, context: &Context<'_>) -> String {
        context.data_unchecked::<Token>().0.clone()
    }

    async fn fails(&self) -> Result<i32, &'static str> {
        ready(Err("refused by the resolver")).await
    }

    async fn never(&self) -> i32 {
        std::future::pending().await
    }

    async fn panics(&self) -> i32 {
        panic_on_purpose()
    }
}

fn panic_on_purpose() -> i32 {
    panic!("on purpose")
}

pub(super) struct Subscription;

#[Subscription]
impl Subscription {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    /// Endless and always ready.
    async fn firehose(&self, size: i32) -> impl Stream<Item = String> {
        stream::repeat("x".repeat(usize::try_from(size).unwrap_or(0)))
    }

    /// Open, and never says anything.
    async fn quiet(&self, context: &Context<'_>) -> impl Stream<Item = i32> {
        let guard = QuietGuard::new(context.data_unchecked::<World>().clone());
        stream::pending().map(move |item| {
            let _ = &guard;
            item
        })
    }
}

struct Token(String);

type Answer = BoxFuture<'static, Result<Session, AuthError>>;
type TestSchema = Schema<Query, EmptyMutation, Subscription>;
type TestSockets = Sockets<TestSchema, Box<dyn Fn(Credentials) -> Answer + Send + Sync>>;

/// An id for each token: `good-1` and `good-2` are two.
fn sign_in(world: &World, credentials: &Credentials) -> Answer {
    let world = world.clone();
    let token = credentials.token().unwrap_or_default().to_owned();
    Box::pin(async move {
        let token_id = TokenId::from_uuid(Uuid::new_v5(&Uuid::NAMESPACE_URL, token.as_bytes()));
        let mut data = Data::default();
        data.insert(Token(token.clone()));
        match token.split('-').next().unwrap_or_default() {
            "good" => Ok(Session::new(token_id, data)),
            "ending" => {
                Ok(Session::new(token_id, data).until(async move { world.session_end.notified().await }))
            }
            "gone" => Ok(Session::new(token_id, data).while_open(|| false)),
            "slow" => std::future::pending().await,
            "down" => Err(AuthError::Unavailable),
            _ => Err(AuthError::Refused),
        }
    })
}

/// A running server; it ends when dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) sockets: TestSockets,
    pub(super) stop: watch::Sender<bool>,
    pub(super) world: World,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(super) async fn start(options: Options) -> Self {
        let world = World::default();
        let schema = Schema::build(Query, EmptyMutation, Subscription).data(world.clone()).finish();
        let (stop, stopping) = watch::channel(false);
        let for_auth = world.clone();
        let authenticate: Box<dyn Fn(Credentials) -> Answer + Send + Sync> =
            Box::new(move |credentials| sign_in(&for_auth, &credentials));
        let sockets = Sockets::new(schema, authenticate, options, stopping);
        let app: Router = Router::new().route("/graphql/ws", sockets.route());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, sockets, stop, world, _tasks: tasks }
    }

    /// Asks for a socket with these headers.
    pub(super) async fn ask(&self, headers: &[(&str, &str)]) -> Result<Client, tungstenite::Error> {
        let mut request = format!("ws://{}/graphql/ws", self.address).into_client_request()?;
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        let (wire, _) = within(connect_async(request)).await?;
        Ok(Client { wire })
    }

    /// Opens a socket that speaks the protocol.
    pub(super) async fn connect(&self) -> Client {
        self.ask(&[("sec-websocket-protocol", PROTOCOL)]).await.unwrap()
    }

    /// Opens a socket and signs in.
    pub(super) async fn sign_in(&self, token: &str) -> Client {
        let mut client = self.connect().await;
        client.init(token).await;
        assert_eq!(client.hear().await, json!({"type": "connection_ack"}));
        client
    }

    /// Waits until no socket is open.
    pub(super) async fn is_empty(&self) {
        within(self.sockets.closed()).await;
    }
}

pub(super) struct Client {
    pub(super) wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub(super) async fn say(&mut self, message: Value) {
        self.text(&message.to_string()).await;
    }

    pub(super) async fn text(&mut self, text: &str) {
        within(self.wire.send(Message::text(text))).await.unwrap();
    }

    pub(super) async fn init(&mut self, token: &str) {
        let authorization = format!("Bearer {token}");
        self.say(json!({"type": "connection_init", "payload": {"authorization": authorization}})).await;
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    /// The next message of the protocol.
    pub(super) async fn hear(&mut self) -> Value {
        loop {
            match within(self.wire.next()).await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("expected a message, got {other:?}"),
            }
        }
    }

    /// What the server yields under an id: the data of each `next`, until `complete`.
    pub(super) async fn run(&mut self, id: &str, query: &str) -> Vec<Value> {
        self.subscribe(id, query).await;
        let mut yielded = Vec::new();
        loop {
            let message = self.hear().await;
            assert_eq!(message["id"], id, "{message}");
            match message["type"].as_str() {
                Some("next") => yielded.push(message["payload"].clone()),
                Some("complete") => return yielded,
                _ => panic!("expected next or complete, got {message}"),
            }
        }
    }

    /// The stable code of the `error` that a refused operation is answered with.
    pub(super) async fn refusal(&mut self, id: &str) -> Value {
        let message = self.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)), "{message}");
        message["payload"][0]["extensions"]["code"].clone()
    }

    /// The code with which the server closes; what it said before that is skipped.
    pub(super) async fn close_code(&mut self) -> u16 {
        within(async {
            loop {
                match self.wire.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                    Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                    other => panic!("expected a close frame, got {other:?}"),
                }
            }
        })
        .await
    }

    /// Whether the socket works once it is acknowledged.
    pub(super) async fn assert_alive_after_ack(&mut self) {
        assert_eq!(self.hear().await, json!({"type": "connection_ack"}));
        self.assert_alive().await;
    }

    /// Whether the socket still works.
    pub(super) async fn assert_alive(&mut self) {
        assert_eq!(self.run("alive", "{ one }").await, [json!({"data": {"one": 1}})]);
    }
}

/// Waits for what has to happen, with a deadline.
pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("what was waited for did not happen in time")
}
