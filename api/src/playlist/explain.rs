use mediary_events::{
    Concern as _,
    playlist::{Event, Playlist},
};
use mediary_log::Recorded;
use mediary_projections::playlist::{self, PlaylistView};
use mediary_schema::{
    EntryId, PlaylistId,
    job::Work,
    playlist::{Keeping, KeptEntries, LiveStatus},
};
use uuid::Uuid;

use crate::event::{
    explain::{Explains, Finder, Found, event_of, quoted},
    outcome::BranchState,
};

/// What is said of playlists and their entries.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Playlist::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[PlaylistId::KIND, EntryId::KIND]
    }

    fn last_event(&self, finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        if kind == PlaylistId::KIND {
            return finder.last_of(&Playlist::stream(uuid));
        }
        let id = EntryId::from_uuid(uuid);
        let row = finder.row(finder.views.of::<PlaylistView>(), |rows| playlist::entry(rows, id))?;
        row.map_or(Ok(None), |row| Ok(finder.reader.at(row.changed_at)?))
    }

    fn state(&self, event: &Recorded) -> BranchState {
        match &*event.envelope.name {
            "refresh_failed" => BranchState::Failed,
            _ => BranchState::usual(event),
        }
    }

    fn place(&self, finder: &Finder, id: EntryId) -> Found<Option<String>> {
        let number =
            finder.row(finder.views.of::<PlaylistView>(), |rows| playlist::entry_number(rows, id))?;
        Ok(number.map(|number| format!("entry {number}")))
    }

    fn work(&self, finder: &Finder, work: &Work) -> Found<Option<String>> {
        let Some(playlist) = work.subject(PlaylistId::KIND) else { return Ok(None) };
        Ok(Some(format!("the refresh of {}", called(finder, PlaylistId::from_uuid(playlist))?)))
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Playlist>(recorded) else { return Ok(None) };
        let list = called(finder, PlaylistId::from_uuid(recorded.envelope.stream.uuid))?;
        let entry = |id: EntryId| -> Found<String> {
            let row = finder.row(finder.views.of::<PlaylistView>(), |rows| playlist::entry(rows, id))?;
            let title = row.and_then(|row| row.title);
            Ok(title.map_or_else(|| "an entry".to_owned(), |title| format!("'{title}'")))
        };
        Ok(Some(match event {
            Event::FollowRequested { .. } => format!("asked to follow {list}"),
            Event::Unfollowed { .. } => format!("asked to follow {list} no longer"),
            Event::Resolved { .. } => format!("found out what {list} is"),
            Event::EntryAdded { entry_id, .. } => format!("found {} in {list}", entry(entry_id)?),
            Event::EntryNotSeen { entry_id } => format!("saw {} in {list} no longer", entry(entry_id)?),
            Event::EntryRemoved { entry_id } => format!("took {} out of {list}", entry(entry_id)?),
            Event::EntryMoved { entry_id, .. } => format!("moved {} within {list}", entry(entry_id)?),
            Event::EntryRenamed { entry_id, .. } => {
                format!("found that an entry of {list} is called {} now", entry(entry_id)?)
            }
            Event::EntryDescribed { entry_id, .. } => {
                format!("found another length or address of {} in {list}", entry(entry_id)?)
            }
            Event::EntryLiveStatusChanged { entry_id, live_status, .. } => {
                let now = match live_status {
                    LiveStatus::NotLive => "is no broadcast",
                    LiveStatus::Upcoming => "is announced",
                    LiveStatus::Live => "is being broadcast",
                    LiveStatus::PostLive => "is being made into a recording",
                    LiveStatus::WasLive => "is there as a recording",
                };
                format!("found that {} of {list} {now}", entry(entry_id)?)
            }
            Event::EntryAvailabilityChanged { entry_id, availability } if availability.is_available() => {
                format!("found that {} of {list} can be had again", entry(entry_id)?)
            }
            Event::EntryAvailabilityChanged { entry_id, .. } => {
                format!("found that {} of {list} can't be had", entry(entry_id)?)
            }
            Event::EntryReturned { entry_id, .. } => format!("saw {} in {list} again", entry(entry_id)?),
            Event::RefreshCompleted { counts, .. } if counts.added > 0 => {
                format!("found {} new in {list}", counts.added)
            }
            Event::RefreshCompleted { .. } => format!("came to the end of the refresh of {list}"),
            Event::RefreshFailed { failure, .. } => {
                format!("gave up the refresh of {list}: {}", failure.message)
            }
            Event::KeepingChanged { keeping: None } => {
                format!("wanted nothing of {list} kept without asking for it")
            }
            Event::KeepingChanged { keeping: Some(Keeping { entries, quality, filter, .. }) } => {
                let what = if entries == KeptEntries::All { "all of" } else { "what is new in" };
                let rules = filter.rules().iter().map(ToString::to_string);
                let which: Vec<String> = [quality.name].into_iter().chain(rules).collect();
                format!("wanted {what} {list} kept ({})", which.join(", "))
            }
            Event::CookiesChanged { cookies: None } => format!("wanted {list} asked for without cookies"),
            Event::CookiesChanged { cookies: Some(cookies) } => {
                let when = if cookies.always { "always" } else { "when they are needed" };
                format!("wanted {list} asked for with the cookies of {}, {when}", cookies.secret_id)
            }
            Event::LayoutChanged { layout: None } => {
                format!("wanted files of {list} named as the library has it")
            }
            Event::LayoutChanged { layout: Some(layout) } => {
                format!("wanted files of {list} named as {} has it", layout.name.name())
            }
            Event::TranscodingChanged { profile: None } => format!("wanted nothing made of files of {list}"),
            Event::TranscodingChanged { profile: Some(profile) } => {
                format!("wanted a file made of each of {list} that is kept ({profile})")
            }
            Event::EntriesSkipped { rule, entries } => match entries.as_slice() {
                [only] => format!("skipped {} of {list}, by the rule {rule}", entry(*only)?),
                several => format!("skipped {} entries of {list}, by the rule {rule}", several.len()),
            },
            Event::DownloadsWithdrawn {} => format!("asked for nothing of {list} any more"),
            Event::DownloadsRequested { quality, entries, again, .. } => {
                let again = if again { " again" } else { "" };
                match entries.map(|entries| entries.len()) {
                    None => format!("asked for all of {list}{again} ({})", quality.name),
                    Some(1) => format!("asked for an entry of {list}{again} ({})", quality.name),
                    Some(count) => format!("asked for {count} entries of {list}{again} ({})", quality.name),
                }
            }
        }))
    }

    fn news(&self) -> &'static [&'static str] {
        &[
            "follow_requested",
            "unfollowed",
            "refresh_completed",
            "refresh_failed",
            "entry_removed",
            "entry_renamed",
            "entry_availability_changed",
        ]
    }

    /// What was found otherwise has events of its own, but for what is new: that is told as one number.
    fn is_news(&self, recorded: &Recorded) -> bool {
        match event_of::<Playlist>(recorded) {
            Some(Event::RefreshCompleted { counts, .. }) => counts.added > 0,
            _ => true,
        }
    }

    fn entry(&self, recorded: &Recorded) -> Option<EntryId> {
        match event_of::<Playlist>(recorded)? {
            Event::EntryAdded { entry_id, .. }
            | Event::EntryNotSeen { entry_id }
            | Event::EntryRemoved { entry_id }
            | Event::EntryMoved { entry_id, .. }
            | Event::EntryRenamed { entry_id, .. }
            | Event::EntryDescribed { entry_id, .. }
            | Event::EntryLiveStatusChanged { entry_id, .. }
            | Event::EntryAvailabilityChanged { entry_id, .. }
            | Event::EntryReturned { entry_id, .. } => Some(entry_id),
            Event::FollowRequested { .. }
            | Event::Unfollowed { .. }
            | Event::Resolved { .. }
            | Event::RefreshCompleted { .. }
            | Event::RefreshFailed { .. }
            | Event::DownloadsRequested { .. }
            | Event::KeepingChanged { .. }
            | Event::EntriesSkipped { .. }
            | Event::CookiesChanged { .. }
            | Event::LayoutChanged { .. }
            | Event::TranscodingChanged { .. }
            | Event::DownloadsWithdrawn {} => None,
        }
    }
}

/// What a playlist is called: its title, or its address.
pub(crate) fn called(finder: &Finder, id: PlaylistId) -> Found<String> {
    let row = finder.row(finder.views.of::<PlaylistView>(), |rows| playlist::playlist(rows, id))?;
    Ok(row.map_or_else(|| id.to_string(), |row| quoted(row.title.as_deref(), &row.url)))
}
