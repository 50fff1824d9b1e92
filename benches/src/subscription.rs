//! Work for subscriptions: events told to some subscribers, catching up, and the same through GraphQL.

use std::{collections::HashMap, future::ready, path::Path, sync::Arc};

use async_graphql::{Request, Response, ServerError, Value};
use futures::{
    FutureExt as _, Stream, StreamExt as _,
    future::{BoxFuture, join_all},
};
use mediary_api::{MediarySchema, Outputs, Parts, Platform, Queue, limits, session::Session};
use mediary_log::{
    Filter, Log, OriginKind, alarm::Alarms, check::Checks, gate::Gate, signal::SignalHub, token::Tokens,
    vault::Vault,
};
use mediary_projections::{StartError, ViewKind, Views, telemetry::Telemetry};
use mediary_schema::{
    AttemptId, CheckId, IdSource, JobId, PrincipalId, ProjectId, RunId, TokenId,
    account::Role,
    check::KeptLog,
    job::Output,
    lane::Load,
    root::Standings,
    setting::{QuotaOf, QuotaUse},
    site::Pace,
    ticket::Wait,
};
use tokio::{
    sync::{Semaphore, watch},
    time::Instant,
};

use crate::{figure::Figure, log::one_event, view};

/// Events that a reader who catches up takes at once.
const BATCH_MAX: usize = 1_000;

/// Appends one event at a time and waits until every subscriber holds it: a piece is the time from the
/// asking for the append until one subscriber has the event.
///
/// # Panics
/// If the log can't be written or read, or a subscriber gets something else.
pub async fn tell(log: &Log, subscribers: usize, events: u64) -> Figure {
    let ids = IdSource::system();
    let next = log.head().position + 1;
    let mut subscriptions: Vec<_> = (0..subscribers).map(|_| log.subscribe(next, Filter::all())).collect();
    let mut latencies = Vec::new();
    let began = Instant::now();
    for _ in 0..events {
        let request = one_event(ids.next());
        let asked = Instant::now();
        let hearing = subscriptions.iter_mut().map(|subscription| async move {
            let batch = subscription.next_batch(10).await.expect("the log can be read");
            (asked.elapsed(), batch.events[0].position())
        });
        let (appended, heard) = tokio::join!(log.append(request), join_all(hearing));
        let position = appended.expect("the log can be written").last_position;
        for (latency, held) in heard {
            assert_eq!(held, position, "every subscriber holds the event that was appended");
            latencies.push(latency);
        }
    }
    Figure::new(events, began.elapsed(), latencies)
}

/// Subscribes from the front of a log and reads to its end.
///
/// # Panics
/// If the log can't be read.
pub async fn catch_up(log: &Log) -> Figure {
    let head = log.head().position;
    let mut subscription = log.subscribe(1, Filter::all());
    let mut count = 0;
    let began = Instant::now();
    while subscription.next_position() <= head {
        count += subscription.next_batch(BATCH_MAX).await.expect("the log can be read").events.len() as u64;
    }
    Figure::new(count, began.elapsed(), Vec::new())
}

/// The GraphQL edge without its sockets.
#[derive(Debug)]
pub struct Edge {
    schema: Schema,
    views: Views,
    signals: SignalHub,
    head: u64,
    // Who waits for reactions would find the sender gone.
    _reacted: watch::Sender<u64>,
}

/// The schema, which can't show itself.
struct Schema(MediarySchema);

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Schema")
    }
}

impl Outputs for NoQueue {
    fn read(&self, _: AttemptId, _: u64, _: usize) -> BoxFuture<'static, Option<Output>> {
        ready(None).boxed()
    }

    fn read_look(&self, _: (CheckId, RunId), _: u64, _: usize) -> BoxFuture<'static, Option<Output>> {
        ready(None).boxed()
    }

    fn looks(&self, _: CheckId) -> BoxFuture<'static, Vec<KeptLog>> {
        ready(vec![]).boxed()
    }

    fn check_of(&self, _: RunId) -> BoxFuture<'static, Option<CheckId>> {
        ready(None).boxed()
    }
}

/// Subscribers to events ask nothing of it.
#[derive(Debug)]
struct NoQueue;

impl Queue for NoQueue {
    fn waits(&self, _: Vec<JobId>) -> BoxFuture<'static, HashMap<JobId, Wait>> {
        ready(HashMap::new()).boxed()
    }

    fn lanes(&self) -> BoxFuture<'static, Vec<Load>> {
        ready(Vec::new()).boxed()
    }

    fn quota_uses(&self, _: Vec<QuotaOf>) -> BoxFuture<'static, HashMap<QuotaOf, QuotaUse>> {
        ready(HashMap::new()).boxed()
    }

    fn bytes_in_trash(&self) -> BoxFuture<'static, Option<u64>> {
        ready(None).boxed()
    }

    fn paces(&self, _: Vec<String>) -> BoxFuture<'static, HashMap<String, Pace>> {
        ready(HashMap::new()).boxed()
    }
}

impl Edge {
    /// An edge before a gate, with its views below a folder; waits until they have folded the log.
    pub async fn start(gate: &Gate, directory: &Path) -> Result<Self, StartError> {
        Self::start_with(gate, directory, []).await
    }

