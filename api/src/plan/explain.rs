use mediary_events::{
    Concern as _,
    plan::{Event, Plan},
};
use mediary_log::Recorded;
use mediary_schema::{
    PlanId,
    job::Work,
    plan::{Goal, MoveFiles, Way},
};

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of plans.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Plan::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[PlanId::KIND]
    }

    fn work(&self, _: &Finder, work: &Work) -> Found<Option<String>> {
        let way = work.task::<MoveFiles>().map(|task| task.way);
        Ok(Some(match way {
            Ok(Way::IntoTrash) => "the moving of files into the trash".to_owned(),
            Ok(Way::OutOfTrash) => "the moving of files out of the trash".to_owned(),
            Ok(Way::ToNewNames) => "the renaming of files".to_owned(),
            Ok(Way::ToOldNames) => "the renaming of files back".to_owned(),
            Err(_) => "the moving of files".to_owned(),
        }))
    }

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let files = |count: u32| if count == 1 { "one file".to_owned() } else { format!("{count} files") };
        let said = |event| match event {
            Event::Made { goal: Goal::DeleteFiles {}, file_count, .. } => {
                format!("planned to put {} into the trash", files(file_count))
            }
            Event::Made { goal: Goal::RestoreFiles {}, file_count, .. } => {
                format!("planned to take {} back out of the trash", files(file_count))
            }
            Event::Made { goal: Goal::RenameFiles { .. }, file_count, .. } => {
                format!("planned to rename {}", files(file_count))
            }
            Event::Made { goal: Goal::Unfollow { playlist_id, .. }, file_count, .. } => {
                format!("planned to follow {playlist_id} no longer, with {}", files(file_count))
            }
            Event::Listed { .. } => "said what becomes of files".to_owned(),
            Event::ApplyRequested { .. } => "asked for it to be carried out".to_owned(),
            Event::Applied { .. } => "carried it out".to_owned(),
            Event::UndoRequested { .. } => "asked for it to be taken back".to_owned(),
            Event::Undone { .. } => "took it back".to_owned(),
            Event::Stopped { failure: Some(failure), .. } => {
                format!("stopped in the middle: {}", failure.message)
            }
            Event::Stopped { failure: None, .. } => "was ended in the middle".to_owned(),
        };
        Ok(event_of::<Plan>(recorded).map(said))
    }
}
