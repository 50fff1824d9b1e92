//! Replay, restore, downgrade, import, lost caches, in any order: nothing happens that nobody asked for.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

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
    configuration::Configuration,
    serve::{Surroundings, start_with},
};
use mediary_actors::workspace::{Finish, Hands, Outcome, Space};
use mediary_log::{Log, Options, Original, Source, backup, replicate, restore};
use mediary_projections::Replay;
use mediary_schema::{
    FailureClass,
    job::{Failure, ResourceUse, Work},
};
use mediary_tests::{Client, Platform, Random};
use serde_json::json;
use tempfile::TempDir;

/// Sequences in every run; `ops/test --long` asks for more.
const SEQUENCES: u64 = 100;
/// Steps of a sequence at most.
const STEPS_MAX: u64 = 4;
/// What is disposable in a data folder.
const CACHES: [&str; 3] = ["snapshots", "views", "index"];
/// What a start records by itself, and what is asked for here.
const OF_A_START: [&str; 5] = ["log.", "account.", "worker.", "reaction.", "root."];
const ASKED_FOR: &str = "download.archived";
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
    backups: Vec<PathBuf>,
    folder: TempDir,
    library: BTreeMap<PathBuf, SystemTime>,
    imported: u64,
}

impl World {
    async fn new() -> Self {
        let platform = Platform::start().await;
        let client = &platform.client;
        let talks = client.follow(&platform.site.feed_url("talks")).await;
        let entries = client.entries(&talks).await;
        client.download_entry(entries[0]["id"].as_str().unwrap(), "best").await;
        // Asked for again, all of it would begin anew.
        client.download(&talks, "audio").await;
        client.look(&talks, true).await;
        client.until_told().await;
        let configuration = platform.configuration.clone();
        let folder = platform.stop().await;
        let library = files(&configuration.library_folder());
        assert!(!library.is_empty());
        let hands = Arc::default();
        let mut world = Self { configuration, hands, backups: Vec::new(), folder, library, imported: 0 };
        world.back_up();
        world
    }

    fn data(&self) -> &Path {
        &self.configuration.data
    }

    fn back_up(&mut self) {
        let path = self.folder.path().join(format!("{}.backup", self.backups.len()));
        backup(Source::Folder(self.data()), || Ok(Vec::new()), &mut fs::File::create(&path).unwrap())
            .unwrap();
        self.backups.push(path);
    }

    async fn take(&mut self, step: Step, random: &mut Random) {
        match step {
            Step::Replay => self.replay().await,
            Step::Backup => self.back_up(),
            Step::Restore => {
                let backup = &self.backups[random.below(self.backups.len() as u64) as usize];
                let restored = restore(backup, self.data(), true).unwrap();
                if let Some(aside) = restored.aside {
                    fs::remove_dir_all(aside).unwrap();
                }
            }
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
// invariant: R-1, V-9
#[tokio::test(flavor = "multi_thread")]
async fn replay_restore_downgrade_import_and_lost_caches_have_no_effect_in_any_order() {
    const STEPS: [Step; 5] = [Step::Replay, Step::Backup, Step::Restore, Step::Lose, Step::Downgrade];
    let mut random = Random::printed();
    let mut world = World::new().await;
    for sequence in 0..mediary_tools::rounds(SEQUENCES) {
        let steps: Vec<Step> =
            (0..=random.below(STEPS_MAX)).map(|_| STEPS[random.below(STEPS.len() as u64) as usize]).collect();
        for step in &steps {
            world.take(*step, &mut random).await;
        }
        let recorded = world.serve().await;
        let is_asked_for = |kind: &&String| {
            **kind == ASKED_FOR || OF_A_START.iter().any(|concern| kind.starts_with(concern))
        };
        let others: Vec<&String> = recorded.iter().filter(|kind| !is_asked_for(kind)).collect();
        let said = format!("sequence {sequence}: {steps:?}");
        assert_eq!(others, Vec::<&String>::new(), "{said}");
        assert_eq!(recorded.iter().filter(|kind| *kind == ASKED_FOR).count(), 1, "{said}");
        assert_eq!(world.hands.0.load(Ordering::SeqCst), 0, "{said}");
        assert_eq!(files(&world.configuration.library_folder()), world.library, "{said}");
        assert_eq!(children(), Vec::<String>::new(), "{said}");
        // The oldest of all stays, and what is kept of the others stays small.
        world.backups.truncate(5);
    }
}
