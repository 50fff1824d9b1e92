//! Kills of the server while schedules come.

use mediary_schema::Timestamp;

use super::*;

/// Kills in the run of every test.
const KILLS: u64 = 20;
/// A server is killed within so long after it serves.
const KILLED_WITHIN_MS: u64 = 1_500;
/// After every so many kills it stays away for so long: moments come meanwhile.
const AWAY_EVERY: u64 = 5;
const AWAY: Duration = Duration::from_millis(2_500);

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
    for round in 1..=KILLS {
        let (server, _) = folder.serve().await;
        tokio::time::sleep(Duration::from_millis(random.below(KILLED_WITHIN_MS))).await;
        server.kill().await;
        if round % AWAY_EVERY == 0 {
            tokio::time::sleep(AWAY).await;
        }
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
    let opened = check_what_came_of_it(&events);
    println!("{} moments, {made_up} of them for others, {opened} jobs", commands.len());
    assert!(
        opened > 1 && made_up > 0,
        "its command does something more than once, and for moments that were missed"
    );
    stop(server).await;
}

/// Each moment has what its command does, and nothing else has: a job, unless one was under way, which it then waits for.
/// Answers how many jobs there were.
fn check_what_came_of_it(events: &[Value]) -> usize {
    let command = |event: &Value| event["commandId"].as_str().unwrap().to_owned();
    let of = |kind: &'static str| events.iter().filter(move |event| event["kind"] == kind);
    let opening: BTreeSet<String> = of("job.queued").map(command).collect();
    assert_eq!(opening.len(), of("job.queued").count(), "no command does it twice");
    let mut under_way: Option<String> = None;
    let mut opened = 0;
    for event in events {
        let by = command(event);
        match event["kind"].as_str().unwrap() {
            "job.queued" => {
                assert_eq!(under_way.replace(by), None, "one is under way at a time: {event}");
            }
            "job.succeeded" | "job.failed" | "job.cancelled" => under_way = None,
            "schedule.fired" => {
                let is_waited_for = under_way.as_ref().is_some_and(|other| *other != by);
                assert_eq!(opening.contains(&by), !is_waited_for, "what its moment does: {event}");
                opened += usize::from(!is_waited_for);
                // All of it is one append.
                let positions: Vec<u64> = events
                    .iter()
                    .filter(|event| command(event) == by)
                    .map(|event| event["position"].as_u64().unwrap())
                    .collect();
                assert!(positions.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{positions:?}");
            }
            _ => {}
        }
    }
    assert_eq!(opened, opening.len(), "each with its moment");
    opened
}

/// What happened to schedules and jobs, with the command of each.
async fn told(client: &Client) -> Vec<Value> {
    const DOCUMENT: &str = "query($after: Position!) { events(after: $after, first: 500) {
        events { position kind payload commandId } nextAfter } }";
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
