use std::{sync::atomic::Ordering, time::Duration};

use mediary_log::{gate::LongWork as _, work};
use mediary_schema::{
    FailureClass,
    download::DownloadItem,
    job::Failure,
    lane::{Lane, Reason},
};

use super::{
    super::{
        board::SLOTLESS_MAX,
        dispatcher::{BEGINS_WITHIN, LOOK_FOR_ROOM},
    },
    bench::{Bench, KEPT_FREE, download, refresh},
};

/// A microsecond less than the source asked for.
const TOO_SOON: Duration = Duration::from_micros(3_599_999_999);
const HOUR: Duration = Duration::from_hours(1);

fn asked_to_wait() -> Failure {
    Failure { retry_after_ms: Some(3_600_000), ..Failure::new(FailureClass::RateLimit, "429") }
}

fn no_room(bytes: u64) -> Failure {
    Failure { room_bytes: Some(bytes), ..Failure::new(FailureClass::DiskFull, "no room") }
}

// Core A14, blackbox 9: never sooner than the source asked for, and once for all that is of the source.
// invariant: J-11
#[tokio::test(start_paused = true)]
async fn a_source_that_asks_for_a_pause_gets_it_from_all_its_jobs() {
    let mut bench = Bench::new();
    bench.dispatch().await;
    let first = bench.queue(refresh(1, "https://slow.example/a")).await;
    let attempt = bench.leased(first).await;
    bench.fail(first, attempt, asked_to_wait()).await;
    let second = bench.queue(refresh(2, "https://SLOW.example:8443/b")).await;
    let other = bench.queue(refresh(3, "https://quick.example/")).await;
    let runs = bench.leased(other).await;
    bench.begin(other, runs).await;
    assert_eq!(bench.story_of(second), ["job.queued"], "its turn was before the other's");
    assert_eq!(bench.lanes(), ["lane.held"]);
    let hold = bench.held.borrow().holds[0].clone();
    assert_eq!((hold.reason, hold.until), (Reason::RateLimit, Some(bench.now().after(HOUR))));

    bench.pass(TOO_SOON);
    let late = bench.queue(refresh(4, "https://slow.example/c")).await;
    bench.fail(other, runs, Failure::new(FailureClass::NotFound, "404")).await;
    assert_eq!(bench.story_of(late), ["job.queued"]);
    bench.pass(Duration::from_micros(1));
    bench.until("lane.released").await;
    bench.leased(first).await;
    assert_eq!(bench.lanes(), ["lane.held", "lane.released"]);
}

