use mediary_events::{
    Concern as _,
    log::{Event, Logs},
};
use mediary_log::Recorded;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of the log itself.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Logs::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Logs::NAME]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Opened { program, reason, .. } => {
                format!("opened the log with version {program}, since {reason}")
            }
            Event::Shredded { principal_id, reason, .. } => {
                format!("destroyed the keys of {principal_id}, and with them what belonged to him: {reason}")
            }
            Event::Erased { positions, reason, .. } => {
                let positions: Vec<String> = positions.iter().map(ToString::to_string).collect();
                format!("erased what was said at {}: {reason}", positions.join(", "))
            }
        };
        Ok(event_of::<Logs>(recorded).map(said))
    }
}
