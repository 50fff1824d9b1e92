use mediary_events::{
    Concern as _,
    file::{Event, File},
};
use mediary_log::Recorded;
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

    fn deed(&self, _: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let said = |event| match event {
            Event::Recorded { path, .. } => format!("put '{path}' into the library"),
            Event::Found { .. } => "found its bytes in their place".to_owned(),
            Event::Moved { path, plan_id: Some(_), .. } => format!("renamed it to '{path}'"),
            Event::Accompanied { sidecars, missing } => match (sidecars.len(), missing.len()) {
                (count, 0) => format!("put {count} files beside it"),
                (count, missing) => format!("put {count} files beside it, and {missing} could not be had"),
            },
            Event::Moved { path, .. } => format!("found it under another name, '{path}'"),
            Event::Changed { .. } => "found other bytes in its place".to_owned(),
            Event::Lost {} => "found nothing in its place".to_owned(),
            Event::Trashed { .. } => "put it into the trash".to_owned(),
            Event::Restored { .. } => "took it back out of the trash".to_owned(),
            Event::Purged {} => "destroyed its bytes, whose time in the trash was over".to_owned(),
            Event::Replaced { by: Some(by), .. } => format!("put {by} in its place"),
            Event::Replaced { by: None, .. } => "found another file in its place".to_owned(),
        };
        Ok(event_of::<File>(recorded).map(said))
    }
}
