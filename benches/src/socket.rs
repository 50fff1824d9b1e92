//! Work for websockets: clients that follow the log on sockets of their own, while it grows at a rate.
//!
//! They run on threads of their own beside the server, and take processor time from it; how much, each figure says.

use std::{fs, io, ops::Range, path::Path, time::Duration};

use futures::{SinkExt as _, StreamExt as _, future::join_all};
use mediary_events::{
    Concern as _, codec,
    playlist::{Event, Playlist},
};
use mediary_log::{Append, AppendError, AppendHeader, Log, NewEvent, Origin, OriginKind, Urgency};
use mediary_schema::{Clock, CommandId, CorrelationId, IdSource, PrincipalId, ProjectId, Timestamp};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    task::JoinHandle,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};
use uuid::Uuid;

use crate::{figure::Figure, platform::Platform, world::List};

/// How the threads are called on which the clients run.
const CLIENTS: &str = "client";
/// Clients that have one token: fewer than a token has places for.
const CLIENTS_PER_TOKEN: usize = 50;
/// How long a client waits for the next event before something must be wrong.
const PATIENCE: Duration = Duration::from_mins(2);

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Entries of a list that are recorded, whoever listens.
#[derive(Debug)]
pub struct Recorder {
    log: Log,
    ids: IdSource,
    list: List,
    entries: u32,
}

impl Recorder {
    /// Begins a list.
    pub async fn begin(log: &Log) -> Result<Self, AppendError> {
        let recorder = Self { log: log.clone(), ids: IdSource::system(), list: List::new(0), entries: 0 };
        let url = "https://media.example.org/@open-movies/recorded".to_owned();
        recorder.append([Event::FollowRequested { url }].iter()).await?;
        Ok(recorder)
    }

    /// Records so many entries, some at a time, that often.
    pub async fn record(&mut self, entries: u32, at_a_time: u32, every: Duration) -> Result<(), AppendError> {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = self.entries + entries;
        while self.entries < end {
            ticks.tick().await;
            let next = end.min(self.entries + at_a_time);
            let added: Vec<Event> = self.added(self.entries..next).collect();
            self.append(added.iter()).await?;
            self.entries = next;
        }
        Ok(())
    }

    fn added(&self, entries: Range<u32>) -> impl Iterator<Item = Event> {
        entries.map(|entry| self.list.added(entry))
    }

    async fn append(&self, events: impl Iterator<Item = &Event>) -> Result<(), AppendError> {
        let command = self.ids.next();
        let header = AppendHeader {
            project: ProjectId::HOME,
            principal: PrincipalId::OWNER,
            origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
            command_id: CommandId::from_uuid(command),
            command: None,
            correlation_id: CorrelationId::from_uuid(command),
            causation_id: None,
        };
        let stored = |event: &Event| {
            let encoded = codec::encode::<Playlist>(event);
            NewEvent::new(
                Playlist::stream(self.list.id.uuid()),
                encoded.kind.name,
                encoded.kind.schema,
                encoded.payload.into(),
            )
        };
        let events = events.map(stored).collect();
        let urgency = Urgency::Normal;
        self.log
            .append(Append { header, urgency, expected: Vec::new(), only_if: Vec::new(), events })
            .await?;
        Ok(())
    }
}

/// Clients that follow the log, each on a socket of its own. Their threads end with it.
#[derive(Debug)]
pub struct Audience {
    runtime: Option<Runtime>,
    clients: Vec<JoinHandle<Vec<Duration>>>,
}

impl Audience {
    /// Opens sockets that follow what is recorded from now on, until each has heard of so many entries.
    ///
    /// # Panics
    /// If a client is refused.
    pub async fn gather(platform: &Platform, log: &Log, clients: usize, entries: u32) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name(CLIENTS).enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let after = log.head().position;
        let mut listening = Vec::new();
        let mut token = String::new();
        for number in 0..clients {
            if number % CLIENTS_PER_TOKEN == 0 {
                token = platform.token(&format!("clients {number} to {}", number + CLIENTS_PER_TOKEN)).await;
            }
            let opening = open(platform.socket_url(), token.clone(), after);
            let wire = runtime.spawn(opening).await.expect("a client is let in");
            listening.push(wire);
        }
        let clients = listening.into_iter().map(|wire| runtime.spawn(hear(wire, entries))).collect();
        Self { runtime: Some(runtime), clients }
    }

    /// Waits until each has heard of everything. A piece is the time from an event's recording until one client had it.
    ///
    /// # Panics
    /// If a client was cut off.
    pub async fn heard(&mut self, took: impl Fn() -> Duration) -> Figure {
        let heard = join_all(self.clients.drain(..)).await;
        let took = took();
        let latencies: Vec<Duration> =
            heard.into_iter().flat_map(|heard| heard.expect("a client hears it to the end")).collect();
        Figure::new(latencies.len() as u64, took, latencies)
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // It may be dropped where nothing may block.
            runtime.shutdown_background();
        }
    }
}

