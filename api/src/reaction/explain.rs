use mediary_events::{Concern as _, reaction::Reaction};
use mediary_log::Recorded;

use crate::event::explain::{Explains, Finder, Found};

/// What is said of the places of reactions: that they are how work is done once.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Reaction::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_beside(&self) -> bool {
        true
    }

    fn deed(&self, _: &Finder, _: &Recorded) -> Found<Option<String>> {
        Ok(None)
    }
}