// Core A14, edge A11, blackbox 14: a disk that is full over night fails nothing, and is told once.
// invariant: J-11
#[tokio::test(start_paused = true)]
async fn downloads_wait_for_room_however_long_and_go_on_by_themselves() {
    let mut bench = Bench::new();
    bench.dispatch().await;
    let large = bench.queue(download(1, "https://a.example/1")).await;
    let attempt = bench.leased(large).await;
    bench.free_bytes.store(500, Ordering::SeqCst);
    bench.fail(large, attempt, no_room(600)).await;
    let small = bench.queue(download(2, "https://b.example/2")).await;
    let look = bench.queue(refresh(3, "https://a.example/list")).await;
    let runs = bench.leased(look).await;
    bench.begin(look, runs).await;
    assert_eq!(bench.story_of(small), ["job.queued"]);
    for _ in 0..100 {
        bench.pass(HOUR);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(bench.lanes(), ["lane.held"], "once, however long it takes");
    assert_eq!(bench.held.borrow().holds[0].reason, Reason::NoRoom { bytes: 600 });

    bench.free_bytes.store(500 + KEPT_FREE, Ordering::SeqCst);
    bench.pass(LOOK_FOR_ROOM);
    bench.leased(large).await;
    assert_eq!(bench.story_of(large), ["job.queued", "job.leased", "job.attempt_failed", "job.leased"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_room_of_a_job_that_is_cancelled() {
    let mut bench = Bench::new();
    bench.dispatch().await;
    let large = bench.queue(download(1, "https://a.example/1")).await;
    let attempt = bench.leased(large).await;
    bench.fail(large, attempt, no_room(1 << 40)).await;
    let small = bench.queue(download(2, "https://b.example/2")).await;
    bench.cancel(large).await;
    bench.leased(small).await;
    assert_eq!(bench.lanes(), ["lane.held", "lane.released"]);
}

// Edge A9: two moments to wake at, one after the other, without any event between.
#[tokio::test(start_paused = true)]
async fn each_waiting_job_gets_its_turn_without_anybody_else_waking_the_dispatcher() {
    let mut bench = Bench::new();
    bench.dispatch().await;
    let mut jobs = Vec::new();
    for number in 1..4 {
        let job_id = bench.queue(refresh(number, &format!("https://{number}.example/"))).await;
        let attempt = bench.leased(job_id).await;
        let failure = Failure {
            retry_after_ms: Some(1_000 * number as u64),
            ..Failure::new(FailureClass::Network, "no")
        };
        bench.fail(job_id, attempt, failure).await;
        jobs.push(job_id);
    }
    for job_id in jobs {
        bench.pass(Duration::from_secs(1));
        let attempt = bench.leased(job_id).await;
        bench.fail(job_id, attempt, Failure::new(FailureClass::NotFound, "404")).await;
    }
}

// Core B10: a lease has an end. One that was taken up ends with its attempt or its worker, however long that takes.
// invariant: J-6
#[tokio::test(start_paused = true)]
async fn what_nobody_takes_up_in_time_is_given_to_somebody_else() {
    let mut bench = Bench::new();
    bench.dispatch().await;
    let (idle, begun) = (
        bench.queue(refresh(1, "https://a.example/")).await,
        bench.queue(refresh(2, "https://b.example/")).await,
    );
    let first = bench.leased(idle).await;
    let attempt_id = bench.leased(begun).await;
    bench.begin(begun, attempt_id).await;
    bench.pass(BEGINS_WITHIN);
    bench.until("job.lease_returned").await;
    assert_ne!(bench.leased(idle).await, first);
    assert_eq!(bench.story_of(idle), ["job.queued", "job.leased", "job.lease_returned", "job.leased"]);
    assert_eq!(bench.story_of(begun), ["job.queued", "job.leased", "job.started"]);
}

// Blackbox 31: a job that lost workers waits for its turn, also over a start of the dispatcher.
// invariant: J-9
#[tokio::test(start_paused = true)]
async fn a_job_that_lost_two_workers_is_leased_again_only_after_its_wait() {
    let mut bench = Bench::new();
    let job_id = bench.queue(refresh(1, "https://a.example/")).await;
    for _ in 0..2 {
        let attempt_id = bench.lease(job_id, bench.worker).await;
        bench.begin(job_id, attempt_id).await;
        let noticed = (bench.now(), 0);
        bench.tell(move |story| work::lose(story, job_id, attempt_id, false, noticed)).await;
    }
    bench.dispatch().await;
    let other = bench.queue(refresh(2, "https://b.example/")).await;
    bench.leased(other).await;
    assert_eq!(bench.story_of(job_id).last().unwrap(), "job.attempt_lost");
    bench.pass(Duration::from_secs(15));
    bench.leased(job_id).await;
}

// What is fetched and only waits for its proof keeps nobody waiting, neither of its kind nor at its host.
// invariant: J-10, J-22
#[tokio::test(start_paused = true)]
async fn who_has_returned_his_slot_lets_the_next_one_begin() {
    let mut bench = Bench::new();
    bench.dispatch().await;
    let host = Lane::Host("one.example".to_owned());
    let slots = DownloadItem::AT_ONCE + SLOTLESS_MAX;
    let mut jobs = Vec::new();
    for number in 0..u128::from(slots) + 2 {
        jobs.push(bench.queue(download(number, "https://one.example/a")).await);
    }
    let (begun, waiting) = jobs.split_at(slots as usize);
    let mut attempts = Vec::new();
    for job_id in begun {
        let attempt_id = bench.leased(*job_id).await;
        bench.begin(*job_id, attempt_id).await;
        bench.return_slot(*job_id, attempt_id).await;
        attempts.push(attempt_id);
    }
    // Those that are more than may be without one have one.
    let look = bench.queue(refresh(1, "https://other.example/list")).await;
    bench.leased(look).await;
    assert!(waiting.iter().all(|job_id| bench.story_of(*job_id) == ["job.queued"]));
    assert!(!bench.desk.resources().uses().contains_key(&host), "nobody needs it any more");
    let lanes = bench.desk.lanes(bench.now()).await.unwrap();
    let load = lanes.iter().find(|load| load.lane == host).unwrap();
    assert_eq!((load.at_work, load.waiting), (0, 2));

    bench.fail(begun[0], attempts[0], Failure::new(FailureClass::NotFound, "404")).await;
    bench.leased(waiting[0]).await;
    assert_eq!(bench.desk.resources().uses()[&host].holders.len(), 1);
    assert_eq!(bench.story_of(waiting[1]), ["job.queued"]);
}
