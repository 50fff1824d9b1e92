//! Whether what was kept is still there: noticed, said, and fetched again.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture};
use mediary_actors::workspace::{Finish, Hands, Port, Space, Unable};
use mediary_schema::{
    FileId,
    job::{Progress, Work},
};
use mediary_tests::{Client, Elsewhere, Platform, events_of, until};
use serde_json::{Value, json};

/// A platform that looks at its library every second.
async fn watchful() -> Platform {
    Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 1)).await
}

/// Every file with its state, the oldest first.
async fn files(client: &Client) -> Vec<Value> {
    let data = client.ask("{ files(first: 100) { nodes { id path state sizeBytes } } }", json!({})).await;
    let mut files = data["files"]["nodes"].as_array().unwrap().clone();
    files.reverse();
    files
}

/// Waits until the files are in these states.
async fn until_states(client: &Client, states: &[&str]) {
    until(&format!("files are {states:?}"), || async {
        let found = files(client).await;
        let found: Vec<&str> = found.iter().map(|file| file["state"].as_str().unwrap()).collect();
        (found == states).then_some(())
    })
    .await;
}

/// Keeps the first of the talks; answers its list and its entry.
async fn keep_one(platform: &Platform) -> (String, String) {
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    let entry = client.entry_of(&list, "talks-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    (list, entry)
}

fn the_file(platform: &Platform) -> PathBuf {
    let files = platform.library_files();
    let [file] = files.as_slice() else { panic!("one file is kept: {files:?}") };
    file.clone()
}

async fn download_state(client: &Client, list: &str) -> Value {
    client.entries(list).await[0]["download"]["state"].take()
}

async fn readyz(platform: &Platform) -> String {
    platform.client.get("/readyz").await.text().await.unwrap()
}

async fn until_library_is(platform: &Platform, state: &str) {
    let line = format!("library: {state}\n");
    until(&line, || async { readyz(platform).await.contains(&line).then_some(()) }).await;
}

// Blackbox 5: what is lost while nobody runs is noticed at the start, and an ordinary wish fetches it again.
// invariant: F-14
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_file_is_noticed_at_the_start_and_fetched_again() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let (list, entry) = keep_one(&platform).await;
    let kept = the_file(&platform);
    let bytes = fs::read(&kept).unwrap();
    fs::remove_file(&kept).unwrap();

    let platform = platform.restart().await;
    let client = &platform.client;
    until_states(client, &["LOST"]).await;
    assert_eq!(download_state(client, &list).await, json!("LOST"));
    assert_eq!(client.download(&list, "best").await["jobCount"], json!(6), "the lost one and the other five");
    assert!(fs::read(&kept).unwrap() == bytes, "it is there again, under its name");
    assert_eq!(download_state(client, &list).await, json!("KEPT"));
    let states: Vec<Value> = files(client).await.iter().map(|file| file["state"].clone()).collect();
    assert_eq!(states[0], json!("REPLACED"), "another file has its place: {states:?}");
    assert_eq!(client.download_entry(&entry, "best").await["jobCount"], json!(0));
    platform.stop().await;
}

// invariant: F-14
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_there_again_and_what_is_changed_is_not() {
    let platform = watchful().await;
    let client = &platform.client;
    let (list, _) = keep_one(&platform).await;
    let kept = the_file(&platform);
    let (aside, bytes) = (platform.data().join("aside"), fs::read(&kept).unwrap());

    fs::rename(&kept, &aside).unwrap();
    until_states(client, &["LOST"]).await;
    fs::rename(&aside, &kept).unwrap();
    until_states(client, &["PRESENT"]).await;
    assert_eq!(download_state(client, &list).await, json!("KEPT"));
    let reads = || async {
        let jobs = client.jobs(json!({})).await;
        jobs.iter().filter(|job| job["kind"] == json!("VERIFY")).count()
    };
    assert_eq!(reads().await, 0, "a look reads nothing");

    fs::write(&kept, b"shorter").unwrap();
    until_states(client, &["CHANGED"]).await;
    assert_eq!(download_state(client, &list).await, json!("LOST"));
    assert_eq!(reads().await, 0);

    // As long as before: only who reads it can tell, and reads it once.
    let mut other = bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    fs::write(&kept, &other).unwrap();
    until("it was read", || async { (reads().await > 0).then_some(()) }).await;
    let states = || async { files(client).await[0]["state"].clone() };
    assert_eq!(states().await, json!("CHANGED"));
    fs::write(&kept, &bytes).unwrap();
    until_states(client, &["PRESENT"]).await;
    assert_eq!(download_state(client, &list).await, json!("KEPT"));

    // Touched is not changed.
    let before = events_of(&client.events_after(0).await, "file.found").len();
    let touched = File::options().write(true).open(&kept).unwrap();
    let written = touched.metadata().unwrap().modified().unwrap();
    touched.set_modified(written - Duration::from_hours(24)).unwrap();
    until("it was read once more", || async {
        (events_of(&client.events_after(0).await, "file.found").len() > before).then_some(())
    })
    .await;
    assert_eq!(states().await, json!("PRESENT"));
    platform.stop().await;
}

