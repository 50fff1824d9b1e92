use std::cell::Cell;

use mediary_events::playlist::{Ask, ask::Unfollow};

use super::{
    super::{cancel, lose, pause, resume},
    *,
};
use crate::gate::Story as _;

const CANCELLED: &str = "job.cancelled reservation.released download.cancelled";

// invariant: J-5
#[test]
fn a_queued_download_is_cancelled_at_once_and_its_key_is_free() {
    let bench = downloading();
    let before = bench.head();
    bench.tell(editor(1), |story| cancel(story, job_id(1))).unwrap();
    assert_eq!(bench.appends_after(before), [CANCELLED]);
    assert_eq!(phase(&bench), download::Phase::GivenUp);
    assert_eq!(bench.told(|story| keep(story, job_id(2), false)), job_id(2));
}

#[test]
fn a_queued_look_that_is_cancelled_leaves_no_record_but_the_jobs() {
    let bench = refreshing();
    let before = bench.head();
    bench.tell(editor(1), |story| cancel(story, job_id(1))).unwrap();
    assert_eq!(bench.appends_after(before), ["job.cancelled reservation.released"]);
}

// PL-24: the key is free only when the processes are gone.
#[test]
fn a_running_download_is_cancelled_when_its_attempt_has_stopped() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.tell(editor(1), |story| cancel(story, job_id(1))).unwrap();
    assert_eq!(bench.appends_after(before), ["job.cancel_requested"]);
    assert!(is_reserved(&bench, &item()));
    let before = bench.head();
    bench.told(|story| stop(story, attempt_id));
    assert_eq!(bench.appends_after(before), [CANCELLED]);
    assert!(!is_reserved(&bench, &item()));
}

#[test]
fn a_worker_that_goes_away_after_a_cancel_ends_the_job() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    bench.told(|story| cancel(story, job_id(1)));
    let before = bench.head();
    bench.told(|story| lose(story, job_id(1), attempt_id, false, (NOW, 0)));
    assert_eq!(bench.appends_after(before), [CANCELLED]);
}

#[test]
fn a_download_that_is_done_before_the_cancel_reaches_it_is_done() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    bench.told(|story| cancel(story, job_id(1)));
    bench.told(|story| finish_download(story, attempt_id));
    assert_eq!(state_of(&bench, job_id(1)), Some(JobState::Succeeded));
    assert!(matches!(phase(&bench), download::Phase::Kept { .. }));
}

#[test]
fn cancelling_twice_is_cancelling_once() {
    let bench = downloading();
    bench.tell(editor(1), |story| cancel(story, job_id(1))).unwrap();
    bench.told(|story| keep(story, job_id(2), false));
    let before = bench.head();
    bench.tell(editor(2), |story| cancel(story, job_id(1))).unwrap();
    assert_eq!(bench.appends_after(before), ["command.accepted"]);
    assert!(is_reserved(&bench, &item()), "the key is the second job's now");
}

#[test]
fn a_viewer_cancels_nothing() {
    let bench = downloading();
    let before = bench.head();
    let refusal = bench.tell(crate::testing::person(Role::Viewer, 1), |story| cancel(story, job_id(1)));
    assert_eq!(refusal.unwrap_err().code(), "FORBIDDEN");
    assert_eq!(bench.head(), before);
}

#[test]
fn a_job_that_is_not_there_is_not_cancelled() {
    let refusal = Bench::new().tell(editor(1), |story| cancel(story, job_id(1))).unwrap_err();
    assert_eq!(refusal.code(), "JOB_NOT_FOUND");
}

// PL-24: what is held is still under way, and nobody else may begin it.
// invariant: J-4
#[test]
fn a_paused_job_keeps_its_key_and_goes_on_when_resumed() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.tell(editor(1), |story| pause(story, job_id(1))).unwrap();
    bench.told(|story| stop(story, attempt_id));
    assert_eq!(bench.appends_after(before), ["job.pause_requested", "job.paused"]);
    assert_eq!(bench.told(|story| refresh(story, job_id(2))), job_id(1));
    bench.tell(editor(2), |story| resume(story, job_id(1))).unwrap();
    assert_eq!(state_of(&bench, job_id(1)), Some(JobState::Queued));
    let attempt_id = start(&bench, 2);
    bench.told(|story| finish_refresh(story, attempt_id));
    assert!(!is_reserved(&bench, &look()));
}

#[test]
fn a_paused_job_can_be_cancelled() {
    let bench = downloading();
    bench.told(|story| pause(story, job_id(1)));
    let before = bench.head();
    bench.told(|story| cancel(story, job_id(1)));
    assert_eq!(bench.appends_after(before), [CANCELLED]);
}

#[test]
fn a_server_that_stops_puts_its_work_back_with_its_key() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.told(|story| stop(story, attempt_id));
    assert_eq!(bench.appends_after(before), ["job.attempt_stopped"]);
    assert!(is_reserved(&bench, &item()));
}

// PL-23.
// invariant: J-9
#[test]
fn a_job_that_loses_three_workers_is_held_with_its_key() {
    let bench = downloading();
    let before = bench.head();
    for number in 1..=3 {
        let attempt_id = start(&bench, number);
        bench.told(|story| lose(story, job_id(1), attempt_id, false, (NOW, 0)));
    }
    assert_eq!(bench.appends_after(before).last().unwrap(), "job.parked");
    assert_eq!(state_of(&bench, job_id(1)), Some(JobState::Paused));
    assert!(is_reserved(&bench, &item()));
}

#[test]
fn unfollowing_a_list_ends_the_look_at_it() {
    let bench = refreshing();
    let before = bench.head();
    let unfollow =
        |story: &mut Transaction<'_>| crate::work::playlist::unfollow(story, samples::playlist_id());
    bench.tell(editor(1), unfollow).unwrap();
    assert_eq!(bench.appends_after(before), ["playlist.unfollowed job.cancelled reservation.released"]);
}

// DL-07: the file of the first time is in the library, whatever became of the second.
// invariant: F-9
#[test]
fn an_item_that_is_kept_stays_kept_when_fetching_it_again_comes_to_nothing() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    bench.told(|story| finish_download(story, attempt_id));
    let kept = phase(&bench);
    bench.told(|story| keep(story, job_id(2), true));
    bench.told(|story| cancel(story, job_id(2)));
    assert_eq!(phase(&bench), kept);
    let refusal = bench.tell(editor(1), |story| keep(story, job_id(3), false)).unwrap_err();
    assert_eq!(refusal.code(), "DOWNLOAD_ALREADY_KEPT");
}

// A wish becomes jobs while others decide: whoever left the list then had it fetched after all.
// invariant: G-4
#[test]
fn what_is_asked_for_while_a_list_is_left_ends_with_it() {
    let bench = followed();
    let leave = Ask::Unfollow(Unfollow { playlist_id: samples::playlist_id(), cancel_downloads: true });
    let is_asked = Cell::new(false);
    let before = bench.head();
    let story = |story: &mut Transaction<'_>| {
        let told = leave.tell(story)?;
        if !is_asked.replace(true) {
            bench.tell(editor(2), |story| keep(story, job_id(1), false))?;
        }
        Ok(told)
    };
    let told = bench.tell(editor(1), story).unwrap().value;
    assert_eq!(told.cancelled_job_ids, [job_id(1)]);
    assert_eq!(state_of(&bench, job_id(1)), Some(JobState::Cancelled));
    let appends = bench.appends_after(before);
    assert!(appends.len() == 2 && appends[1].starts_with("playlist.unfollowed job.cancelled"), "{appends:?}");
}
