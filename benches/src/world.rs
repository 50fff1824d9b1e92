//! A log as it comes about in real life: lists that were looked at, items that were kept.

use mediary_events::{
    job::{self, Job},
    playlist::{self, Playlist},
};
use mediary_log::{
    Log, Origin, OriginKind,
    gate::{Caller, Gate, Refusal, Transaction},
    work::{self, download::Kept, playlist::Completed},
};
use mediary_schema::{
    Address, AttemptId, Clock, EntryId, IdSource, Identities, IdentityKey, IncarnationId, ItemId, JobId,
    PlaylistId, ProjectId,
    download::{DownloadItem, EntryRef, Quality},
    file::{Check, MediaFacts, Verified},
    item::{IdScope, ItemSource},
    job::{ResourceUse, RetryPolicy},
    layout::Described,
    playlist::{
        Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind, RefreshMode, RefreshPlaylist,
    },
    worker::WorkerLife,
};
use uuid::Uuid;

/// Downloads whose events are one append here. Each has an append of its own in real life, which says
/// the same in the same bytes and takes a sync more.
const BUNDLE: usize = 50;

/// How much there is in a log.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Lists that are followed and were looked at once.
    pub lists: u32,
    /// Entries of each.
    pub entries_each: u32,
    /// How many of each list's entries were kept.
    pub kept_each: u32,
}

/// A gate before the log of a folder, with the system's clock and ids.
///
/// # Panics
/// If the folder can't be used.
pub fn open(directory: &std::path::Path) -> Gate {
    before(crate::log::open(directory))
}

/// A gate before a log, with the system's clock and ids; it has folded nothing yet.
pub(crate) fn before(log: Log) -> Gate {
    Gate::new(log, Clock::system(), IdSource::system(), work::REGISTRY)
}

/// Tells all that happens until there is so much. Answers the lists.
pub fn tell(gate: &Gate, size: Size) -> Result<Vec<PlaylistId>, Refusal> {
    let mut lists = Vec::new();
    for number in 0..size.lists {
        let list = List::new(number);
        look(gate, &list, size.entries_each)?;
        keep(gate, &list, size.kept_each)?;
        lists.push(list.id);
    }
    Ok(lists)
}

/// The platform with a command of its own.
pub fn caller(gate: &Gate) -> Caller {
    Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, gate.ids())
}

/// What derives the ids of the world: the same in every run.
const IDENTITIES: Identities = Identities::new(IdentityKey::from_bytes([1; IdentityKey::BYTES]));

/// One list of the world.
#[derive(Debug, Clone)]
pub struct List {
    number: u32,
    /// Its id.
    pub id: PlaylistId,
    url: Address,
}

impl List {
    /// A list by its number.
    ///
    /// # Panics
    /// Never: the address is well formed.
    pub fn new(number: u32) -> Self {
        let url = format!("https://media.example.org/@open-movies/list-{number:04}");
        let url: Address = url.parse().expect("the address is well formed");
        Self { number, id: IDENTITIES.playlist(ProjectId::HOME, &url), url }
    }

    /// The wish for one of its entries.
    pub fn item(&self, entry: u32) -> DownloadItem {
        let source = self.source(entry);
        let item_id = IDENTITIES.item(ProjectId::HOME, &source);
        DownloadItem {
            download_id: IDENTITIES.download(item_id, Quality::best().wish()),
            item_id,
            quality: Quality::best(),
            title: Some(self.title(entry)),
            duration_ms: Some(duration_ms(entry)),
            folder: Some(self.name()),
            entry: Some(EntryRef { playlist_id: self.id, entry_id: self.entry_id(entry) }),
            source,
        }
    }

    fn name(&self) -> String {
        format!("Open movies and the people who make them, part {}", self.number)
    }

    fn title(&self, entry: u32) -> String {
        format!("{}.{entry:05} What a blender can do that a camera can't – short film", self.number)
    }

    fn source(&self, entry: u32) -> ItemSource {
        let source_id = format!("{:04}x{entry:06}", self.number);
        let url = format!("https://media.example.org/watch?v={source_id}");
        ItemSource { extractor: "openmovies".to_owned(), source_id, url }
    }

