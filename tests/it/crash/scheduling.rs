//! Kills of the server while schedules come.

use mediary_schema::Timestamp;

use super::*;

/// Kills in the run of every test.
const KILLS: u64 = 20;
/// A server is killed within so long after it serves.
const KILLED_WITHIN_MS: u64 = 1_500;

// Issue 8, must hold 1: no moment is lost, and none is done twice, also with what its command does.
// invariant: T-1, T-2
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_at_random_moments_loses_no_moment_of_a_schedule_and_does_none_twice() {
    let seed = seed();
    println!("seed {seed}; TEST_SEED chooses another");
    let (mut random, folder) = (Random::of(seed), ServerFolder::new());
    let (server, client) = folder.serve().await;
    let command = json!({ "name": "file.verify", "arguments": {} });
    let wanted = json!({ "name": "verify", "timing": { "everySeconds": 1 }, "command": command });
    let document = "mutation($input: ScheduleAddInput!) {
        scheduleAdd(input: $input) { schedule { id } userErrors { code message } } }";
    let added = client.ask(document, json!({ "input": wanted })).await;
    assert_eq!(added["scheduleAdd"]["userErrors"], json!([]));
    server.kill().await;
    for _ in 0..KILLS {
        let (server, _) = folder.serve().await;
        tokio::time::sleep(Duration::from_millis(random.below(KILLED_WITHIN_MS))).await;
        server.kill().await;
    }
    let (server, client) = folder.serve().await;
    let before = client.events_after(0).await.len();
    until("it goes on", || async {
        let events = client.events_after(0).await;
        let more = events.iter().skip(before).filter(|event| event["kind"] == "schedule.fired").count();
        (more > 1).then_some(())
    })
    .await;
    let events = told(&client).await;
    let of = |kind: &'static str| events.iter().filter(move |event| event["kind"] == kind);
    let since = moment(&of("schedule.added").next().unwrap()["payload"]["since"]).unwrap();
    let (mut done, mut made_up, mut commands) = (since, 0, BTreeSet::new());
    for fired in of("schedule.fired") {
        let payload = &fired["payload"];
        assert_eq!(payload["not_done"], Value::Null);
        let came = moment(&payload["moment"]).unwrap();
        let missed_since = moment(&payload["missed_since"]);
        made_up += u32::from(missed_since.is_some());
        let first = missed_since.unwrap_or(came);
        assert_eq!(first, done.after(Duration::from_secs(1)), "none is left out, and none comes again");
        assert!(commands.insert(fired["commandId"].as_str().unwrap()), "each is a command of its own");
        done = came;
    }
    println!("{} moments, {made_up} of them for others", commands.len());
    let queued: Vec<_> = of("job.queued").map(|event| &event["commandId"]).collect();
    let by_it = queued.iter().filter(|command| commands.contains(command.as_str().unwrap())).count();
    assert_eq!(by_it, queued.len(), "each with its moment");
    assert!((1..=commands.len()).contains(&by_it), "{by_it} jobs of {} commands", commands.len());
    stop(server).await;
}

/// What happened to schedules and jobs, with the command of each.
async fn told(client: &Client) -> Vec<Value> {
    const DOCUMENT: &str = "query($after: Position!) { events(after: $after, first: 500) {
        events { kind payload commandId } nextAfter } }";
    let (mut events, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next {
        let page = client.ask(DOCUMENT, json!({ "after": after })).await["events"].take();
        next = page["nextAfter"].as_u64();
        events.extend(page["events"].as_array().unwrap().iter().cloned());
    }
    events
}

fn moment(value: &Value) -> Option<Timestamp> {
    value.as_str().map(|text| text.parse().unwrap())
}
