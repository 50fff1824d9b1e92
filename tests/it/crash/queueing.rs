//! The server is killed while jobs wait for moments, for each other, for lanes, and for what holds those.

use mediary_schema::Clock;

use super::*;

/// How often it is killed.
const KILLS: u64 = 50;
/// Lists, each with a refresh under way at most.
const LISTS: usize = 6;
/// What is asked for before a kill.
const ACTS: u64 = 3;
/// The longest time from the last act to the kill.
const KILLED_WITHIN_MS: u64 = 400;
/// How long the source asks to be left alone: a start and some of what comes after it.
const PAUSE: Duration = Duration::from_secs(1);
/// In which rounds it is asked to.
const EVERY_ROUND: u64 = 4;
/// How often, and after how long, it is looked whether that has held a lane.
const LOOKS: u32 = 100;
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The farthest moment that something is asked for.
const AHEAD_MS: u64 = 1_500;

/// A person who asks for this and that.
struct Person {
    random: Random,
    lists: Vec<String>,
    /// Jobs that were acknowledged, with what they were to wait for.
    jobs: Vec<String>,
    /// Jobs by the batch that they were opened in.
    batches: BTreeMap<String, BTreeSet<String>>,
    is_paused: bool,
}

impl Person {
    async fn act(&mut self, client: &Client, round: u64) {
        match self.random.below(5) {
            0 => self.turn_lane(client).await,
            1 if !self.jobs.is_empty() => {
                let id = self.any_job();
                client.job_verb("jobCancel", &id).await;
            }
            _ => self.refresh(client, round).await,
        }
    }

    async fn turn_lane(&mut self, client: &Client) {
        let verb = if self.is_paused { "laneResume" } else { "lanePause" };
        let document =
            format!("mutation {{ {verb}(input: {{ name: \"127.0.0.1\" }}) {{ userErrors {{ code }} }} }}");
        let data = client.ask(&document, json!({})).await;
        assert_eq!(data[verb]["userErrors"], json!([]));
        self.is_paused = !self.is_paused;
    }