    fn item_id(&self, entry: u32) -> ItemId {
        IDENTITIES.item(ProjectId::HOME, &self.source(entry))
    }

    pub(crate) fn entry_id(&self, entry: u32) -> EntryId {
        IDENTITIES.entry(self.id, self.item_id(entry), 1)
    }

    pub(crate) fn added(&self, entry: u32) -> playlist::Event {
        playlist::Event::EntryAdded {
            entry_id: self.entry_id(entry),
            item_id: self.item_id(entry),
            source: self.source(entry),
            title: Some(self.title(entry)),
            duration_ms: Some(duration_ms(entry)),
            availability: Availability::Available,
            live_status: LiveStatus::NotLive,
            published_at: None,
            after: entry.checked_sub(1).map(|before| self.entry_id(before)),
        }
    }

    /// A row as a look sees it.
    pub(crate) fn observed(&self, entry: u32, index: u32) -> ObservedEntry {
        ObservedEntry {
            index,
            source: self.source(entry),
            id_scope: IdScope::default(),
            title: Some(self.title(entry)),
            duration_ms: Some(duration_ms(entry)),
            availability: Availability::Available,
            live_status: LiveStatus::NotLive,
            published_at: None,
        }
    }

    fn completed(&self, observed: u32) -> Completed {
        Completed {
            kind: PlaylistKind::List,
            playlist: ObservedPlaylist {
                title: Some(self.name()),
                extractor: Some("openmovies".to_owned()),
                source_id: Some(format!("list-{:04}", self.number)),
            },
            mode: RefreshMode::Full,
            observed,
            unreadable: 0,
            unreadable_rows: vec![],
            newest_first: None,
            changes: Vec::new(),
        }
    }
}

fn duration_ms(entry: u32) -> u64 {
    60_000 + u64::from(entry % 97) * 7_919
}

/// A job with the one attempt that it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) job: JobId,
    pub(crate) attempt: AttemptId,
    worker: WorkerLife,
}

impl Run {
    pub(crate) fn new(gate: &Gate) -> Self {
        Self {
            job: JobId::from_uuid(gate.ids().next()),
            attempt: AttemptId::from_uuid(gate.ids().next()),
            worker: WorkerLife {
                worker_id: gate.identities().local_worker(gate.log().id()),
                incarnation_id: IncarnationId::from_uuid(gate.ids().next()),
            },
        }
    }

    fn lease(self, story: &mut Transaction<'_>) -> Result<(), Refusal> {
        let lease = job::Command::Lease { attempt_id: self.attempt, worker: self.worker, until: story.now() };
        story.execute::<Job>(self.job.uuid(), lease)
    }

    fn start(self, story: &mut Transaction<'_>) -> Result<(), Refusal> {
        story.execute::<Job>(self.job.uuid(), job::Command::Start { attempt_id: self.attempt })
    }
}

const USED: ResourceUse = ResourceUse { cpu_ms: 12_840, memory_peak_bytes: 96_468_992 };

/// Follows a list and begins to look at it.
pub(crate) fn begin(gate: &Gate, list: &List, run: Run) -> Result<(), Refusal> {
    told(gate, |story| {
        let follow = playlist::Command::Follow { url: list.url.to_string() };
        story.execute::<Playlist>(list.id.uuid(), follow)?;
        work::playlist::request(story, list.id, run.job, None, RetryPolicy::default())
    })?;
    told(gate, |story| run.lease(story))?;
    told(gate, |story| run.start(story))
}

/// Follows a list and looks at it to the end, page by page.
fn look(gate: &Gate, list: &List, entries: u32) -> Result<(), Refusal> {
    let run = Run::new(gate);
    begin(gate, list, run)?;
    for first in (0..entries).step_by(RefreshPlaylist::PAGE_SIZE as usize) {
        let end = entries.min(first + RefreshPlaylist::PAGE_SIZE);
        let page: Vec<_> = (first..end).map(|entry| list.added(entry)).collect();
        told(gate, |story| {
            work::playlist::record_changes(story, list.id, run.job, run.attempt, page.clone())
        })?;
    }
    told(gate, |story| {
        work::playlist::finish(story, list.id, run.job, run.attempt, USED, list.completed(entries))
    })
}

