use mediary_events::{
    Concern as _,
    lane::{Event, Lanes},
};
use mediary_log::Recorded;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of lanes.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Lanes::NAME
    }

    /// A lane has a name and no id.
    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Held { hold } => format!("begins nothing that needs {}: {}", hold.lane, hold.reason),
            Event::Released { lane } => format!("goes on with what needs {lane}"),
            Event::Paused { lane } => format!("asked to begin nothing that needs {lane}"),
            Event::Resumed { lane } => format!("asked to go on with what needs {lane}"),
        };
        Ok(event_of::<Lanes>(recorded).map(said))
    }
}
