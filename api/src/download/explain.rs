use mediary_events::{
    Concern as _,
    download::{Download, Event},
};
use mediary_log::{Recorded, Subject};
use mediary_projections::download::{self, DownloadView};
use mediary_schema::{DownloadId, EntryId, ItemId, download::DownloadItem, job::Work};
use uuid::Uuid;

use crate::event::{
    explain::{Explains, Finder, Found, event_of, quoted},
    outcome::BranchState,
};

/// What is said of downloads, and of items by their downloads.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Download::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[DownloadId::KIND, ItemId::KIND]
    }

    fn last_event(&self, finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        let is_item = kind == ItemId::KIND;
        if is_item {
            return finder.last_naming(Subject::new(ItemId::KIND, uuid), Download::NAME);
        }
        finder.last_of(&Download::stream(uuid))
    }

    fn state(&self, event: &Recorded) -> BranchState {
        match &*event.envelope.name {
            "requested" => BranchState::Open,
            _ => BranchState::usual(event),
        }
    }

    fn work(&self, _: &Finder, work: &Work) -> Found<Option<String>> {
        Ok(Some(match work.task::<DownloadItem>() {
            Ok(item) => format!("the download of {}", quoted(item.title.as_deref(), &item.source.url)),
            Err(_) => "a download".to_owned(),
        }))
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Download>(recorded) else { return Ok(None) };
        let id = DownloadId::from_uuid(recorded.envelope.stream.uuid);
        let row = finder.row(finder.views.of::<DownloadView>(), |rows| download::download(rows, id))?;
        let title = row.map_or_else(|| "it".to_owned(), |row| quoted(row.title.as_deref(), &row.source.url));
        Ok(Some(match event {
            Event::Requested { item, .. } => format!("asked for {title} ({})", item.quality.name),
            Event::Completed { .. } => format!("kept {title}"),
            Event::FileReplaced { .. } => {
                format!("put another file into the place of the one that kept {title}")
            }
            Event::Failed { failure, .. } => format!("gave {title} up: {}", failure.message),
            Event::Cancelled { .. } => format!("ended the download of {title}"),
            Event::Archived { source, .. } => {
                format!(
                    "took over from an archive that {} {} was fetched before",
                    source.extractor, source.source_id
                )
            }
        }))
    }

    fn news(&self) -> &'static [&'static str] {
        &["completed", "failed"]
    }

    fn entry(&self, recorded: &Recorded) -> Option<EntryId> {
        match event_of::<Download>(recorded)? {
            Event::Requested { item, .. } => item.entry.map(|entry| entry.entry_id),
            Event::Completed { .. }
            | Event::FileReplaced { .. }
            | Event::Failed { .. }
            | Event::Cancelled { .. }
            | Event::Archived { .. } => None,
        }
    }
}
