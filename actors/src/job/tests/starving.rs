//! Nobody waits for the whole of a list: hosts, lists, kinds and owners take turns.

use super::turns::{Both, Step, job, served, work};

/// A list of this many on one host, of which one is at work at a time.
fn behind_a_list(count: u64) -> Both {
    let mut both = Both::default();
    both.take(Step::Limit { refresh: 1, download: 1, total: 4 });
    for number in 1..=count {
        both.queue_work(job(number), &work(number, 1, Some(1), false));
    }
    both
}

// PL-22, PL-29: what waits behind it is not whoever came later.
// invariant: J-13
#[test]
fn a_single_item_on_another_host_starts_within_one_lease_of_a_list_of_3000() {
    let mut both = behind_a_list(3_000);
    served(&mut both, 10);
    both.queue_work(job(9_000), &work(9_000, 2, None, false));
    assert_eq!(served(&mut both, 2)[0], job(9_000));
}

// invariant: J-13
#[test]
fn a_single_item_on_the_same_host_starts_within_one_lease_of_a_list_of_3000() {
    let mut both = behind_a_list(3_000);
    served(&mut both, 10);
    both.queue_work(job(9_000), &work(9_000, 1, None, false));
    assert_eq!(served(&mut both, 2)[0], job(9_000));
}

// A lane of its own is no way around the queue: who comes again and again is served as often as the list, not first.
// invariant: J-13
#[test]
fn single_items_that_keep_coming_do_not_starve_the_list() {
    let mut both = behind_a_list(100);
    for number in 0..40 {
        both.queue_work(job(9_000 + number), &work(9_000 + number, 2, None, false));
        served(&mut both, 1);
    }
    let listed = (1..=100).filter(|number| !both.model.jobs.contains_key(&job(*number))).count();
    assert_eq!(listed, 20);
}

// A source that asked for a pause of an hour has not saved up turns for it.
#[test]
fn what_was_held_goes_on_beside_the_others_and_not_before_them() {
    let mut both = behind_a_list(100);
    for number in 200..300 {
        both.queue_work(job(number), &work(number, 2, Some(2), false));
    }
    both.hold(0b100);
    served(&mut both, 50);
    both.hold(0);
    let next = served(&mut both, 10);
    assert_eq!(next.iter().filter(|job_id| (1..=100).any(|number| job(number) == **job_id)).count(), 5);
}

// Kinds share what there is in total, too: thousands of downloads don't keep a look waiting.
// invariant: J-13
#[test]
fn a_look_starts_within_one_lease_of_a_list_of_3000_that_fills_the_total() {
    let mut both = behind_a_list(3_000);
    both.take(Step::Limit { refresh: 1, download: 1, total: 1 });
    served(&mut both, 10);
    both.queue_work(job(9_000), &work(9_000, 1, None, true));
    assert_eq!(served(&mut both, 2)[0], job(9_000));
}
