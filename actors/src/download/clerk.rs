use std::path::Path;

use mediary_events::{
    playlist::{self, Playlist},
    setting::{self, Setting},
};
use mediary_log::{
    gate::Transaction,
    vault::Vault,
    work::{self, download::Kept},
};
use mediary_schema::{
    JobId, ProjectId, SettingId, Timestamp,
    download::DownloadItem,
    job::ResourceUse,
    layout::{Described, Layout, LayoutName, SidecarKind},
};

use super::{
    effect::{Answer, Fetched, Question},
    nfo,
};
use crate::{
    access,
    job::{Attempt, Begun, Clerk},
    library::{Library, Placing, Settled, Staged, Unusable, on_disk, refuse_if_away},
    workspace::Unable,
    ytdlp::FetchedSidecar,
};

/// Puts what was fetched into the library, and records it.
#[derive(Debug, Clone)]
pub struct DownloadClerk {
    library: Library,
    vault: Vault,
}

impl DownloadClerk {
    /// The clerk of a library, who has the keys to the vault.
    pub const fn new(library: Library, vault: Vault) -> Self {
        Self { library, vault }
    }
}

impl Clerk for DownloadClerk {
    type Task = DownloadItem;
    type Memory = ();

    async fn begin(&self, attempt: &Attempt, item: &DownloadItem) -> Result<Begun, Unable> {
        refuse_if_away(&self.library, attempt).await?;
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        // What an earlier attempt had put into its place when it was killed before it could say so.
        let Some(placing) = on_disk(move || library.resume(&staging)).await? else { return Ok(Begun::ToDo) };
        let kept = self.kept(attempt, placing).await?;
        record(attempt, item, kept, ResourceUse::default()).await?;
        Ok(Begun::Recorded)
    }

    /// Refuses what could not be placed, before a byte of it is fetched.
    async fn reserve(&self, attempt: &Attempt, item: &DownloadItem) -> Result<(), Unable> {
        let Told { layout, published_at } = told(attempt, item).await?;
        let described = Described::default();
        let naming =
            described.naming(&item.source, item.folder.as_deref(), item.title.as_deref(), published_at);
        let path = layout.path(&naming, "", 1);
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        on_disk(move || library.probe(&staging, &folder)).await.map(drop)
    }

    async fn answer(
        &self,
        attempt: &Attempt,
        item: &DownloadItem,
        (): &mut (),
        question: Question,
    ) -> Result<Answer, Unable> {
        Ok(match question {
            Question::Access => {
                let playlist_id = item.entry.map(|entry| entry.playlist_id);
                let access = access::of(attempt, &self.vault, playlist_id, &item.source.url).await?;
                Answer::Access(Box::new(access))
            }
            Question::Sidecars => Answer::Sidecars(told(attempt, item).await?.layout.sidecars()),
        })
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        item: &DownloadItem,
        (): &mut (),
        fetched: Fetched,
        used: ResourceUse,
    ) -> Result<(), Unable> {
        let kept = self.place(attempt, item, fetched).await?;
        record(attempt, item, kept, used).await
    }

    fn take_back(&self, job_id: JobId, folder: &Path) {
        if let Err(error) = self.library.undo(folder) {
            tracing::warn!(%job_id, %error, "a file that nobody recorded stays in the library");
        }
    }
}

impl DownloadClerk {
    async fn place(&self, attempt: &Attempt, item: &DownloadItem, fetched: Fetched) -> Result<Kept, Unable> {
        let Fetched { name: staged, described, description, beside, verified } = fetched;
        let name = Path::new(&staged);
        if name.file_name() != Some(name.as_os_str()) {
            return Err(Unable::unknown("what was fetched has no name of its own in the job's folder"));
        }
        if !beside.fetched.iter().all(FetchedSidecar::is_own) {
            return Err(Unable::unknown(
                "what was fetched beside an item is no file of its own in the job's folder",
            ));
        }
        let ending = name.extension().and_then(|ending| ending.to_str()).unwrap_or("bin").to_owned();
        let Told { layout, published_at } = told(attempt, item).await?;
        let (library, staging, item) = (self.library.clone(), attempt.staging.clone(), item.clone());
        let placing = on_disk(move || {
            let list = item.folder.as_deref();
            let naming = described.naming(&item.source, list, item.title.as_deref(), published_at);
            let wanted = layout.sidecars();
            let facts =
                nfo::Facts { description: description.as_deref(), duration_ms: verified.media.duration_ms };
            let has_nfo = wanted.contains(&SidecarKind::Nfo);
            let nfo = has_nfo.then(|| nfo::of_item(layout.name, &naming, facts)).transpose();
            let nfo = nfo.map_err(|source| Unusable::Io { step: "tell of an item", source })?;
            let show = item.entry.zip(list).filter(|_| layout.name == LayoutName::Plex && has_nfo);
            let show = show.and_then(|(entry, list)| nfo::of_show(list, entry.playlist_id).ok());
            Staged::write(&staging, beside, nfo.as_deref(), show)?;
            let name = |number| layout.path(&naming, &ending, number);
            let path = library.place(&staging, &staged, &verified, &described, name)?;
            Ok(Placing { path, staged, verified, described: described.clone() })
        });
        let placing = placing.await?;
        self.kept(attempt, placing).await
    }

    /// What was placed, with what lies beside it by now, and what its file system says of it from now on.
    async fn kept(&self, attempt: &Attempt, placing: Placing) -> Result<Kept, Unable> {
        let Placing { path, verified, described, .. } = placing;
        let (library, staging) = (self.library.clone(), attempt.staging.clone());
        on_disk(move || {
            let Settled { sidecars, missing, stamp } = library.settle(&staging, &path);
            Ok(Kept { path, verified, stamp, described, sidecars, missing })
        })
        .await
    }
}

/// What is said of how an item's file is named.
struct Told {
    layout: Layout,
    /// When it was published, as its list says.
    published_at: Option<Timestamp>,
}

/// What is said of the list of an item, else of the library.
async fn told(attempt: &Attempt, item: &DownloadItem) -> Result<Told, Unable> {
    let (mut of_list, mut published_at) = (None, None);
    if let Some(entry) = item.entry {
        let said = move |state: &playlist::State| {
            let row = state.rows.get(entry.entry_id).or_else(|| state.removed.get(entry.entry_id));
            (state.layout.clone(), row.and_then(|row| row.published_at))
        };
        (of_list, published_at) = attempt.gate.inspect::<Playlist, _>(entry.playlist_id.uuid(), said).await?;
    }
    let layout = if let Some(layout) = of_list {
        layout
    } else {
        let settings = SettingId::from_project(ProjectId::HOME).uuid();
        let of_library = |state: &setting::State| state.layout.clone();
        attempt.gate.inspect::<Setting, _>(settings, of_library).await?
    };
    Ok(Told { layout, published_at })
}

async fn record(attempt: &Attempt, item: &DownloadItem, kept: Kept, used: ResourceUse) -> Result<(), Unable> {
    let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
    let (path, size_bytes) = (kept.path.clone(), kept.verified.size_bytes);
    let oddities = kept.verified.oddities.iter().map(|oddity| oddity.name()).collect::<Vec<_>>().join(" ");
    let recorded = item.clone();
    let story = move |story: &mut Transaction<'_>| {
        work::download::finish(story, &recorded, job_id, attempt_id, used, kept.clone())
    };
    let file_id = attempt.record("finish", story).await?;
    tracing::info!(%job_id, %file_id, path, size_bytes, oddities, "kept");
    metrics::counter!("mediary_downloaded_bytes_total").increment(size_bytes);
    Ok(())
}
