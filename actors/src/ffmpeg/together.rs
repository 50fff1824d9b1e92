//! Small files of sound that wait at the same time are examined by one process: its start takes as long as reading and decoding a
//! third of a mebibyte does.
//!
//! What such a process says is given to the file of which it surely speaks. If it says anything else, or does not end
//! well, or if one of the files is not what its name says, it counts for nothing, and each file is examined by itself.

use std::{
    collections::BTreeMap,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    packets::Packets,
    talk::{self, Level, Talk},
    tool::{Decoded, Ffmpeg, Report},
};
use crate::process::{Assignment, Ended, Source};

/// Files up to here: a larger one would keep the others waiting for longer than a start takes.
pub(super) const SMALL_BYTES: u64 = 1 << 20;
/// Files of one process, at most.
pub(crate) const FILES_MAX: u32 = 8;

/// Files that wait for their turn. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Together {
    line: Arc<Mutex<Line>>,
    turns: Arc<Semaphore>,
}

/// Those that wait, the longest first.
#[derive(Debug, Default)]
struct Line {
    waiting: Vec<Waiting>,
    /// The number of the next one.
    next: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    path: PathBuf,
    answer: oneshot::Sender<Report>,
}

/// What comes of waiting.
pub(super) enum Turn {
    /// The file was examined with others.
    Examined(Box<Report>),
    /// It is to be examined by itself. Others wait as long as the permit is held, if there is one.
    Alone(Option<OwnedSemaphorePermit>),
}

impl Default for Together {
    fn default() -> Self {
        // One at a time for each processor: who waits for those that run is examined with the others who do.
        let turns = thread::available_parallelism().map_or(1, NonZero::get);
        Self::of_turns(turns)
    }
}

impl Together {
    /// So many turns at once.
    pub(super) fn of_turns(turns: usize) -> Self {
        Self { line: Arc::default(), turns: Arc::new(Semaphore::new(turns)) }
    }

    /// Waits for a turn, and has others examined with the file that wait by then.
    pub(super) async fn examine(&self, ffmpeg: &Ffmpeg, path: &Path, assignment: &Assignment) -> Turn {
        let (answer, mut answered) = oneshot::channel();
        let number = self.join(path, answer);
        let permit = tokio::select! {
            biased;
            () = assignment.stop().cancelled() => return Turn::Alone(None),
            report = &mut answered => return Turn::of(report.ok(), None),
            permit = Arc::clone(&self.turns).acquire_owned() => permit.ok(),
        };
        // Its turn falls to the next one who waits.
        if assignment.stop().is_cancelled() {
            return Turn::Alone(None);
        }
        let Some(files) = self.next(number) else {
            // Another run has it already, which needs no second turn.
            drop(permit);
            return tokio::select! {
                biased;
                () = assignment.stop().cancelled() => Turn::Alone(None),
                report = answered => Turn::of(report.ok(), None),
            };
        };
        if files.len() < 2 {
            return Turn::Alone(permit);
        }
        // Whoever gets no answer notices that nobody will give one any more.
        ffmpeg.examine_together(files, assignment).await;
        Turn::of(answered.try_recv().ok(), permit)
    }

    /// A turn for a file that is examined by itself after all; none once it is to stop.
    pub(super) async fn turn(&self, assignment: &Assignment) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            biased;
            () = assignment.stop().cancelled() => None,
            permit = Arc::clone(&self.turns).acquire_owned() => permit.ok(),
        }
    }

    fn join(&self, path: &Path, answer: oneshot::Sender<Report>) -> u64 {
        let mut line = self.line();
        let number = line.next;
        line.next += 1;
        line.waiting.push(Waiting { number, path: path.to_owned(), answer });
        number
    }

    /// This one, with those who wait longest; none if it waits no longer.
    fn next(&self, number: u64) -> Option<Vec<Waiting>> {
        let mut line = self.line();
        let at = line.waiting.iter().position(|file| file.number == number)?;
        let mut files = vec![line.waiting.remove(at)];
        line.waiting.retain(|file| !file.answer.is_closed());
        let others = line.waiting.len().min(FILES_MAX as usize - 1);
        files.extend(line.waiting.drain(..others));
        Some(files)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    fn of(report: Option<Report>, permit: Option<OwnedSemaphorePermit>) -> Self {
        report.map_or(Self::Alone(permit), |report| Self::Examined(Box::new(report)))
    }
}

impl Ffmpeg {
    /// Answers those of whom everything is known; the others are dropped.
    async fn examine_together(&self, files: Vec<Waiting>, assignment: &Assignment) {
        let guesses: Vec<(&Path, Decoded)> =
            files.iter().map(|file| (file.path.as_path(), Decoded::guessed(&file.path))).collect();
        let Ok(spec) = self.spec(&guesses, true) else { return };
        let (mut talks, mut packets) = (Talks::of(files.len()), Packets::default());
        let each = |line: crate::process::Line| match line.source {
            Source::Stdout => packets.take(&line.text),
            Source::Stderr => talks.take(&line.text),
        };
        let Ok(ended) = assignment.of_several().run(&self.runner, spec, each).await else { return };
        let Some(reports) = talks.reports(packets, &ended) else { return };
        for (file, report) in files.into_iter().zip(reports) {
            // Who does not wait any more has no use for it.
            file.answer.send(report).ok();
        }
    }
}

