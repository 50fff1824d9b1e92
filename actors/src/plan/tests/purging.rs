use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use mediary_events::{
    file::{Command, File},
    root::{Command as RootCommand, Root},
};
use mediary_log::{
    Origin, OriginKind,
    alarm::{Alarms, Leaps},
    gate::{Caller, Gate},
    testing,
};
use mediary_schema::{
    Clock, FileId, PlanId, ProjectId, RootId, Timestamp,
    file::{Check, FileState, MediaFacts, Verified},
    plan::Lease,
};
use ractor::{Actor, ActorRef};
use tempfile::TempDir;
use tokio::{sync::Notify, task::JoinHandle};
use uuid::Uuid;

use super::super::{Purger, PurgerArguments, purger::Message};
use crate::{file::stamp_of, mark::Mark};

/// A root with files in its trash, and a clock that is set.
struct Bench {
    gate: Gate,
    clock: Arc<AtomicI64>,
    driver: Arc<Notify>,
    alarms: Alarms,
    folder: TempDir,
}

const DAY: i64 = 24 * 60 * 60;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_790_000_000_000_000 + seconds * 1_000_000)
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, cell) = Clock::manual(at(0));
        let gate = testing::gate_at(&folder.path().join("data"), clock.clone()).unwrap();
        let (leaps, driver) = Leaps::driven();
        let alarms = Alarms::start(clock, leaps);
        let bench = Self { gate, clock: cell, driver, alarms, folder };
        Mark::of(&bench.root(), bench.gate.log().id()).make().unwrap();
        let library = bench.root().to_str().unwrap().parse().unwrap();
        let configure = RootCommand::Configure { folder: library };
        bench.gate.execute::<Root>(bench.caller(), ProjectId::HOME.uuid(), configure).await.unwrap();
        bench
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("library")
    }

    fn caller(&self) -> Caller {
        Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, self.gate.ids())
    }

    fn own(&self, file_id: FileId) -> PathBuf {
        self.root().join(".mediary/trash").join(file_id.uuid().to_string())
    }

    /// A file that is in the trash until a moment.
    async fn trashed(&self, number: u128, until: i64) -> FileId {
        let file_id = FileId::from_uuid(Uuid::from_u128(number));
        let place = self.root().join(format!("{number}.bin"));
        fs::write(&place, b"seven b").unwrap();
        let verified = Verified {
            size_bytes: 7,
            blake3: blake3::hash(b"seven b").to_hex().to_string(),
            media: MediaFacts::default(),
            check: Check::Demuxed,
            oddities: Vec::new(),
        };
        let record = Command::Record {
            root: RootId::LIBRARY,
            path: format!("{number}.bin"),
            verified: Box::new(verified),
            made: None,
            stamp: stamp_of(&place).unwrap(),
        };
        self.tell(file_id, record).await;
        fs::create_dir_all(self.own(file_id).parent().unwrap()).unwrap();
        fs::rename(&place, self.own(file_id)).unwrap();
        let plan_id = PlanId::from_uuid(Uuid::from_u128(9));
        self.tell(file_id, Command::Trash { lease: Lease { plan_id, kept_until: at(until) } }).await;
        file_id
    }

    async fn tell(&self, file_id: FileId, command: Command) {
        self.gate.execute::<File>(self.caller(), file_id.uuid(), command).await.unwrap();
    }

    async fn start(&self) -> (ActorRef<Message>, JoinHandle<()>) {
        let arguments = PurgerArguments { gate: self.gate.clone(), alarms: self.alarms.clone() };
        Actor::spawn(None, Purger, arguments).await.unwrap()
    }

    fn now_is(&self, seconds: i64) {
        self.clock.store(at(seconds).as_micros(), Ordering::SeqCst);
        self.driver.notify_one();
    }

    /// Advances the clock as time does: without a leap.
    fn passed(&self, seconds: i64, purger: &ActorRef<Message>) {
        self.clock.store(at(seconds).as_micros(), Ordering::SeqCst);
        purger.cast(Message::Go).unwrap();
    }

    async fn state(&self, file_id: FileId) -> Option<FileState> {
        self.gate.state::<File>(file_id.uuid()).await.unwrap().state
    }

    /// Lets a minute after the other pass until a file is destroyed: less than a day in all.
    async fn until_purged(&self, file_id: FileId, purger: &ActorRef<Message>) {
        for _ in 0..1_000 {
            if self.state(file_id).await == Some(FileState::Purged) {
                return;
            }
            self.clock.fetch_add(61_000_000, Ordering::SeqCst);
            purger.cast(Message::Go).unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{file_id} is not destroyed");
    }
}

