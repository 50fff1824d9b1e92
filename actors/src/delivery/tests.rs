//! Deliveries by behaviour: a real server takes them, refuses them, breaks off or is not there.

mod answers;
mod calls;
mod mail;
mod paused;
mod services;

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use mediary_events::{
    codec,
    delivery::{Delivery, Event},
    notification::{
        Ask,
        ask::{AddChannel, WhichChannel},
    },
};
use mediary_log::{
    Filter, Origin, OriginKind, Read,
    alarm::{Alarms, Leaps},
    gate::{Caller, Gate, Options as AskOptions, Transaction},
    testing,
    vault::Vault,
    work,
};
use mediary_schema::{
    Clock, CommandId, DeliveryId, PrincipalId, Several, account::Role, delivery::DeliveryState,
    notification::Severity,
};
use ractor::{Actor as _, ActorRef};
use rustls::RootCertStore;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use uuid::Uuid;

use super::{Message, Outbox, OutboxArguments};
use crate::net::{Guard, Net, Options as NetOptions};

/// A request as the sink took it.
#[derive(Debug, Clone)]
struct Taken {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

#[derive(Debug, Default)]
struct Held {
    taken: Mutex<Vec<Taken>>,
    /// What is answered; 200 when there is nothing left.
    answers: Mutex<VecDeque<Answer>>,
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Status(u16),
    /// Nothing, for ever.
    Silence,
    /// A success whose body comes byte by byte and has no end.
    Trickle,
}

/// A server that takes whatever comes.
struct Sink {
    address: SocketAddr,
    held: Arc<Held>,
    serving: JoinSet<()>,
}

async fn take(
    Shared(held): Shared<Arc<Held>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    held.taken.lock().unwrap().push(Taken { method, uri, headers, body });
    let answer = held.answers.lock().unwrap().pop_front();
    match answer {
        None => StatusCode::OK.into_response(),
        Some(Answer::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Answer::Silence) => std::future::pending().await,
        Some(Answer::Trickle) => answers::trickle(),
    }
}

impl Sink {
    async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), answers).await
    }

    async fn start_at(address: SocketAddr, answers: impl IntoIterator<Item = Answer>) -> Self {
        let held = Arc::new(Held::default());
        held.answers.lock().unwrap().extend(answers);
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(take).with_state(Arc::clone(&held));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, held, serving }
    }

    fn taken(&self) -> Vec<Taken> {
        self.held.taken.lock().unwrap().clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.serving.abort_all();
    }
}

/// An installation with a vault and a way out.
struct Bench {
    gate: Gate,
    vault: Vault,
    alarms: Alarms,
    net: Net,
    folder: TempDir,
}

struct Running {
    outbox: ActorRef<Message>,
}

impl Bench {
    fn new() -> Self {
        Self::of(tempfile::tempdir().unwrap(), true)
    }

    fn of(folder: TempDir, opens: bool) -> Self {
        let clock = Clock::system();
        let gate = testing::gate_at(folder.path(), clock.clone()).unwrap();
        let vault = Vault::start(gate.log(), folder.path(), None).unwrap();
        let alarms = Alarms::start(clock, Leaps::driven().0);
        let usual = NetOptions::in_folder(folder.path().join("net"));
        let guard = if opens { Guard::new(["127.0.0.0/8".parse().unwrap()]) } else { Guard::default() };
        let answers_within = Duration::from_secs(1);
        let net = Net::try_new(NetOptions { guard, answers_within, ..usual }).unwrap();
        Self { gate, vault, alarms, net, folder }
    }

    /// The same with a way out that believes these, and no others.
    fn trusting(self, authorities: RootCertStore) -> Self {
        let guard = Guard::new(["127.0.0.0/8".parse().unwrap()]);
        let usual = NetOptions::in_folder(self.folder.path().join("net"));
        let authorities = Some(Arc::new(authorities));
        Self { net: Net::try_new(NetOptions { guard, authorities, ..usual }).unwrap(), ..self }
    }

    fn caller(&self) -> Caller {
        let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
        let command_id = CommandId::from_uuid(self.gate.ids().next());
        Caller::person(PrincipalId::OWNER, Role::Owner, origin, command_id, self.gate.ids())
    }

