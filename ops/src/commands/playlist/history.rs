//! What every refresh of a playlist changed, in words.

use std::collections::BTreeMap;

use mediary_events::playlist::{Event as Fact, Playlist as Concern};
use mediary_schema::{
    EntryId,
    playlist::{After, Keeping, KeptEntries, LiveStatus, UnreadableRow},
};

use super::{find, object::Counts};
use crate::{
    client::Client,
    commands::{
        failure::Failure,
        job::class_name,
        log::{Event, history},
    },
    output::{Output, clean, moment, plural, word},
};

pub(super) async fn run(id: &str, client: &Client, output: &mut Output) -> Result<(), Failure> {
    // An id without a playlist is an error, not an empty history.
    let playlist = find(client, id, None).await?;
    let events = history(client, "playlist", &playlist.id).await?;
    Ok(output.show(&events, |events| text(events))?)
}

/// The history as text: a paragraph for each refresh that changed something.
fn text(events: &[Event]) -> String {
    told_after(events, 0)
}

/// The end of the history as text. All of it is needed: entries were named before.
pub(crate) fn told_after(events: &[Event], version: u64) -> String {
    let mut story = Story::default();
    for event in events {
        match event.decode::<Concern>() {
            Some(fact) => story.tell(event, fact),
            // Erased, or of a newer program: told by its name rather than not at all.
            None => story.line(event, &event.kind),
        }
        if event.version <= version {
            story.text.clear();
        }
    }
    story.text
}

/// The text so far, the changes of the refresh that is being told, and what entries are called.
#[derive(Debug, Default)]
struct Story {
    text: String,
    changes: Vec<String>,
    titles: BTreeMap<EntryId, String>,
}

