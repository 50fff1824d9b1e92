use mediary_schema::{
    PrincipalId, ProjectId, SecretId,
    cookies::SiteCookies,
    job::WorkKind,
    layout::{Layout, LayoutName, SidecarKind},
    setting::{Limits, Quota, QuotaOf, TrashSettings},
    site::{RateLimit, RequestBudget, SiteLogin, SiteProxy, SiteSettings},
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
        Event::TrashChanged { trash: TrashSettings { keep_days: 30, limit_bytes: Some(1 << 40) } },
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
    let proxy = SiteProxy { secret_id: SecretId::VAULT };
    let login = SiteLogin { secret_id: SecretId::VAULT, always: false };
    let rate_limit = RateLimit { job_bytes_per_second: Some(500_000) };
    SiteSettings {
        budget: Some(budget),
        cookies: Some(cookies),
        proxy: Some(proxy),
        login: Some(login),
        rate_limit: Some(rate_limit),
    }
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Setting>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/setting/history"), &samples());
}
