//! What is made of an answer: it was taken, or surely not, or nobody knows.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures::stream;
use mediary_events::delivery::Event;
use mediary_schema::delivery::DeliveryState;
use tokio::net::TcpListener;

use super::{Answer, Bench, Sink};

/// A success whose body comes byte by byte and has no end.
pub(super) fn trickle() -> Response {
    let bytes = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b".")), ()))
    });
    Response::new(Body::from_stream(bytes))
}

// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_is_a_doubt_and_no_second_message() {
    let (bench, sink) = (Bench::new(), Sink::start([Answer::Silence]).await);
    bench.add("hook", &format!("json://{}/in", sink.address)).await;
    let running = bench.start().await;
    let id = bench.test("hook").await;
    bench.stands(id, DeliveryState::Unsure).await;
    running.stop().await;
    assert_eq!(sink.taken().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_an_end_keeps_no_message_waiting() {
    let (bench, sink) = (Bench::new(), Sink::start([Answer::Trickle]).await);
    bench.add("hook", &format!("json://{}/in", sink.address)).await;
    let running = bench.start().await;
    for sent in [1, 2] {
        let id = bench.test("hook").await;
        bench.stands(id, DeliveryState::Sent).await;
        assert_eq!(sink.taken().len(), sent);
    }
    running.stop().await;
}

// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn what_a_proxy_passed_on_without_an_answer_is_a_doubt() {
    for status in [502, 504, 520, 524] {
        let (bench, sink) = (Bench::new(), Sink::start([Answer::Status(status)]).await);
        bench.add("hook", &format!("json://{}/in", sink.address)).await;
        let running = bench.start().await;
        let id = bench.test("hook").await;
        assert_eq!(bench.reason(id).await, format!("the channel answers {status}"));
        bench.stands(id, DeliveryState::Unsure).await;
        running.stop().await;
        assert_eq!(sink.taken().len(), 1, "{status}");
    }
}

// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn what_is_busy_is_tried_again_and_so_is_what_knows_a_message_by_its_id() {
    let (hook, matrix) = ("json://{}/in", "matrix://hunter2@{}/room");
    for (address, status) in [(hook, 503), (hook, 429), (matrix, 502), (matrix, 524)] {
        let (bench, sink) = (Bench::new(), Sink::start([Answer::Status(status)]).await);
        bench.add("channel", &address.replace("{}", &sink.address.to_string())).await;
        let running = bench.start().await;
        let id = bench.test("channel").await;
        bench.reason(id).await;
        running.stop().await;
        let is_tried_again = |event: &Event| matches!(event, Event::Failed { again_at: Some(_), .. });
        assert!(bench.events().iter().any(is_tried_again), "{address}, {status}: {:?}", bench.events());
    }
}

// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_not_made_in_time_took_nothing() {
    let bench = Bench::new();
    // Whoever connects waits for TLS to begin.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    bench.add("hook", &format!("jsons://{}/in", silent.local_addr().unwrap())).await;
    let running = bench.start().await;
    let id = bench.test("hook").await;
    let reason = bench.reason(id).await;
    running.stop().await;
    assert_eq!(reason, "the source can't be reached: no connection in time");
    assert!(bench.events().iter().any(|event| matches!(event, Event::Failed { again_at: Some(_), .. })));
}