    async fn add(&self, name: &str, address: &str) {
        let asked = AddChannel {
            name: name.to_owned(),
            from: Severity::Info,
            quiet: None,
            title: None,
            body: None,
            replace: true,
        };
        let (vault, address) = (self.vault.clone(), address.into());
        let tell = move |asked: &Ask, story: &mut Transaction<'_>| {
            work::notification::tell_beside(asked, story, &vault, Some(&address))
        };
        let asked = Ask::AddChannel(asked);
        let answer = self.gate.ask_beside(self.caller(), asked, AskOptions::default(), tell).await.unwrap();
        self.vault.reached(answer.position).await;
    }

    /// Has something sent to see whether it arrives.
    async fn test(&self, name: &str) -> DeliveryId {
        let asked = Ask::TestChannel(WhichChannel { name: name.to_owned() });
        let told = self.gate.ask(self.caller(), asked, AskOptions::default()).await.unwrap().told;
        told.delivery_id.unwrap()
    }

    /// Somebody wants something sent again.
    async fn retry(&self, id: DeliveryId) {
        let retry = mediary_events::delivery::ask::Retry { delivery_ids: Several::one(id) };
        let asked = mediary_events::delivery::Ask::Retry(retry);
        self.gate.ask(self.caller(), asked, AskOptions::default()).await.unwrap();
    }

    async fn start(&self) -> Running {
        let Self { gate, vault, alarms, net, .. } = self;
        let arguments = OutboxArguments {
            gate: gate.clone(),
            vault: vault.clone(),
            alarms: alarms.clone(),
            net: net.clone(),
            public_url: Some("https://m.example/".to_owned()),
        };
        let (outbox, _) = Outbox::spawn(None, Outbox, arguments).await.unwrap();
        Running { outbox }
    }

    async fn stands(&self, id: DeliveryId, expected: DeliveryState) {
        let waiting = async {
            loop {
                let state = self.gate.state::<Delivery>(id.uuid()).await.unwrap();
                if state.state == Some(expected) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        assert!(waited.is_ok(), "it is not {expected:?}: {:?}", self.events());
    }

    /// Why it was not taken, once it was tried.
    async fn reason(&self, id: DeliveryId) -> String {
        let waiting = async {
            loop {
                let told = self.events().into_iter().find_map(|event| match event {
                    Event::Failed { failure, .. } => Some(failure.message),
                    Event::Doubted { reason } => Some(reason),
                    _ => None,
                });
                match told {
                    Some(reason) => return reason,
                    None => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        waited.unwrap_or_else(|_| panic!("{id} was not tried: {:?}", self.events()))
    }

    fn events(&self) -> Vec<Event> {
        let read = Read::forward(1).limit(10_000).filter(Filter::categories(["delivery"]));
        let events = self.gate.log().read(&read).unwrap();
        events.iter().flat_map(|event| codec::events_of::<Delivery>(event).unwrap()).collect()
    }
}

impl Running {
    async fn stop(self) {
        self.outbox.stop_and_wait(None, None).await.unwrap();
    }

    /// Ends it in the middle of whatever it does.
    async fn kill(self) {
        self.outbox.kill_and_wait(None).await.unwrap();
    }
}

// CH-11: a webhook is signed, and sent once.
// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_once_and_that_is_recorded_before_and_after() {
    let (bench, sink) = (Bench::new(), Sink::start([]).await);
    bench.add("hook", &format!("json://{}/in?secret=hunter2", sink.address)).await;
    let running = bench.start().await;
    let id = bench.test("hook").await;
    bench.stands(id, DeliveryState::Sent).await;
    running.stop().await;
    let [taken] = &sink.taken()[..] else { panic!("{:?}", sink.taken()) };
    assert_eq!((&taken.method, taken.uri.path()), (&Method::POST, "/in"));
    assert_eq!(taken.uri.query(), None, "the secret signs, and is not sent");
    assert!(taken.headers["webhook-signature"].to_str().unwrap().starts_with("v1,"));
    assert!(taken.body.contains("This is a test of the channel hook"), "{}", taken.body);
    assert!(matches!(bench.events()[..], [Event::Queued { .. }, Event::Begun {}, Event::Completed {}]));
    // With another start nothing is sent again.
    bench.start().await.stop().await;
    assert_eq!(sink.taken().len(), 1);
}

// Issue 8, must hold 4: killed between sending and recording.
// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn what_was_being_sent_is_unsure_and_sent_again_only_if_a_person_wants_that() {
    let (bench, sink) = (Bench::new(), Sink::start([Answer::Silence]).await);
    bench.add("hook", &format!("json://{}/in", sink.address)).await;
    let running = bench.start().await;
    let id = bench.test("hook").await;
    while sink.taken().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.kill().await;
    let running = bench.start().await;
    bench.stands(id, DeliveryState::Unsure).await;
    running.stop().await;
    bench.start().await.stop().await;
    assert_eq!(sink.taken().len(), 1, "it was not sent a second time");
    assert!(matches!(bench.events()[..], [Event::Queued { .. }, Event::Begun {}, Event::Doubted { .. }]));

    let running = bench.start().await;
    bench.retry(id).await;
    bench.stands(id, DeliveryState::Sent).await;
    running.stop().await;
    assert_eq!(sink.taken().len(), 2);
}

// Issue 8, must hold 4: a dead channel loses nothing.
// invariant: N-6
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_channel_loses_nothing() {
    let bench = Bench::new();
    let sink = Sink::start([Answer::Status(400), Answer::Status(503)]).await;
    let address = sink.address;
    bench.add("hook", &format!("json://{address}/in")).await;
    let running = bench.start().await;
    // One that the channel doesn't take at all, and one that it doesn't take now.
    let refused = bench.test("hook").await;
    bench.stands(refused, DeliveryState::Failed).await;
    let later = bench.test("hook").await;
    while !bench.events().iter().any(|event| matches!(event, Event::Failed { again_at: Some(_), .. })) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.stop().await;
    drop(sink);
    // Nobody is there at all: surely not sent, and tried again.
    let running = bench.start().await;
    let unreached = bench.test("hook").await;
    while bench.gate.state::<Delivery>(unreached.uuid()).await.unwrap().failures == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for (id, expected) in
        [(refused, DeliveryState::Failed), (later, DeliveryState::Queued), (unreached, DeliveryState::Queued)]
    {
        assert_eq!(bench.gate.state::<Delivery>(id.uuid()).await.unwrap().state, Some(expected));
    }
    running.stop().await;
    // It comes back: what waited arrives by itself, and what was refused once somebody wants it; each of them once.
    let sink = Sink::start_at(address, []).await;
    let running = bench.start().await;
    bench.retry(refused).await;
    for id in [refused, later, unreached] {
        bench.stands(id, DeliveryState::Sent).await;
    }
    running.stop().await;
    let taken = sink.taken();
    let of =
        |id: DeliveryId| taken.iter().filter(|taken| taken.headers["webhook-id"] == *id.to_string()).count();
    assert_eq!([refused, later, unreached].map(of), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_network_is_closed_to_channels_too_unless_it_is_opened() {
    let (bench, sink) = (Bench::of(tempfile::tempdir().unwrap(), false), Sink::start([]).await);
    bench.add("hook", &format!("json://{}/in", sink.address)).await;
    let running = bench.start().await;
    let id = bench.test("hook").await;
    bench.stands(id, DeliveryState::Failed).await;
    running.stop().await;
    assert_eq!(sink.taken().len(), 0);
}

// SE-10: what opens a channel is in the vault alone.
// invariant: S-4
#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_in_no_event_and_gone_with_its_channel() {
    let (bench, sink) = (Bench::new(), Sink::start([]).await);
    bench.add("phone", &format!("ntfy://anna:hunter2@{}/topic-hunter2", sink.address)).await;
    let running = bench.start().await;
    let id = bench.test("phone").await;
    bench.stands(id, DeliveryState::Sent).await;
    let asked = Ask::RemoveChannel(WhichChannel { name: "phone".to_owned() });
    let answer = bench.gate.ask(bench.caller(), asked, AskOptions::default()).await.unwrap();
    bench.vault.reached(answer.position).await;
    running.stop().await;
    let all = bench.gate.log().read(&Read::forward(1).limit(1_000)).unwrap();
    let payloads = all.iter().filter_map(|event| event.payload.clone());
    assert!(payloads.clone().count() > 5);
    for payload in payloads {
        assert!(!payload.windows(7).any(|part| part == b"hunter2"));
    }
    let left = std::fs::read_dir(bench.folder.path().join("vault")).unwrap().count();
    assert_eq!(left, 0, "its key and its value are destroyed");
    assert_eq!(sink.taken().len(), 1);
}