    async fn refresh(&mut self, client: &Client, round: u64) {
        const DOCUMENT: &str = "mutation($id: ID!, $ticket: TicketInput) {
            playlistRefresh(input: { id: $id, ticket: $ticket }) { job { id batch } userErrors { code } } }";
        let list = self.lists[self.random.below(LISTS as u64) as usize].clone();
        let after = (!self.jobs.is_empty() && self.random.below(2) == 0).then(|| self.any_job());
        let ahead = Duration::from_millis(self.random.below(AHEAD_MS));
        let at = (self.random.below(2) == 0).then(|| Clock::system().now().after(ahead).to_string());
        let priority = self.random.below(10);
        let ticket = json!({ "after": after, "at": at, "priority": priority, "batch": format!("batch {}", round % 5) });
        let data = client.ask(DOCUMENT, json!({ "id": list, "ticket": ticket })).await;
        let payload = &data["playlistRefresh"];
        let Some(id) = payload["job"]["id"].as_str() else {
            assert_eq!(payload["userErrors"][0]["code"], json!("JOB_NOTHING_TO_WAIT_FOR"), "{payload}");
            return;
        };
        // One that was joined is of the batch that it was opened in.
        if let Some(batch) = payload["job"]["batch"].as_str() {
            self.batches.entry(batch.to_owned()).or_default().insert(id.to_owned());
        }
        self.jobs.push(id.to_owned());
    }

    /// Has a job wait for one that then comes to nothing: others may come to wait for it.
    async fn strand(&mut self, client: &Client) {
        const DOCUMENT: &str = "mutation($id: ID!, $ticket: TicketInput) {
            playlistRefresh(input: { id: $id, ticket: $ticket }) { job { id } userErrors { code } } }";
        self.turn_lane(client).await;
        for list in &self.lists[..2] {
            let asked = json!({ "id": list, "ticket": { "after": self.jobs.last() } });
            let data = client.ask(DOCUMENT, asked).await;
            self.jobs.push(data["playlistRefresh"]["job"]["id"].as_str().unwrap().to_owned());
        }
        client.job_verb("jobCancel", &self.jobs[0]).await;
        self.turn_lane(client).await;
    }

    /// Has two looks begin, and the source ask the first of them to be left alone; what is held then is held while others
    /// ask for this and that, and the server is killed. Asked again, the source says for how long.
    async fn meet_a_condition(&mut self, client: &Client, site: &Site) {
        const DOCUMENT: &str = "mutation($id: ID!) {
            playlistRefresh(input: { id: $id }) { job { id } userErrors { code } } }";
        for path in ["/api/lists/*", "/lists/*"] {
            site.faults().too_many_requests(path, PAUSE, 1);
        }
        if self.is_paused {
            self.turn_lane(client).await;
        }
        for _ in 0..2 {
            let list = &self.lists[self.random.below(LISTS as u64) as usize];
            let data = client.ask(DOCUMENT, json!({ "id": list })).await;
            self.jobs.push(data["playlistRefresh"]["job"]["id"].as_str().unwrap().to_owned());
        }
        // One that lost too many servers begins nothing; then this round has no condition.
        for _ in 0..LOOKS {
            if is_held(client).await {
                return;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    fn any_job(&mut self) -> String {
        self.jobs[self.random.below(self.jobs.len() as u64) as usize].clone()
    }
}

// Issue 7, must hold 8.
// invariant: J-1, J-6, J-15, L-2
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_at_random_moments_of_a_queue_loses_nothing_and_does_nothing_twice() {
    let seed = seed();
    println!("seed {seed}; TEST_SEED chooses another");
    let (site, folder) = (site().await, ServerFolder::new());
    let (server, client) = folder.serve().await;
    let mut person = Person {
        random: Random::of(seed),
        lists: Vec::new(),
        jobs: Vec::new(),
        batches: BTreeMap::new(),
        is_paused: false,
    };
    for number in 0..LISTS {
        let name = format!("list-{number}");
        site.add_list(&name, ListOptions::new(&name, 3)).unwrap();
        person.lists.push(client.follow(&site.list_url(&name)).await);
    }
    person.strand(&client).await;
    server.kill().await;
    for round in 1..=KILLS {
        let (server, client) = folder.serve().await;
        if round % EVERY_ROUND == 0 {
            person.meet_a_condition(&client, &site).await;
        }
        for _ in 0..ACTS {
            person.act(&client, round).await;
        }
        let moment = person.random.below(KILLED_WITHIN_MS);
        tokio::time::sleep(Duration::from_millis(moment)).await;
        server.kill().await;
    }
    let (server, client) = folder.serve().await;
    site.faults().clear();
    if person.is_paused {
        person.turn_lane(&client).await;
    }
    let jobs: BTreeSet<&String> = person.jobs.iter().collect();
    for id in &jobs {
        until(&format!("{id} has ended, or is held since what it waited for has not"), || rests(&client, id))
            .await;
    }
    until("no condition holds a lane", || async { (!is_held(&client).await).then_some(()) }).await;
    let events = client.events_after(0).await;
    let held = check_conditions(&events);
    let told = Told::of(&events);
    for id in &jobs {
        told.check(id);
    }
    for (batch, ids) in &person.batches {
        let document = "query($name: String!) { batch(name: $name) { jobCount } }";
        let found = client.ask(document, json!({ "name": batch })).await;
        assert_eq!(found["batch"]["jobCount"], json!(ids.len()), "{batch}");
    }
    println!("{} jobs, {} stranded, {} events", jobs.len(), told.count("stranded"), events.len());
    println!("{} attempts lost, {} starts under a condition", told.count("attempt_lost"), held);
    assert!(held > 0, "a kill met a lane that a condition held");
    assert!(told.count("stranded") > 0, "one waited for what came to nothing");
    stop(server).await;
    site.stop().await;
}

/// Whether a condition holds a lane.
async fn is_held(client: &Client) -> bool {
    let lanes = client.ask("{ lanes { hold { reason } } }", json!({})).await;
    lanes["lanes"].as_array().unwrap().iter().any(|lane| !lane["hold"].is_null())
}

/// A condition holds a lane once, over any number of starts, and nothing that needs it begins before it is released; no
/// job fails of it. All jobs need the one lane that there is. Answers how many starts found it held.
fn check_conditions(events: &[Value]) -> usize {
    let (mut is_held, mut begins_nothing, mut starts) = (false, false, 0);
    for event in events {
        match event["kind"].as_str().unwrap() {
            "lane.held" => is_held = true,
            "lane.released" => {
                assert!(is_held, "released, though nothing held it: {event}");
                (is_held, begins_nothing) = (false, false);
            }
            // Whoever was about to lease something when the condition was met has done so before the kill.
            "log.opened" if is_held => (begins_nothing, starts) = (true, starts + 1),
            "job.leased" => {
                assert!(!begins_nothing, "leased, though the source is to be left alone: {event}");
            }
            "job.failed" => panic!("a condition, or a kill, costs no job: {event}"),
            _ => {}
        }
    }
    assert!(!is_held, "nothing holds it any more");
    starts
}

/// Whether nothing more becomes of a job by itself, nor of what it waits for. One that lost too many servers waits for a
/// person, who is here.
async fn rests(client: &Client, id: &str) -> Option<()> {
    const DOCUMENT: &str = "query($id: ID!) { job(id: $id) { state waitsFor { reason jobId } } }";
    let job = client.ask(DOCUMENT, json!({ "id": id })).await["job"].take();
    match (job["state"].as_str().unwrap(), job["waitsFor"]["reason"].as_str()) {
        ("SUCCEEDED" | "FAILED" | "CANCELLED", _) | ("PAUSED", Some("STRANDED")) => Some(()),
        ("QUEUED", Some("AFTER")) => {
            let before = job["waitsFor"]["jobId"].as_str()?;
            let state = client.ask(DOCUMENT, json!({ "id": before })).await["job"]["state"].take();
            // Of one that has ended it is told in a moment.
            let is_held = !["SUCCEEDED", "FAILED", "CANCELLED"].contains(&state.as_str()?);
            Box::pin(rests(client, before)).await.filter(|()| is_held)
        }
        ("PAUSED", Some("PARKED")) => {
            client.job_verb("jobResume", id).await;
            None
        }
        _ => None,
    }
}

/// What happened to each job, in order.
struct Told<'a>(BTreeMap<&'a str, Vec<(&'a str, &'a Value)>>);

