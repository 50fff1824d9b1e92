//! What is wrong is told again.

use super::*;

fn reminded(bench: &Bench, id: CheckId) -> usize {
    bench.events(id).iter().filter(|event| matches!(event, Event::IncidentReminded { .. })).count()
}

async fn wrong(bench: &Bench, more: Value) -> (Port, CheckId) {
    let mut port = Port::open().await;
    port.close();
    let id = bench.add("port", port.probe(), more).await;
    (port, id)
}

// CH-09: each hour, until somebody knows; a restart changes nothing.
#[tokio::test]
async fn what_is_wrong_is_told_again_until_somebody_knows() {
    let bench = Bench::new();
    let (_port, id) = wrong(&bench, json!({ "alerting": { "repeat_seconds": 3_600 } })).await;
    let running = bench.start().await;
    bench.until("it is wrong", || bench.opened(id).len() == 1).await;
    bench.now_is(3_540);
    bench.looked_at(id, 3_540).await;
    assert_eq!(reminded(&bench, id), 0);
    bench.now_is(3_660);
    bench.until("it is told again", || reminded(&bench, id) == 1).await;
    running.stop().await;
    let bench = bench.again(7_320).await;
    let running = bench.start().await;
    bench.until("it is told a third time", || reminded(&bench, id) == 2).await;
    bench.ask("check.acknowledge", json!({ "check_id": id })).await.unwrap();
    bench.now_is(20_040);
    bench.looked_at(id, 20_040).await;
    assert_eq!(reminded(&bench, id), 2);
    running.stop().await;
}

// CH-09: what began while nobody wanted to hear of it is told when that is over, if it still is.
#[tokio::test]
async fn what_is_wrong_when_a_snooze_ends_is_told_then() {
    let bench = Bench::new();
    let (mut port, id) = wrong(&bench, json!({})).await;
    bench.ask("check.snooze", json!({ "check_id": id, "until": at(600) })).await.unwrap();
    let running = bench.start().await;
    bench.until("it is wrong", || bench.opened(id).len() == 1).await;
    bench.now_is(540);
    bench.looked_at(id, 540).await;
    assert_eq!(reminded(&bench, id), 0);
    bench.now_is(600);
    bench.until("it is told", || reminded(&bench, id) == 1).await;
    bench.now_is(6_000);
    bench.looked_at(id, 6_000).await;
    assert_eq!(reminded(&bench, id), 1, "once, since it is not to be repeated");

    bench.ask("check.snooze", json!({ "check_id": id, "until": at(6_600) })).await.unwrap();
    port.reopen().await;
    bench.now_is(6_060);
    bench.until("it is over", || bench.closed(id) == 1).await;
    bench.now_is(6_660);
    bench.looked_at(id, 6_660).await;
    assert_eq!(reminded(&bench, id), 1);
    running.stop().await;
}
