//! Stories of downloads: a wish with its job, and its end with the file.

use mediary_events::{
    Asked as _, Concern as _, codec,
    download::{
        Ask, Command, Download, Phase, Rejection,
        ask::{ImportArchive, Start, Target},
    },
    file::{self, File},
    job::Outcome,
    playlist::{self, Playlist},
};
use mediary_schema::{
    Address, AttemptId, DownloadId, EntryId, FileId, ItemId, JobId, PlaylistId, RootId, Ticket,
    account::Permission,
    download::{DownloadItem, Quality},
    file::{Made, Stamp, Verified},
    item::ItemSource,
    job::{Failure, ResourceUse, RetryPolicy, Work, WorkKind},
    lane::Lane,
    layout::{Described, MissingSidecar, Sidecar},
    playlist::RefreshPlaylist,
    redact,
};
use serde::Serialize;

use mediary_events::Subject;

use super::job;
use crate::gate::{Effects, Entry, Fanout, KindOfWork, LongWork, Refusal, Story, Transaction, decode};

/// Downloads, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Download::NAME,
    events: Download::EVENTS,
    retired: Download::RETIRED,
    redact: codec::redacted::<Download>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[KindOfWork::of::<DownloadItem>()],
};

impl LongWork for DownloadItem {
    const KIND: WorkKind = WorkKind::new("download");
    const ABOUT: &'static str = "The keeping of an item.";
    const AT_ONCE: u32 = 2;
    const TOOLS: &'static [&'static str] = &["yt-dlp", "ffmpeg"];

    fn key(&self) -> String {
        format!("download/{}", self.download_id)
    }

    fn title(&self) -> String {
        self.title.clone().unwrap_or_else(|| redact::text(&self.source.url).into_owned())
    }

    fn subjects(&self) -> Vec<Subject> {
        vec![self.download_id.into(), self.item_id.into()]
    }

    fn within(&self) -> Vec<Subject> {
        let entry = self.entry.map(|entry| [entry.playlist_id.into(), entry.entry_id.into()]);
        entry.into_iter().flatten().collect()
    }

    fn lanes(&self) -> Vec<Lane> {
        Lane::of_address(&self.source.url).into_iter().chain([Lane::LibraryDisk]).collect()
    }

    fn retry(self, story: &mut Transaction<'_>, job_id: JobId) -> Result<JobId, Refusal> {
        let retry = story.retry_policy();
        request(story, self, job_id, false, retry)
    }

    fn given_up(
        story: &mut Transaction<'_>,
        job_id: JobId,
        work: &Work,
        failure: Option<Failure>,
    ) -> Result<(), Refusal> {
        let Some(download) = work.subject(DownloadId::KIND) else { return Ok(()) };
        let command = match failure {
            Some(failure) => Command::Fail { job_id, failure },
            None => Command::Cancel { job_id },
        };
        story.entail::<Download>(download, command)
    }

    /// It asks its source, and makes a file.
    fn effects(&self, effects: &mut Effects) {
        effects.call(&self.source.url);
        effects.file();
    }
}

/// What a command on downloads answers; how far a start is, its story says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// The playlist at the address, if one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playlist_id: Option<PlaylistId>,
    /// Items that an archive names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_count: Option<u64>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::Start(asked) => {
                let playlist_id = start(story, asked)?;
                Ok(Told { playlist_id, ..Told::default() })
            }
            Self::ImportArchive(asked) => import(story, asked),
        }
    }
}