impl Story {
    fn tell(&mut self, event: &Event, fact: Fact) {
        match fact {
            Fact::FollowRequested { url } => self.line(event, &format!("followed: {url}")),
            Fact::Unfollowed {} => self.line(event, "followed no longer"),
            Fact::Resolved { observed, .. } => {
                let title = observed.title.as_deref().map_or_else(|| "without a title".to_owned(), quoted);
                self.line(event, &format!("it is a list {title}"));
            }
            Fact::EntryAdded { entry_id, source, title, .. } => {
                self.titles.insert(entry_id, title.unwrap_or(source.url));
                self.change("added", entry_id, "");
            }
            Fact::EntryNotSeen { entry_id } => self.change("not seen", entry_id, ""),
            Fact::EntryRemoved { entry_id } => self.change("removed", entry_id, ""),
            Fact::EntryMoved { entry_id, after } => self.change("moved", entry_id, &self.place(after)),
            Fact::EntryRenamed { entry_id, title } => {
                self.change("renamed", entry_id, &format!("to {}", quoted(&title)));
                self.titles.insert(entry_id, title);
            }
            Fact::EntryDescribed { entry_id, .. } => self.change("described", entry_id, ""),
            Fact::EntryLiveStatusChanged { entry_id, live_status, .. } => {
                let now = match live_status {
                    LiveStatus::NotLive => "no broadcast",
                    LiveStatus::Upcoming => "announced",
                    LiveStatus::Live => "being broadcast",
                    LiveStatus::PostLive => "being made into a recording",
                    LiveStatus::WasLive => "there as a recording",
                };
                self.change("broadcast", entry_id, &format!("({now})"));
            }
            Fact::EntryAvailabilityChanged { entry_id, availability } if availability.is_available() => {
                self.change("available", entry_id, "");
            }
            Fact::EntryAvailabilityChanged { entry_id, availability } => {
                let availability = word(&format!("{availability:?}"));
                self.change("unavailable", entry_id, &format!("({availability})"));
            }
            Fact::EntryReturned { entry_id, .. } => self.change("returned", entry_id, ""),
            Fact::RefreshCompleted { observed, unreadable, unreadable_rows, counts, .. } => {
                let seen = plural(u64::from(observed), "entry", "entries");
                let not_read =
                    if unreadable > 0 { format!(", {unreadable} not readable") } else { String::new() };
                self.line(event, &format!("looked, {seen} seen{not_read}: {}", Counts::from(counts).text()));
                let not_read = unreadable_rows.into_iter().map(|UnreadableRow { index, reason }| {
                    let place = index.map_or_else(|| "?".to_owned(), |index| index.to_string());
                    format!("not read     entry {place}: {reason}")
                });
                self.changes.extend(not_read);
                for change in std::mem::take(&mut self.changes) {
                    self.text.extend(["    ", &clean(&change), "\n"]);
                }
            }
            Fact::RefreshFailed { failure, .. } => {
                let class = class_name(failure.class);
                self.line(event, &format!("look failed: {class}: {}", failure.message));
            }
            Fact::KeepingChanged { keeping: None } => {
                self.line(event, "nothing is kept without asking for it");
            }
            Fact::KeepingChanged { keeping: Some(Keeping { entries, quality, filter, .. }) } => {
                let what = if entries == KeptEntries::All { "all entries are" } else { "what is new is" };
                let rules = filter.rules().iter().map(ToString::to_string);
                let which: Vec<String> = [quality.name].into_iter().chain(rules).collect();
                self.line(event, &format!("{what} kept from now on ({})", which.join(", ")));
            }
            Fact::CookiesChanged { cookies } => {
                let when = match cookies.map(|cookies| cookies.always) {
                    None => "without cookies",
                    Some(false) => "with cookies when they are needed",
                    Some(true) => "with cookies",
                };
                self.line(event, &format!("asked for {when} from now on"));
            }
            Fact::LayoutChanged { layout } => {
                let how = layout.map_or_else(
                    || "as the library has it".to_owned(),
                    |layout| layout.name.name().to_owned(),
                );
                self.line(event, &format!("files are named from now on: {how}"));
            }
            Fact::TranscodingChanged { profile: None } => {
                self.line(event, "nothing is made of what is kept from now on");
            }
            Fact::TranscodingChanged { profile: Some(profile) } => {
                self.line(event, &format!("a file is made of each that is kept from now on: {profile}"));
            }
            Fact::EntriesSkipped { rule, entries } => {
                let what = match entries.as_slice() {
                    [only] => quoted(&self.title(*only)),
                    several => plural(several.len() as u64, "entry", "entries"),
                };
                self.line(event, &format!("{what} skipped by {rule}"));
            }
            Fact::DownloadsWithdrawn {} => self.line(event, "downloads asked for no longer"),
            Fact::DownloadsRequested { quality, entries, again, .. } => {
                let what = entries.map_or_else(
                    || "all entries".to_owned(),
                    |entries| plural(entries.len() as u64, "entry", "entries"),
                );
                let again = if again { " again" } else { "" };
                self.line(event, &format!("download of {what} asked for{again} ({})", quality.name));
            }
        }
    }

    /// A change of an entry; it is told with the refresh that it ends in.
    fn change(&mut self, kind: &str, entry_id: EntryId, more: &str) {
        let change = format!("{kind:<11}  {} {more}", quoted(&self.title(entry_id)));
        self.changes.push(change.trim_end().to_owned());
    }

    fn line(&mut self, event: &Event, what: &str) {
        self.text.extend([&moment(&event.at), "  ", &clean(what), "\n"]);
    }

    fn title(&self, entry_id: EntryId) -> String {
        self.titles.get(&entry_id).cloned().unwrap_or_else(|| entry_id.to_string())
    }

    fn place(&self, after: After) -> String {
        match after {
            Some(entry_id) => format!("behind {}", quoted(&self.title(entry_id))),
            None => "to the front".to_owned(),
        }
    }
}

fn quoted(title: &str) -> String {
    format!("“{title}”")
}

