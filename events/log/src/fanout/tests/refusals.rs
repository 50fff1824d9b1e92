//! What a server refuses: told in words, passed by where that is possible, and never a reason to stand still for ever.

use async_nats::HeaderValue;

use super::{
    server::TestServer,
    support::{TestLog, all, caught_up, event, positions, stream, until, with_every_server},
};
use crate::{
    fanout::{Relay, STREAM},
    signal::SignalHub,
};

// Field 19: a stream that has no room was waited for without a word of why.
#[tokio::test]
async fn a_server_without_room_is_told_and_a_smaller_stream_fits() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        let mut options = log.options(&server.url());
        options.stream_bytes_max = 2 << 30;
        let relay = Relay::start(log.log.clone(), SignalHub::default(), options);
        until("the refusal", &relay, |status| status.reason.is_some()).await;
        let status = relay.status();
        assert_eq!(status.reason, Some("JetStream has no room for the stream"), "{status:?}");
        assert!(status.advice.is_some_and(|advice| advice.contains("nats_stream_bytes_max")));
        relay.stop().await;
        log.relay_all(&server.url()).await;
        assert_eq!(positions(&server).await, all(0));
    })
    .await;
}

#[tokio::test]
async fn a_payload_that_is_too_large_for_the_server_is_left_out() {
    with_every_server(async |program| {
        let server = TestServer::start_with(program, "max_payload: 2048").await;
        let log = TestLog::open();
        log.append_events(vec![event("small"), event(&"large".repeat(1_000)), event("small")]).await;
        log.relay_all(&server.url()).await;
        assert_eq!(positions(&server).await, all(3));
        let large = stream(&server).await.get_raw_message(3).await.unwrap();
        assert!(large.payload.is_empty());
        assert_eq!(large.headers.get("Mediary-Payload").unwrap().as_str(), "too_large");
    })
    .await;
}

#[tokio::test]
async fn the_stream_of_another_log_is_left_alone() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let (ours, other) = (TestLog::open(), TestLog::open());
        other.append(3).await;
        other.relay_all(&server.url()).await;
        ours.append(7).await;
        let relay = ours.relay(&server.url());
        let status = until("the refusal", &relay, |status| status.trouble.is_some()).await;
        let trouble = status.trouble.unwrap();
        assert!(trouble.contains(&other.log.id().to_string()), "{trouble}");
        assert!(status.advice.unwrap().contains("an account of its own"));
        assert_eq!(status.reason, Some("the stream there belongs to another log"));
        assert_eq!(positions(&server).await, all(3));
        // Once it is out of the way, ours is told.
        let context = async_nats::jetstream::new(server.client().await);
        context.delete_stream(STREAM).await.unwrap();
        caught_up(&relay, &ours.log).await;
        assert_eq!(positions(&server).await, all(7));
        relay.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_is_told_without_telling_it() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        let relay = log.relay(&format!("nats://mediary:swordfish@127.0.0.1:{}", server.address().port));
        let status = until("the refusal", &relay, |status| status.trouble.is_some()).await;
        let trouble = status.trouble.unwrap();
        assert!(trouble.to_lowercase().contains("authorization violation"), "{trouble}");
        assert!(!format!("{trouble} {relay:?}").contains("swordfish"), "{trouble}");
        relay.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_server_without_jetstream_is_told() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        let relay = log.relay(&format!("nats://bare:bare@127.0.0.1:{}", server.address().port));
        let status = until("the refusal", &relay, |status| status.trouble.is_some()).await;
        assert!(status.advice.clone().unwrap().contains("JetStream"), "{status:?}");
        relay.stop().await;
    })
    .await;
}

// core A27: the relay stood still for ever at an event that the stream refused.
// invariant: E-2
#[tokio::test]
async fn a_message_that_is_too_large_for_the_stream_is_told_without_its_payload() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        let context = async_nats::jetstream::new(server.client().await);
        let config = async_nats::jetstream::stream::Config {
            name: STREAM.to_owned(),
            subjects: vec!["mediary.events.>".to_owned()],
            max_message_size: 2048,
            ..Default::default()
        };
        context.create_stream(config).await.unwrap();
        // Small ones before, between and behind, so that some are in flight when it is refused.
        log.append(20).await;
        log.append_events(vec![event("small"), event(&"large".repeat(1_000)), event("small")]).await;
        log.append_events(vec![event(&"large".repeat(1_000)), event(&"large".repeat(1_000))]).await;
        log.append(20).await;
        log.relay_all(&server.url()).await;
        assert_eq!(positions(&server).await, all(45));
        let stream = stream(&server).await;
        for (sequence, omitted) in [(22, None), (23, Some("too_large")), (24, None), (26, Some("too_large"))]
        {
            let message = stream.get_raw_message(sequence).await.unwrap();
            let header = message.headers.get("Mediary-Payload").map(HeaderValue::as_str);
            assert_eq!((header, message.payload.is_empty()), (omitted, omitted.is_some()));
        }
    })
    .await;
}
