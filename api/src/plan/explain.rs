use mediary_events::{
    Concern as _,
    plan::{Event, Plan},
};
use mediary_log::Recorded;
use mediary_projections::plan::{self, PlanView};
use mediary_schema::{
    PlanId, PlaylistId,
    job::Work,
    plan::{Goal, MoveFiles, Way},
};

use crate::{
    event::explain::{Explains, Finder, Found, event_of},
    playlist::called,
};

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
            Ok(Way::ToReplacements) => "the replacing of files by what was made of them".to_owned(),
            Ok(Way::ToOriginals) => "the taking back of files that were replaced".to_owned(),
            Err(_) => "the moving of files".to_owned(),
        }))
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Plan>(recorded) else { return Ok(None) };
        let list = |id: PlaylistId| called(finder, id);
        // What the plan is, of which the later events say only how far it is.
        let plan = || -> Found<String> {
            let id = PlanId::from_uuid(recorded.envelope.stream.uuid);
            let row = finder.row(finder.views.of::<PlanView>(), |rows| plan::plan(rows, id))?;
            Ok(row
                .map_or_else(|| "a plan".to_owned(), |row| format!("the plan for {}", files(row.file_count))))
        };
        Ok(Some(match event {
            Event::Made { goal: Goal::DeleteFiles {}, file_count, .. } => {
                format!("planned to put {} into the trash", files(file_count.into()))
            }
            Event::Made { goal: Goal::RestoreFiles {}, file_count, .. } => {
                format!("planned to take {} back out of the trash", files(file_count.into()))
            }
            Event::Made { goal: Goal::RenameFiles { .. }, file_count, .. } => {
                format!("planned to rename {}", files(file_count.into()))
            }
            Event::Made { goal: Goal::ReplaceFiles {}, file_count, .. } => {
                format!("planned to replace {} by what was made of them", files(file_count.into()))
            }
            Event::Made { goal: Goal::Unfollow { playlist_id, .. }, file_count, .. } => {
                format!(
                    "planned to follow {} no longer, with {}",
                    list(playlist_id)?,
                    files(file_count.into())
                )
            }
            Event::Listed { .. } => "said what becomes of files".to_owned(),
            Event::ApplyRequested { .. } => format!("asked for {} to be carried out", plan()?),
            Event::Applied { .. } => format!("carried out {}", plan()?),
            Event::UndoRequested { .. } => format!("asked for {} to be taken back", plan()?),
            Event::Undone { .. } => format!("took back {}", plan()?),
            Event::Stopped { failure: Some(failure), .. } => {
                format!("stopped in the middle of {}: {}", plan()?, failure.message)
            }
            Event::Stopped { failure: None, .. } => format!("ended {} in the middle", plan()?),
        }))
    }

    fn news(&self) -> &'static [&'static str] {
        &["applied", "undone", "stopped"]
    }
}

fn files(count: u64) -> String {
    if count == 1 { "one file".to_owned() } else { format!("{count} files") }
}
