//! One board for all who ask: each event is read once, and told to whom it concerns.

use mediary_log::gate::LongWork as _;
use mediary_schema::{AttemptId, JobId, download::DownloadItem, playlist::RefreshPlaylist};

use super::{
    super::desk::{PostHandle, Task},
    bench::{Bench, refresh},
};

async fn begun(post: &PostHandle) -> Vec<(JobId, AttemptId)> {
    let (tasks, _) = post.collect().await.unwrap();
    let lease = |task| match task {
        Task::Begin(_, job_id, attempt_id) => Some((job_id, attempt_id)),
        Task::Stop(_) | Task::Over(..) => None,
    };
    tasks.into_iter().filter_map(lease).collect()
}

// Edge C6: whoever looks first reads the log for the others, too.
#[tokio::test]
async fn what_somebody_else_has_read_lies_ready_and_is_told_once() {
    let bench = Bench::new();
    let (looks, _) = bench.desk.open(RefreshPlaylist::KIND, bench.worker).await.unwrap();
    let (downloads, _) = bench.desk.open(DownloadItem::KIND, bench.worker).await.unwrap();
    let job_id = bench.queue(refresh(1, "https://a.example/")).await;
    let attempt_id = bench.lease(job_id, bench.worker).await;
    assert!(bench.desk.ask(move |board| board.is_open(job_id)).await.unwrap());
    assert_eq!(begun(&downloads).await, []);
    assert_eq!(begun(&looks).await, [(job_id, attempt_id)]);
    assert_eq!(begun(&looks).await, []);
}

// Edge A8: an attempt of an earlier performer is dead, and what is leased from then on is not: each is one of the two.
// invariant: J-6
#[tokio::test]
async fn a_lease_is_found_dead_or_taken_up_and_never_both() {
    let bench = Bench::new();
    let (before, had) = bench.desk.open(RefreshPlaylist::KIND, bench.worker).await.unwrap();
    assert_eq!(had, []);
    let job_id = bench.queue(refresh(1, "https://a.example/")).await;
    let attempt_id = bench.lease(job_id, bench.worker).await;
    let (after, had) = bench.desk.open(RefreshPlaylist::KIND, bench.worker).await.unwrap();
    assert_eq!(had, [(job_id, attempt_id)]);
    assert_eq!(begun(&after).await, []);
    let late = bench.queue(refresh(2, "https://b.example/")).await;
    let attempt_id = bench.lease(late, bench.worker).await;
    assert_eq!(begun(&before).await, [], "its post is another's");
    assert_eq!(begun(&after).await, [(late, attempt_id)]);
}

#[tokio::test]
async fn a_board_that_a_fault_left_half_way_is_made_anew_and_tells_nothing_twice() {
    let bench = Bench::new();
    let (post, _) = bench.desk.open(RefreshPlaylist::KIND, bench.worker).await.unwrap();
    let job_id = bench.queue(refresh(1, "https://a.example/")).await;
    let attempt_id = bench.lease(job_id, bench.worker).await;
    assert_eq!(begun(&post).await, [(job_id, attempt_id)]);
    bench.desk.ask(move |board| assert!(!board.is_open(job_id), "a fault in a question")).await.unwrap_err();
    assert!(bench.desk.ask(move |board| board.is_open(job_id)).await.unwrap());
    assert_eq!(begun(&post).await, []);
}

// Saved as often as it grows, and read again by the next start.
// invariant: L-15
#[tokio::test]
async fn a_board_that_was_saved_is_the_one_that_all_events_make() {
    let bench = Bench::new();
    let open = bench.queue(refresh(1, "https://a.example/")).await;
    let over = bench.queue(refresh(2, "https://b.example/")).await;
    bench.cancel(over).await;
    bench.lease(open, bench.worker).await;
    let whole = bench.desk.ask(|board| board.clone()).await.unwrap();
    bench.desk.save(true).await.unwrap();
    let saved = bench.folder_path().join("snapshots/board.snapshot");
    assert!(saved.exists());
    let restored = super::super::Board::current(bench.gate.log()).unwrap();
    assert_eq!(restored.to_bytes().unwrap(), whole.to_bytes().unwrap());
    assert!(restored.is_open(open) && !restored.is_open(over));
}
