//! Replay, restore, downgrade, import, lost caches, in any order: nothing happens that nobody asked for.
//!
//! The folder has all that could do something by itself: a list of which what is new is kept, a schedule, a channel, files in the
//! trash; and a backup of it that was written while a download was at work and a message waited.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod sink;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures::{FutureExt as _, future::BoxFuture};
use mediary::{
    configuration::{Configuration, NatsMode},
    demo::Target,
    serve::{Surroundings, start_with},
};
use mediary_actors::workspace::{Finish, Hands, Outcome, Space};
use mediary_log::{Log, Options, Original, Source, backup, replicate, restore};
use mediary_projections::Replay;
use mediary_schema::{
    FailureClass,
    job::{Failure, ResourceUse, Work},
};
use mediary_tests::{Client, Platform, Random, run_binary, until};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::sink::Sink;

/// Sequences in every run; `TEST_ROUNDS` asks for more.
const SEQUENCES: u64 = 100;
/// Steps of a sequence at most.
const STEPS_MAX: u64 = 4;
/// What is disposable in a data folder.
const CACHES: [&str; 3] = ["snapshots", "views", "index"];
/// What a start records by itself, and what is asked for here.
const OF_A_START: [&str; 5] = ["log.", "account.", "worker.", "reaction.", "root."];
const ASKED_FOR: &str = "download.archived";
/// What a start says besides of a backup that was written while work was under way: nobody knows what became of it since.
const OF_WORK_UNDER_WAY: [&str; 2] = ["job.attempt_lost", "delivery.doubted"];
/// Every so many sequences NATS is there, too.
const WITH_NATS: u64 = 20;
/// For how long a log that says nothing has nothing to say.
const SETTLED: Duration = Duration::from_millis(60);

/// What is done between two starts of a server.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The record is proved, and built aside.
    Replay,
    /// A backup is written, to be restored later.
    Backup,
    /// One of the backups takes the place of the record, whatever happened since.
    Restore,
    /// Caches are gone.
    Lose,
    /// Caches are those of another program: no format of the record can be gone back from today, so that what a downgrade
    /// leaves to an older program are views of versions and snapshots of folds that it doesn't know.
    Downgrade,
    /// What is set up comes in again from a file, once the server is there.
    Import,
}

/// A backup, and whether it was written while work was under way.
#[derive(Debug, Clone)]
struct Kept {
    path: PathBuf,
    has_work: bool,
}

/// Whoever does work: it says that it was asked, which is once too often.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Hands for Counting {
    fn work<'a>(&'a self, _: Space, _: &'a Work) -> BoxFuture<'a, Finish> {
        self.0.fetch_add(1, Ordering::SeqCst);
        async {
            let failure = Failure::new(FailureClass::Unknown, "nobody asked for it".to_owned());
            Finish { outcome: Outcome::Failed(failure), used: ResourceUse::default() }
        }
        .boxed()
    }
}

/// A folder in which there was much to do, of which everything is done.
struct World {
    configuration: Configuration,
    hands: Arc<Counting>,
    sink: Sink,
    backups: Vec<Kept>,
    /// Whether the folder is as it was while work was under way.
    has_work: bool,
    /// What is set up, as a file.
    setup: PathBuf,
    imports: bool,
    folder: TempDir,
    library: BTreeMap<PathBuf, SystemTime>,
    imported: u64,
}

/// Asks for something that is not refused.
async fn done(client: &Client, document: &str, variables: Value) {
    let answer = client.ask(document, variables).await.to_string();
    assert!(answer.contains("\"userErrors\":[]"), "{answer}");
}

async fn until_quiet(client: &Client) {
    until("nothing is under way, and all of it is told", || async {
        const OPEN: &str = "{ jobs(filter: { state: RUNNING }) { totalCount } queued: jobs(filter: { state: QUEUED }) { totalCount }
            sending: deliveries(filter: { state: SENDING }) { totalCount } waiting: deliveries(filter: { state: QUEUED }) { totalCount }
            head { position } }";
        let before = client.ask(OPEN, json!({})).await;
        tokio::time::sleep(SETTLED).await;
        let is_nothing = ["jobs", "queued", "sending", "waiting"].iter().all(|open| before[*open]["totalCount"] == json!(0));
        (is_nothing && client.ask(OPEN, json!({})).await == before).then_some(())
    })
    .await;
}

