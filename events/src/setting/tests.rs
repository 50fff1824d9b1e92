mod history;

use mediary_schema::{
    ProjectId,
    job::WorkKind,
    setting::{Limits, Quota, QuotaOf},
};

use super::{Command, Event, Rejection, Setting};
use crate::testing::given;

fn limits(downloads: u32) -> Limits {
    let mut limits = Limits::default();
    limits.per_kind.insert(WorkKind::new("download"), downloads);
    limits
}

#[test]
fn a_limit_is_changed_once() {
    given::<Setting>([])
        .when(Command::Limit { limits: limits(3) })
        .then([Event::LimitsChanged { limits: limits(3) }]);
    given::<Setting>([Event::LimitsChanged { limits: limits(3) }])
        .when(Command::Limit { limits: limits(3) })
        .then([]);
}

#[test]
fn a_limit_that_stops_everything_is_refused() {
    given::<Setting>([])
        .when(Command::Limit { limits: limits(0) })
        .rejected(&Rejection::OutOfRange { limit: 0 });
}

const HOME: QuotaOf = QuotaOf::Project(ProjectId::HOME);

const fn at_once(jobs: u32) -> Quota {
    Quota { at_once: Some(jobs), jobs_per_day: None, bytes_per_day: None }
}

// PL-22.
#[test]
fn a_quota_is_changed_once_and_ends_by_one_that_limits_nothing() {
    let set = |quota| Command::Quota { of: HOME, quota };
    let changed = |quota| Event::QuotaChanged { of: HOME, quota };
    given::<Setting>([]).when(set(at_once(1))).then([changed(at_once(1))]);
    given::<Setting>([changed(at_once(1))]).when(set(at_once(1))).then([]);
    given::<Setting>([changed(at_once(1))]).when(set(at_once(2))).then([changed(at_once(2))]);
    given::<Setting>([]).when(set(Quota::default())).then([]);
    given::<Setting>([changed(at_once(1))]).when(set(Quota::default())).then([changed(Quota::default())]);
    given::<Setting>([changed(at_once(1)), changed(Quota::default())])
        .when(set(at_once(1)))
        .then([changed(at_once(1))]);
}

#[test]
fn a_quota_that_holds_everything_is_refused() {
    for quota in [
        at_once(0),
        Quota { jobs_per_day: Some(0), ..at_once(1) },
        Quota { bytes_per_day: Some(0), ..at_once(1) },
    ] {
        given::<Setting>([]).when(Command::Quota { of: HOME, quota }).rejected(&Rejection::EmptyQuota);
    }
}

#[test]
fn there_is_an_end_to_quotas() {
    let of = |number: u128| QuotaOf::Project(ProjectId::from_uuid(uuid::Uuid::from_u128(number)));
    let changed = |number| Event::QuotaChanged { of: of(number), quota: at_once(1) };
    given::<Setting>((0..1_000).map(changed))
        .when(Command::Quota { of: of(1_000), quota: at_once(1) })
        .rejected(&Rejection::TooManyQuotas);
}
