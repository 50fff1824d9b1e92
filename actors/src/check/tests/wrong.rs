//! What is wrong, and whose fault that is.

use super::*;

// Must hold 3: down before a restart and after it is the same incident.
#[tokio::test]
async fn what_is_down_before_and_after_a_restart_is_the_same_incident() {
    let bench = Bench::new();
    let mut port = Port::open().await;
    port.close();
    let id = bench.add("port", port.probe(), json!({ "alerting": { "fail_after": 2 } })).await;
    let running = bench.start().await;
    bench.turns_are(id, 1).await;
    assert_eq!(bench.opened(id), [], "once is not enough");
    bench.now_is(60);
    bench.until("it is wrong", || bench.opened(id).len() == 1).await;
    running.stop().await;
    let bench = bench.again(300).await;
    let running = bench.start().await;
    bench.looked_at(id, 300).await;
    bench.now_is(360);
    bench.looked_at(id, 360).await;
    assert_eq!((bench.turns(id).len(), bench.opened(id).len(), bench.closed(id)), (1, 1, 0));
    running.stop().await;
}

// Must hold 5: one cause, forty consequences, whoever of them is looked at first.
#[tokio::test]
async fn what_lies_behind_a_switch_is_a_consequence() {
    let bench = Bench::new();
    let mut port = Port::open().await;
    let switch = bench.add("switch", port.probe(), json!({})).await;
    let mut behind = Vec::new();
    for number in 0..40 {
        let more = json!({ "depends_on": [switch] });
        behind.push(bench.add(&format!("host {number}"), port.probe(), more).await);
    }
    let running = bench.start().await;
    for id in &behind {
        bench.turns_are(*id, 1).await;
    }
    bench.turns_are(switch, 1).await;
    port.close();
    // The switch itself comes last: it is looked at when the first of the others is found to fail.
    bench.now_is(60);
    for id in &behind {
        bench.until("it is wrong", || bench.opened(*id).len() == 1).await;
        assert_eq!(bench.opened(*id), [Some(switch)]);
    }
    assert_eq!(bench.opened(switch), [None]);
    port.reopen().await;
    bench.now_is(120);
    for id in behind.iter().chain([&switch]) {
        bench.until("it is over", || bench.closed(*id) == 1).await;
    }
    let detached = behind.iter().flat_map(|id| bench.events(*id));
    assert!(!detached.into_iter().any(|event| matches!(event, Event::IncidentDetached { .. })));
    running.stop().await;
}

// CH-10: what is wrong although its cause is well is wrong by itself.
#[tokio::test]
async fn what_stays_wrong_when_its_cause_is_well_is_wrong_by_itself() {
    let bench = Bench::new();
    let (mut own, mut port) = (Port::open().await, Port::open().await);
    let switch = bench.add("switch", port.probe(), json!({})).await;
    let id = bench.add("host", own.probe(), json!({ "depends_on": [switch] })).await;
    let running = bench.start().await;
    bench.turns_are(id, 1).await;
    bench.turns_are(switch, 1).await;
    own.close();
    port.close();
    bench.now_is(60);
    bench.until("it is wrong", || bench.opened(id).len() == 1).await;
    assert_eq!(bench.opened(id), [Some(switch)]);
    port.reopen().await;
    bench.now_is(120);
    bench.until("the switch is well", || bench.closed(switch) == 1).await;
    bench.now_is(180);
    let detached =
        || bench.events(id).iter().filter(|event| matches!(event, Event::IncidentDetached { .. })).count();
    bench.until("it is wrong by itself", || detached() == 1).await;
    running.stop().await;
}

// CH-09: whoever works on it knows; what was wrong before is not over for that.
#[tokio::test]
async fn nobody_is_told_of_what_fails_while_somebody_works_on_it() {
    let bench = Bench::new();
    let mut port = Port::open().await;
    port.close();
    let always = json!([{ "timing": { "every": { "seconds": 3_600 } }, "seconds": 7_200 }]);
    let id = bench.add("port", port.probe(), json!({ "maintenance": always })).await;
    let running = bench.start().await;
    bench.turns_are(id, 1).await;
    bench.now_is(60);
    bench.looked_at(id, 60).await;
    assert_eq!(bench.opened(id), []);
    running.stop().await;
}

// A check that depends on itself by another one would wait for itself.
#[tokio::test]
async fn nothing_depends_on_itself() {
    let bench = Bench::new();
    let one = bench.add("one", json!({ "push": {} }), json!({})).await;
    let two = bench.add("two", json!({ "push": {} }), json!({ "depends_on": [one] })).await;
    let rhythm = json!({ "timing": { "every": { "seconds": 60 } } });
    let definition = |of: CheckId| json!({ "probe": { "push": {} }, "rhythm": rhythm, "timeout_seconds": 10, "depends_on": [of] });
    let again = json!({ "name": "one", "definition": definition(two), "replace": true });
    let refused = bench.ask("check.add", again).await.unwrap_err();
    assert!(refused.contains("one → two → one"), "{refused}");
    let nobody = CheckId::from_uuid(Uuid::from_u128(7));
    let refused = bench.ask("check.add", json!({ "name": "three", "definition": definition(nobody) })).await;
    assert!(refused.unwrap_err().contains("there is no check"));
}

// What waits for a look at its cause goes on when that is removed meanwhile.
#[tokio::test]
async fn a_cause_that_is_removed_keeps_nobody_waiting() {
    let bench = Bench::new();
    let mut port = Port::open().await;
    let slow = json!({ "command": { "argv": ["/bin/sh", "-c", "sleep 2"] } });
    let cause = bench.add("cause", slow, json!({})).await;
    let id = bench.add("host", port.probe(), json!({ "depends_on": [cause] })).await;
    let running = bench.start().await;
    bench.turns_are(cause, 1).await;
    bench.turns_are(id, 1).await;
    port.close();
    bench.now_is(60);
    bench.until("the cause is looked at", || bench.standing(cause).is_running).await;
    bench.ask("check.remove", json!({ "check_id": cause })).await.unwrap();
    bench.until("it is wrong", || bench.opened(id).len() == 1).await;
    assert_eq!(bench.opened(id), [None]);
    running.stop().await;
}
