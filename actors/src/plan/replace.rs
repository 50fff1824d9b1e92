//! Files of a root give their places to what was made of them, and get them back: at each moment the one or the other is there.

use std::path::{Path, PathBuf};

use mediary_schema::{
    FileId,
    file::Stamp,
    plan::{LeftFor, Replacement, Step},
};

use super::{
    rename::Renamer,
    trash::{Fate, Trash, is_planned, parts},
};
use crate::{
    ffmpeg,
    file::stamp_of,
    library::{Folder, Missing, Mover, Unusable, carry_facts},
};

/// Replaces files of one root.
#[derive(Debug, Clone)]
pub(super) struct Replacer {
    root: PathBuf,
    mover: Mover,
}

/// One file takes a name from another one, which gets another: paths below the root.
struct Swap<'a> {
    /// Where that lies which comes, and which name it gets.
    incoming: (&'a str, &'a str),
    /// Where that lies which goes, and which name it gets.
    outgoing: (&'a str, &'a str),
    comes: &'a dyn Fn(&str, Stamp) -> bool,
    goes: &'a dyn Fn(&str, Stamp) -> bool,
    /// Whether the one comes also if the other is not there any more.
    comes_alone: bool,
}

impl Replacer {
    /// Of the root in this folder.
    pub(super) fn of(root: &Path) -> Self {
        Self { root: root.to_owned(), mover: Mover::default() }
    }

    /// The same on a file system that answers otherwise.
    #[cfg(test)]
    pub(super) fn with(self, mover: Mover) -> Self {
        Self { mover, ..self }
    }

    /// What is in the way of a replacement, in words. May block.
    pub(super) fn obstacle(&self, step: &Step, by: &Replacement) -> Result<Option<String>, Unusable> {
        let to = step.to.as_deref().unwrap_or(&step.path);
        match self.seen(&by.path)? {
            None => return Ok(Some(format!("'{}' is gone", by.path))),
            Some(found) if !is_as_recorded(by, found) => {
                return Ok(Some(format!("'{}' was written", by.path)));
            }
            Some(_) => {}
        }
        if self.is_linked(step, by)? {
            return Ok(Some(format!(
                "'{}' has other names, too (hard links), which would keep the file that it was: say that they may",
                step.path
            )));
        }
        if to != step.path && self.seen(to)?.is_some() {
            return Ok(Some(format!("'{to}', which '{}' is to get, is there already", by.path)));
        }
        Ok(None)
    }

    fn is_linked(&self, step: &Step, by: &Replacement) -> Result<bool, Unusable> {
        use std::os::unix::fs::MetadataExt as _;
        if by.may_be_linked {
            return Ok(false);
        }
        let facts =
            std::fs::symlink_metadata(self.root.join(&step.path)).map_err(io_error("look at a file"))?;
        Ok(facts.nlink() > 1)
    }

    /// Gives a file's place to what was made of it, and puts it into the trash. What an earlier attempt has done is done. May block.
    pub(super) fn replace(&self, step: &Step, by: &Replacement) -> Result<Fate, Unusable> {
        let (to, own) = (step.to.as_deref().unwrap_or(&step.path), Trash::way_of(step.file_id));
        if self.seen(&step.path)?.is_some_and(|found| is_planned(step, found)) && self.is_linked(step, by)? {
            return Ok(Fate::Left(LeftFor::Linked));
        }
        let comes = |path: &str, found: Stamp| {
            // Under its new name it has the moments of the file that it stands for.
            (path != by.path || is_as_recorded(by, found)) && self.is_made(path, by, found)
        };
        let goes = |path: &str, found: Stamp| self.is_original(path, step, found);
        let (incoming, outgoing) = ((by.path.as_str(), to), (step.path.as_str(), own.as_str()));
        let swap = Swap { incoming, outgoing, comes: &comes, goes: &goes, comes_alone: false };
        if let Some(left) = self.swap(&swap)? {
            return Ok(Fate::Left(left));
        }
        // Without them it is whole.
        if let Err(error) = carry_facts(&self.root.join(&own), &self.root.join(to)) {
            tracing::warn!(file_id = %by.file_id, %error, "a file has not the times, owner or rights of the one that it replaces");
        }
        Renamer::of(&self.root).rename_all_beside(by.file_id, &by.sidecars, &by.path, to);
        self.moved(to)
    }

