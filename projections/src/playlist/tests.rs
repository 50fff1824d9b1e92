mod accounting;
mod folding;
mod querying;
mod refreshing;
mod searching;

use mediary_events::{
    playlist::{Event, Playlist, State},
    testing::samples,
};
use mediary_schema::{
    EntryId, JobId, PlaylistId, ProjectId,
    item::IdScope,
    playlist::{
        Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind, RefreshCounts, RefreshMode,
    },
};
use uuid::Uuid;

use super::{EntryField, EntryFilter, EntryRow, EntryStatus, PlaylistView, entries};
use crate::{
    listing::OrderField as _,
    tests::support::{Rows, item_id, source},
};

const JOB: JobId = JobId::from_uuid(Uuid::from_u128(7));
const ALL: EntryFilter =
    EntryFilter { order: EntryField::DEFAULT, removed: true, status: None, availability: None, search: None };

fn url(name: &str) -> String {
    format!("http://example.org/list/{name}")
}

fn list(name: &str) -> PlaylistId {
    samples::identities().playlist(ProjectId::HOME, &url(name).parse().unwrap())
}

fn follow(name: &str) -> Event {
    Event::FollowRequested { url: url(name) }
}

fn resolved(kind: PlaylistKind, title: &str) -> Event {
    let observed = ObservedPlaylist {
        title: Some(title.to_owned()),
        extractor: Some("demo".to_owned()),
        source_id: Some("17".to_owned()),
    };
    Event::Resolved { kind, observed }
}

fn seen(name: &str) -> ObservedEntry {
    ObservedEntry {
        index: 1,
        source: source(name),
        id_scope: IdScope::Source,
        title: Some(format!("About {name}")),
        duration_ms: Some(61_000),
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
        published_at: None,
    }
}

fn entry_id(list: PlaylistId, name: &str) -> EntryId {
    samples::identities().entry(list, item_id(name), 1)
}

fn added(list: PlaylistId, name: &str, after: Option<&str>) -> Event {
    let ObservedEntry { source, title, duration_ms, availability, live_status, published_at, .. } =
        seen(name);
    let (entry_id, after) = (entry_id(list, name), after.map(|name| entry_id(list, name)));
    let item_id = item_id(name);
    Event::EntryAdded {
        entry_id,
        item_id,
        source,
        title,
        duration_ms,
        availability,
        live_status,
        published_at,
        after,
    }
}

fn completed(counts: RefreshCounts) -> Event {
    Event::RefreshCompleted {
        job_id: JOB,
        mode: RefreshMode::Full,
        observed: 0,
        unreadable: 0,
        unreadable_rows: vec![],
        counts,
        newest_first: None,
    }
}

/// A followed list as the decider knows it and as the view shows it.
struct Followed {
    id: PlaylistId,
    state: State,
    rows: Rows<PlaylistView>,
}

impl Followed {
    fn new() -> Self {
        let mut followed = Self { id: list("a"), state: State::default(), rows: Rows::new() };
        followed.feed(vec![follow("a")]);
        followed
    }

    fn feed(&mut self, events: Vec<Event>) {
        for event in &events {
            <Playlist as mediary_events::Concern>::evolve(&mut self.state, event);
        }
        self.rows.feed::<Playlist>(self.id.uuid(), events);
    }

    /// Records a refresh to the end of the list.
    fn look(&mut self, observed: Vec<ObservedEntry>) {
        let found = samples::diff(self.id, &self.state, observed, RefreshMode::Full);
        self.feed(found.changes);
        self.feed(vec![completed(found.counts)]);
    }

    /// Records a refresh that saw these names.
    fn look_at(&mut self, names: &str) {
        self.look(names.split_whitespace().map(seen).collect());
    }

    fn entries(&mut self, filter: &EntryFilter) -> Vec<EntryRow> {
        let id = self.id;
        self.rows.pages(7, |rows, request| entries(rows, id, filter, request))
    }

    /// The names of what is in the list.
    fn order(&mut self) -> String {
        let present = self.entries(&ALL).into_iter().filter(|entry| entry.status == EntryStatus::Present);
        present.map(|entry| entry.source.source_id).collect::<Vec<_>>().join(" ")
    }
}
