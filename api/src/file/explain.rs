use mediary_events::{
    Concern as _,
    file::{Event, File},
};
use mediary_log::Recorded;
use mediary_projections::file::{self, FileView};
use mediary_schema::{FileId, file::VerifyFiles, job::Work};

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

    fn work(&self, _: &Finder, work: &Work) -> Found<Option<String>> {
        let task = work.task::<VerifyFiles>().map(|files| (files.file_ids.len(), files.root_id));
        Ok(Some(match task {
            Ok((0, Some(_))) => "the check of a root".to_owned(),
            Ok((0, None)) => "the check of all files".to_owned(),
            Ok((1, _)) => "the check of a file".to_owned(),
            Ok((count, _)) => format!("the check of {count} files"),
            Err(_) => "a check of files".to_owned(),
        }))
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<File>(recorded) else { return Ok(None) };
        let file = || -> Found<String> {
            let id = FileId::from_uuid(recorded.envelope.stream.uuid);
            let row = finder.row(finder.views.of::<FileView>(), |rows| file::file(rows, id))?;
            Ok(row.map_or_else(|| "a file".to_owned(), |row| format!("'{}'", last_name(&row.path))))
        };
        Ok(Some(match event {
            Event::Recorded { path, .. } => format!("put '{path}' into the library"),
            Event::Found { .. } => format!("found the bytes of {} in their place", file()?),
            Event::Moved { path, plan_id: Some(_), .. } => format!("renamed a file to '{path}'"),
            Event::Moved { path, plan_id: None, .. } => format!("found a file under another name, '{path}'"),
            Event::Accompanied { sidecars, missing } => {
                let (beside, missing) = (sidecars.len(), missing.len());
                let missing =
                    if missing == 0 { String::new() } else { format!(", {missing} could not be had") };
                format!("put {beside} files beside {}{missing}", file()?)
            }
            Event::Changed { .. } => format!("found other bytes in the place of {}", file()?),
            Event::Lost {} => format!("found nothing in the place of {}", file()?),
            Event::Trashed { .. } => format!("put {} into the trash", file()?),
            Event::Restored { .. } => format!("took {} back out of the trash", file()?),
            Event::Purged {} => {
                format!("destroyed the bytes of {}, whose time in the trash was over", file()?)
            }
            Event::Replaced { by: Some(by), .. } => format!("put {by} in the place of {}", file()?),
            Event::Replaced { by: None, .. } => format!("found another file in the place of {}", file()?),
        }))
    }

    fn news(&self) -> &'static [&'static str] {
        &["changed", "lost", "moved", "restored"]
    }
}

/// What a file is called, without its folders.
fn last_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
