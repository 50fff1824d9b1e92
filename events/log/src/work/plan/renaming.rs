//! Which names files would get by their layouts, as their streams say.

use std::collections::{BTreeSet, HashMap, HashSet};

use mediary_events::{
    download::Download,
    file::{self, File},
    playlist::{self, Playlist},
    setting::Setting,
};
use mediary_schema::{
    DownloadId, FileId, ItemId, PlaylistId, ProjectId, RootId, SettingId, Timestamp,
    download::EntryRef,
    item::ItemSource,
    layout::{Described, Layout, collision_key, stem},
    plan::{Spared, SparedFor, Step, Way},
    playlist::PlaylistKind,
};

use super::outlook::{Outlook, step};
use crate::gate::{Refusal, Transaction};

/// Which names these files would get.
pub(super) fn of_files(story: &mut Transaction<'_>, files: &[FileId]) -> Result<Outlook, Refusal> {
    let mut renaming = Renaming::default();
    for file_id in files {
        renaming.look_at(story, *file_id)?;
    }
    Ok(renaming.outlook())
}

/// Which names the files would get that were kept for a list.
pub(super) fn of_list(story: &mut Transaction<'_>, playlist_id: PlaylistId) -> Result<Outlook, Refusal> {
    let list = story.state::<Playlist>(playlist_id.uuid())?;
    if list.url.is_none() {
        return Err(playlist::Rejection::NotFollowed.into());
    }
    let items: BTreeSet<ItemId> =
        list.rows.iter().chain(list.removed.iter()).map(|row| row.item_id).collect();
    let mut files = Vec::new();
    for item_id in items {
        for uuid in story.about::<Download>(&item_id.into())? {
            let download = story.state::<Download>(uuid)?;
            let is_of_list = download.entry.is_some_and(|entry| entry.playlist_id == playlist_id);
            files.extend(download.kept().filter(|_| is_of_list));
        }
    }
    of_files(story, &files)
}

/// What is otherwise than planned with the names that files would get now, in words: a layout was changed, a list has another title.
/// Files that had their names when it was planned, and those that an earlier job has renamed, keep them from others as they did then.
pub(super) fn otherwise(
    story: &mut Transaction<'_>,
    steps: &[Step],
    spared: &[Spared],
) -> Result<Vec<String>, Refusal> {
    let mut renaming = Renaming::default();
    let mut planned = HashMap::new();
    for step in steps {
        let to_do = story.state::<File>(step.file_id.uuid())?.path.as_ref() == Some(&step.path);
        if to_do {
            renaming.look_at(story, step.file_id)?;
            planned.insert(step.file_id, step.to.clone());
        } else {
            // Nothing was planned to go where it was then.
            renaming.taken.add(&step.path);
            renaming.keep(story, step.file_id)?;
        }
    }
    for spared in spared.iter().filter(|spared| matches!(spared.reason, SparedFor::InPlace {})) {
        renaming.keep(story, spared.file_id)?;
    }
    let now: HashMap<FileId, Option<String>> =
        renaming.outlook().steps.into_iter().map(|step| (step.file_id, step.to)).collect();
    let mut what = Vec::new();
    for step in steps.iter().filter(|step| planned.contains_key(&step.file_id)) {
        match now.get(&step.file_id).and_then(Option::as_ref) {
            Some(to) if Some(to) == step.to.as_ref() => {}
            Some(to) => what.push(format!("'{}' would be named '{to}' now", step.path)),
            None => what.push(format!("'{}' would keep its name now", step.path)),
        }
    }
    Ok(what)
}

/// What decides of the name of a file.
#[derive(Debug)]
struct Candidate {
    step: Step,
    layout: Layout,
    list: Option<String>,
    title: Option<String>,
    source: ItemSource,
    described: Described,
    published_at: Option<Timestamp>,
}

/// What all files of a list have in common.
#[derive(Debug, Clone, Default)]
struct OfList {
    title: Option<String>,
    layout: Option<Layout>,
}

/// Places that are or will be a file's, by what no two of them may have in common: their names up to the ending, since what lies beside
/// a file is named so.
#[derive(Debug, Default)]
struct Taken(HashMap<String, HashSet<String>>);

impl Taken {
    fn key(path: &str) -> String {
        collision_key(stem(path))
    }

    fn add(&mut self, path: &str) {
        self.0.entry(Self::key(path)).or_default().insert(path.to_owned());
    }

    /// Whether a place is free for a file: it is nobody's, or its own in another spelling.
    fn is_free(&self, place: &str, own: &str) -> bool {
        self.0.get(&Self::key(place)).is_none_or(|places| places.len() == 1 && places.contains(own))
    }
}

#[derive(Debug, Default)]
struct Renaming {
    candidates: Vec<Candidate>,
    spared: Vec<Spared>,
    /// Where a file is that is known: nothing else goes there, be that one renamed or not, so that no order of the steps matters.
    taken: Taken,
    lists: HashMap<PlaylistId, OfList>,
    library: Option<Layout>,
}

