//! What a watched folder asks for, of files that are known and of files that are not.

use std::{fs, time::Duration};

use futures::{StreamExt as _, stream};
use mediary_events::{
    file::{Command, File},
    root::{Command as RootCommand, Root as Roots},
    watch::Added,
};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate},
    testing,
};
use mediary_schema::{
    Clock, FileId, PrincipalId, ProjectId, RootId, Timestamp, TokenId,
    file::{Check, MediaFacts, Verified},
    watch::{Watch, Which},
};
use tempfile::TempDir;
use tokio::time::{advance, pause};
use uuid::Uuid;

use super::watched::{Settled, Watched, folder_of};
use crate::{
    file::{Ours, registered, stamp_of},
    mark::Mark,
};

/// A library with a folder that is watched, in which files of long ago lie.
struct Bench {
    gate: Gate,
    folder: TempDir,
    ours: Ours,
}

/// Much later than any file here was written.
const CLOCK: Timestamp = Timestamp::from_micros(4_000_000_000_000_000);

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gate = testing::gate_at(&folder.path().join("data"), Clock::manual(CLOCK).0).unwrap();
        let ours = Ours::of(gate.log().clone());
        let bench = Self { gate, folder, ours };
        let library = bench.folder.path().join("library");
        fs::create_dir_all(library.join("in")).unwrap();
        Mark::of(&library, bench.gate.log().id()).make().unwrap();
        let configure = RootCommand::Configure { folder: library.to_str().unwrap().parse().unwrap() };
        bench.gate.execute::<Roots>(bench.caller(), ProjectId::HOME.uuid(), configure).await.unwrap();
        bench
    }

    fn caller(&self) -> Caller {
        Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, self.gate.ids())
    }

    /// Puts a file into the folder; answers the way to it.
    fn put(&self, number: u128) -> String {
        let way = format!("{number}.mkv");
        fs::write(self.folder.path().join("library/in").join(&way), number.to_string()).unwrap();
        way
    }

    /// Records a file that lies there.
    async fn record(&self, number: u128) {
        let path = format!("in/{}", self.put(number));
        let stamp = stamp_of(&self.folder.path().join("library").join(&path)).unwrap().unwrap();
        let verified = Box::new(Verified {
            size_bytes: stamp.size_bytes,
            blake3: blake3::hash(number.to_string().as_bytes()).to_hex().to_string(),
            media: MediaFacts::default(),
            check: Check::Demuxed,
            oddities: Vec::new(),
        });
        let (root, stamp) = (RootId::LIBRARY, Some(stamp));
        let record = Command::Record { root, path, verified, made: None, stamp };
        self.gate.execute::<File>(self.caller(), Uuid::from_u128(number), record).await.unwrap();
    }

    async fn watched(&self) -> Watched {
        let watch = Watch {
            root_id: RootId::LIBRARY,
            way: "in".to_owned(),
            profile: "web".parse().unwrap(),
            which: Which::default(),
            replace: None,
        };
        let token_id = TokenId::from_uuid(Uuid::nil());
        let added = Added { watch, principal: PrincipalId::OWNER, token_id };
        let (root, folder) = folder_of(&registered(&self.gate).await.unwrap(), &added).unwrap();
        Watched::new(added, root, folder).unwrap()
    }

    /// Looks twice, as far apart as two looks have to be, and answers what is none of ours.
    async fn looks(&self, watched: &mut Watched) -> Settled {
        assert_eq!(self.look(watched), []);
        advance(Duration::from_secs(3)).await;
        self.look(watched)
    }

    fn look(&self, watched: &mut Watched) -> Settled {
        watched.look(self.gate.log(), &self.ours, CLOCK, || {}).unwrap()
    }
}

/// Files that are known, in every run; `TEST_ROUNDS` asks for more.
const FILES_IN_EVERY_RUN: u64 = 1_000;

// Issue 11, must hold 5: a rescan of unchanged files asks for none of them, so that none is read.
// invariant: F-30
#[tokio::test]
async fn what_is_known_is_asked_for_neither_at_a_start_nor_by_a_rescan() {
    let bench = Bench::new().await;
    let files = u128::from(mediary_tools::rounds(FILES_IN_EVERY_RUN));
    stream::iter(1..=files).for_each_concurrent(64, |number| bench.record(number)).await;
    pause();
    let mut watched = bench.watched().await;
    assert_eq!(bench.looks(&mut watched).await, []);
    // A quarter of an hour later.
    advance(Duration::from_mins(16)).await;
    assert_eq!(bench.looks(&mut watched).await, []);

    // One that is not known is, once; also where a known one was renamed.
    let library = bench.folder.path().join("library/in");
    fs::rename(library.join("1.mkv"), library.join("renamed.mkv")).unwrap();
    let new = bench.put(0);
    advance(Duration::from_mins(16)).await;
    let found: Vec<String> = bench.looks(&mut watched).await.into_iter().map(|(way, _)| way).collect();
    assert_eq!(found, std::slice::from_ref(&new));
    watched.settling.is_done(&new);
    advance(Duration::from_mins(16)).await;
    assert_eq!(bench.looks(&mut watched).await, []);
}

// What the platform is about to place there, or has placed and not recorded yet, is its own.
#[tokio::test]
async fn what_is_being_placed_is_not_taken() {
    let bench = Bench::new().await;
    pause();
    let way = bench.put(1);
    let job = FileId::from_uuid(Uuid::from_u128(2)).to_string().replace("file-", "job-");
    let log_id = bench.gate.log().id().to_string();
    let staging = bench.folder.path().join("library/.mediary/staging").join(log_id).join(job);
    fs::create_dir_all(&staging).unwrap();
    let placing = serde_json::json!({
        "path": format!("in/{way}"),
        "staged": "result.mkv",
        "verified": { "size_bytes": 1, "blake3": "", "media": MediaFacts::default(), "check": Check::Demuxed },
    });
    fs::write(staging.join("placing.json"), placing.to_string()).unwrap();
    let mut watched = bench.watched().await;
    assert_eq!(bench.looks(&mut watched).await, []);
    // It came to nothing, and somebody else's file lies there.
    fs::remove_dir_all(staging).unwrap();
    advance(Duration::from_secs(3)).await;
    assert_eq!(bench.look(&mut watched).len(), 1);
}
