use mediary_events::{
    Concern as _,
    transcode::{Event, Transcode},
};
use mediary_log::Recorded;
use mediary_projections::transcode::{self, TranscodeView};
use mediary_schema::{
    job::Work,
    transcode::{TranscodeFile, TranscodeId},
};

use crate::event::{
    explain::{Explains, Finder, Found, event_of},
    outcome::BranchState,
};

/// What is said of transcodes.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Transcode::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[TranscodeId::KIND]
    }

    fn state(&self, event: &Recorded) -> BranchState {
        match &*event.envelope.name {
            "requested" => BranchState::Open,
            _ => BranchState::usual(event),
        }
    }

    fn work(&self, finder: &Finder, work: &Work) -> Found<Option<String>> {
        Ok(Some(match work.task::<TranscodeFile>() {
            Ok(TranscodeFile { title, profile, playlist_id, .. }) => {
                let made = format!("the making of '{title}' as {}", profile.name);
                match playlist_id {
                    Some(list) => {
                        format!("{made}, which {} has of each", crate::playlist::called(finder, list)?)
                    }
                    None => made,
                }
            }
            Err(_) => "a transcode".to_owned(),
        }))
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Transcode>(recorded) else { return Ok(None) };
        let id = TranscodeId::from_uuid(recorded.envelope.stream.uuid);
        let row = finder.row(finder.views.of::<TranscodeView>(), |rows| transcode::transcode(rows, id))?;
        let named = row.map(|row| format!("'{}' as {}", row.title, row.profile));
        let it = named.unwrap_or_else(|| "it".to_owned());
        Ok(Some(match event {
            Event::Requested { title, profile, replace, .. } => {
                let place = if replace { ", in its place" } else { "" };
                format!("asked for '{title}' as {}{place}: {}", profile.name, profile.rules.about)
            }
            Event::ReplaceRequested { .. } => {
                format!("asked for {it} to have the place of what it was made of")
            }
            Event::Completed { made, .. } => format!(
                "made {it}, which is proved: {} streams, {} of {} bytes",
                made.proof.stream_count, made.result_bytes, made.source_bytes
            ),
            Event::FoundFit { .. } => format!("found nothing to do: {it} is what the file is"),
            Event::CameOutLarger { result_bytes, source_bytes, .. } => {
                format!("did not keep {it}: it came out with {result_bytes} bytes, of {source_bytes}")
            }
            Event::Failed { failure, .. } => format!("gave {it} up: {}", failure.message),
            Event::Cancelled { .. } => format!("ended the making of {it}"),
        }))
    }

    fn news(&self) -> &'static [&'static str] {
        &["completed", "came_out_larger", "failed"]
    }
}
