//! Files that are moved at once: noted before they are, so that whoever was killed in between is gone on with, or taken back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use mediary_log::{whole, work::plan::Moved};
use mediary_schema::{
    FileId,
    file::Stamp,
    plan::{Left, LeftFor, Replacement, Step, Way},
};
use serde::{Deserialize, Serialize};

use super::{
    rename::Renamer,
    replace::{BackTo, Replacer},
    trash::{Fate, Trash, parts},
};
use crate::library::Unusable;

/// What is about to be moved: written before it is, so that what was moved by a job that came to nothing and was not
/// recorded goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) root: PathBuf,
    pub(super) way: Way,
    pub(super) step: Step,
}

/// The file that says what is being moved.
pub(super) const MOVING: &str = "moving.json";

/// What came of a batch: some are moved even if another one could not be.
pub(super) type Batch = (Vec<(FileId, Moved)>, Vec<Left>, Option<Unusable>);

/// What an earlier attempt was about to move: nothing yet, if the note was not finished being written. May block.
pub(super) fn noted(folder: &Path) -> Vec<Intent> {
    let bytes = fs::read(folder.join(MOVING)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Whether an earlier attempt had begun to move files. May block.
pub(super) fn is_begun(folder: &Path) -> bool {
    folder.join(MOVING).exists()
}

/// Moves files, durably. May block.
pub(super) fn move_batch(folder: &Path, intents: &[Intent]) -> io::Result<Batch> {
    fs::create_dir_all(folder)?;
    whole::write(&folder.join(MOVING), &serde_json::to_vec(intents)?)?;
    let (mut moved, mut left, mut error) = (Vec::new(), Vec::new(), None);
    let mut touched: BTreeMap<&Path, BTreeSet<&str>> = BTreeMap::new();
    for Intent { root, way, step } in intents {
        let trash = Trash::of(root);
        let (from, to) = names(*way, step);
        let fate = match way {
            Way::IntoTrash => trash.take(step),
            Way::OutOfTrash => trash.give_back(step),
            Way::ToNewNames | Way::ToOldNames => Renamer::of(root).rename(step, from, to),
            Way::ToReplacements => replaced(step, |by| Replacer::of(root).replace(step, by)),
            Way::ToOriginals => replaced(step, |by| Replacer::of(root).give_back(step, by, BackTo::Trash)),
        };
        let file_id = step.file_id;
        match fate {
            Ok(Fate::Moved(stamp)) => {
                let folders = touched.entry(root).or_default();
                let fate = match way {
                    Way::IntoTrash => Moved::IntoTrash,
                    Way::OutOfTrash => Moved::Back(stamp),
                    Way::ToNewNames | Way::ToOldNames => {
                        folders.insert(parts(to).0);
                        Moved::Renamed { path: to.to_owned(), stamp }
                    }
                    Way::ToReplacements => {
                        moved.extend(took_the_place(step, to, stamp));
                        Moved::IntoTrash
                    }
                    Way::ToOriginals => {
                        let by = step.by.as_deref().filter(|by| trash.place(by.file_id).exists());
                        moved.extend(by.map(|by| (by.file_id, Moved::IntoTrash)));
                        Moved::Back(stamp)
                    }
                };
                if let Some(by) = &step.by {
                    folders.insert(parts(&by.path).0);
                }
                folders.insert(parts(from).0);
                moved.push((file_id, fate));
            }
            Ok(Fate::Left(reason)) => left.push(Left { file_id, reason }),
            Err(failed) => {
                error = Some(failed);
                break;
            }
        }
    }
    let is_renaming = intents.iter().any(|intent| matches!(intent.way, Way::ToNewNames | Way::ToOldNames));
    for (root, folders) in touched {
        let synced =
            if is_renaming { Renamer::of(root).sync(folders) } else { Trash::of(root).sync(folders) };
        if let Err(failed) = synced {
            error.get_or_insert(failed);
        }
    }
    Ok((moved, left, error))
}

/// Does something with a file that is replaced; one that is not was planned for by nobody.
fn replaced(
    step: &Step,
    each: impl FnOnce(&Replacement) -> Result<Fate, Unusable>,
) -> Result<Fate, Unusable> {
    step.by.as_deref().map_or(Ok(Fate::Left(LeftFor::Otherwise)), each)
}

/// What became of what took the place of a file: it has that one's name, and what lies beside that lies beside it.
fn took_the_place(step: &Step, path: &str, stamp: Stamp) -> impl Iterator<Item = (FileId, Moved)> {
    step.by.iter().flat_map(move |by| {
        let renamed = (by.file_id, Moved::Renamed { path: path.to_owned(), stamp });
        let beside = (!step.sidecars.is_empty()).then(|| (by.file_id, Moved::Joined(step.sidecars.clone())));
        std::iter::once(renamed).chain(beside)
    })
}

/// Which name a file has, and which it gets.
fn names(way: Way, step: &Step) -> (&str, &str) {
    let new = step.to.as_deref().unwrap_or(&step.path);
    if way == Way::ToOldNames { (new, &step.path) } else { (&step.path, new) }
}

/// Puts back what a job that came to nothing has moved before it could be recorded: in the trash it would be lost, and an undo knows
/// a file by the name that is recorded. What was moved out of the trash lies in its place, where whoever takes it back finds it. One
/// that can't be put back keeps no other from it. May block.
pub(super) fn take_back(folder: &Path) -> Result<(), Unusable> {
    let mut all = Ok(());
    for Intent { root, way, step } in &noted(folder) {
        let (from, to) = names(*way, step);
        let put_back = match way {
            Way::IntoTrash => Trash::of(root).give_back(step),
            Way::ToNewNames | Way::ToOldNames => Renamer::of(root).rename(step, to, from),
            Way::ToReplacements => {
                replaced(step, |by| Replacer::of(root).give_back(step, by, BackTo::Beside))
            }
            Way::OutOfTrash | Way::ToOriginals => continue,
        };
        all = all.and_then(|()| put_back.map(drop));
    }
    all
}