    /// Gives a file its place back, and puts what was made of it into the trash: or back beside it, if nobody is to know. May block.
    pub(super) fn give_back(&self, step: &Step, by: &Replacement, way: BackTo) -> Result<Fate, Unusable> {
        let (from, own, trash) = (
            step.to.as_deref().unwrap_or(&step.path),
            Trash::way_of(step.file_id),
            Trash::way_of(by.file_id),
        );
        let goes_to = match way {
            BackTo::Trash => trash.as_str(),
            BackTo::Beside => by.path.as_str(),
        };
        let comes = |path: &str, found: Stamp| self.is_original(path, step, found);
        let goes = |path: &str, found: Stamp| self.is_made(path, by, found);
        // Whoever found what was made wanting may have removed it by hand.
        let (incoming, outgoing) = ((own.as_str(), step.path.as_str()), (from, goes_to));
        let swap = Swap { incoming, outgoing, comes: &comes, goes: &goes, comes_alone: true };
        if let Some(left) = self.swap(&swap)? {
            return Ok(Fate::Left(left));
        }
        match way {
            BackTo::Trash => Trash::of(&self.root).take_beside(by.file_id, &by.sidecars, from),
            BackTo::Beside => {
                Renamer::of(&self.root).rename_all_beside(by.file_id, &by.sidecars, from, &by.path);
            }
        }
        self.moved(&step.path)
    }

    fn moved(&self, path: &str) -> Result<Fate, Unusable> {
        Ok(self.seen(path)?.map_or(Fate::Left(LeftFor::Gone), Fate::Moved))
    }

    /// Has one file take a name from another one; answers why not, if it does not. Whatever an earlier attempt has done of it is
    /// found and gone on with.
    fn swap(&self, swap: &Swap<'_>) -> Result<Option<LeftFor>, Unusable> {
        let Swap { incoming: (from, to), outgoing: (place, away), .. } = *swap;
        let has_come = self.seen(to)?.is_some_and(|found| (swap.comes)(to, found));
        let mut has_gone = self.seen(away)?.is_some_and(|found| (swap.goes)(away, found));
        if !has_gone {
            // After an exchange it lies where the other one came from.
            let lies_at = if has_come && to == place { from } else { place };
            match self.seen(lies_at)? {
                None if swap.comes_alone => has_gone = true,
                None => return Ok(Some(LeftFor::Gone)),
                Some(found) if !(swap.goes)(lies_at, found) => return Ok(Some(LeftFor::Otherwise)),
                Some(_) => {}
            }
        }
        if !has_come {
            match self.seen(from)? {
                None => return Ok(Some(LeftFor::Gone)),
                Some(found) if !(swap.comes)(from, found) => return Ok(Some(LeftFor::Otherwise)),
                Some(_) => {}
            }
        }
        match (has_come, has_gone) {
            (true, true) => Ok(None),
            (true, false) if to == place => self.put_away(swap, from),
            (true, false) => self.put_away(swap, place),
            (false, true) => self.take(from, to),
            (false, false) if to != place => match self.take(from, to)? {
                None => self.put_away(swap, place),
                left => Ok(left),
            },
            (false, false) => self.exchange(swap),
        }
    }

