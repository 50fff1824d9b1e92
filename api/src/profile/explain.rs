use mediary_events::{
    Concern as _,
    profile::{Event, Profiles},
};
use mediary_log::Recorded;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of profiles.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Profiles::NAME
    }

    /// A profile has a name and no id.
    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Saved { name, version, .. } => format!("saved the profile {name}, version {version}"),
            Event::Removed { name } => format!("removed the profile {name}"),
        };
        Ok(event_of::<Profiles>(recorded).map(said))
    }
}