#[cfg(test)]
mod tests {
    use mediary_schema::{
        ItemId, JobId, Timestamp,
        item::ItemSource,
        playlist::{Availability, RefreshCounts, RefreshMode},
    };

    use super::*;

    fn entry(number: u32) -> EntryId {
        EntryId::from_uuid(uuid::Uuid::from_u128(u128::from(number)))
    }

    fn added(number: u32, title: &str) -> Fact {
        let url = format!("https://example.org/{number}");
        let source = ItemSource { extractor: "site".to_owned(), source_id: number.to_string(), url };
        Fact::EntryAdded {
            entry_id: entry(number),
            item_id: ItemId::from_uuid(uuid::Uuid::from_u128(u128::from(number))),
            source,
            title: Some(title.to_owned()),
            duration_ms: None,
            availability: Availability::Available,
            live_status: LiveStatus::NotLive,
            published_at: None,
            after: None,
        }
    }

    fn completed(observed: u32, counts: RefreshCounts) -> Fact {
        let job_id = JobId::from_uuid(uuid::Uuid::nil());
        Fact::RefreshCompleted {
            job_id,
            mode: RefreshMode::Full,
            observed,
            unreadable: 0,
            unreadable_rows: vec![],
            counts,
            newest_first: None,
        }
    }

    fn told(facts: &[Fact]) -> String {
        let at = Timestamp::from_micros(1_795_248_000_000_000);
        let events: Vec<Event> = facts.iter().map(|fact| Event::sample::<Concern>(fact, at)).collect();
        text(&events)
    }

    #[test]
    fn changes_are_told_with_the_look_that_they_end_in() {
        let text = told(&[
            Fact::FollowRequested { url: "https://example.org/feed".to_owned() },
            added(1, "One"),
            added(2, "Two"),
            completed(2, RefreshCounts { added: 2, ..RefreshCounts::default() }),
            Fact::EntryRenamed { entry_id: entry(1), title: "Uno".to_owned() },
            Fact::EntryMoved { entry_id: entry(2), after: None },
            Fact::EntryNotSeen { entry_id: entry(1) },
            Fact::EntryAvailabilityChanged { entry_id: entry(2), availability: Availability::Private },
            completed(
                1,
                RefreshCounts {
                    renamed: 1,
                    moved: 1,
                    not_seen: 1,
                    unavailable: 1,
                    ..RefreshCounts::default()
                },
            ),
            completed(1, RefreshCounts::default()),
            Fact::RefreshCompleted {
                job_id: JobId::from_uuid(uuid::Uuid::nil()),
                mode: RefreshMode::Incremental,
                observed: 1,
                unreadable: 2,
                unreadable_rows: vec![
                    UnreadableRow::new(Some(2), "no address"),
                    UnreadableRow::new(None, "?!"),
                ],
                counts: RefreshCounts::default(),
                newest_first: None,
            },
        ]);
        let expected = "\
2026-11-21 08:00:00Z  followed: https://example.org/feed
2026-11-21 08:00:00Z  looked, 2 entries seen: 2 added
    added        “One”
    added        “Two”
2026-11-21 08:00:00Z  looked, 1 entry seen: 1 not seen, 1 moved, 1 renamed, 1 unavailable
    renamed      “One” to “Uno”
    moved        “Two” to the front
    not seen     “Uno”
    unavailable  “Two” (private)
2026-11-21 08:00:00Z  looked, 1 entry seen: nothing new
2026-11-21 08:00:00Z  looked, 1 entry seen, 2 not readable: nothing new
    not read     entry 2: no address
    not read     entry ?: ?!
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        let mut event = Event::sample::<Concern>(&Fact::Unfollowed {}, Timestamp::default());
        event.payload = None;
        "playlist.unfollowed".clone_into(&mut event.kind);
        assert_eq!(text(&[event]), "1970-01-01 00:00:00Z  playlist.unfollowed\n");
    }
}