/// One command on each list; a reaction issues a command for each entry.
fn start(story: &mut Transaction<'_>, asked: &Start) -> Result<Option<PlaylistId>, Refusal> {
    let quality: Quality = asked.quality.parse()?;
    let ticket = job::ticket(story, &asked.ticket)?;
    let wish =
        |story: &mut Transaction<'_>, id, entries| wish(story, id, &quality, entries, (asked.again, &ticket));
    match &asked.target {
        Target::PlaylistId(id) => {
            refuse_if_never_listed(story, *id)?;
            wish(story, *id, None).map(|()| None)
        }
        Target::Entries(lists) => {
            for list in lists {
                let entries = list.entry_ids.as_slice().to_vec();
                wish(story, list.playlist_id, Some(entries))?;
            }
            Ok(None)
        }
        Target::Url(url) => {
            let address: Address = url.parse()?;
            // What was opened from a list is one video, and its list is not asked for.
            let address = address.video_of_list().map_or(address, |both| both.video);
            let id = story.identities().playlist(story.caller().project, &address);
            story.execute::<Playlist>(id.uuid(), playlist::Command::Follow { url: address.to_string() })?;
            let listed = story.state::<Playlist>(id.uuid())?.listed;
            wish(story, id, None)?;
            if !listed {
                story.take_ticket(ticket);
                super::playlist::requested(story, id, None)?;
            }
            Ok(Some(id))
        }
    }
}

/// Refuses what nobody would ever answer: a list that nobody has read to its end, and nobody is reading.
fn refuse_if_never_listed(story: &mut Transaction<'_>, id: PlaylistId) -> Result<(), Refusal> {
    let state = story.state::<Playlist>(id.uuid())?;
    if state.followed && !state.listed && job::open_job(story, &RefreshPlaylist::key(id))?.is_none() {
        return Err(playlist::Rejection::NeverListed.into());
    }
    Ok(())
}

fn wish(
    story: &mut Transaction<'_>,
    id: PlaylistId,
    quality: &Quality,
    entries: Option<Vec<EntryId>>,
    (again, ticket): (bool, &Ticket),
) -> Result<(), Refusal> {
    let few = entries.as_ref().is_some_and(|entries| entries.len() <= playlist::Event::FEW);
    let (quality, ticket) = (quality.clone(), Ticket { bulk: !few, ..ticket.clone() });
    story.execute::<Playlist>(
        id.uuid(),
        playlist::Command::RequestDownloads { quality, entries, again, ticket },
    )
}

fn import(story: &mut Transaction<'_>, asked: &ImportArchive) -> Result<Told, Refusal> {
    let sources = ImportArchive::sources(&asked.text)?;
    if sources.len() > ImportArchive::LINES_MAX {
        return Err(Refusal::TooLarge);
    }
    let project = story.caller().project;
    let item_count = sources.len() as u64;
    for (extractor, source_id) in sources {
        let (extractor, source_id) = (extractor.to_owned(), source_id.to_owned());
        let source = ItemSource { extractor, source_id, url: String::new() };
        let item_id = story.identities().item(project, &source);
        if !is_known(story, item_id)? {
            let uuid = story.identities().archived(item_id).uuid();
            story.execute::<Download>(uuid, Command::Archive { item_id, source })?;
        }
    }
    Ok(Told { playlist_id: None, item_count: Some(item_count) })
}

/// Whether the item is wanted or kept for some wish: known better than by somebody else's archive.
fn is_known(story: &mut Transaction<'_>, item_id: ItemId) -> Result<bool, Refusal> {
    for uuid in story.about::<Download>(&item_id.into())? {
        match story.state::<Download>(uuid)?.phase {
            Phase::Wanted { .. } | Phase::Kept { .. } => return Ok(true),
            Phase::Unwanted | Phase::Archived | Phase::GivenUp => {}
        }
    }
    Ok(false)
}

/// Refuses a wish that is met: a file that is there meets every wish that it fits, and an archive meets all.
fn refuse_if_met(story: &mut Transaction<'_>, item: &DownloadItem) -> Result<(), Refusal> {
    for uuid in story.about::<Download>(&Subject::from(item.item_id))? {
        let state = story.state::<Download>(uuid)?;
        let (phase, fetched_for, kept) = (state.phase, state.wish, state.kept());
        if phase == Phase::Archived {
            return Err(Rejection::Archived.into());
        }
        let (Some(fetched_for), Some(file_id)) = (fetched_for, kept) else { continue };
        let file = story.state::<File>(file_id.uuid())?;
        let lines = file.verified.as_ref().and_then(|verified| verified.media.lines());
        let wish = item.quality.wish();
        let fits = wish == fetched_for || wish.is_met_by(fetched_for, lines);
        if fits && file.is_there() {
            return Err(Rejection::AlreadyKept { file_id }.into());
        }
        // Whoever deleted it doesn't want it again with the next wish for all of a list.
        if fits && file.is_deleted() {
            return Err(Rejection::Deleted { file_id }.into());
        }
    }
    Ok(())
}

