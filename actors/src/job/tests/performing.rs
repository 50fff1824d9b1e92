use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use mediary_events::job::Event;
use mediary_schema::{
    FailureClass, IncarnationId, JobId,
    job::{Failure, ResourceUse},
    playlist::RefreshPlaylist,
    worker::WorkerLife,
};

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    super::{Attempt, Clerk},
    bench::{Bench, download, refresh},
};
use crate::{
    playlist::{Answer, Question, Seen},
    workspace::{Effect, Ending, Unable, Workspace},
};

/// Work that fails for good at once, and notes what it was asked to take back.
#[derive(Debug, Clone, Default)]
struct Hopeless {
    taken_back: Arc<Mutex<Vec<JobId>>>,
}

impl Effect for Hopeless {
    type Task = RefreshPlaylist;

    async fn perform(&self, _: Workspace<RefreshPlaylist>, _: RefreshPlaylist) -> Ending<Seen> {
        Ending::Failed(Failure::new(FailureClass::NotFound, "404"))
    }
}

impl Clerk for Hopeless {
    type Task = RefreshPlaylist;
    type Memory = ();

    async fn answer(
        &self,
        _: &Attempt,
        _: &RefreshPlaylist,
        (): &mut (),
        _: Question,
    ) -> Result<Answer, Unable> {
        Ok(Answer::Access(Box::default()))
    }

    async fn finish(
        &self,
        _: &Attempt,
        _: &RefreshPlaylist,
        (): &mut (),
        _: Seen,
        _: ResourceUse,
    ) -> Result<(), Unable> {
        panic!("what is hopeless is never done")
    }

    fn take_back(&self, job_id: JobId, folder: &Path) {
        assert!(folder.exists(), "what is to be taken back stands in the folder");
        self.taken_back.lock().unwrap().push(job_id);
    }
}

#[tokio::test]
async fn a_lease_becomes_one_attempt_and_its_folder_goes_with_the_job() {
    let bench = Bench::new();
    let effect = Hopeless::default();
    bench.perform(effect.clone()).await;
    let job_id = bench.queue(refresh(1, "https://a.example/")).await;
    bench.lease(job_id, bench.worker).await;
    bench.until("job.failed").await;
    assert_eq!(bench.story_of(job_id), ["job.queued", "job.leased", "job.started", "job.failed"]);
    let folder = bench.staging().of(job_id);
    while folder.exists() {
        tokio::task::yield_now().await;
    }
    assert_eq!(*effect.taken_back.lock().unwrap(), [job_id]);
}

// Kinds of work share a folder of folders, and each was tidied by whoever started first.
#[tokio::test]
async fn what_jobs_left_is_taken_back_by_the_clerk_of_their_kind() {
    let bench = Bench::new();
    let own = bench.queue(refresh(1, "https://a.example/")).await;
    let of_others = bench.queue(download(2, "https://b.example/")).await;
    for job_id in [own, of_others] {
        bench.cancel(job_id).await;
        fs::create_dir_all(bench.staging().of(job_id)).unwrap();
    }
    let clerk = Hopeless::default();
    bench.perform(clerk.clone()).await;
    assert_eq!(*clerk.taken_back.lock().unwrap(), [own]);
    assert!(!bench.staging().of(own).exists());
    assert!(bench.staging().of(of_others).exists());
}

/// Work whose first attempt meets a fault of ours while the others are under way.
#[derive(Debug, Clone, Default)]
struct Faulty {
    begun: Arc<watch::Sender<Vec<JobId>>>,
    go_on: CancellationToken,
}

impl Effect for Faulty {
    type Task = RefreshPlaylist;

    async fn perform(&self, workspace: Workspace<RefreshPlaylist>, task: RefreshPlaylist) -> Ending<Seen> {
        self.begun.send_modify(|begun| begun.push(workspace.job_id()));
        if task.url.contains("faulty") {
            self.begun.subscribe().wait_for(|begun| begun.len() > 1).await.unwrap();
            panic!("a bug of the effect");
        }
        self.go_on.cancelled().await;
        Ending::Failed(Failure::new(FailureClass::NotFound, "404"))
    }
}

