//! Roots as the log has them, with the folders that this machine has in their places.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use mediary_events::root::{Root as Roots, State};
use mediary_log::{
    Log, ReadError,
    gate::{Gate, Refusal},
};
use mediary_schema::{FileId, ProjectId, RootId};
use ractor::ActorProcessingErr;

use super::shelf::{self, Known, stamp_of};
use crate::{library::is_real_folder, mark::Mark, workspace::Unable};

/// A root, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    id: RootId,
    name: String,
    folder: PathBuf,
    /// The root that it lies in, and the way to it from there.
    within: Option<(PathBuf, String)>,
}

impl Root {
    /// The library that the server is configured with.
    pub fn library(folder: impl Into<PathBuf>) -> Self {
        Self { id: RootId::LIBRARY, name: String::new(), folder: folder.into(), within: None }
    }

    #[cfg(test)]
    pub(crate) fn with_id(self, id: RootId) -> Self {
        Self { id, ..self }
    }

    /// Which.
    pub const fn id(&self) -> RootId {
        self.id
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it is called in a sentence.
    pub fn called(&self) -> String {
        if self.id == RootId::LIBRARY {
            "the library".to_owned()
        } else {
            format!("the root {:?}", self.name)
        }
    }

    pub(crate) fn mark(&self, log: &Log) -> Mark {
        Mark::of(&self.folder, log.id())
    }

    /// Whether there is a folder at all. The server makes that of its library, and no other; one in another root is
    /// reached without a link, so that nobody who may only name folders in a root is led out of it. May block.
    pub(super) fn has_folder(&self) -> bool {
        match &self.within {
            _ if self.id == RootId::LIBRARY => true,
            Some((outer, way)) => is_real_folder(outer, way),
            None => self.folder.is_dir(),
        }
    }
}

/// Every root that is registered.
pub(crate) async fn registered(gate: &Gate) -> Result<Vec<Root>, Refusal> {
    gate.inspect::<Roots, _>(ProjectId::HOME.uuid(), of_state).await
}

/// Which of these lack their marks: those that went away, and those that can't be marked.
pub(super) async fn unmarked(
    gate: &Gate,
    roots: &Arc<BTreeMap<RootId, Root>>,
    mut of: BTreeSet<RootId>,
) -> Result<BTreeSet<RootId>, ActorProcessingErr> {
    if of.is_empty() {
        return Ok(of);
    }
    let (log, roots) = (gate.log().clone(), Arc::clone(roots));
    let is_marked = move |id: &RootId| roots.get(id).is_some_and(|root| root.mark(&log).is_there());
    let unmarked = move || {
        of.retain(|id| !is_marked(id));
        of
    };
    Ok(tokio::task::spawn_blocking(unmarked).await?)
}

/// Opens a file of a project where it should be, if its root is there.
pub(crate) async fn open(gate: &Gate, project: ProjectId, file_id: FileId) -> Result<File, Unable> {
    let (roots, log) = (registered(gate).await?, gate.log().clone());
    let opened = tokio::task::spawn_blocking(move || {
        let known = shelf::one(&log, file_id)?.filter(|known| known.project == project);
        let known = known.ok_or_else(|| Unable::unknown("there is no such file"))?;
        let root = roots.iter().find(|root| root.id == known.root && root.has_folder());
        let root = root.ok_or_else(|| Unable::unknown("the root of the file is not there"))?;
        File::open(known.place(root)).map_err(|error| Unable::storage("the file can't be opened", &error))
    });
    opened.await.map_err(Unable::unknown)?
}

fn of_state(state: &State) -> Vec<Root> {
    let within = |of: RootId| {
        let folder = &state.root(of)?.folder;
        let outer = state.roots.iter().filter(|root| root.id != of);
        let outer = outer.filter_map(|root| Some((root, root.folder.way_to(folder)?)));
        // The outermost: what lies in a root that lies in a root is reached from there without a link, too.
        let (root, way) = outer.max_by_key(|(_, way)| way.len())?;
        Some((PathBuf::from(root.folder.as_str()), way.to_owned()))
    };
    let root = |known: &mediary_events::root::Registered| Root {
        id: known.id,
        name: known.name.clone(),
        folder: PathBuf::from(known.folder.as_str()),
        within: within(known.id),
    };
    state.roots.iter().map(root).collect()
}

/// Whether the folder of a root is not that root: there is none, or it lacks its mark, files were kept in it, and none
/// of them is there. May block.
pub fn is_away(log: &Log, root: &Root) -> Result<bool, ReadError> {
    if !root.has_folder() {
        return Ok(true);
    }
    if root.mark(log).is_there() {
        return Ok(false);
    }
    let (mut next, mut is_awaited) = (Some(u64::MAX), false);
    while let Some(from) = next {
        let page = shelf::page(log, from, None)?;
        // What is in the trash is on that disk, too.
        let is_on_disk = |file: &&Known| file.state.is_there() || file.state.lease.is_some();
        for file in page.files.iter().filter(|file| file.root == root.id).filter(is_on_disk) {
            is_awaited = true;
            let size_bytes = file.state.verified.as_ref().map(|verified| verified.size_bytes);
            let size_bytes =
                file.state.lease.and(file.state.seen).map_or(size_bytes, |seen| Some(seen.size_bytes));
            let found = stamp_of(&file.place_now(root)).ok().flatten();
            if found.map(|stamp| stamp.size_bytes) == size_bytes {
                return Ok(false);
            }
        }
        next = page.next;
    }
    Ok(is_awaited)
}

/// Whether a root is there, which is then marked. May block.
pub(crate) fn is_there(log: &Log, root: &Root) -> Result<bool, ReadError> {
    let (is_there, mark) = (!is_away(log, root)?, root.mark(log));
    if is_there
        && !mark.is_there()
        && let Err(error) = mark.make()
    {
        tracing::warn!(%error, "{} can't be marked", root.called());
    }
    Ok(is_there)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use mediary_events::root::Registered;
    use mediary_schema::root::RootKind;
    use uuid::Uuid;

    use super::*;

    // invariant: F-16
    #[test]
    fn a_root_in_another_is_reached_without_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = |way: &str| folder.path().join(way).to_str().unwrap().to_owned();
        fs::create_dir_all(path("media/in/deep")).unwrap();
        fs::create_dir_all(path("outside")).unwrap();
        symlink(path("outside"), path("media/link")).unwrap();
        symlink(path("media"), path("own")).unwrap();
        let ways = ["own", "own/in/deep", "own/link", "own/in", "own/gone"];
        let known = ways.into_iter().zip(1_u128..).map(|(way, number)| Registered {
            id: RootId::from_uuid(Uuid::from_u128(number)),
            kind: RootKind::Watch,
            name: way.to_owned(),
            folder: path(way).parse().unwrap(),
            is_away: false,
        });
        let found: Vec<bool> =
            of_state(&State { roots: known.collect() }).iter().map(Root::has_folder).collect();
        // Whoever named the outermost chose its link.
        assert_eq!(found, [true, true, false, true, false]);
    }
}
