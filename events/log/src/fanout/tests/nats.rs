use std::{sync::atomic::Ordering, time::Duration};

use futures::StreamExt as _;
use mediary_schema::ProjectId;
use serde_json::json;
use uuid::Uuid;

use super::{
    proxy::Proxy,
    server::TestServer,
    support::{Consumer, TestLog, all, caught_up, positions, stream, until, with_every_server, within},
};
use crate::{
    fanout::{Relay, RelayHandle, RelayState, STREAM},
    signal::{Signal, SignalHub, Subject},
};

fn day_micros(days: i64) -> i64 {
    days * 24 * 3_600 * 1_000_000
}

#[tokio::test]
async fn an_event_arrives_with_its_headers() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(1).await;
        log.relay_all(&server.url()).await;
        let message = stream(&server).await.get_raw_message(2).await.unwrap();
        let recorded = log.log.read(&crate::log::Read::forward(2)).unwrap().remove(0);
        let header = |name: &str| message.headers.get(name).unwrap().as_str().to_owned();
        assert_eq!(
            message.subject.as_str(),
            "mediary.events.home.playlist.noted.00000000-0000-0000-0000-000000000001"
        );
        assert_eq!(header("Nats-Msg-Id"), recorded.envelope.id.uuid().to_string());
        assert_eq!(header("Mediary-Position"), "2");
        assert_eq!(header("Mediary-At"), recorded.envelope.at.to_string());
        assert_eq!(message.payload, json!({ "text": "2" }).to_string());
    })
    .await;
}

#[tokio::test]
async fn the_stream_has_our_limits_and_keeps_what_else_it_was_given() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        let context = async_nats::jetstream::new(server.client().await);
        let config = async_nats::jetstream::stream::Config {
            name: STREAM.to_owned(),
            subjects: vec!["mediary.events.>".to_owned()],
            max_messages: 77,
            ..Default::default()
        };
        context.create_stream(config).await.unwrap();
        log.append(1).await;
        log.relay_all(&server.url()).await;
        let options = log.options(&server.url());
        let config = stream(&server).await.cached_info().config.clone();
        assert_eq!(config.max_age, options.stream_age_max);
        assert_eq!(config.max_bytes.cast_unsigned(), options.stream_bytes_max);
        assert_eq!(config.max_messages, 77);
    })
    .await;
}

// invariant: E-2
#[tokio::test]
async fn a_server_killed_in_the_middle_has_every_event_once_and_in_order() {
    with_every_server(async |program| {
        const EVENTS: u64 = 5_000;
        let mut server = TestServer::start(program).await;
        let log = TestLog::open();
        let relay = log.relay(&server.url());
        let appending = log.append(EVENTS);
        let killing = async {
            for part in 1..=3 {
                until("some events", &relay, |status| status.position > part * EVENTS / 5).await;
                server.kill();
                until("the loss", &relay, |status| status.state == RelayState::Waiting).await;
                server.up().await;
            }
        };
        tokio::join!(appending, killing);
        caught_up(&relay, &log.log).await;
        assert_eq!(positions(&server).await, all(EVENTS));
        relay.stop().await;
    })
    .await;
}

