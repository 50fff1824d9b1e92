//! Every service over a real connection: to a server that takes what comes.

use http::Method;
use mediary_events::delivery::Event;
use mediary_schema::delivery::DeliveryState;

use super::{Answer, Bench, Sink};

/// A name, an address with a server's place in it, and what arrives there.
const SERVICES: [(&str, &str, &str, Method); 7] = [
    ("hook", "json://{}/in?secret=hunter2", "/in", Method::POST),
    ("ntfy", "ntfy://hunter2@{}/news", "/", Method::POST),
    ("gotify", "gotify://{}/hunter2", "/message", Method::POST),
    ("discord", "discord://12/hunter2?server=http://{}", "/api/webhooks/12/hunter2", Method::POST),
    ("slack", "slack://T1/B1/hunter2?server=http://{}", "/services/T1/B1/hunter2", Method::POST),
    ("telegram", "tgram://12:hunter2/-100?server=http://{}", "/bot12:hunter2/sendMessage", Method::POST),
    ("matrix", "matrix://hunter2@{}/room", "/_matrix/client/v3/rooms/room/send/m.room.message/", Method::PUT),
];

// CH-11; issue 8, must hold 4: every channel against a sink.
// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn every_service_takes_what_is_sent_to_it() {
    let (bench, sink) = (Bench::new(), Sink::start([]).await);
    let running = bench.start().await;
    for (index, (name, address, path, method)) in SERVICES.into_iter().enumerate() {
        bench.add(name, &address.replace("{}", &sink.address.to_string())).await;
        let id = bench.test(name).await;
        bench.stands(id, DeliveryState::Sent).await;
        let taken = sink.taken();
        assert_eq!(taken.len(), index + 1, "{name} is sent once");
        let last = taken.last().unwrap();
        assert_eq!(last.method, method, "{name}");
        assert!(last.uri.path().starts_with(path), "{name}: {}", last.uri);
        assert!(last.body.contains(&format!("This is a test of the channel {name}")), "{}", last.body);
    }
    running.stop().await;
}

// SE-10: what a service says of a refusal may have its address in it.
// invariant: S-4
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_nothing_of_the_address() {
    for (name, address, ..) in SERVICES {
        let (bench, sink) = (Bench::new(), Sink::start([Answer::Status(404)]).await);
        bench.add(name, &address.replace("{}", &sink.address.to_string())).await;
        let running = bench.start().await;
        let id = bench.test(name).await;
        bench.stands(id, DeliveryState::Failed).await;
        running.stop().await;
        let all = format!("{:?}", bench.events());
        assert!(!all.contains("hunter2") && all.contains("404"), "{all}");
        assert!(bench.events().iter().any(|event| matches!(event, Event::Failed { again_at: None, .. })));
    }
}