// PL-14.
// invariant: F-20
#[tokio::test]
async fn a_file_stays_in_the_trash_until_its_time_is_over_and_is_destroyed_then() {
    let bench = Bench::new().await;
    let first = bench.trashed(1, 14 * DAY).await;
    let (purger, handle) = bench.start().await;
    let second = bench.trashed(2, 15 * DAY).await;
    bench.passed(14 * DAY - 1, &purger);
    // What it is told behind that is done behind that.
    bench.passed(14 * DAY, &purger);
    bench.until_purged(first, &purger).await;
    assert!(!bench.own(first).exists());
    assert_eq!((bench.state(second).await, bench.own(second).exists()), (Some(FileState::Trashed), true));
    // Restored, it has no end.
    let stamp = stamp_of(&bench.own(second)).unwrap().unwrap();
    fs::rename(bench.own(second), bench.root().join("2.bin")).unwrap();
    bench.tell(second, Command::Restore { stamp }).await;
    let third = bench.trashed(3, 16 * DAY).await;
    bench.passed(16 * DAY, &purger);
    bench.until_purged(third, &purger).await;
    assert_eq!(bench.state(second).await, Some(FileState::Present));
    assert!(bench.root().join("2.bin").exists());
    purger.stop(None);
    handle.await.unwrap();
}

// A clock that is ahead for a while shortens no time.
// invariant: F-22
#[tokio::test]
async fn a_clock_that_is_set_ahead_destroys_nothing_for_an_hour() {
    let bench = Bench::new().await;
    let file = bench.trashed(1, 14 * DAY).await;
    let (purger, handle) = bench.start().await;
    bench.passed(60, &purger);
    // The year is another one for half an hour.
    bench.now_is(400 * DAY);
    tokio::time::sleep(Duration::from_millis(50)).await;
    bench.passed(400 * DAY + 1_800, &purger);
    bench.now_is(1_860);
    let marker = bench.trashed(2, 2 * DAY).await;
    bench.passed(2 * DAY, &purger);
    bench.until_purged(marker, &purger).await;
    assert_eq!(bench.state(file).await, Some(FileState::Trashed));
    assert!(bench.own(file).exists());
    purger.stop(None);
    handle.await.unwrap();
}

// A disk that is not mounted keeps no other file from its end, and what lies on it is not said to be destroyed.
#[tokio::test]
async fn what_lies_in_a_root_that_is_away_waits_for_it() {
    let bench = Bench::new().await;
    let file = bench.trashed(1, DAY).await;
    let kept = bench.trashed(2, 900 * DAY).await;
    let (purger, handle) = bench.start().await;
    bench.passed(7_200, &purger);
    fs::rename(bench.root(), bench.folder.path().join("aside")).unwrap();
    bench.passed(2 * DAY, &purger);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.state(file).await, Some(FileState::Trashed));
    fs::rename(bench.folder.path().join("aside"), bench.root()).unwrap();
    bench.passed(2 * DAY + 61, &purger);
    bench.until_purged(file, &purger).await;
    assert_eq!(bench.state(kept).await, Some(FileState::Trashed));
    purger.stop(None);
    handle.await.unwrap();
}
