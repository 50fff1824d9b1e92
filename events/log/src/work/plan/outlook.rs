//! What would become of files, as their streams say.

use std::collections::{BTreeSet, HashMap, HashSet, hash_map::Entry};

use mediary_events::{
    download::Download,
    file::{self, File},
    playlist::{self, Playlist},
};
use mediary_schema::{
    FileId, ItemId, JobId, PlanId, PlaylistId,
    cookies::UseCookies,
    file::FileState,
    plan::{Followed, Goal, Spared, SparedFor, Step, Way},
};

use super::super::{
    playlist::{cancelled, open_downloads},
    schedule,
};
use crate::gate::{Refusal, Transaction};

/// What would become of files.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    pub(super) steps: Vec<Step>,
    pub(super) spared: Vec<Spared>,
}

/// What would become of these files.
pub(super) fn look_at(story: &mut Transaction<'_>, files: &[FileId], way: Way) -> Result<Outlook, Refusal> {
    let mut outlook = Outlook::default();
    for file_id in files {
        let state = story.state::<File>(file_id.uuid())?.state;
        let state = state.ok_or(file::Rejection::NotFound)?;
        match step(story, *file_id, way)? {
            Some(step) => outlook.steps.push(step),
            None => outlook.spared.push(Spared { file_id: *file_id, reason: SparedFor::State(state) }),
        }
    }
    Ok(outlook)
}

/// What would become of one file, without its new name if it gets one; none if there are no bytes of it where it would be taken from.
pub(super) fn step(story: &mut Transaction<'_>, file_id: FileId, way: Way) -> Result<Option<Step>, Refusal> {
    let version = story.version::<File>(file_id.uuid())?;
    let known = story.state::<File>(file_id.uuid())?;
    let is_there = match known.state {
        Some(FileState::Present) => {
            matches!(way, Way::IntoTrash | Way::ToNewNames | Way::ToReplacements)
        }
        Some(FileState::Changed) => way == Way::IntoTrash,
        Some(FileState::Trashed) => way == Way::OutOfTrash,
        Some(FileState::Lost | FileState::Replaced | FileState::Purged) | None => false,
    };
    let (Some(state), Some(root_id), Some(path), Some(verified)) =
        (known.state.filter(|_| is_there), known.root, &known.path, &known.verified)
    else {
        return Ok(None);
    };
    let stamp = known.seen;
    Ok(Some(Step {
        file_id,
        version,
        state,
        root_id,
        path: path.clone(),
        size_bytes: stamp.map_or(verified.size_bytes, |stamp| stamp.size_bytes),
        blake3: verified.blake3.clone(),
        stamp,
        to: None,
        sidecars: known.sidecars.clone(),
        by: None,
    }))
}

/// What is otherwise with a file than was planned for, in words.
pub(super) fn otherwise(
    story: &mut Transaction<'_>,
    step: &Step,
    plan_id: PlanId,
    way: Way,
) -> Result<Option<String>, Refusal> {
    let uuid = step.file_id.uuid();
    if story.version::<File>(uuid)? == step.version {
        return Ok(None);
    }
    let now = story.state::<File>(uuid)?;
    let is_done = match way {
        Way::IntoTrash | Way::ToReplacements => now.lease.is_some_and(|lease| lease.plan_id == plan_id),
        Way::OutOfTrash | Way::ToOriginals => now.lease.is_none() && now.is_looked_at(),
        Way::ToNewNames => now.is_there() && now.path == step.to,
        Way::ToOldNames => now.is_there() && now.path.as_deref() == Some(step.path.as_str()),
    };
    if is_done {
        return Ok(None);
    }
    let path = now.path.as_deref().filter(|path| *path != step.path);
    let state = now.state.map_or("gone", FileState::name);
    Ok(Some(match path {
        Some(path) => format!("{} is at '{path}' now", step.file_id),
        None if now.state == Some(step.state) => format!("{} was written since", step.file_id),
        None => format!("{} is {state} now", step.file_id),
    }))
}

/// What following a list no longer would do, its files included: those of its items that no other list has which is followed.
pub(super) fn unfollow(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
) -> Result<(Goal, Outlook), Refusal> {
    let version = story.version::<Playlist>(playlist_id.uuid())?;
    let list = story.state::<Playlist>(playlist_id.uuid())?;
    if !list.followed {
        return Err(playlist::Rejection::NotFollowed.into());
    }
    let (keeping, layout, transcoding) =
        (list.keeping.clone(), list.layout.clone(), list.transcoding.clone());
    let cookies = list.says_cookies.then(|| UseCookies::of(list.cookies.as_ref()));
    let items: BTreeSet<ItemId> =
        list.rows.iter().chain(list.removed.iter()).map(|row| row.item_id).collect();
    let refreshes = schedule::refreshes_of(story, playlist_id)?;
    let followed = Box::new(Followed { keeping, cookies, layout, transcoding, refreshes });
    let ended_jobs = ended_jobs(story, playlist_id)?;
    let (mut outlook, mut others) = (Outlook::default(), OtherLists::default());
    for item_id in items {
        for uuid in story.about::<Download>(&item_id.into())? {
            let Some(file_id) = story.state::<Download>(uuid)?.kept() else { continue };
            let Some(step) = step(story, file_id, Way::IntoTrash)? else { continue };
            match others.with(story, item_id, playlist_id)? {
                Some(other) => {
                    outlook.spared.push(Spared { file_id, reason: SparedFor::Playlist(other) });
                }
                None => outlook.steps.push(step),
            }
        }
    }
    Ok((Goal::Unfollow { playlist_id, version, followed, ended_jobs }, outlook))
}

/// Jobs of downloads of a list that end with it, in one order.
pub(super) fn ended_jobs(
    story: &mut Transaction<'_>,
    playlist_id: PlaylistId,
) -> Result<Vec<JobId>, Refusal> {
    let mut jobs = cancelled(&open_downloads(story, playlist_id)?).to_vec();
    jobs.sort_unstable();
    Ok(jobs)
}

/// What the other lists have that are followed: of many items of two long lists, each list is read once.
#[derive(Debug, Default)]
pub(super) struct OtherLists(HashMap<PlaylistId, HashSet<ItemId>>);

impl OtherLists {
    /// Another list that is followed and has the item.
    pub(super) fn with(
        &mut self,
        story: &mut Transaction<'_>,
        item_id: ItemId,
        than: PlaylistId,
    ) -> Result<Option<PlaylistId>, Refusal> {
        for uuid in story.about::<Playlist>(&item_id.into())? {
            let other = PlaylistId::from_uuid(uuid);
            if other == than {
                continue;
            }
            let items = match self.0.entry(other) {
                Entry::Occupied(items) => items.into_mut(),
                Entry::Vacant(items) => {
                    let list = story.state::<Playlist>(uuid)?;
                    let rows = list.rows.iter().filter(|_| list.followed);
                    items.insert(rows.map(|row| row.item_id).collect())
                }
            };
            if items.contains(&item_id) {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }
}
