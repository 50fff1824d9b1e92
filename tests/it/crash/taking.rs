//! Kills of the server while files are taken from a folder on another disk, and while what is made of them gets its place there.

use std::{
    fs::{File, FileTimes},
    time::SystemTime,
};

use mediary_tests::{SmallDisk, film};
use tokio::time::Instant;

use super::*;

/// Kills in every run; `TEST_ROUNDS` asks for more.
const KILLS_IN_EVERY_RUN: u64 = 3;
/// Kills that may come too late for the moment that is looked for.
const MISSED_MAX: u64 = 20;

const FILM: &str = "-f lavfi -i testsrc2=s=640x360:r=24:d=3 -f lavfi -i sine=d=3 -c:v libx264 -preset ultrafast -crf 12 \
    -pix_fmt yuv420p -c:a aac";
/// Of the disk that others put files on.
const DISK_BYTES: u64 = 256 << 20;

/// What was made of a file, once it is.
async fn made_of(client: &Client, path: &str) -> Value {
    const DOCUMENT: &str = "{ transcodes(first: 100) { nodes {
        state failure { message } source { path state } result { path blake3 state } } } }";
    until(&format!("one is made of {path}"), || async {
        let transcodes = client.ask(DOCUMENT, json!({})).await["transcodes"]["nodes"].take();
        let of_it = transcodes.as_array().unwrap().iter().find(|one| one["source"]["path"] == json!(path))?;
        assert!(["WANTED", "MADE"].iter().any(|state| of_it["state"] == json!(state)), "{of_it}");
        (of_it["state"] == json!("MADE")).then(|| of_it.clone())
    })
    .await
}

async fn watch(client: &Client, folder: &Path) {
    const ROOT: &str =
        "mutation($input: RootAddInput!) { rootAdd(input: $input) { userErrors { message } } }";
    const WATCH: &str =
        "mutation($input: WatchAddInput!) { watchAdd(input: $input) { userErrors { message } } }";
    let told = client.ask(ROOT, json!({ "input": { "folder": folder, "kind": "WATCH" } })).await;
    assert_eq!(told["rootAdd"]["userErrors"], json!([]));
    let wanted = json!({ "folder": folder, "profile": "mobile", "settleSeconds": 1 });
    let told = client.ask(WATCH, json!({ "input": wanted })).await;
    assert_eq!(told["watchAdd"]["userErrors"], json!([]));
}

/// Puts a file there by one step, as it was written long ago.
fn move_in(to: &Path, bytes: &[u8]) {
    let half = to.with_extension("half");
    fs::write(&half, bytes).unwrap();
    let old = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000));
    File::options().write(true).open(&half).unwrap().set_times(old).unwrap();
    fs::rename(&half, to).unwrap();
}

/// Waits until what was made is being brought there and nobody has recorded it: a matter of milliseconds, so looked for at once.
async fn until_brought(unfinished: &Path) {
    let deadline = Instant::now() + DEADLINE;
    while files_below(unfinished).is_empty() {
        assert!(Instant::now() < deadline, "nothing was brought there");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

// Issue 11, must hold 2, in another root than the library, and on another disk where one may be mounted.
// invariant: F-30
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_while_a_file_is_taken_from_another_disk_takes_it_once_and_leaves_nothing_half() {
    let seed = seed();
    println!("seed {seed}; TEST_SEED chooses another");
    let mut random = Random::of(seed);
    let (disk, beside) = (SmallDisk::mount(DISK_BYTES), tempfile::tempdir().unwrap());
    let folder = fs::canonicalize(disk.as_ref().map_or_else(|| beside.path(), SmallDisk::path)).unwrap();
    let source = film(FILM, "mp4").await;
    let server_folder = ServerFolder::new();
    let (mut server, mut client) = server_folder.serve().await;
    watch(&client, &folder).await;

    // How long it takes, if nobody is killed.
    let begun = Instant::now();
    move_in(&folder.join("0.mp4"), &source);
    made_of(&client, "0.mp4").await;
    let takes_ms = begun.elapsed().as_millis() as u64;

    let unfinished = folder.join(".mediary/staging");
    let rounds = mediary_tools::rounds(KILLS_IN_EVERY_RUN);
    let (mut round, mut was_hit) = (0, false);
    // Until one kill came while a result was there that nobody had recorded, which is seen by what it left.
    while round < rounds || !was_hit {
        round += 1;
        assert!(round <= rounds + MISSED_MAX, "no kill came between the bringing of a result and its record");
        let name = format!("{round}.mp4");
        move_in(&folder.join(&name), &source);
        if was_hit {
            tokio::time::sleep(Duration::from_millis(random.below(takes_ms))).await;
        } else {
            until_brought(&unfinished).await;
        }
        server.kill().await;
        was_hit |= !files_below(&unfinished).is_empty();
        (server, client) = server_folder.serve().await;

        let made = made_of(&client, &name).await;
        assert_eq!(made["source"]["state"], json!("PRESENT"), "round {round}: {made}");
        assert!(fs::read(folder.join(&name)).unwrap() == source, "round {round}: it is as it was");
        let result = fs::read(folder.join(made["result"]["path"].as_str().unwrap())).unwrap();
        let blake3 = blake3::hash(&result).to_hex().to_string();
        assert_eq!(made["result"]["blake3"], json!(blake3), "round {round}: it is what was proved");
        until("nothing unfinished is left there", || async {
            files_below(&unfinished).is_empty().then_some(())
        })
        .await;
        let there = fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.path().is_file()).count();
        assert_eq!(there as u64, 2 * (round + 1), "round {round}: each is made once");
    }
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "transcode.completed").len() as u64, round + 1);
    assert!(!events_of(&events, "job.attempt_lost").is_empty());
    for kind in ["file.lost", "file.changed", "file.replaced", "transcode.failed"] {
        assert!(events_of(&events, kind).is_empty(), "{:?}", events_of(&events, kind));
    }
    stop(server).await;
    verify(server_folder.data(), None).unwrap();
}