    /// The same with more views than those of the server.
    pub async fn start_with(
        gate: &Gate,
        directory: &Path,
        others: impl IntoIterator<Item = ViewKind>,
    ) -> Result<Self, StartError> {
        let alarms = Alarms::system(gate.clock().clone());
        let kinds = mediary_api::views().chain(others);
        let views = Views::start(gate.log(), &alarms, directory, kinds)?;
        let head = gate.log().head().position;
        for handle in views.all() {
            view::caught_up(handle, head).await;
        }
        let (sender, reacted) = watch::channel(head);
        let signals = SignalHub::default();
        let platform = Platform {
            gate: gate.clone(),
            views: views.clone(),
            signals: signals.clone(),
            reacted,
            tokens: Tokens::start(gate.log(), alarms).expect("the views have just read this log"),
            vault: Vault::start(gate.log(), directory, None).expect("the views have just read this log"),
            telemetry: Telemetry::none(gate.clock().clone()),
            queue: Arc::new(NoQueue),
            checks: Checks::default(),
            outputs: Arc::new(NoQueue),
            standings: watch::channel(Standings::new()).1,
            reactions: Vec::new(),
            verifying: Arc::new(Semaphore::new(1)),
            parts: Parts::new(Vec::new),
        };
        let schema = Schema(mediary_api::build(platform, &limits::Options::default()));
        Ok(Self { schema, views, signals, head, _reacted: sender })
    }

    /// Subscribes to `events` from the front and takes what is in the log, each item as the text that goes
    /// out on a socket.
    ///
    /// # Panics
    /// If the subscription is refused, or ends early.
    pub async fn catch_up(&self) -> Figure {
        let request = Request::new(EVENTS).data(session());
        let began = Instant::now();
        let mut items = self.schema.0.execute_stream(request);
        for position in 1..=self.head {
            let item = items.next().await.expect("the subscription goes on to the end of the log");
            let text = sent(&item);
            assert!(text.contains(&format!(r#""position":{position},"#)), "{position}: {text}");
        }
        Figure::new(self.head, began.elapsed(), Vec::new())
    }

    /// Asks for something as the owner does, and answers the data.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn ask(&self, query: &str) -> serde_json::Value {
        self.try_ask(query).await.unwrap_or_else(|codes| panic!("{codes:?}: {query}"))
    }

    /// Asks for something as the owner does, and answers the data, or the codes of why it is refused.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn try_ask(&self, query: &str) -> Result<serde_json::Value, Vec<String>> {
        let answer = self.answer(query).await;
        if answer.errors.is_empty() {
            return Ok(answer.data.into_json().expect("what is answered is JSON"));
        }
        let code = |error: &ServerError| match error.extensions.as_ref().and_then(|all| all.get("code")) {
            Some(Value::String(code)) => code.clone(),
            _ => error.message.clone(),
        };
        Err(answer.errors.iter().map(code).collect())
    }

    /// What the owner is answered, whole.
    pub async fn answer(&self, query: &str) -> Response {
        self.schema.0.execute(Request::new(query).data(session())).await
    }

    /// What somebody is answered who showed no token.
    pub async fn answer_stranger(&self, query: &str) -> Response {
        self.schema.0.execute(Request::new(query)).await
    }

    /// Subscribes to something as the owner does.
    pub fn items(&self, query: &str) -> impl Stream<Item = Response> + Unpin + use<> {
        Box::pin(self.schema.0.execute_stream(Request::new(query).data(session())))
    }

    /// The same; each item is what goes out on a socket.
    pub fn subscribe(&self, query: &str) -> impl Stream<Item = serde_json::Value> + use<> {
        self.items(query).map(|item| serde_json::from_str(&sent(&item)).expect("what is sent is JSON"))
    }

    /// What flies beside the log.
    pub const fn signals(&self) -> &SignalHub {
        &self.signals
    }

    /// The views behind it.
    pub const fn views(&self) -> &Views {
        &self.views
    }

    /// Stops the views; blocks until their threads have ended.
    pub fn stop(&self) {
        self.views.stop();
    }
}

/// What a page that shows what happens asks for.
const EVENTS: &str = "subscription {
    events(after: 0) { position event { id stream version kind at origin storyId payload } }
}";

fn session() -> Session {
    Session {
        principal: PrincipalId::OWNER,
        speaks_as: PrincipalId::OWNER,
        token_id: TokenId::from_uuid(uuid::Uuid::nil()),
        project: ProjectId::HOME,
        session_id: None,
        rights: Role::Owner.into(),
        origin: OriginKind::Page,
        expires_at: None,
    }
}

fn sent(item: &Response) -> String {
    assert!(item.is_ok(), "{:?}", item.errors);
    serde_json::to_string(item).expect("a response is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{self, Size};

    #[test]
    fn every_subscriber_holds_every_event() {
        let directory = tempfile::tempdir().unwrap();
        let log = crate::log::open(directory.path());
        let runtime = crate::runtime();
        for subscribers in [1, 100] {
            let told = runtime.block_on(tell(&log, subscribers, 3));
            assert_eq!((told.count, told.pieces()), (3, subscribers * 3));
            assert!(told.percentile(50).unwrap() <= told.percentile(99).unwrap());
        }
        let caught_up = runtime.block_on(catch_up(&log));
        assert_eq!(caught_up.count, 1 + 6, "and what opened it");
        assert!(caught_up.per_second() > 0.0);
    }

    #[test]
    fn a_graphql_subscriber_gets_every_event() {
        let directory = tempfile::tempdir().unwrap();
        let gate = world::open(directory.path());
        world::tell(&gate, Size { lists: 1, entries_each: 20, kept_each: 2 }).unwrap();
        let runtime = crate::runtime();
        let edge = runtime.block_on(Edge::start(&gate, directory.path())).unwrap();
        let caught_up = runtime.block_on(edge.catch_up());
        edge.stop();
        assert!(caught_up.count > 20, "{caught_up:?}");
        assert_eq!(caught_up.count, gate.log().head().position);
    }
}
