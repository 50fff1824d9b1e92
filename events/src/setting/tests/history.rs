use mediary_schema::{
    PrincipalId, ProjectId,
    job::WorkKind,
    setting::{Limits, Quota, QuotaOf},
};

use super::super::{Event, Setting};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let per_kind = [(WorkKind::new("refresh"), 2), (WorkKind::new("download"), 2)].into();
    let quota = Quota { at_once: Some(1), jobs_per_day: Some(100), bytes_per_day: Some(1 << 40) };
    vec![
        Event::LimitsChanged { limits: Limits { per_kind, total: 4 } },
        Event::QuotaChanged { of: QuotaOf::Project(ProjectId::HOME), quota },
        Event::QuotaChanged { of: QuotaOf::Principal(PrincipalId::OWNER), quota: Quota::default() },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Setting>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/setting/history"), &samples());
}
