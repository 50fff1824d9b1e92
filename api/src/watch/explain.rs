use mediary_events::{
    Concern as _,
    watch::{Event, Watches},
};
use mediary_log::Recorded;
use mediary_schema::{
    job::Work,
    watch::{AdoptFile, WatchId},
};
use uuid::Uuid;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of watches.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Watches::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[WatchId::KIND]
    }

    fn last_event(&self, finder: &Finder, _: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        let Some(project) = finder.scope().project() else { return Ok(None) };
        let all = Watches::stream(project.uuid());
        finder.last_about(&all, "watch_id", &WatchId::from_uuid(uuid).to_string())
    }

    fn work(&self, _: &Finder, work: &Work) -> Found<Option<String>> {
        Ok(Some(match work.task::<AdoptFile>() {
            Ok(task) => format!("the taking of '{}' from a watched folder", task.path),
            Err(_) => "the taking of a file from a watched folder".to_owned(),
        }))
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Added { added, .. } => {
                let way = &added.watch.way;
                let from = if way.is_empty() { "a folder".to_owned() } else { format!("the folder '{way}'") };
                format!("had files of {from} taken and made by {}", added.watch.profile)
            }
            Event::Stopped { reason, .. } => format!("stopped taking files from a folder: {reason}"),
            Event::Removed { .. } => "had no files taken from a folder any more".to_owned(),
        };
        Ok(event_of::<Watches>(recorded).map(said))
    }
}