/// Holds back the answers, and waits until the server has an event that the relay doesn't know it has.
async fn publish_unanswered(server: &TestServer, proxy: &Proxy, log: &TestLog, relay: &RelayHandle) {
    proxy.hold();
    log.append(50).await;
    let mut stream = stream(server).await;
    within("an event without an answer", async {
        while stream.info().await.unwrap().state.last_sequence <= relay.status().position {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

// invariant: E-2
#[tokio::test]
async fn a_relay_that_ends_between_publish_and_answer_leaves_no_duplicate() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let proxy = Proxy::before(server.address()).await;
        let log = TestLog::open();
        let mut options = log.options(&proxy.address.url());
        // A check whose answer is held back would end the connection before anything is published.
        options.check_interval = Duration::from_mins(1);
        let relay = Relay::start(log.log.clone(), SignalHub::default(), options);
        log.append(100).await;
        caught_up(&relay, &log.log).await;
        publish_unanswered(&server, &proxy, &log, &relay).await;
        drop(relay);
        log.append(50).await;
        log.relay_all(&server.url()).await;
        assert_eq!(positions(&server).await, all(200));
    })
    .await;
}

#[tokio::test]
async fn answers_that_are_lost_leave_no_duplicate() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let proxy = Proxy::before(server.address()).await;
        let log = TestLog::open();
        let mut options = log.options(&proxy.address.url());
        options.answer_timeout = Duration::from_millis(500);
        // A check whose answer is held back would end the connection before anything is published.
        options.check_interval = Duration::from_mins(1);
        let relay = Relay::start(log.log.clone(), SignalHub::default(), options);
        log.append(100).await;
        caught_up(&relay, &log.log).await;
        publish_unanswered(&server, &proxy, &log, &relay).await;
        until("the relay to give up waiting", &relay, |status| status.trouble.is_some()).await;
        log.append(50).await;
        proxy.release();
        caught_up(&relay, &log.log).await;
        assert_eq!(positions(&server).await, all(200));
        relay.stop().await;
    })
    .await;
}

// invariant: E-2
#[tokio::test]
async fn a_consumer_that_reads_the_log_at_a_gap_has_every_event_once_though_the_store_is_wiped() {
    with_every_server(async |program| {
        const EVENTS: u64 = 2_000;
        let mut server = TestServer::start(program).await;
        let address = server.address();
        let log = TestLog::open();
        let relay = log.relay(&server.url());
        let mut consumer = Consumer::default();
        let working = async {
            log.append(EVENTS / 2).await;
            until("the first half", &relay, |status| status.position > EVENTS / 4).await;
            server.kill();
            server.wipe();
            log.append(EVENTS / 2).await;
            server.up().await;
            log.append(1).await;
        };
        let consuming = consumer.listen_until(address, &log.log, EVENTS + 2);
        within("the consumer", Box::pin(async { tokio::join!(working, consuming) })).await;
        assert_eq!(consumer.had, (1..=EVENTS + 2).collect::<Vec<_>>());
        relay.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_gap_is_seen_by_its_position_and_read_from_the_log() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(30).await;
        log.relay_all(&server.url()).await;
        let stream = stream(&server).await;
        for sequence in 5..=9 {
            assert!(stream.delete_message(sequence).await.unwrap());
        }
        let mut consumer = Consumer::default();
        within("the consumer", consumer.listen_until(server.address(), &log.log, 31)).await;
        assert_eq!((consumer.had, consumer.gaps), ((1..=31).collect::<Vec<_>>(), 1));
    })
    .await;
}

#[tokio::test]
async fn a_stream_deleted_while_nothing_happens_is_filled_again() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(25).await;
        let relay = log.relay(&server.url());
        caught_up(&relay, &log.log).await;
        let context = async_nats::jetstream::new(server.client().await);
        context.delete_stream(STREAM).await.unwrap();
        let full_again = async {
            while context.get_stream(STREAM).await.is_err() || positions(&server).await != all(25) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        within("the stream to be full again", Box::pin(full_again)).await;
        relay.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_empty_stream_is_filled_only_with_what_its_age_allows() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(20).await;
        log.clock.fetch_add(day_micros(30), Ordering::SeqCst);
        log.append(15).await;
        log.relay_all(&server.url()).await;
        assert_eq!(positions(&server).await, (22..=36).map(Some).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_purged_stream_goes_on_where_it_was() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(20).await;
        let relay = log.relay(&server.url());
        caught_up(&relay, &log.log).await;
        stream(&server).await.purge().await.unwrap();
        log.append(5).await;
        caught_up(&relay, &log.log).await;
        assert_eq!(positions(&server).await, (22..=26).map(Some).collect::<Vec<_>>());
        relay.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_relay_that_finds_a_purged_stream_catches_up_though_the_server_remembers_the_ids() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(20).await;
        log.relay_all(&server.url()).await;
        stream(&server).await.purge().await.unwrap();
        log.append(5).await;
        log.relay_all(&server.url()).await;
        let found = positions(&server).await;
        assert!(found.ends_with(&(22..=26).map(Some).collect::<Vec<_>>()), "{found:?}");
        assert!(found.is_sorted(), "{found:?}");
    })
    .await;
}