/// Asks for an item to be kept, or joins the job under way for the same wish, which asks at once if it waits for the
/// item's moment. Answers the job.
///
/// Another wish for the item is another download, unless a file that is there fits it.
pub fn request(
    story: &mut Transaction<'_>,
    item: DownloadItem,
    job_id: JobId,
    again: bool,
    retry: RetryPolicy,
) -> Result<JobId, Refusal> {
    story.require(Permission::DOWNLOAD)?;
    let uuid = item.download_id.uuid();
    if let Phase::Wanted { job_id } = story.state::<Download>(uuid)?.phase {
        job::go_on(story, job_id)?;
        job::join(story, job_id)?;
        return Ok(job_id);
    }
    if !again {
        refuse_if_met(story, &item)?;
    }
    let job_id = job::open(story, job_id, &item.work(), retry)?;
    story.execute::<Download>(uuid, Command::Request { job_id, item: Box::new(item) })?;
    Ok(job_id)
}

/// A file in its place, whole and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The path below the library, with `/` between folders.
    pub path: String,
    /// What it is known by.
    pub verified: Verified,
    /// What the file system says of it; none if it couldn't be asked.
    pub stamp: Option<Stamp>,
    /// What its source said of it.
    pub described: Described,
    /// What lies beside it.
    pub sidecars: Vec<Sidecar>,
    /// What was to lie beside it, too, and is not there.
    pub missing: Vec<MissingSidecar>,
}

/// Ends a download whose file is in its place: the end of the job, the download and the file are one append.
pub fn finish(
    story: &mut Transaction<'_>,
    item: &DownloadItem,
    job_id: JobId,
    attempt_id: AttemptId,
    resources: ResourceUse,
    kept: Kept,
) -> Result<FileId, Refusal> {
    let file_id = story.identities().file(job_id);
    let Kept { path, verified, stamp, described, sidecars, missing } = kept;
    let outcome = Outcome::Succeeded { kept_bytes: verified.size_bytes };
    job::end(story, job_id, attempt_id, outcome, resources)?;
    replace_lost(story, item.item_id, &path, file_id)?;
    let made = Made { item_id: item.item_id, download_id: item.download_id, job_id };
    let (root, verified, made) = (RootId::LIBRARY, Box::new(verified), Some(made));
    let record = file::Command::Record { root, path, verified, made, stamp };
    story.entail::<File>(file_id.uuid(), record)?;
    if !sidecars.is_empty() || !missing.is_empty() {
        story.entail::<File>(file_id.uuid(), file::Command::Accompany { sidecars, missing })?;
    }
    let complete = Command::Complete { job_id, file_id, described };
    story.entail::<Download>(item.download_id.uuid(), complete)?;
    Ok(file_id)
}

/// What was lost at this place is waited for no longer: another file of the item has it.
fn replace_lost(story: &mut Transaction<'_>, item_id: ItemId, path: &str, by: FileId) -> Result<(), Refusal> {
    for uuid in story.about::<Download>(&Subject::from(item_id))? {
        let Some(file_id) = story.state::<Download>(uuid)?.kept().filter(|kept| *kept != by) else {
            continue;
        };
        let file = story.state::<File>(file_id.uuid())?;
        if file.path.as_deref() == Some(path) && file.is_looked_at() {
            story.entail::<File>(file_id.uuid(), file::Command::Replace { by })?;
        }
    }
    Ok(())
}
