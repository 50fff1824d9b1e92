//! What a program that listens over NATS has in the end, whatever happens to the server in between.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{cell::Cell, rc::Rc, time::Duration};

use async_nats::jetstream::{self, Context, consumer::pull};
use futures::StreamExt as _;
use mediary::configuration::NatsMode;
use mediary_actors::nats::Access;
use mediary_tests::{Client, Platform, marked, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const STREAM: &str = "MEDIARY_EVENTS";
/// A consumer that hears nothing for so long begins again where it was.
const SILENCE: Duration = Duration::from_secs(2);

async fn platform() -> Platform {
    Platform::start_with(Box::new(|configuration| configuration.nats = NatsMode::Auto)).await
}

/// Connects as the owner's program does: with the line that the platform shows.
pub(crate) async fn connect(line: &str) -> Option<Context> {
    let (credentials, host) = line.strip_prefix("nats://")?.split_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    let options = async_nats::ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned());
    Some(jetstream::new(options.max_reconnects(1).connect(host).await.ok()?))
}

/// A consumer as `docs/nats.md` describes it: its place, and what it has.
#[derive(Debug, Default)]
struct Consumer {
    position: u64,
    events: Vec<(u64, String)>,
    heard: Rc<Cell<usize>>,
}

impl Consumer {
    /// Listens until it has an event; after a silence or a loss it begins again.
    async fn listen_until(&mut self, last: impl Fn() -> Option<u64>, line: &str, client: &Client) {
        while last().is_none_or(|last| self.position < last) {
            let Some(context) = connect(line).await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            Box::pin(self.listen(&context, client)).await;
            // The last ones may be those that are lost.
            self.read_log(client, u64::MAX).await;
        }
    }

    /// Listens until nothing more comes.
    async fn listen(&mut self, context: &Context, client: &Client) -> Option<()> {
        let stream = context.get_stream(STREAM).await.ok()?;
        let consumer = stream.create_consumer(pull::OrderedConfig::default()).await.ok()?;
        let mut messages = consumer.messages().await.ok()?;
        loop {
            let message = tokio::time::timeout(SILENCE, messages.next()).await.ok()??.ok()?;
            let header =
                |name: &str| message.headers.as_ref()?.get(name).map(|value| value.as_str().to_owned());
            let position: u64 = header("Mediary-Position")?.parse().ok()?;
            if position > self.position + 1 {
                self.read_log(client, position - 1).await;
            }
            if position > self.position {
                self.heard.set(self.heard.get() + 1);
                self.take(position, header("Nats-Msg-Id")?);
            }
        }
    }

    async fn read_log(&mut self, client: &Client, to: u64) {
        for event in client.events_after(self.position).await {
            let position = event["position"].as_u64().unwrap();
            if position <= to {
                self.take(position, bare(&event["id"]));
            }
        }
    }

    fn take(&mut self, position: u64, id: String) {
        self.position = position;
        self.events.push((position, id));
    }
}

/// An id without its kind, as it is a message's id.
fn bare(id: &Value) -> String {
    id.as_str().unwrap().trim_start_matches("event-").to_owned()
}

/// The process of the child server.
async fn server_pid(platform: &Platform, before: Option<u32>) -> u32 {
    let log_id = platform.server.log().id();
    until("a nats-server runs", || async {
        let found = marked(log_id).into_iter().find(|child| child.command.contains("nats-server -c"));
        found.map(|child| child.pid).filter(|pid| Some(*pid) != before)
    })
    .await
}

async fn readiness(client: &Client) -> String {
    client.get("/readyz").await.text().await.unwrap()
}

// Issue 2, must hold 5.
// invariant: E-2
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_has_every_event_once_though_its_nats_server_is_killed_and_its_stream_deleted() {
    const ROUNDS_IN_EVERY_RUN: u64 = 4;
    let platform = platform().await;
    let client = &platform.client;
    let access = Access::read(platform.data()).unwrap().unwrap();
    let line = access.automation_line();
    let log = platform.server.log();
    let is_done = Cell::new(false);
    let mut consumer = Consumer::default();
    let heard = Rc::clone(&consumer.heard);

    let disturbing = async {
        let id = client.follow(&platform.site.list_url("videos")).await;
        let list = platform.site.list("videos");
        for round in 0..mediary_tools::rounds(ROUNDS_IN_EVERY_RUN) {
            let pid = server_pid(&platform, None).await;
            if round % 2 == 0 {
                kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
                list.prepend(2);
                client.refresh(&id).await;
                server_pid(&platform, Some(pid)).await;
            } else {
                delete_stream(&access).await;
                list.prepend(2);
                client.refresh(&id).await;
            }
        }
        // On a busy machine it may have read all of it from the log so far; undisturbed it hears what happens.
        until("something is heard", || async {
            list.prepend(1);
            client.refresh(&id).await;
            (heard.get() > 0).then_some(())
        })
        .await;
        is_done.set(true);
    };
    let last = || is_done.get().then(|| log.head().position);
    let consuming = consumer.listen_until(last, line.reveal(), client);
    tokio::join!(disturbing, consuming);

    let expected = client.events_after(0).await;
    let expected: Vec<_> =
        expected.iter().map(|event| (event["position"].as_u64().unwrap(), bare(&event["id"]))).collect();
    println!("heard {} of {} events, read the others", heard.get(), expected.len());
    assert_eq!(consumer.events, expected);
    until("the relay has caught up", || async {
        let caught_up = format!("nats: relaying at {}\n", log.head().position);
        readiness(client).await.contains(&caught_up).then_some(())
    })
    .await;
    platform.stop().await;
}

/// Deletes the stream, as only the platform's user can.
async fn delete_stream(access: &Access) {
    let options = access.relay_options();
    let mediary_log::fanout::Credentials::User { name, password } = options.credentials else {
        panic!("the child server has users")
    };
    let line = format!("nats://{name}:{}@127.0.0.1:{}", password.reveal(), access.port());
    until("the stream is deleted", || async { connect(&line).await?.delete_stream(STREAM).await.ok() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_nats_everything_else_works() {
    let platform = Platform::start().await;
    platform.client.follow(&platform.site.list_url("videos")).await;
    let readiness = readiness(&platform.client).await;
    assert!(readiness.contains("nats: off"), "{readiness}");
    assert!(!platform.data().join("nats").exists());
    platform.stop().await;
}
