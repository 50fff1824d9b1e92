use mediary_events::{
    Concern as _,
    parrot::{Event, Parrot},
};
use mediary_log::Recorded;
use mediary_schema::{job::Work, parrot::ParrotId};

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of parrots.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Parrot::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[ParrotId::KIND]
    }

    fn work(&self, _: &Finder, work: &Work) -> Found<Option<String>> {
        Ok(Some(format!("the repeating of '{}'", work.title)))
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Told { text, .. } => format!("asked for '{text}' to be repeated"),
            Event::Repeated { letters } => format!("repeated its {letters} letters"),
            Event::Rewarded {} => "rewarded the parrot".to_owned(),
            Event::Failed {} => "gave it up".to_owned(),
        };
        Ok(event_of::<Parrot>(recorded).map(said))
    }
}
