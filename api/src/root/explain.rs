use mediary_events::{
    Concern as _,
    root::{Event, Root},
};
use mediary_log::Recorded;
use mediary_schema::{ProjectId, root::RootId};
use uuid::Uuid;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of roots.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Root::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[RootId::KIND]
    }

    fn last_event(&self, finder: &Finder, _: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        let all = Root::stream(ProjectId::HOME.uuid());
        finder.last_about(&all, "root_id", &RootId::from_uuid(uuid).to_string())
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Added { kind, name, .. } => format!("registered the {} folder '{name}'", kind.name()),
            Event::Moved { .. } => "found the library in another folder".to_owned(),
            Event::WentAway { .. } => "found it away".to_owned(),
            Event::CameBack { .. } => "found it again".to_owned(),
        };
        Ok(event_of::<Root>(recorded).map(said))
    }

    fn news(&self) -> &'static [&'static str] {
        &["added"]
    }
}
