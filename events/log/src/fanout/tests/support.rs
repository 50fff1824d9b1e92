//! A log to relay, a consumer as `docs/nats.md` wants one, and what tests look at.

use std::{
    future::Future,
    path::Path,
    pin::Pin,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use async_nats::jetstream::{
    self,
    consumer::{DeliverPolicy, pull},
    stream::Stream,
};
use bytes::Bytes;
use futures::StreamExt as _;
use mediary_schema::{Clock, CommandId, CorrelationId, PrincipalId, ProjectId, Timestamp};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::server::{Address, TestServer, programs};
use crate::{
    fanout::{Options, Relay, RelayHandle, RelayState, RelayStatus, STREAM},
    log::{self, Append, AppendHeader, Log, NewEvent, Origin, OriginKind, Read, Schema, StreamId, Urgency},
    signal::SignalHub,
};

/// What any wait in these tests may take.
pub(super) const DEADLINE: Duration = Duration::from_mins(1);

/// Runs a test with every server that is installed.
pub(super) async fn with_every_server(test: impl AsyncFn(&Path)) {
    for program in programs() {
        println!("with {}", program.display());
        test(&program).await;
    }
}

/// Waits for an end, or says what it waited for.
pub(super) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(DEADLINE, future).await.unwrap_or_else(|_| panic!("waited too long for {what}"))
}

/// A log in a folder that goes away with it.
pub(super) struct TestLog {
    pub(super) log: Log,
    pub(super) clock: Arc<AtomicI64>,
    pub(super) time: Clock,
    _folder: TempDir,
}

impl TestLog {
    pub(super) fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (time, clock) = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
        let mut options = log::Options::new(folder.path());
        options.reserve_bytes = 0;
        options.clock = time.clone();
        Self { log: Log::open(options).unwrap(), clock, time, _folder: folder }
    }

    /// Records so many events, a few at once.
    pub(super) async fn append(&self, count: u64) {
        const AT_ONCE: u64 = 10;
        let mut left = count;
        while left > 0 {
            let now = left.min(AT_ONCE);
            let first = self.log.head().position + 1;
            let events = (first..first + now).map(|number| event(&number.to_string())).collect();
            self.append_events(events).await;
            left -= now;
        }
    }

    pub(super) async fn append_events(&self, events: Vec<NewEvent>) {
        let number = u128::from(self.log.head().position) + 1;
        let header = AppendHeader {
            project: ProjectId::HOME,
            principal: PrincipalId::OWNER,
            origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
            command_id: CommandId::from_uuid(Uuid::from_u128(number)),
            command: None,
            correlation_id: CorrelationId::from_uuid(Uuid::from_u128(number)),
            causation_id: None,
        };
        let append =
            Append { header, urgency: Urgency::Normal, expected: Vec::new(), only_if: Vec::new(), events };
        self.log.append(append).await.unwrap();
    }

    /// Options for a server, quick to notice and to try again.
    pub(super) fn options(&self, url: &str) -> Options {
        let mut options = Options::parse(url).unwrap();
        options.check_interval = Duration::from_millis(100);
        options.retry_delay_max = Duration::from_millis(200);
        options.clock = self.time.clone();
        options
    }

    pub(super) fn relay(&self, url: &str) -> RelayHandle {
        Relay::start(self.log.clone(), SignalHub::default(), self.options(url))
    }

    /// Starts a relay and ends it once everything is told.
    pub(super) async fn relay_all(&self, url: &str) {
        let relay = self.relay(url);
        caught_up(&relay, &self.log).await;
        relay.stop().await;
    }
}

/// An event of a stream of its own concern.
pub(super) fn event(text: &str) -> NewEvent {
    let payload = Bytes::from(rmp_serde::to_vec_named(&serde_json::json!({ "text": text })).unwrap());
    let stream = StreamId::new("playlist", Uuid::from_u128(1));
    NewEvent::new(stream, "noted", Schema::new(1, 0), payload)
}

/// The event that opens the log and as many as were appended, once and in order.
pub(super) fn all(appended: u64) -> Vec<Option<u64>> {
    (1..=1 + appended).map(Some).collect()
}

/// Waits until the relay is so.
pub(super) async fn until(
    what: &str,
    relay: &RelayHandle,
    is_so: impl Fn(&RelayStatus) -> bool,
) -> RelayStatus {
    let mut status = relay.watch();
    let found = timeout(DEADLINE, status.wait_for(|status| is_so(status))).await;
    found.unwrap_or_else(|_| panic!("waited too long for {what}: {:?}", relay.status())).unwrap().clone()
}

/// Waits until everything that is recorded now is told.
pub(super) async fn caught_up(relay: &RelayHandle, log: &Log) {
    let head = log.head().position;
    until("the relay to catch up", relay, |status| {
        status.state == RelayState::Relaying && status.position >= head
    })
    .await;
}

/// The stream as its owner sees it.
pub(super) async fn stream(server: &TestServer) -> Stream {
    let context = jetstream::new(server.client().await);
    context.get_stream(STREAM).await.unwrap()
}

/// The positions of all messages in the stream, in order; none for somebody else's.
pub(super) async fn positions(server: &TestServer) -> Vec<Option<u64>> {
    let mut stream = stream(server).await;
    let wanted = stream.info().await.unwrap().state.messages;
    if wanted == 0 {
        return Vec::new();
    }
    let mut messages = everything(&stream).await;
    let mut found = Vec::new();
    for _ in 0..wanted {
        let message = within("a message", messages.next()).await.unwrap().unwrap();
        found.push(position(&message));
    }
    found
}

/// On the heap, since futures of the client are large.
async fn everything(stream: &Stream) -> Pin<Box<pull::Ordered>> {
    let config = pull::OrderedConfig { deliver_policy: DeliverPolicy::All, ..Default::default() };
    let consumer = Box::pin(stream.create_consumer(config)).await.unwrap();
    Box::pin(Box::pin(consumer.messages()).await.unwrap())
}

fn position(message: &jetstream::Message) -> Option<u64> {
    message.headers.as_ref()?.get("Mediary-Position")?.as_str().parse().ok()
}

/// A consumer that keeps its own place, skips what it has had, and reads the log where it finds a gap.
#[derive(Default)]
pub(super) struct Consumer {
    pub(super) had: Vec<u64>,
    pub(super) gaps: usize,
}

impl Consumer {
    fn next_position(&self) -> u64 {
        self.had.last().copied().unwrap_or(0) + 1
    }

    /// Listens until it has had the event at a position; a stream that goes away is looked for again.
    pub(super) async fn listen_until(&mut self, address: Address, log: &Log, last: u64) {
        while self.next_position() <= last {
            // Whatever goes wrong is the same to a consumer: it begins again at its place.
            timeout(Duration::from_secs(2), Box::pin(self.listen(address, log, last))).await.ok();
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn listen(&mut self, address: Address, log: &Log, last: u64) -> Option<()> {
        let client = address.connect().await.ok()?;
        let stream = jetstream::new(client).get_stream(STREAM).await.ok()?;
        let mut messages = everything(&stream).await;
        while self.next_position() <= last {
            let message = messages.next().await?.ok()?;
            self.take(position(&message)?, log);
        }
        Some(())
    }

    fn take(&mut self, position: u64, log: &Log) {
        let next = self.next_position();
        if position > next {
            self.gaps += 1;
            let missed = usize::try_from(position - next).unwrap();
            let read = log.read(&Read::forward(next).limit(missed)).unwrap();
            self.had.extend(read.iter().map(log::Recorded::position));
        }
        if position >= next {
            self.had.push(position);
        }
    }
}
