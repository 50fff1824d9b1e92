mod history;

use mediary_schema::{
    ProjectId,
    job::WorkKind,
    setting::{Limits, Quota, QuotaOf, TrashSettings},
    site::{RequestBudget, SiteSettings},
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

// PL-14.
#[test]
fn a_trash_is_changed_once_and_keeps_something_for_a_while() {
    let trash = |keep_days, limit_bytes| TrashSettings { keep_days, limit_bytes };
    let set = |trash| Command::Trash { trash };
    given::<Setting>([]).when(set(trash(14, None))).then([]);
    let changed = Event::TrashChanged { trash: trash(30, Some(7)) };
    given::<Setting>([]).when(set(trash(30, Some(7)))).then([changed.clone()]);
    given::<Setting>([changed]).when(set(trash(30, Some(7)))).then([]);
    for refused in [trash(0, None), trash(3_651, None), trash(14, Some(0))] {
        given::<Setting>([]).when(set(refused)).rejected(&Rejection::TrashOutOfRange);
    }
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

fn site(number: usize, budget: Option<RequestBudget>) -> (String, SiteSettings) {
    (format!("{number}.example"), SiteSettings { budget, ..SiteSettings::default() })
}

const fn per_hour(runs: u32) -> RequestBudget {
    RequestBudget { per_hour: Some(runs), per_day: None, pause_ms: None }
}

// LI-11.
#[test]
fn what_holds_for_a_site_is_changed_once_and_ends_with_settings_that_set_nothing() {
    let set = |budget| {
        let (site, settings) = site(1, budget);
        Command::Site { site, settings }
    };
    let changed = |budget| {
        let (site, settings) = site(1, budget);
        Event::SiteChanged { site, settings }
    };
    given::<Setting>([]).when(set(Some(per_hour(9)))).then([changed(Some(per_hour(9)))]);
    given::<Setting>([changed(Some(per_hour(9)))]).when(set(Some(per_hour(9)))).then([]);
    given::<Setting>([changed(Some(per_hour(9)))])
        .when(set(Some(per_hour(8))))
        .then([changed(Some(per_hour(8)))]);
    given::<Setting>([changed(Some(per_hour(9)))]).when(set(None)).then([changed(None)]);
    given::<Setting>([changed(Some(per_hour(9))), changed(None)]).when(set(None)).then([]);
    // A budget without a limit is not what holds for any other.
    let unlimited = Some(RequestBudget::UNLIMITED);
    given::<Setting>([]).when(set(unlimited)).then([changed(unlimited)]);
    let longer = u64::try_from(RequestBudget::PAUSE_MAX.as_millis()).unwrap() + 1;
    let long = RequestBudget { pause_ms: Some(longer), ..RequestBudget::UNLIMITED };
    let never = RequestBudget { per_day: Some(0), ..RequestBudget::UNLIMITED };
    for refused in [Some(per_hour(0)), Some(long), Some(never)] {
        given::<Setting>([]).when(set(refused)).rejected(&Rejection::EmptyBudget);
    }
}

#[test]
fn there_is_an_end_to_sites() {
    let changed = |number| {
        let (site, settings) = site(number, Some(per_hour(1)));
        Event::SiteChanged { site, settings }
    };
    let (site, settings) = site(1_000, Some(per_hour(1)));
    given::<Setting>((0..1_000).map(changed))
        .when(Command::Site { site, settings })
        .rejected(&Rejection::TooManySites);
}
