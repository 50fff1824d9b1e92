//! Kills of the server while checks are looked at.

use mediary_schema::Timestamp;

use super::*;

/// Checks that are looked at each second.
const CHECKS: usize = 200;
/// Kills in every run; `TEST_ROUNDS` asks for more.
const KILLS_IN_EVERY_RUN: u64 = 4;
/// A server is killed within so long after it serves.
const KILLED_WITHIN_MS: u64 = 2_500;
/// Checks that turn before each kill.
const TURNED: usize = 40;

// Issue 10, must hold 7: no turn is lost or doubled, nobody is told twice, and each goes on in its rhythm.
// invariant: K-1
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_while_checks_are_looked_at_loses_no_turn_and_tells_nobody_twice() {
    let seed = seed();
    println!("seed {seed}; TEST_SEED chooses another");
    let (mut random, folder) = (Random::of(seed), ServerFolder::new());
    let watched = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> =
        (0..CHECKS).map(|number| watched.path().join(format!("file {number}"))).collect();
    let (server, client) = folder.serve().await;
    let mut ids = Vec::new();
    for (number, file) in files.iter().enumerate() {
        fs::write(file, "").unwrap();
        ids.push(add(&client, number, file).await);
    }
    until("each is well", || async { (count(&client, "OK").await == CHECKS).then_some(()) }).await;
    let rhythms = moments(&client).await;
    stop(server).await;

    for _ in 0..mediary_tools::rounds(KILLS_IN_EVERY_RUN) {
        let (server, _) = folder.serve().await;
        for _ in 0..TURNED {
            turn(&files[random.below(CHECKS as u64) as usize]);
        }
        tokio::time::sleep(Duration::from_millis(random.below(KILLED_WITHIN_MS))).await;
        server.kill().await;
    }
    let gone = files.iter().filter(|file| !file.exists()).count();
    assert!((1..CHECKS).contains(&gone), "some are gone: {gone}");

    let (server, client) = folder.serve().await;
    until("each is as it is", || async {
        let found = states(&client).await;
        let is_so =
            |(id, file): (&String, &PathBuf)| found[id] == if file.exists() { "OK" } else { "FAILING" };
        ids.iter().zip(&files).all(is_so).then_some(())
    })
    .await;
    for (id, moment) in moments(&client).await {
        let apart = moment.as_micros() - rhythms[&id].as_micros();
        assert_eq!(apart % 1_000_000, 0, "{id} goes on in its rhythm");
    }
    let causes = began_and_ended(&client.events_after(0).await, &ids, &files);
    let told = until("a person is told of all", || async {
        let told = notices(&client.events_after(0).await);
        causes.iter().all(|cause| told.contains_key(cause)).then_some(told)
    })
    .await;
    println!("{} begins and ends of what is wrong, {gone} checks are wrong", causes.len());
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), causes);
    assert!(told.values().all(|count| *count == 1), "of each a person is told once: {told:?}");
    stop(server).await;
    verify(folder.data(), None).unwrap();
}

/// Turns what a check looks at: a file that is there is gone, and one that is gone is there.
fn turn(file: &Path) {
    if file.exists() { fs::remove_file(file).unwrap() } else { fs::write(file, "").unwrap() }
}

async fn add(client: &Client, number: usize, file: &Path) -> String {
    const DOCUMENT: &str = "mutation($input: CheckAddInput!) { checkAdd(input: $input) {
        check { id } userErrors { code message } } }";
    let probe = json!({ "file_age": { "path": file, "age_max_seconds": 86_400 } });
    let input = json!({ "name": format!("file {number}"), "probe": probe, "timing": { "everySeconds": 1 } });
    let told = client.ask(DOCUMENT, json!({ "input": input })).await["checkAdd"].take();
    assert_eq!(told["userErrors"], json!([]));
    told["check"]["id"].as_str().unwrap().to_owned()
}

async fn count(client: &Client, state: &str) -> usize {
    const DOCUMENT: &str =
        "query($state: CheckState!) { checks(first: 1, filter: { state: $state }) { totalCount } }";
    let data = client.ask(DOCUMENT, json!({ "state": state })).await;
    data["checks"]["totalCount"].as_u64().unwrap() as usize
}

/// What was found of each.
async fn states(client: &Client) -> BTreeMap<String, String> {
    let data = client.ask("{ checks(first: 500) { nodes { id state } } }", json!({})).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |check: &Value| (text(&check["id"]), text(&check["state"]));
    data["checks"]["nodes"].as_array().unwrap().iter().map(of).collect()
}

/// When each is looked at next.
async fn moments(client: &Client) -> BTreeMap<String, Timestamp> {
    let data = client.ask("{ checks(first: 500) { nodes { id nextRunAt } } }", json!({})).await;
    let of = |check: &Value| {
        let moment = check["nextRunAt"].as_str().unwrap().parse().unwrap();
        (check["id"].as_str().unwrap().to_owned(), moment)
    };
    data["checks"]["nodes"].as_array().unwrap().iter().map(of).collect()
}

/// Looks at what is recorded of each check: what turns turns to another thing, what opens was closed before, and it is open as
/// long as the file is gone. Answers the events that a person is told of.
fn began_and_ended(events: &[Value], ids: &[String], files: &[PathBuf]) -> BTreeSet<String> {
    let mut causes = BTreeSet::new();
    for (id, file) in ids.iter().zip(files) {
        let (mut state, mut is_open) = (Value::Null, false);
        for event in events.iter().filter(|event| event["stream"] == json!(id)) {
            match event["kind"].as_str().unwrap() {
                "check.turned" => {
                    assert_ne!(state, event["payload"]["verdict"], "it turns to another thing: {event}");
                    state = event["payload"]["verdict"].clone();
                }
                kind @ ("check.incident_opened" | "check.incident_closed") => {
                    assert_eq!(is_open, kind.ends_with("closed"), "one after the other: {event}");
                    is_open = !is_open;
                    causes.insert(event["id"].as_str().unwrap().to_owned());
                }
                _ => {}
            }
        }
        assert_eq!(is_open, !file.exists(), "{id} is wrong as long as its file is gone");
    }
    causes
}

/// How often a person was told of each event.
fn notices(events: &[Value]) -> BTreeMap<String, usize> {
    let mut told = BTreeMap::new();
    for raised in events_of(events, "notification.raised") {
        let cause = raised["payload"]["notice"]["cause"].as_str().unwrap().to_owned();
        *told.entry(cause).or_default() += 1;
    }
    told
}