// A disk that is not mounted leaves an empty folder: no file is lost by that, and nothing is put under the mount.
// invariant: F-15
#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_is_not_there_loses_nothing() {
    let platform = watchful().await;
    let (list, _) = keep_one(&platform).await;
    until_library_is(&platform, "there").await;
    let (library, aside) = (platform.configuration.library_folder(), platform.data().join("aside"));
    fs::rename(&library, &aside).unwrap();
    fs::create_dir(&library).unwrap();
    until_library_is(&platform, "not there").await;
    until_states(&platform.client, &["PRESENT"]).await;

    // Over a restart too.
    let platform = platform.restart().await;
    let client = &platform.client;
    until_library_is(&platform, "not there").await;
    let entry = client.entry_of(&list, "talks-2").await;
    let story = client.start_download(json!({ "entryIds": [entry] }), "best").await;
    let waits = until("the download waits for the library", || async {
        let document = "{ jobs(first: 1) { nodes { state waitsFor { lane reason message } } } }";
        let job = client.ask(document, json!({})).await["jobs"]["nodes"][0].take();
        (job["waitsFor"]["reason"] == json!("LIBRARY_AWAY")).then_some(job)
    })
    .await;
    assert_eq!(waits["state"], json!("QUEUED"), "{waits}");
    assert_eq!(platform.site.requests().bytes_served_for("talks-2"), 0, "nothing is fetched for nowhere");
    let job = client.verify_files(json!({})).await;
    assert_eq!(job["state"], json!("FAILED"));
    assert!(job["failure"]["message"].as_str().unwrap().contains("the library is not there"), "{job}");
    until_states(client, &["PRESENT"]).await;

    fs::remove_dir_all(&library).unwrap();
    fs::rename(&aside, &library).unwrap();
    assert_eq!(client.wait_story(&story).await["succeededCount"], json!(1), "it goes on by itself");
    until_library_is(&platform, "there").await;
    until_states(client, &["PRESENT", "PRESENT"]).await;
    platform.stop().await;
}

// Where `..` leads can't be known of a folder that is not there: it is where it was recorded.
// invariant: F-15
#[tokio::test(flavor = "multi_thread")]
async fn a_library_whose_path_goes_up_may_be_away_at_the_start() {
    let platform = Platform::start_with(Box::new(|configuration| {
        fs::create_dir_all(configuration.data.join("way")).unwrap();
        configuration.library = Some(configuration.data.join("way/../media"));
    }))
    .await;
    keep_one(&platform).await;
    let (library, aside) = (platform.data().join("media"), platform.data().join("aside"));
    let place = || async {
        platform.client.ask("{ roots { folder } }", json!({})).await["roots"][0]["folder"].take()
    };
    assert_eq!(place().await, json!(library));
    fs::rename(&library, &aside).unwrap();
    let platform = platform.restart().await;
    until_library_is(&platform, "not there").await;
    until_states(&platform.client, &["PRESENT"]).await;
    fs::rename(&aside, &library).unwrap();
    until_library_is(&platform, "there").await;
    platform.stop().await;
}

// Whoever lost the whole library says so once.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_the_library_if_that_is_said() {
    let platform = watchful().await;
    let client = &platform.client;
    keep_one(&platform).await;
    fs::remove_dir_all(platform.configuration.library_folder()).unwrap();
    until_library_is(&platform, "not there").await;
    until_states(client, &["PRESENT"]).await;
    let refused = client
        .ask(
            "mutation($id: ID!) { fileVerify(input: { ids: [$id], acceptFolder: true }) { userErrors { code } } }",
            json!({ "id": files(client).await[0]["id"] }),
        )
        .await;
    assert_eq!(refused["fileVerify"]["userErrors"][0]["code"], json!("FILE_ACCEPTS_ALL"));
    assert_eq!(client.verify_files(json!({ "acceptFolder": true })).await["state"], json!("SUCCEEDED"));
    until_states(client, &["LOST"]).await;
    until_library_is(&platform, "there").await;
    platform.stop().await;
}