    /// One name, and two files.
    fn exchange(&self, swap: &Swap<'_>) -> Result<Option<LeftFor>, Unusable> {
        let Swap { incoming: (from, to), outgoing: (place, _), .. } = *swap;
        let ((way, name), (other_way, other_name)) = (parts(from), parts(to));
        let (folder, other) = (self.folder(way)?, self.folder(other_way)?);
        let (Some(folder), Some(other)) = (folder, other) else { return Ok(Some(LeftFor::Gone)) };
        if !self.mover.exchange((&folder, name), (&other, other_name))? {
            // It is away for the moment between two renames, which the next attempt goes on from.
            return match self.put_away(swap, place)? {
                None => self.take(from, to),
                left => Ok(left),
            };
        }
        if self.seen(from)?.is_none_or(|found| !(swap.goes)(from, found)) {
            // Somebody put another one there this moment.
            self.mover.exchange((&folder, name), (&other, other_name))?;
            return Ok(Some(LeftFor::Otherwise));
        }
        self.put_away(swap, from)
    }

    /// Gives that which goes its new name.
    fn put_away(&self, swap: &Swap<'_>, lies_at: &str) -> Result<Option<LeftFor>, Unusable> {
        let (_, away) = swap.outgoing;
        if let Some(left) = self.take(lies_at, away)? {
            return Ok(Some(left));
        }
        if self.seen(away)?.is_some_and(|found| (swap.goes)(away, found)) {
            return Ok(None);
        }
        self.take(away, lies_at)?;
        Ok(Some(LeftFor::Otherwise))
    }

    fn take(&self, from: &str, to: &str) -> Result<Option<LeftFor>, Unusable> {
        let (way, name) = parts(to);
        let folder = Folder::open(&self.root, way, Missing::Make)?;
        match self.mover.take(&self.root.join(from), folder.as_fd(), name, way) {
            Ok(_) => Ok(None),
            Err(Unusable::Taken) => Ok(Some(LeftFor::Occupied)),
            Err(error) => Err(error),
        }
    }

    fn folder(&self, way: &str) -> Result<Option<Folder>, Unusable> {
        let folder = Folder::open(&self.root, way, Missing::Leave)?;
        Ok((folder.name() == way).then_some(folder))
    }

    /// Whether this is the file that was planned for: what took its place has its moments.
    fn is_original(&self, path: &str, step: &Step, found: Stamp) -> bool {
        is_planned(step, found) && self.is_same(path, (step.stamp, &step.blake3), found)
    }

    /// Whether this is what was made, though its moments may be other ones.
    fn is_made(&self, path: &str, by: &Replacement, found: Stamp) -> bool {
        found.size_bytes == by.size_bytes && self.is_same(path, (by.stamp, &by.blake3), found)
    }

    /// Whether a file is the one of this stamp: by its number, or where files get others with each mount, by its bytes.
    fn is_same(&self, path: &str, (stamp, blake3): (Option<Stamp>, &str), found: Stamp) -> bool {
        let number = |stamp: Stamp| stamp.inode.map(|inode| inode.number);
        let known = stamp.and_then(number);
        if known.is_some() && known == number(found) {
            return true;
        }
        std::fs::File::open(self.root.join(path)).and_then(ffmpeg::hash_of).is_ok_and(|found| found == blake3)
    }

    fn seen(&self, path: &str) -> Result<Option<Stamp>, Unusable> {
        stamp_of(&self.root.join(path)).map_err(io_error("look at a file"))
    }
}

/// Where what was made goes when the file of which it was made gets its place back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BackTo {
    /// Into the trash.
    Trash,
    /// To where it lay before: nobody has recorded that it ever had the place.
    Beside,
}

fn is_as_recorded(by: &Replacement, found: Stamp) -> bool {
    by.stamp.map_or(by.size_bytes == found.size_bytes, |planned| planned.is_still(found))
}

/// What the name of a file in the trash says.
impl Trash {
    /// The path below the root of a file that is in the trash.
    pub(super) fn way_of(file_id: FileId) -> String {
        format!("{}/{}", Self::way(), file_id.uuid())
    }
}

fn io_error(step: &'static str) -> impl FnOnce(std::io::Error) -> Unusable {
    move |source| Unusable::Io { step, source }
}

#[cfg(test)]
mod tests;