// PL-31.
// invariant: A-4
#[tokio::test]
async fn a_fault_inside_an_attempt_ends_that_attempt_and_nothing_else() {
    let bench = Bench::new();
    let effect = Faulty::default();
    bench.perform_with(effect.clone(), Hopeless::default()).await;
    let faulty = bench.queue(refresh(1, "https://faulty.example/")).await;
    let sound = bench.queue(refresh(2, "https://b.example/")).await;
    bench.lease(faulty, bench.worker).await;
    bench.lease(sound, bench.worker).await;
    bench.until("job.attempt_failed").await;
    assert_eq!(bench.story_of(faulty), ["job.queued", "job.leased", "job.started", "job.attempt_failed"]);
    let Event::AttemptFailed { failure, .. } = bench.last_event(faulty) else { panic!("it is tried again") };
    assert!(failure.message.contains("the platform failed"), "{failure:?}");
    // Its sibling never noticed, and the performer takes up what comes later.
    assert_eq!(bench.story_of(sound), ["job.queued", "job.leased", "job.started"]);
    let later = bench.queue(refresh(3, "https://c.example/")).await;
    bench.lease(later, bench.worker).await;
    effect.begun.subscribe().wait_for(|begun| begun.contains(&later)).await.unwrap();
    effect.go_on.cancel();
    for job_id in [sound, later] {
        let mut head = bench.gate.log().watch_head();
        while bench.story_of(job_id).len() < 4 {
            head.changed().await.unwrap();
        }
        assert_eq!(bench.story_of(job_id), ["job.queued", "job.leased", "job.started", "job.failed"]);
    }
}

// Edge A10: a folder of ours that can't be made is no fault of the platform.
#[tokio::test]
async fn a_folder_that_cant_be_made_is_told_as_what_it_is() {
    let bench = Bench::new();
    fs::write(bench.staging().root(), "in the way").unwrap();
    bench.perform(Hopeless::default()).await;
    let job_id = bench.queue(refresh(1, "https://a.example/")).await;
    bench.lease(job_id, bench.worker).await;
    bench.until("job.failed").await;
    let Event::Failed { failure, .. } = bench.last_event(job_id) else { panic!("it failed") };
    assert_eq!(failure.class, FailureClass::Storage);
    assert!(!failure.message.contains('/'), "no path of this machine: {}", failure.message);
}

// Edge A8: what was leased while nobody was there to take it up.
// invariant: J-6, J-9
#[tokio::test]
async fn a_performer_that_starts_gives_back_what_was_never_begun_and_loses_what_was() {
    let bench = Bench::new();
    let (fresh, begun) = (
        bench.queue(refresh(1, "https://a.example/")).await,
        bench.queue(refresh(2, "https://b.example/")).await,
    );
    bench.lease(fresh, bench.worker).await;
    let attempt_id = bench.lease(begun, bench.worker).await;
    bench.begin(begun, attempt_id).await;
    bench.perform(Hopeless::default()).await;
    assert_eq!(bench.story_of(fresh), ["job.queued", "job.leased", "job.lease_returned"]);
    assert_eq!(bench.story_of(begun), ["job.queued", "job.leased", "job.started", "job.attempt_lost"]);
}

// Core B10: what was leased to an earlier life of the worker is no business of this one.
// invariant: J-2
#[tokio::test]
async fn a_performer_takes_up_only_what_is_leased_to_its_own_life() {
    let bench = Bench::new();
    bench.perform(Hopeless::default()).await;
    let (strange, own) = (
        bench.queue(refresh(1, "https://a.example/")).await,
        bench.queue(refresh(2, "https://b.example/")).await,
    );
    let incarnation_id = IncarnationId::from_uuid(bench.gate.ids().next());
    bench.lease(strange, WorkerLife { incarnation_id, ..bench.worker }).await;
    bench.lease(own, bench.worker).await;
    bench.until("job.failed").await;
    assert_eq!(bench.story_of(strange), ["job.queued", "job.leased"]);
    assert_eq!(bench.story_of(own), ["job.queued", "job.leased", "job.started", "job.failed"]);
}

/// Longer than a free runtime takes on a busy machine; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

// Edge C11: what a dead attempt left is looked at beside the runtime's threads, however long the disk takes.
#[tokio::test]
async fn a_disk_that_does_not_answer_holds_up_no_thread_of_the_runtime() {
    let bench = Bench::new();
    let job_id = bench.queue(refresh(1, "https://a.example/")).await;
    let attempt_id = bench.lease(job_id, bench.worker).await;
    bench.begin(job_id, attempt_id).await;
    let folder = bench.staging().of(job_id);
    fs::create_dir_all(&folder).unwrap();
    // A note that can't be read before somebody writes it, and only the runtime does.
    let note = folder.join("begun");
    mknodat(CWD, &note, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let (answered, is_answered) = mpsc::channel();
    let asked = note.clone();
    let watchdog = thread::spawn(move || {
        let in_time = is_answered.recv_timeout(PATIENCE).is_ok();
        if !in_time {
            fs::write(asked, "").unwrap();
        }
        in_time
    });
    let answer = async {
        // There is no other end until it is read.
        while open(&note, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()).is_err() {
            tokio::task::yield_now().await;
        }
        answered.send(()).ok();
    };
    tokio::join!(bench.perform(Hopeless::default()), answer);
    assert!(watchdog.join().unwrap(), "the runtime's only thread waits for the disk");
    assert_eq!(bench.story_of(job_id), ["job.queued", "job.leased", "job.started", "job.attempt_lost"]);
}
