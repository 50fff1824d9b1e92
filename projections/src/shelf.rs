//! The editions of one view that lie in the folder, and what of them outlives the process: which one serves, which were
//! replaced and when, what a comparison found.
//!
//! The note is as disposable as the files: without it the edition of this program's version serves, and whatever else
//! lies there is kept for another day.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use mediary_log::whole;
use mediary_schema::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{compare::Comparison, edition::Edition, store};

/// How long an edition is kept that another one took the place of.
pub(crate) const KEPT: Duration = Duration::from_hours(24);

/// How many of these are kept at most: whoever builds a view anew again and again wants no disk full of it.
const KEPT_MAX: usize = 2;

/// The editions of a view.
#[derive(Debug)]
pub(crate) struct Shelf {
    view: &'static str,
    directory: PathBuf,
    note: Note,
}

/// What the note says.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    /// Which one serves.
    serving: Option<Edition>,
    /// Whether a person chose it: then nothing takes its place by itself.
    #[serde(default)]
    is_chosen: bool,
    /// Since when another one serves in place of these.
    #[serde(default)]
    replaced: BTreeMap<Edition, Timestamp>,
    /// What was found before an edition took the place of another.
    #[serde(default)]
    comparisons: Vec<Comparison>,
}

impl Shelf {
    pub(crate) fn open(view: &'static str, directory: &Path) -> Self {
        let mut shelf = Self { view, directory: directory.to_owned(), note: Note::default() };
        match fs::read(shelf.note_path()) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(note) => shelf.note = note,
                Err(error) => tracing::warn!(view, %error, "what was noted of the view's versions is lost"),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(view, %error, "what was noted of the view's versions can't be read"),
        }
        shelf
    }

    /// Where the file of an edition is.
    pub(crate) fn path(&self, edition: Edition) -> PathBuf {
        edition.path(self.view, &self.directory)
    }

    /// Every edition that has a file, in their order.
    pub(crate) fn editions(&self) -> Vec<Edition> {
        let Ok(entries) = fs::read_dir(&self.directory) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| entry.path());
        let mut editions: Vec<Edition> =
            paths.filter_map(|path| Edition::of_path(self.view, &path)).collect();
        editions.sort_unstable();
        editions
    }

    /// Which one served last.
    pub(crate) const fn serving(&self) -> Option<Edition> {
        self.note.serving
    }

    /// Whether a person chose the one that serves.
    pub(crate) const fn is_chosen(&self) -> bool {
        self.note.is_chosen
    }

    /// Notes that an edition serves from now on, in place of the one before.
    pub(crate) fn serve(&mut self, edition: Edition, is_chosen: bool, now: Timestamp) {
        if (self.note.serving, self.note.is_chosen) == (Some(edition), is_chosen) {
            return;
        }
        if let Some(before) = self.note.serving.filter(|before| *before != edition) {
            self.note.replaced.insert(before, now);
        }
        self.note.replaced.remove(&edition);
        (self.note.serving, self.note.is_chosen) = (Some(edition), is_chosen);
        self.write();
    }

    /// Notes of all others but these that they were replaced, if that is not known yet.
    pub(crate) fn retire_others(&mut self, stay: &[Edition], now: Timestamp) {
        let others = self.editions().into_iter().filter(|edition| !stay.contains(edition));
        let news: Vec<Edition> = others.filter(|other| !self.note.replaced.contains_key(other)).collect();
        if !news.is_empty() {
            self.note.replaced.extend(news.into_iter().map(|edition| (edition, now)));
            self.write();
        }
    }

    /// Removes those that were kept long enough, and of too many the oldest.
    pub(crate) fn remove_passed(&mut self, stay: &[Edition], now: Timestamp) {
        let mut kept: Vec<(Edition, Timestamp)> =
            self.note.replaced.iter().map(|(edition, since)| (*edition, *since)).collect();
        kept.retain(|(edition, _)| !stay.contains(edition));
        kept.sort_by_key(|(edition, since)| std::cmp::Reverse((*since, *edition)));
        for (number, (edition, since)) in kept.into_iter().enumerate() {
            if number >= KEPT_MAX || now.since(since) >= KEPT {
                tracing::info!(view = self.view, %edition, "removing a version of the view that was replaced");
                self.remove(edition);
            }
        }
    }

    /// Until when the next one is kept, if one is that may go.
    pub(crate) fn next_removal(&self, stay: &[Edition]) -> Option<Timestamp> {
        let may_go = self.note.replaced.iter().filter(|(edition, _)| !stay.contains(edition));
        may_go.map(|(_, since)| since.after(KEPT)).min()
    }

    /// Until when an edition is kept that was replaced.
    pub(crate) fn kept_until(&self, edition: Edition) -> Option<Timestamp> {
        self.note.replaced.get(&edition).map(|since| since.after(KEPT))
    }

    /// Removes an edition.
    pub(crate) fn remove(&mut self, edition: Edition) {
        store::remove(&self.path(edition));
        self.note.replaced.remove(&edition);
        self.note.comparisons.retain(|comparison| comparison.new != edition);
        self.write();
    }

    /// What was found when an edition was compared with the one before.
    pub(crate) fn comparison(&self, new: Edition) -> Option<&Comparison> {
        self.note.comparisons.iter().find(|comparison| comparison.new == new)
    }

    /// Forgets what was found of an edition: it is made anew.
    pub(crate) fn forget_comparison(&mut self, new: Edition) {
        self.note.comparisons.retain(|comparison| comparison.new != new);
        self.write();
    }

    /// Keeps what was found, in place of what was found before of the same edition.
    pub(crate) fn note(&mut self, comparison: Comparison) {
        self.note.comparisons.retain(|known| known.new != comparison.new);
        self.note.comparisons.push(comparison);
        self.write();
    }

    fn note_path(&self) -> PathBuf {
        self.directory.join(format!("{}.json", self.view))
    }

    /// Without a note the next start takes the edition of its own version, and compares again: nothing is lost.
    fn write(&self) {
        let written = serde_json::to_vec_pretty(&self.note).map_err(io::Error::other);
        let written = written.and_then(|note| whole::write(&self.note_path(), &note));
        if let Err(error) = written {
            tracing::warn!(view = self.view, %error, "can't note which version of the view serves");
        }
    }
}