/// Keeps the first entries of a list, from the wish to the file.
fn keep(gate: &Gate, list: &List, entries: u32) -> Result<(), Refusal> {
    let wishes: Vec<_> = (0..entries).map(|entry| (list.item(entry), Run::new(gate))).collect();
    for bundle in wishes.chunks(BUNDLE) {
        told(gate, |story| each(bundle, |item, run| wish(story, item, run.job)))?;
        told(gate, |story| each(bundle, |_, run| run.lease(story)))?;
        told(gate, |story| each(bundle, |_, run| run.start(story)))?;
        told(gate, |story| each(bundle, |item, run| finish(story, item, run)))?;
    }
    Ok(())
}

/// Wishes for entries of a list to be kept, and leaves their jobs in the queue.
pub fn queue(gate: &Gate, list: &List, entries: u32) -> Result<(), Refusal> {
    let wishes: Vec<_> = (0..entries).map(|entry| (list.item(entry), Run::new(gate))).collect();
    for bundle in wishes.chunks(BUNDLE) {
        told(gate, |story| each(bundle, |item, run| wish(story, item, run.job)))?;
    }
    Ok(())
}

/// Wishes for an item to be kept: a reservation, a job and a download, each of a stream of its own.
pub fn wish(story: &mut Transaction<'_>, item: &DownloadItem, job: JobId) -> Result<(), Refusal> {
    work::download::request(story, item.clone(), job, false, RetryPolicy::default())?;
    Ok(())
}

fn finish(story: &mut Transaction<'_>, item: &DownloadItem, run: Run) -> Result<(), Refusal> {
    let title = item.title.as_deref().unwrap_or_default();
    let folder = item.folder.as_deref().unwrap_or_default();
    let kept = Kept {
        path: format!("{folder}/{title}.mp4"),
        verified: verified(item),
        stamp: None,
        described: Described::default(),
        sidecars: Vec::new(),
        missing: Vec::new(),
    };
    work::download::finish(story, item, run.job, run.attempt, USED, kept)?;
    Ok(())
}

fn verified(item: &DownloadItem) -> Verified {
    let duration_ms = item.duration_ms.unwrap_or_default();
    Verified {
        size_bytes: duration_ms * 171,
        // As long as a digest, and as far from any other.
        blake3: item.item_id.uuid().simple().to_string().repeat(2),
        media: MediaFacts {
            container: "mov,mp4,m4a,3gp,3g2,mj2".to_owned(),
            duration_ms,
            width: Some(1920),
            height: Some(1080),
            video_codec: Some("h264".to_owned()),
            audio_codec: Some("aac".to_owned()),
        },
        check: Check::Decoded,
        oddities: Vec::new(),
    }
}

fn each(
    bundle: &[(DownloadItem, Run)],
    mut step: impl FnMut(&DownloadItem, Run) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for (item, run) in bundle {
        step(item, *run)?;
    }
    Ok(())
}

pub(crate) fn told<T>(
    gate: &Gate,
    story: impl Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
) -> Result<(), Refusal> {
    gate.transact_blocking(&caller(gate), &story)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_holds_what_was_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let gate = open(directory.path());
        let lists = tell(&gate, Size { lists: 2, entries_each: 60, kept_each: 3 }).unwrap();
        assert_eq!(lists.len(), 2);
        let counts: Vec<_> =
            gate.log().counts().unwrap().into_iter().map(|count| (count.category, count.events)).collect();
        let events =
            |category: &str| counts.iter().find(|(name, _)| name == category).map(|(_, events)| *events);
        // Followed, resolved, completed and the entries; four events a job.
        assert_eq!(events("playlist"), Some(2 * (3 + 60)), "{counts:?}");
        assert_eq!(events("job"), Some(2 * 4 + 6 * 4), "{counts:?}");
        assert_eq!(events("download"), Some(6 * 2), "{counts:?}");
        assert_eq!(events("file"), Some(6), "{counts:?}");
        queue(&gate, &List::new(7), 4).unwrap();
        assert_eq!(gate.log().head().position, counts.iter().map(|(_, events)| events).sum::<u64>() + 3 * 4);
    }
}