#[tokio::test]
async fn what_others_publish_in_between_is_passed_by() {
    with_every_server(async |program| {
        const EVENTS: u64 = 2_000;
        const STRANGERS: u64 = 100;
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(EVENTS).await;
        let relay = log.relay(&server.url());
        let stranger = async_nats::jetstream::new(server.client().await);
        let disturbing = async {
            for part in 1..=STRANGERS {
                let some = part * EVENTS / STRANGERS - EVENTS / STRANGERS / 2;
                until("some events", &relay, |status| status.position >= some).await;
                let mut headers = async_nats::HeaderMap::new();
                if part % 2 == 0 {
                    // It even claims to be of ours.
                    headers.insert("Mediary-Position", "999999");
                    headers.insert("Nats-Msg-Id", Uuid::from_u128(part.into()).to_string());
                }
                let subject = format!("mediary.events.stranger.{part}");
                stranger.publish_with_headers(subject, headers, "".into()).await.unwrap().await.unwrap();
            }
        };
        disturbing.await;
        caught_up(&relay, &log.log).await;
        relay.stop().await;
        // Another life begins behind a stranger's message.
        stranger.publish("mediary.events.stranger.last", "".into()).await.unwrap().await.unwrap();
        log.append(10).await;
        log.relay_all(&server.url()).await;
        let found = positions(&server).await;
        let ours = found.iter().copied().flatten().filter(|position| *position <= EVENTS + 11);
        assert_eq!(ours.collect::<Vec<_>>(), (1..=EVENTS + 11).collect::<Vec<_>>());
        assert_eq!(found.len() as u64, EVENTS + 11 + STRANGERS + 1);
    })
    .await;
}

fn progress(id: u128, percent: u32) -> Signal {
    let subject =
        Subject { project: ProjectId::HOME, concern: "job", name: "progress", id: Uuid::from_u128(id) };
    Signal { subject, payload: json!({ "percent": percent }) }
}

/// Listens to progress, and knows that the server knows.
async fn listen(server: &TestServer) -> async_nats::Subscriber {
    let client = server.client().await;
    let heard = client.subscribe("mediary.signals.home.job.progress.*").await.unwrap();
    // An answer on the same connection comes behind the subscription.
    client.request("$JS.API.INFO", "".into()).await.unwrap();
    heard
}

#[tokio::test]
async fn signals_are_heard_and_not_stored() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        let hub = SignalHub::default();
        let relay = Relay::start(log.log.clone(), hub.clone(), log.options(&server.url()));
        caught_up(&relay, &log.log).await;
        let mut heard = listen(&server).await;
        hub.publish(progress(1, 5));
        let message = within("the signal", heard.next()).await.unwrap();
        assert_eq!(message.payload, json!({ "percent": 5 }).to_string());
        assert_eq!(positions(&server).await, all(0));
        relay.stop().await;
    })
    .await;
}

#[tokio::test]
async fn after_an_outage_the_values_of_now_are_heard() {
    with_every_server(async |program| {
        let mut server = TestServer::start(program).await;
        let log = TestLog::open();
        let hub = SignalHub::default();
        let relay = Relay::start(log.log.clone(), hub.clone(), log.options(&server.url()));
        until("the connection", &relay, |status| status.state == RelayState::Relaying).await;
        server.kill();
        until("the loss", &relay, |status| status.state == RelayState::Waiting).await;
        hub.publish(progress(1, 5));
        hub.publish(progress(1, 6));
        hub.publish(progress(2, 7));
        hub.retire(&progress(2, 7).subject);
        relay.stop().await;
        server.up().await;
        // A relay that is sure to connect behind the listener.
        let mut heard = listen(&server).await;
        let relay = Relay::start(log.log.clone(), hub, log.options(&server.url()));
        let message = within("the signal", heard.next()).await.unwrap();
        assert_eq!(message.payload, json!({ "percent": 6 }).to_string());
        relay.stop().await;
    })
    .await;
}
