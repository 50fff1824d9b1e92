use mediary_events::{
    Concern as _,
    setting::{Event, Setting},
};
use mediary_log::Recorded;
use mediary_schema::SettingId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of settings.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Setting::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[SettingId::KIND]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::LimitsChanged { .. } => "changed how much runs at once".to_owned(),
            Event::QuotaChanged { of, quota } if quota.limits_something() => {
                format!("changed how much of the work of {of} there may be")
            }
            Event::QuotaChanged { of, .. } => format!("limits the work of {of} no longer"),
            Event::TrashChanged { .. } => {
                "changed how long what is deleted can be had back, and how much of it there may be".to_owned()
            }
            Event::SiteChanged { site, settings } if settings.sets_something() => {
                format!("changed what holds for the site {site}")
            }
            Event::LayoutChanged { layout } => {
                format!("wanted files named as {} has it, by {}", layout.name.name(), layout.template_text())
            }
            Event::SiteChanged { site, .. } => {
                format!("lets hold for the site {site} what holds for any other")
            }
        };
        Ok(event_of::<Setting>(recorded).map(said))
    }
}
