use mediary_events::{
    Concern as _,
    worker::{Event, Worker},
};
use mediary_log::Recorded;
use mediary_schema::WorkerId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of workers.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Worker::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[WorkerId::KIND]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Joined { .. } => "started a worker".to_owned(),
            Event::PartHalted { part, reason } => {
                format!("halted '{part}', since it failed too often: {reason}")
            }
            Event::PartResumed { part } => format!("resumed '{part}'"),
        };
        Ok(event_of::<Worker>(recorded).map(said))
    }
}