impl<'a> Told<'a> {
    fn of(events: &'a [Value]) -> Self {
        let mut told: BTreeMap<&str, Vec<(&str, &Value)>> = BTreeMap::new();
        for event in events {
            if let Some(name) = event["kind"].as_str().unwrap().strip_prefix("job.") {
                told.entry(event["stream"].as_str().unwrap()).or_default().push((name, event));
            }
        }
        Self(told)
    }

    fn count(&self, name: &str) -> usize {
        self.0.values().flatten().filter(|(found, _)| *found == name).count()
    }

    fn position(&self, id: &str, name: &str) -> Option<u64> {
        self.0.get(id)?.iter().find(|(found, _)| *found == name)?.1["position"].as_u64()
    }

    /// Whether a person has to say what becomes of it, or of what it waits for.
    fn is_held(&self, id: &str) -> bool {
        let story = &self.0[id];
        let after = story[0].1["payload"]["ticket"]["after"].as_str();
        story.iter().any(|(name, _)| ["stranded", "parked"].contains(name))
            || after.is_some_and(|after| self.is_held(after))
    }

    /// Opened once, ended once or held for a reason, and never begun before what it was to wait for was done.
    fn check(&self, id: &str) {
        let story = &self.0[id];
        let names: Vec<&str> = story.iter().map(|(name, _)| *name).collect();
        let count = |wanted: &[&str]| names.iter().filter(|name| wanted.contains(name)).count();
        assert_eq!((names[0], count(&["queued"])), ("queued", 1), "{id}: {names:?}");
        let ends = count(&["succeeded", "failed", "cancelled"]);
        assert!(ends <= 1 && count(&["stranded"]) <= 1, "{id}: {names:?}");
        if ends == 1 {
            let last = names.last().unwrap();
            assert!(["succeeded", "failed", "cancelled"].contains(last), "{id}: {names:?}");
        } else {
            assert!(self.is_held(id), "{id} is held for no reason: {names:?}");
        }
        let Some(after) = story[0].1["payload"]["ticket"]["after"].as_str() else { return };
        let (done, leased) = (self.position(after, "succeeded"), self.position(id, "leased"));
        // Who asks for it without waiting for anything, or resumes it, has it wait no longer.
        let resumed = self.position(id, "resumed");
        if let Some(leased) = leased.filter(|leased| resumed.is_none_or(|resumed| resumed > *leased)) {
            assert!(done.is_some_and(|done| done < leased), "{id} began before {after} was done: {names:?}");
        }
        if count(&["stranded"]) == 1 {
            assert_eq!(done, None, "{id} is held although {after} was done");
        }
    }
}
