use mediary_events::{
    Concern as _,
    schedule::{Event, Schedule},
};
use mediary_log::{Origin, OriginKind, Recorded};
use mediary_schema::ScheduleId;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of schedules.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Schedule::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[ScheduleId::KIND]
    }

    fn origin(&self, finder: &Finder, origin: Origin) -> Found<Option<String>> {
        if origin.kind != OriginKind::Schedule {
            return Ok(None);
        }
        let id = ScheduleId::from_uuid(origin.id);
        let added = finder.first_of(&Schedule::stream(id.uuid()))?;
        Ok(match added.as_ref().and_then(event_of::<Schedule>) {
            Some(Event::Added { name, .. }) => Some(format!("by the schedule '{name}' ({id})")),
            Some(_) | None => None,
        })
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Added { name, command, .. } => format!("added the schedule {name} of {}", command.name),
            Event::Paused {} => "paused it".to_owned(),
            Event::Resumed { .. } => "resumed it".to_owned(),
            Event::Fired { not_done: Some(not_done), .. } => {
                format!("gave its command, which was refused: {}", not_done.message)
            }
            Event::Fired { moment: Some(moment), missed_since: Some(_), .. } => {
                format!("gave its command, which was due at {moment}, once for all moments that were missed")
            }
            Event::Fired { moment: Some(moment), .. } => {
                format!("gave its command, which was due at {moment}")
            }
            Event::Fired { .. } => "gave its command before its time".to_owned(),
            Event::Removed {} => "removed it".to_owned(),
        };
        Ok(event_of::<Schedule>(recorded).map(said))
    }
}
