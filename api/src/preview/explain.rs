use mediary_events::{
    Concern as _,
    preview::{Event, Preview},
};
use mediary_log::Recorded;
use mediary_schema::{
    job::Work,
    preview::{Found, FoundKind, PreviewId},
    redact,
};

use crate::event::explain::{Explains, Finder, Found as Answered, event_of};

/// What is said of previews.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Preview::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[PreviewId::KIND]
    }

    fn work(&self, _: &Finder, work: &Work) -> Answered<Option<String>> {
        Ok(Some(format!("the preview of {}", work.title)))
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Answered<Option<String>> {
        let said = |event| match event {
            Event::Requested { url, .. } => format!("asked what is at {}", redact::text(&url)),
            Event::Found { found, .. } => format!("found {}", what(&found)),
            Event::Failed { .. } => "could not look".to_owned(),
        };
        Ok(event_of::<Preview>(recorded).map(said))
    }
}

/// `a list of 14 entries, 'Nights under the sky'`.
fn what(found: &Found) -> String {
    let kind = match (found.kind, found.count) {
        (FoundKind::Single, _) => "a single item".to_owned(),
        (FoundKind::List, Some(1)) => "a list of one entry".to_owned(),
        (FoundKind::List, Some(count)) => format!("a list of {count} entries"),
        (FoundKind::List, None) => "a list".to_owned(),
        (FoundKind::Nested, _) => "a list of lists".to_owned(),
    };
    found.title.as_ref().map_or_else(|| kind.clone(), |title| format!("{kind}, '{title}'"))
}