impl Renaming {
    fn look_at(&mut self, story: &mut Transaction<'_>, file_id: FileId) -> Result<(), Refusal> {
        let known = story.state::<File>(file_id.uuid())?;
        let state = known.state.ok_or(file::Rejection::NotFound)?;
        let made = known.made.filter(|_| known.root == Some(RootId::LIBRARY));
        let Some(step) = step(story, file_id, Way::ToNewNames)? else {
            self.spared.push(Spared { file_id, reason: SparedFor::State(state) });
            return Ok(());
        };
        let Some(made) = made else {
            self.spared.push(Spared { file_id, reason: SparedFor::NoLayout {} });
            return Ok(());
        };
        let download = story.state::<Download>(made.download_id.uuid())?;
        let (Some(source), entry) = (download.source.clone(), download.entry) else {
            self.spared.push(Spared { file_id, reason: SparedFor::NoLayout {} });
            return Ok(());
        };
        let (title, described) = (download.title.clone(), download.described.clone());
        let list = self.list(story, entry.map(|entry| entry.playlist_id))?;
        let published_at = published_at(story, entry)?;
        self.take(story, &step.path, made.item_id, made.download_id)?;
        let layout = match list.layout {
            Some(layout) => layout,
            None => self.library(story)?,
        };
        let candidate = Candidate { step, layout, list: list.title, title, source, described, published_at };
        self.candidates.push(candidate);
        Ok(())
    }

    fn list(&mut self, story: &mut Transaction<'_>, id: Option<PlaylistId>) -> Result<OfList, Refusal> {
        let Some(id) = id else { return Ok(OfList::default()) };
        if let Some(known) = self.lists.get(&id) {
            return Ok(known.clone());
        }
        let state = story.state::<Playlist>(id.uuid())?;
        let is_list = state.resolved.as_ref().is_some_and(|resolved| resolved.kind == PlaylistKind::List);
        let title = state.title().filter(|_| is_list).map(str::to_owned);
        let list = OfList { title, layout: state.layout.clone() };
        self.lists.insert(id, list.clone());
        Ok(list)
    }

    fn library(&mut self, story: &mut Transaction<'_>) -> Result<Layout, Refusal> {
        if let Some(known) = &self.library {
            return Ok(known.clone());
        }
        let id = SettingId::from_project(ProjectId::HOME).uuid();
        let layout = story.state::<Setting>(id)?.layout.clone();
        Ok(self.library.insert(layout).clone())
    }

    /// Takes the place of a file that keeps its name, if it is still there.
    fn keep(&mut self, story: &mut Transaction<'_>, file_id: FileId) -> Result<(), Refusal> {
        let Some(step) = step(story, file_id, Way::ToNewNames)? else { return Ok(()) };
        let Some(made) = story.state::<File>(file_id.uuid())?.made else { return Ok(()) };
        self.take(story, &step.path, made.item_id, made.download_id)
    }

    /// Takes the place of a file, and those of other files of its item, whose names are like its own.
    fn take(
        &mut self,
        story: &mut Transaction<'_>,
        path: &str,
        item_id: ItemId,
        own: DownloadId,
    ) -> Result<(), Refusal> {
        self.taken.add(path);
        for uuid in story.about::<Download>(&item_id.into())? {
            if uuid == own.uuid() {
                continue;
            }
            let Some(other) = story.state::<Download>(uuid)?.kept() else { continue };
            let other = story.state::<File>(other.uuid())?;
            if let Some(path) = other.path.as_deref().filter(|_| other.is_looked_at()) {
                self.taken.add(path);
            }
        }
        Ok(())
    }

    fn outlook(self) -> Outlook {
        let Self { candidates, spared, mut taken, .. } = self;
        let mut outlook = Outlook { steps: Vec::new(), spared };
        for candidate in candidates {
            let mut step = candidate.step;
            let listed = (candidate.list.as_deref(), candidate.title.as_deref());
            let naming =
                candidate.described.naming(&candidate.source, listed.0, listed.1, candidate.published_at);
            let ending = ending_of(&step.path).to_owned();
            for number in 1.. {
                let to = candidate.layout.path(&naming, &ending, number);
                if to == step.path {
                    let spared = Spared { file_id: step.file_id, reason: SparedFor::InPlace {} };
                    outlook.spared.push(spared);
                    break;
                }
                if taken.is_free(&to, &step.path) {
                    taken.add(&to);
                    step.to = Some(to);
                    outlook.steps.push(step);
                    break;
                }
            }
        }
        outlook
    }
}

/// The ending of a name: the folders of a path may have dots, too.
fn ending_of(path: &str) -> &str {
    path.strip_prefix(stem(path)).and_then(|ending| ending.strip_prefix('.')).unwrap_or("bin")
}

/// When the row was published that an item was asked for, as its list says.
fn published_at(story: &mut Transaction<'_>, entry: Option<EntryRef>) -> Result<Option<Timestamp>, Refusal> {
    let Some(EntryRef { playlist_id, entry_id }) = entry else { return Ok(None) };
    let list = story.state::<Playlist>(playlist_id.uuid())?;
    let row = list.rows.get(entry_id).or_else(|| list.removed.get(entry_id));
    Ok(row.and_then(|row| row.published_at))
}

#[cfg(test)]
mod tests;