// invariant: F-14
#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_compared_when_that_is_asked_for() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    client.download(&list, "best").await;
    let library = platform.configuration.library_folder();
    let kept = files(client).await;
    assert_eq!(kept.len(), 6);
    assert_eq!(client.verify_files(json!({})).await["state"], json!("SUCCEEDED"));
    assert!(files(client).await.iter().all(|file| file["state"] == json!("PRESENT")));

    // One bit of rot, with the moment of its last change as it was: no stat ever sees that.
    let path = |index: usize| library.join(kept[index]["path"].as_str().unwrap());
    let moment = fs::metadata(path(0)).unwrap().modified().unwrap();
    let mut bytes = fs::read(path(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path(0), bytes).unwrap();
    File::options().write(true).open(path(0)).unwrap().set_modified(moment).unwrap();
    fs::remove_file(path(1)).unwrap();
    // Only what is named is read.
    client.verify_files(json!({ "ids": [kept[1]["id"], kept[2]["id"]] })).await;
    let states = |files: &[Value]| files.iter().map(|file| file["state"].clone()).collect::<Vec<_>>();
    assert_eq!(states(&files(client).await)[..3], [json!("PRESENT"), json!("LOST"), json!("PRESENT")]);
    client.verify_files(json!({})).await;
    assert_eq!(states(&files(client).await)[..3], [json!("CHANGED"), json!("LOST"), json!("PRESENT")]);
    platform.stop().await;
}

/// Has work done by others; each time that a question of theirs was answered, a file is gone.
#[derive(Debug)]
struct Meanwhile {
    others: Arc<dyn Hands>,
    gone: Arc<OnceLock<PathBuf>>,
}

#[derive(Debug)]
struct MeanwhilePort {
    space: Space,
    gone: Arc<OnceLock<PathBuf>>,
}

impl Hands for Meanwhile {
    fn work<'a>(&'a self, space: Space, work: &'a Work) -> BoxFuture<'a, Finish> {
        let (job_id, folder) = (space.job_id(), space.folder().to_owned());
        let assignment = space.assignment().clone();
        let port = Arc::new(MeanwhilePort { space, gone: Arc::clone(&self.gone) });
        self.others.work(Space::new(job_id, folder, assignment, port), work)
    }
}

impl Port for MeanwhilePort {
    fn input(&self, file_id: FileId) -> BoxFuture<'_, Result<File, Unable>> {
        self.space.port().input(file_id)
    }

    fn reserve(&self) -> BoxFuture<'_, Result<(), Unable>> {
        self.space.port().reserve()
    }

    fn output<'a>(&'a self, way: &'a str) -> BoxFuture<'a, Result<(), Unable>> {
        self.space.port().output(way)
    }

    fn ask(&self, question: Value) -> BoxFuture<'_, Result<Value, Unable>> {
        let gone = |answer| {
            self.gone.get().map(fs::remove_file);
            answer
        };
        self.space.port().ask(question).map(gone).boxed()
    }

    fn return_slot(&self) -> BoxFuture<'_, ()> {
        self.space.port().return_slot()
    }

    fn progress(&self, progress: &Progress) {
        self.space.port().progress(progress);
    }
}

// A page of files takes hours to read, and somebody moves one of them meanwhile.
// invariant: F-14
#[tokio::test(flavor = "multi_thread")]
async fn what_went_before_it_was_read_is_lost_and_fails_nothing() {
    let plugins = tempfile::tempdir().unwrap();
    let worker = Elsewhere::start(&mediary::demo::install_plugin(plugins.path()).unwrap()).await;
    let gone = Arc::new(OnceLock::new());
    let hands = Meanwhile { others: worker.hands(), gone: Arc::clone(&gone) };
    let platform = Platform::start_by(Arc::new(hands)).await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    for entry in ["talks-1", "talks-2"] {
        let entry = client.entry_of(&list, entry).await;
        assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    }
    let library = platform.configuration.library_folder();
    gone.set(library.join(files(client).await[0]["path"].as_str().unwrap())).unwrap();
    let job = client.verify_files(json!({})).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");
    let states: Vec<Value> = files(client).await.iter().map(|file| file["state"].clone()).collect();
    assert_eq!(states, [json!("LOST"), json!("PRESENT")]);
    platform.stop().await;
}
