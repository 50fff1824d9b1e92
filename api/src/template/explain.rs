use mediary_events::{
    Concern as _,
    template::{Event, Template},
};
use mediary_log::Recorded;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of templates.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Template::NAME
    }

    /// A template has a name and no id.
    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Saved { name, version, .. } => format!("saved the template {name}, version {version}"),
            Event::Removed { name } => format!("removed the template {name}"),
        };
        Ok(event_of::<Template>(recorded).map(said))
    }
}
