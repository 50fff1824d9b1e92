use mediary_schema::{
    PrincipalId, ProjectId, SecretId,
    cookies::SiteCookies,
    job::WorkKind,
    layout::{Layout, LayoutName, SidecarKind},
    setting::{Limits, Quota, QuotaOf},
    site::{RequestBudget, SiteSettings},
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
        Event::SiteChanged { site: "www.example.org".to_owned(), settings: site_settings() },
        Event::LayoutChanged { layout: Layout::default() },
        Event::LayoutChanged {
            layout: Layout {
                name: LayoutName::Plex,
                template: Some("{list}/{title}".parse().unwrap()),
                sidecars: Some(SidecarKind::ALL.into()),
            },
        },
    ]
}

fn site_settings() -> SiteSettings {
    let budget = RequestBudget { per_hour: Some(100), per_day: Some(1_000), pause_ms: Some(2_000) };
    let cookies = SiteCookies { secret_id: SecretId::VAULT, always: true };
    SiteSettings { budget: Some(budget), cookies: Some(cookies) }
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Setting>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/setting/history"), &samples());
}
