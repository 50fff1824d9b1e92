//! What a quota leaves, and what a job says that is over it.

use mediary_schema::{
    JobId, Ticket,
    setting::{OverQuota, Quota, QuotaOf, Reached},
    ticket::Wait,
};

use super::{
    super::board::Flow,
    turns::{Both, PLAIN, Step, Terms, flow, job, kept, leased, moment, owner, work},
};
use crate::resource::Left;

const NO_LIMIT: Quota = Quota { at_once: None, jobs_per_day: None, bytes_per_day: None };
const DAY: u16 = 43_200;

/// The quotas of the first project and of the first person.
fn whose() -> [QuotaOf; 2] {
    owner((false, false)).quotas()
}

/// Room for many; three downloads of the first project, on three hosts, then one of the second.
fn four(quota_of: QuotaOf, quota: Quota) -> (Both, Vec<JobId>) {
    let mut both = Both::default();
    both.take(Step::Limit { refresh: 9, download: 9, total: 9 });
    both.board.set_quota(quota_of, quota);
    both.model.budgets.set(quota_of, quota);
    let jobs = (0..4).map(|number: u8| {
        let job_id = job(both.position + 1);
        let terms = Terms { owner: (number == 3, number == 3), ..PLAIN };
        both.queue_with(&work(number.into(), number, None, false), terms);
        job_id
    });
    let jobs = jobs.collect();
    (both, jobs)
}

fn begin(both: &mut Both) -> Vec<JobId> {
    let ready = both.ready();
    for job_id in &ready {
        both.tell(*job_id, &leased(moment(both.seconds + 2)));
    }
    ready
}

fn wait_of(both: &mut Both, job_id: JobId) -> Option<Wait> {
    let now = moment(both.seconds);
    both.board.waits(&[job_id], now).remove(&job_id)
}

// PL-22: a job over its quota waits and says so, and everybody else goes on.
// invariant: J-18
#[test]
fn what_is_over_its_quota_waits_beside_those_who_are_not() {
    for of in whose() {
        let (mut both, jobs) = four(of, Quota { at_once: Some(1), ..NO_LIMIT });
        assert_eq!(begin(&mut both), [jobs[0], jobs[3]]);
        let over = OverQuota { of, reached: Reached::AtOnce(1), until: None };
        assert_eq!(wait_of(&mut both, jobs[1]), Some(Wait::Quota(over)));
        assert_eq!(both.ready(), []);
        both.tell(jobs[0], &kept(0));
        assert_eq!(begin(&mut both), [jobs[1]]);
    }
}

// invariant: J-18
#[test]
fn a_quota_that_limits_nothing_any_more_lets_go_at_once() {
    let [of, _] = whose();
    let (mut both, jobs) = four(of, Quota { at_once: Some(1), ..NO_LIMIT });
    begin(&mut both);
    both.board.set_quota(of, NO_LIMIT);
    both.model.budgets.set(of, NO_LIMIT);
    assert_eq!(begin(&mut both), jobs[1..3]);
}

// invariant: J-18
#[test]
fn what_a_day_has_used_up_is_there_again_with_the_next_one() {
    let [of, _] = whose();
    for (quota, reached) in [
        (Quota { jobs_per_day: Some(1), ..NO_LIMIT }, Reached::JobsPerDay(1)),
        (Quota { at_once: Some(1), bytes_per_day: Some(10), ..NO_LIMIT }, Reached::BytesPerDay(10)),
    ] {
        let (mut both, jobs) = four(of, quota);
        both.take(Step::Pass(DAY));
        assert_eq!(begin(&mut both), [jobs[0], jobs[3]]);
        both.tell(jobs[0], &kept(11));
        assert_eq!(both.ready(), []);
        let midnight = moment(i64::from(DAY) * 2);
        let over = OverQuota { of, reached, until: Some(midnight) };
        assert_eq!(wait_of(&mut both, jobs[1]), Some(Wait::Quota(over)));
        assert_eq!(
            both.board.ready(&[], &Left::default(), moment(both.seconds)).1,
            Some(midnight),
            "rung then"
        );
        // Also if it is made of what was kept.
        both.take(Step::Restart);
        assert_eq!(both.ready(), []);
        both.take(Step::Pass(DAY));
        assert_eq!(begin(&mut both), [jobs[1]]);
    }
}

// What ends may use up a quota and let another go. Of both it is the same moment, so their class has waited on since before.
#[test]
fn an_end_that_blocks_one_and_lets_another_go_is_no_new_beginning_for_their_class() {
    let mut both = Both::default();
    both.take(Step::Limit { refresh: 9, download: 9, total: 9 });
    let quota = Quota { bytes_per_day: Some(1), ..NO_LIMIT };
    both.board.set_quota(whose()[0], quota);
    both.model.budgets.set(whose()[0], quota);
    let others = Terms { owner: (true, true), ..PLAIN };
    both.queue_with(&work(1, 1, None, false), PLAIN);
    let ends = begin(&mut both);
    both.queue_with(&work(2, 2, None, false), PLAIN);
    let behind = job(both.position + 1);
    let flow = Flow { owner: owner(others.owner), ..flow(&work(3, 3, None, false)) };
    both.queue(behind, &flow, &Ticket { after: Some(ends[0]), ..Ticket::default() });
    both.ready();
    both.take(Step::Pass(1));
    let matters_more = job(both.position + 1);
    both.queue_with(&work(4, 4, None, false), Terms { priority: 6, ..others });
    both.tell(ends[0], &kept(1));
    both.take(Step::Pass(599));
    assert_eq!(both.ready(), [behind, matters_more]);
}
