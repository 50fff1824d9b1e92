//! Says which chapters a kept file has, for whoever plays it: they are asked of the file each time it is another one, and recorded
//! nowhere.
//!
//! Guarantees: few are asked at once, and each within the caps of a look; what was asked of these very bytes is not asked again as
//! long as it is remembered.

use std::{
    collections::VecDeque,
    fs::File,
    sync::{Arc, Mutex, PoisonError},
};

use mediary_schema::{
    IdSource, ProbeId,
    file::{Chapter, OpenedFile},
    job::Failure,
};
use tokio::sync::Semaphore;

use crate::{
    ffmpeg::Ffmpeg,
    process::{Assignment, Caps},
};

/// Files that are asked at once: each is a process of its own.
const ASKED_MAX: usize = 2;
/// Files whose chapters are remembered.
const KNOWN_MAX: usize = 256;

/// A file, and what it said.
type Known = (OpenedFile, Vec<Chapter>);

/// Who asks files for their chapters. Clones are the same.
#[derive(Debug, Clone)]
pub struct ChapterReader {
    ffmpeg: Ffmpeg,
    ids: IdSource,
    turns: Arc<Semaphore>,
    /// The one that was asked last is the last.
    known: Arc<Mutex<VecDeque<Known>>>,
}

impl ChapterReader {
    /// Asks with this ffmpeg.
    pub fn new(ffmpeg: Ffmpeg, ids: IdSource) -> Self {
        Self { ffmpeg, ids, turns: Arc::new(Semaphore::new(ASKED_MAX)), known: Arc::default() }
    }

    /// The chapters of an opened file.
    pub async fn read(&self, file: File, opened: &OpenedFile) -> Result<Vec<Chapter>, Failure> {
        if let Some(chapters) = self.known(opened) {
            return Ok(chapters);
        }
        let _turn = self.turns.acquire().await.expect("nobody closes it");
        // Whoever had the turn before may have asked the same.
        if let Some(chapters) = self.known(opened) {
            return Ok(chapters);
        }
        let probe = Assignment::unkept(ProbeId::from_uuid(self.ids.next())).within(Caps::PROBE);
        let chapters = self.ffmpeg.chapters(&file, &probe).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.pop_front();
        }
        known.push_back((opened.clone(), chapters.clone()));
        Ok(chapters)
    }

    fn known(&self, opened: &OpenedFile) -> Option<Vec<Chapter>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(one, _)| one == opened).map(|(_, chapters)| chapters.clone())
    }
}
