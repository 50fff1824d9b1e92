//! A range that is told again: as it was told live, marked, and under no subject of ours.

use async_nats::HeaderMap;
use futures::StreamExt as _;
use uuid::Uuid;

use super::{
    server::TestServer,
    support::{TestLog, event, positions, stream, with_every_server, within},
};
use crate::{
    fanout::{AgainError, AgainSubject, ParseAgainSubjectError as Refused, REPLAY, ToldAgain, tell_again},
    log::{NewEvent, StreamId},
};

fn of(category: &'static str) -> NewEvent {
    NewEvent { stream: StreamId::new(category, Uuid::from_u128(2)), ..event("its own") }
}

/// What a program is told of an event, without what is between the relay and the server.
fn told(headers: &HeaderMap) -> Vec<(String, String)> {
    let named = headers.iter().map(|(name, values)| (name.to_string(), values[0].to_string()));
    let mut told: Vec<_> =
        named.filter(|(name, _)| !name.starts_with("Nats-Expected") && name != REPLAY).collect();
    told.sort();
    told
}

// PL-16: what is told again is told apart, by everybody who hears it.
// invariant: E-14
#[tokio::test]
async fn a_range_is_told_again_as_it_was_live_and_marked() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(30).await;
        log.append_events(vec![of("collection"), of("account")]).await;
        log.relay_all(&server.url()).await;
        let before = positions(&server).await;
        let listener = server.client().await;
        let mut heard = listener.subscribe("audit.again").await.unwrap();
        listener.flush().await.unwrap();

        let (subject, id) = ("audit.again".parse().unwrap(), Uuid::from_u128(7));
        let done = tell_again(&log.log, 5..=33, &subject, id, &log.options(&server.url())).await.unwrap();
        assert_eq!(done, ToldAgain { told: 28, withheld: 1 });
        let live = stream(&server).await;
        for sequence in 5..=32 {
            let again = within("a message", heard.next()).await.unwrap();
            let once = live.get_raw_message(sequence).await.unwrap();
            assert_eq!(told(again.headers.as_ref().unwrap()), told(&once.headers), "{sequence}");
            assert_eq!(again.payload, once.payload, "{sequence}");
            // By this a program that hears both tells them apart.
            assert_eq!(again.headers.unwrap().get(REPLAY).unwrap().as_str(), id.to_string());
            assert!(once.headers.get(REPLAY).is_none());
        }
        assert_eq!(positions(&server).await, before, "the stream of live events has none of it");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_without_the_password() {
    with_every_server(async |program| {
        let server = TestServer::start(program).await;
        let log = TestLog::open();
        log.append(3).await;
        let subject: AgainSubject = "audit.again".parse().unwrap();
        let mut options = log.options(&server.url());
        options.servers[0].port = 1;
        let error = tell_again(&log.log, 1..=4, &subject, Uuid::nil(), &options).await.unwrap_err();
        assert!(matches!(error, AgainError::Unconnected { .. }), "{error}");
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    })
    .await;
}

#[test]
fn nothing_is_told_again_as_if_it_were_live() {
    let cases = [
        ("mediary.events.home.playlist.noted.1", Refused::Live),
        ("mediary.signals.x", Refused::Live),
        ("mediary", Refused::Live),
        ("$JS.API.STREAM.PURGE.MEDIARY_EVENTS", Refused::Reserved),
        ("_INBOX.x", Refused::Reserved),
        ("_INBOX_01.x", Refused::Reserved),
        ("", Refused::Form),
        ("a..b", Refused::Form),
        ("a b", Refused::Form),
        ("audit.*", Refused::Form),
        (">", Refused::Form),
    ];
    for (text, refused) in cases {
        assert_eq!(text.parse::<AgainSubject>(), Err(refused), "{text:?}");
    }
    assert_eq!("audit.again".parse::<AgainSubject>().unwrap().to_string(), "audit.again");
}