/// What is said of several files by one process.
#[derive(Debug)]
struct Talks {
    files: Vec<Talk>,
    /// Whose description is being read.
    described: usize,
    is_mapping: bool,
    /// Streams of the first output, which has the packets, by the number of their file.
    streams: BTreeMap<u32, usize>,
    /// Whether something was said that may concern any of them.
    has_doubt: bool,
}

impl Talks {
    fn of(count: usize) -> Self {
        let files = (0..count).map(Talk::of).collect();
        Self { files, described: 0, is_mapping: false, streams: BTreeMap::new(), has_doubt: false }
    }

    fn take(&mut self, line: &str) {
        let Some(words) = talk::words(line) else { return };
        if words.level == Level::Info {
            return self.take_info(words.text, line);
        }
        match talk::input_of(line).and_then(|number| self.files.get_mut(number)) {
            Some(talk) => talk.take(line),
            None => self.has_doubt = true,
        }
    }

    fn take_info(&mut self, text: &str, line: &str) {
        if let Some(number) = text.strip_prefix("Input #").and_then(talk::leading_number) {
            self.described = number;
        } else if text.starts_with("Stream mapping:") {
            self.is_mapping = true;
        } else if text.starts_with("Output #") {
            self.is_mapping = false;
        }
        if self.is_mapping {
            self.take_mapping(text);
        } else if let Some(talk) = self.files.get_mut(self.described) {
            talk.take(line);
        }
    }

    /// `  Stream #1:0 -> #0:2 (copy)`: of the file 1, as stream 2 of the output 0.
    fn take_mapping(&mut self, text: &str) {
        let Some((from, to)) = text.strip_prefix("  Stream #").and_then(|text| text.split_once(" -> #0:"))
        else {
            return;
        };
        if let (Some(file), Some(stream)) = (talk::leading_number(from), talk::leading_number(to)) {
            self.streams.insert(stream as u32, file);
        }
    }

    /// A report for each; none if it isn't sure for each what it is.
    fn reports(self, packets: Packets, ended: &Ended) -> Option<Vec<Report>> {
        if self.has_doubt || !ended.is_clean() {
            return None;
        }
        let count = self.files.len();
        let packets = packets.split(&self.streams, count)?;
        let ended = ended.share(count);
        let decoded = Decoded { picture: false, sound: true };
        let reports = self.files.into_iter().zip(packets);
        let reports = reports.enumerate().map(|(number, (talk, packets))| {
            // The last words of all, of which each hears its own: there are no others.
            let mut ended = ended.clone();
            ended.output_tail.retain(|line| talk::input_of(line) == Some(number));
            Report { talk, packets, ended, decoded }
        });
        let reports: Vec<Report> = reports.collect();
        reports.iter().all(Report::is_complete).then_some(reports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[&str] = &[
        "[info] Input #0, mp3, from 'file:0.mp3':",
        "[info]   Duration: 00:00:03.00, start: 0.025057, bitrate: 65 kb/s",
        "[info]   Stream #0:0: Audio: mp3 (mp3float), 44100 Hz, mono, fltp, 64 kb/s, start 0.025057",
        "[info] Input #1, ogg, from 'file:1.ogg':",
        "[info]   Duration: 00:00:05.00, start: 0.000000, bitrate: 65 kb/s",
        "[info]   Stream #1:0: Audio: opus, 48000 Hz, mono, fltp",
        "[info] Stream mapping:",
        "[info]   Stream #0:0 -> #0:0 (copy)",
        "[info]   Stream #1:0 -> #0:1 (copy)",
        "[info]   Stream #0:0 -> #1:0 (mp3 (mp3float) -> pcm_s16le (native))",
        "[info] Output #0, framecrc, to 'pipe:1':",
        "[info]   Duration: 00:00:09.00, start: 0.000000, bitrate: 65 kb/s",
    ];

    fn talks(lines: &[&str]) -> Talks {
        let mut talks = Talks::of(2);
        for line in TWO.iter().chain(lines) {
            talks.take(line);
        }
        talks
    }

    #[test]
    fn each_file_is_told_its_own() {
        let told =
            talks(&["[in#1/ogg @ 0x1] [warning] Estimating duration from bitrate, this may be inaccurate"]);
        let said: Vec<_> =
            told.files.iter().map(|talk| (talk.container.as_deref(), talk.claimed_ms)).collect();
        assert_eq!(said, [(Some("mp3"), Some(3000)), (Some("ogg"), Some(5000))]);
        assert_eq!(told.files.iter().map(|talk| talk.is_estimated).collect::<Vec<_>>(), [false, true]);
        assert_eq!(told.streams, BTreeMap::from([(0, 0), (1, 1)]));
        assert!(!told.has_doubt);
    }

    #[test]
    fn what_may_concern_any_of_them_is_a_doubt() {
        for line in [
            "[mp3float @ 0x55e8] [error] Header missing",
            "[error] Error while decoding stream #0:0: Invalid data found when processing input",
            "[aost#0:1/copy @ 0x1] [warning] Non-monotonic DTS; previous: 2, current: 1; changing to 3.",
            "[in#7/mp3 @ 0x1] [error] of a file that nobody asked for",
        ] {
            assert!(talks(&[line]).has_doubt, "{line}");
        }
        let surely =
            talks(&["[aist#1:0/opus @ 0x1] [dec:opus @ 0x2] [error] Error submitting packet to decoder"]);
        assert!(!surely.has_doubt);
        assert_eq!(surely.files.iter().map(|talk| talk.complaints.len()).collect::<Vec<_>>(), [0, 1]);
    }
}