impl World {
    async fn new() -> Self {
        const FOLLOW: &str = "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) { userErrors { code } } }";
        const CHANNEL: &str = "mutation($address: SecretValue!) {
            notificationChannelAdd(input: { name: \"sink\", address: $address, from: INFO }) { userErrors { code } } }";
        const SCHEDULE: &str =
            "mutation { scheduleAdd(input: { name: \"seldom\", timing: { everySeconds: 1000000 },
            command: { name: \"file.verify\" } }) { userErrors { code } } }";
        const DELETE: &str = "mutation($ids: [ID!]!) { planMake(input: { goal: { deleteFiles: $ids }, apply: true }) { job { id } userErrors { code } } }";
        let (platform, sink) = (Platform::start().await, Sink::start().await);
        let client = &platform.client;
        let feed = platform.site.feed_url("talks");
        let talks = client.follow(&feed).await;
        done(client, FOLLOW, json!({ "input": { "url": feed, "keep": "NEW" } })).await;
        let entries = client.entries(&talks).await;
        let entry = |number: usize| entries[number]["id"].as_str().unwrap();
        client.download_entry(entry(0), "best").await;
        // Asked for again, all of it would begin anew.
        client.download(&talks, "audio").await;
        done(client, CHANNEL, json!({ "address": sink.url })).await;
        done(client, SCHEDULE, json!({})).await;
        let file = client.files().await[0]["id"].clone();
        done(client, DELETE, json!({ "ids": [file] })).await;
        client.look(&talks, true).await;
        until_quiet(client).await;
        assert!(sink.count() > 0, "what happens is told");

        let mut world = Self {
            configuration: platform.configuration.clone(),
            hands: Arc::default(),
            sink,
            backups: Vec::new(),
            has_work: true,
            setup: platform.data().with_file_name("setup.toml"),
            imports: false,
            folder: tempfile::tempdir().unwrap(),
            library: BTreeMap::new(),
            imported: 0,
        };
        world.back_up_at_work(&platform, entry(1)).await;
        world.run(&["export", world.setup.to_str().unwrap()]).await;
        let folder = platform.stop().await;
        (world.has_work, world.library) = (false, files(&world.configuration.library_folder()));
        assert!(!world.library.is_empty());
        drop(std::mem::replace(&mut world.folder, folder));
        world.back_up();
        world
    }

    /// Writes a backup while a download is at work, which then nobody may begin any more, and while a message waits; ends both.
    async fn back_up_at_work(&mut self, platform: &Platform, entry: &str) {
        const PAUSE: &str =
            "mutation { lanePause(input: { name: \"library_disk\" }) { userErrors { code } } }";
        const RESUME: &str =
            "mutation { laneResume(input: { name: \"library_disk\" }) { userErrors { code } } }";
        const CANCEL: &str =
            "mutation($ids: [ID!]!) { jobCancel(input: { ids: $ids }) { userErrors { code } } }";
        const TEST: &str =
            "mutation { notificationChannelTest(input: { name: \"sink\" }) { userErrors { code } } }";
        let (client, faults) = (&platform.client, platform.site.faults());
        let stall = faults.stall(Target::Path("/media/*".to_owned()), 1_000);
        client.start_download(json!({ "entryIds": [entry] }), "best").await;
        let running = until("it is at work", || async {
            let jobs = client.jobs(json!({ "state": "RUNNING" })).await;
            (!jobs.is_empty()).then(|| jobs[0]["id"].clone())
        })
        .await;
        done(client, PAUSE, json!({})).await;
        self.sink.refuse(true);
        done(client, TEST, json!({})).await;
        until("a message waits", || async {
            let waiting = "{ deliveries(filter: { state: QUEUED }) { nodes { tries } } }";
            let waiting = client.ask(waiting, json!({})).await["deliveries"]["nodes"].take();
            (waiting.as_array().unwrap().iter().any(|delivery| delivery["tries"] != json!(0))).then_some(())
        })
        .await;
        let path = self.configuration.data.with_file_name("at-work.backup");
        let log = platform.server.log();
        backup(Source::Live(log), || Ok(Vec::new()), &mut fs::File::create(&path).unwrap()).unwrap();
        self.backups.push(Kept { path, has_work: true });
        self.sink.refuse(false);
        done(client, CANCEL, json!({ "ids": [running] })).await;
        faults.remove(stall);
        done(client, RESUME, json!({})).await;
        until_quiet(client).await;
    }

    /// Runs the command line against the server that has the folder.
    async fn run(&self, arguments: &[&str]) {
        let output = run_binary(self.data(), arguments).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn data(&self) -> &Path {
        &self.configuration.data
    }

    fn back_up(&mut self) {
        let name = format!("{}-{}.backup", self.backups.len(), self.imported);
        let path = self.folder.path().join(name);
        backup(Source::Folder(self.data()), || Ok(Vec::new()), &mut fs::File::create(&path).unwrap())
            .unwrap();
        self.backups.push(Kept { path, has_work: self.has_work });
    }

    async fn take(&mut self, step: Step, random: &mut Random) {
        match step {
            Step::Replay => self.replay().await,
            Step::Backup => self.back_up(),
            Step::Restore => {
                let Kept { path, has_work } =
                    self.backups[random.below(self.backups.len() as u64) as usize].clone();
                let restored = restore(&path, self.data(), true).unwrap();
                self.has_work = has_work;
                if let Some(aside) = restored.aside {
                    fs::remove_dir_all(aside).unwrap();
                }
            }
            Step::Import => self.imports = true,
            Step::Lose => {
                for cache in CACHES.iter().filter(|_| random.below(2) == 0) {
                    // What is not there yet can't be lost.
                    fs::remove_dir_all(self.data().join(cache)).ok();
                }
            }
            Step::Downgrade => {
                for cache in ["views", "snapshots"] {
                    let Ok(found) = fs::read_dir(self.data().join(cache)) else { continue };
                    for path in found.map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
                        let name = path.file_name().unwrap().to_str().unwrap();
                        fs::rename(&path, path.with_file_name(name.replace("-v", "-v9"))).unwrap();
                    }
                }
            }
        }
    }

    async fn replay(&self) {
        let (aside, data) = (tempfile::tempdir().unwrap(), self.data().to_owned());
        let replica = aside.path().join("replica");
        let last = replicate(Original::Folder(&data), &replica).unwrap().last_position;
        let log = Log::open(Options::new(&replica)).unwrap();
        let mut views = Replay::new(&log, &aside.path().join("views"), mediary_api::views());
        tokio::task::spawn_blocking(move || views.build(last)).await.unwrap().unwrap();
        log.close().await;
    }

    /// Serves for a while, and answers the kinds of all that was recorded meanwhile.
    async fn serve(&mut self) -> Vec<String> {
        let surroundings = Surroundings { hands: Some(self.hands.clone()), ..Surroundings::default() };
        let before = mediary_log::verify(self.data(), None).unwrap().last_position;
        let server = start_with(self.configuration.clone(), surroundings).await.unwrap();
        let client = Client::of_data(self.data(), server.address());
        // Somebody asks for this, and for nothing that follows from it.
        self.imported += 1;
        let import = "mutation($text: String!) { downloadArchiveImport(input: { text: $text }) { userErrors { code } } }";
        client.ask(import, json!({ "text": format!("example {}", self.imported) })).await;
        if std::mem::take(&mut self.imports) {
            self.run(&["import", self.setup.to_str().unwrap(), "--yes"]).await;
        }
        let mut head = 0;
        while server.log().head().position != head {
            head = server.log().head().position;
            tokio::time::sleep(SETTLED).await;
        }
        let events = client.events_after(before).await;
        server.stop().await;
        events.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
    }
}

/// The files below a folder, and when they were written.
fn files(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let written = fs::metadata(&path).unwrap().modified().unwrap();
            found.insert(path, written);
        }
    }
    found
}

/// The child processes of this one.
fn children() -> Vec<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children.flat_map(|pids| pids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

// Issue 8, must hold 7.
// invariant: R-1, V-9, N-5
#[tokio::test(flavor = "multi_thread")]
async fn replay_restore_downgrade_import_and_lost_caches_have_no_effect_in_any_order_with_nats_or_without() {
    const STEPS: [Step; 6] =
        [Step::Replay, Step::Backup, Step::Restore, Step::Lose, Step::Downgrade, Step::Import];
    let mut random = Random::printed();
    let mut world = World::new().await;
    let taken = world.sink.count();
    for sequence in 0..mediary_tools::rounds(SEQUENCES) {
        let steps: Vec<Step> =
            (0..=random.below(STEPS_MAX)).map(|_| STEPS[random.below(STEPS.len() as u64) as usize]).collect();
        for step in &steps {
            world.take(*step, &mut random).await;
        }
        let has_work = std::mem::take(&mut world.has_work);
        let is_with_nats = sequence % WITH_NATS == WITH_NATS / 2;
        world.configuration.nats = if is_with_nats { NatsMode::Auto } else { NatsMode::Off };
        let recorded = world.serve().await;
        let is_asked_for = |kind: &&String| {
            let is_doubt = has_work && OF_WORK_UNDER_WAY.contains(&kind.as_str());
            **kind == ASKED_FOR || is_doubt || OF_A_START.iter().any(|concern| kind.starts_with(concern))
        };
        let others: Vec<&String> = recorded.iter().filter(|kind| !is_asked_for(kind)).collect();
        let said = format!("sequence {sequence}: {steps:?}");
        assert_eq!(others, Vec::<&String>::new(), "{said}");
        assert_eq!(recorded.iter().filter(|kind| *kind == ASKED_FOR).count(), 1, "{said}");
        assert_eq!(recorded.iter().any(|kind| kind == "delivery.doubted"), has_work, "{said}");
        assert_eq!(world.sink.count(), taken, "nothing is sent again: {said}");
        assert_eq!(world.hands.0.load(Ordering::SeqCst), 0, "{said}");
        assert_eq!(files(&world.configuration.library_folder()), world.library, "{said}");
        assert_eq!(children(), Vec::<String>::new(), "{said}");
        // The oldest of all stays, and what is kept of the others stays small.
        world.backups.truncate(5);
    }
}
