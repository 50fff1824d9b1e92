use mediary_events::{
    Concern as _,
    file::{Event, File},
};
use mediary_log::Recorded;
use mediary_schema::FileId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of files.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        File::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[FileId::KIND]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Recorded { path, .. } => format!("put '{path}' into the library"),
        };
        Ok(event_of::<File>(recorded).map(said))
    }
}
