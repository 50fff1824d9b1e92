use mediary_events::{
    Concern as _,
    collection::{Collection, Event},
};
use mediary_log::Recorded;
use mediary_schema::{CollectionId, collection::CollectionKind};

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of personal lists.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Collection::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[CollectionId::KIND]
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Created { name, kind: CollectionKind::List, .. } => format!("made the list '{name}'"),
            Event::Created { kind: CollectionKind::Favourites, .. } => {
                "began a list of favourites".to_owned()
            }
            Event::Renamed { name } => format!("called the list '{name}'"),
            Event::EntryAdded { title, .. } => format!("put '{title}' into the list"),
            Event::EntryMoved { .. } => "gave a row of the list another place".to_owned(),
            Event::EntryRemoved { .. } => "took a row out of the list".to_owned(),
            Event::Deleted {} => "deleted the list".to_owned(),
        };
        Ok(event_of::<Collection>(recorded).map(said))
    }
}