/// What a page that shows what happens asks for.
const EVENTS: &str = "subscription($after: Position!) {
    events(after: $after) { position event { id stream version kind at origin storyId payload } }
}";

async fn open(url: String, token: String, after: u64) -> Wire {
    let mut request = url.into_client_request().expect("it is the address of a socket");
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    let (mut wire, _) = connect_async(request).await.expect("there is a place");
    let payload = json!({ "authorization": format!("Bearer {token}") });
    say(&mut wire, &json!({ "type": "connection_init", "payload": payload })).await;
    let acknowledged = next(&mut wire).await;
    assert!(acknowledged.contains("connection_ack"), "{acknowledged}");
    let payload = json!({ "query": EVENTS, "variables": { "after": after } });
    say(&mut wire, &json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
    wire
}

async fn say(wire: &mut Wire, message: &serde_json::Value) {
    wire.send(Message::text(message.to_string())).await.expect("the server listens");
}

/// The next message; pings are answered beside.
async fn next(wire: &mut Wire) -> String {
    loop {
        let message = timeout(PATIENCE, wire.next()).await.expect("the server goes on");
        match message.expect("the socket stays open").expect("the socket stays whole") {
            Message::Text(text) => return text.as_str().to_owned(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// What a client looks at.
#[derive(Debug, Deserialize)]
struct Told {
    payload: Payload,
}

#[derive(Debug, Deserialize)]
struct Payload {
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    events: Item,
}

#[derive(Debug, Deserialize)]
struct Item {
    event: Option<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    kind: String,
    at: Timestamp,
}

async fn hear(mut wire: Wire, entries: u32) -> Vec<Duration> {
    // As the log reads it.
    let clock = Clock::system();
    let mut latencies = Vec::with_capacity(entries as usize);
    while latencies.len() < entries as usize {
        let text = next(&mut wire).await;
        let told: Told = serde_json::from_str(&text).expect("it is told of an event");
        if let Some(event) = told.payload.data.events.event
            && event.kind == "playlist.entry_added"
        {
            let waited = clock.now().as_micros() - event.at.as_micros();
            latencies.push(Duration::from_micros(u64::try_from(waited).unwrap_or_default()));
        }
    }
    latencies
}

/// The processor time of this process up to now: of the clients, and of all else.
pub fn processor_time() -> io::Result<(Duration, Duration)> {
    let (mut clients, mut others) = (Duration::ZERO, Duration::ZERO);
    for thread in fs::read_dir("/proc/self/task")? {
        let folder = thread?.path();
        // One that has just ended is no thread any more.
        let Ok(time) = on_processor(&folder) else { continue };
        let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
        if name.trim_end() == CLIENTS { clients += time } else { others += time }
    }
    Ok((clients, others))
}

fn on_processor(thread: &Path) -> io::Result<Duration> {
    let told = fs::read_to_string(thread.join("schedstat"))?;
    let nanos = told.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Ok(Duration::from_nanos(nanos.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[test]
    fn every_client_hears_of_every_entry() {
        mediary::provide_tls();
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let platform = Platform::start(folder.path(), None).await;
            let log = platform.log().clone();
            let mut recorder = Recorder::begin(&log).await.unwrap();
            let mut audience = Audience::gather(&platform, &log, 60, 20).await;
            let began = Instant::now();
            recorder.record(20, 5, Duration::from_millis(20)).await.unwrap();
            let heard = audience.heard(|| began.elapsed()).await;
            assert_eq!((heard.count, heard.pieces()), (60 * 20, 60 * 20));
            assert!(heard.percentile(50).unwrap() > Duration::ZERO);
            let (clients, others) = processor_time().unwrap();
            assert!(clients > Duration::ZERO && others > Duration::ZERO, "{clients:?}, {others:?}");
            platform.stop().await;
        });
    }
}
