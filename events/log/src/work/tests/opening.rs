use std::collections::BTreeSet;

use super::{super::cancel, super::open_job, *};

// PL-26.
// invariant: J-4
#[test]
fn the_same_look_asked_twice_is_one_job() {
    let bench = followed();
    assert_eq!(bench.told(|story| refresh(story, job_id(1))), job_id(1));
    assert_eq!(bench.appends_after(2), ["reservation.taken job.queued"]);
    assert_eq!(bench.told(|story| refresh(story, job_id(2))), job_id(1));
    assert_eq!(bench.head(), 4);
}

// PL-26.
// invariant: J-4
#[test]
fn the_same_item_asked_twice_is_one_job() {
    let bench = Bench::new();
    assert_eq!(bench.tell(editor(1), |story| keep(story, job_id(1), false)).unwrap().value, job_id(1));
    assert_eq!(bench.appends_after(0), ["reservation.taken job.queued download.requested"]);
    assert_eq!(bench.tell(editor(2), |story| keep(story, job_id(2), false)).unwrap().value, job_id(1));
    assert_eq!(bench.appends_after(4), ["command.accepted"]);
}

// PL-26: also when the wishes come at the same moment.
// invariant: J-4
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_at_once_join_one_job() {
    let bench = Bench::new();
    let wishes = (1..=12)
        .map(|number| bench.gate.transact(editor(number), move |story| keep(story, job_id(number), false)));
    let told = futures::future::join_all(wishes).await;
    let jobs: BTreeSet<JobId> = told.into_iter().map(|receipt| receipt.unwrap().value).collect();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    let appends = bench.appends_after(0);
    assert_eq!(appends[0], "reservation.taken job.queued download.requested");
    assert!(appends[1..].iter().all(|append| append == "command.accepted"), "{appends:?}");
}

fn viewer() -> Caller {
    crate::testing::person(Role::Viewer, 1)
}

#[test]
fn a_viewer_asks_for_no_look() {
    let bench = followed();
    assert_eq!(bench.tell(viewer(), |story| refresh(story, job_id(1))).unwrap_err().code(), "FORBIDDEN");
    assert_eq!(bench.head(), 2);
}

#[test]
fn a_viewer_asks_for_no_item_and_joins_no_job() {
    let bench = Bench::new();
    let ask = |bench: &Bench| bench.tell(viewer(), |story| keep(story, job_id(1), false)).unwrap_err().code();
    assert_eq!(ask(&bench), "FORBIDDEN");
    assert!(!is_reserved(&bench, &item()), "no claim is left behind");
    let bench = downloading();
    assert_eq!(ask(&bench), "FORBIDDEN");
}

#[test]
fn a_look_at_a_list_that_nobody_follows_is_refused() {
    let bench = Bench::new();
    let refusal = bench.tell(editor(1), |story| refresh(story, job_id(1))).unwrap_err();
    assert_eq!(refusal.code(), "PLAYLIST_NOT_FOLLOWED");
    assert_eq!(bench.head(), 1);
}

#[test]
fn the_open_job_of_some_work_is_known_by_its_key() {
    let bench = refreshing();
    let open = |bench: &Bench| bench.told(|story| open_job(story, &look().key));
    assert_eq!(open(&bench), Some(job_id(1)));
    bench.told(|story| cancel(story, job_id(1)));
    assert_eq!(open(&bench), None);
}

// DL-07.
// invariant: F-7
#[test]
fn an_item_that_is_kept_is_fetched_again_only_on_demand() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    bench.told(|story| finish_download(story, attempt_id));
    let refusal = bench.tell(editor(1), |story| keep(story, job_id(2), false)).unwrap_err();
    assert_eq!(refusal.code(), "DOWNLOAD_ALREADY_KEPT");
    assert!(!is_reserved(&bench, &item()), "the job was not opened either");
    assert_eq!(bench.tell(editor(2), |story| keep(story, job_id(3), true)).unwrap().value, job_id(3));
}
