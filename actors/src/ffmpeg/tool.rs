//! Runs ffmpeg on one file: one process that describes it, reads every packet and decodes every frame.

use std::{ffi::OsString, path::Path, time::Duration};

use mediary_schema::job::Failure;

use super::{
    packets::Packets,
    talk::Talk,
    together::{self, Together, Turn},
};
use crate::process::{Assignment, Ended, Line, Runner, Source, Spec, Tool, Tools};

/// ffmpeg. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    pub(super) runner: Runner,
    pub(super) tools: Tools,
    together: Together,
}

/// How long ffmpeg may be silent: it writes a line for every packet.
const NO_PROGRESS: Duration = Duration::from_mins(2);
/// How long a check may take in total.
const CHECK_DEADLINE: Duration = Duration::from_hours(12);
/// Files up to here are decoded on one thread: the start of more takes longer than the decoding.
const SMALL_BYTES: u64 = 16 << 20;
/// Endings that a file of sound alone has: a guess that spares a second start.
const SOUND_ENDINGS: &[&str] = &["aac", "flac", "m4a", "m4b", "mp3", "oga", "ogg", "opus", "wav", "wma"];
/// What packet lines and descriptions begin with: protocol, not words. What goes on with a description is indented.
const PROTOCOL_LINES: &[&str] =
    &["0,", "1,", "2,", "3,", "4,", "5,", "6,", "7,", "8,", "9,", "#", "[info] ", "  ", "Press [q]"];

/// What is decoded. Picture and sound go to an output of their own each: in one, all pictures before the
/// first sound would wait in memory. An output that would stay empty is an error, so it has to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) picture: bool,
    pub(super) sound: bool,
}

impl Decoded {
    /// Nothing: packets are read, and that is all.
    pub(super) const NOTHING: Self = Self { picture: false, sound: false };

    /// What a file of this name probably has.
    pub(super) fn guessed(path: &Path) -> Self {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let is_sound = SOUND_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
        Self { picture: !is_sound, sound: true }
    }
}

/// What came of a run.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) talk: Talk,
    pub(super) packets: Packets,
    pub(super) ended: Ended,
    /// What was decoded, if it ended well.
    pub(super) decoded: Decoded,
}

impl Ffmpeg {
    /// ffmpeg as `tools` finds it.
    pub fn new(runner: Runner, tools: Tools) -> Self {
        Self { runner, tools, together: Together::default() }
    }

    /// With so many turns, whatever the machine has.
    #[cfg(test)]
    pub(super) fn of_turns(self, turns: usize) -> Self {
        Self { together: Together::of_turns(turns), ..self }
    }

    /// Describes a file of so many bytes, reads all its packets, and decodes what it has of picture and sound.
    pub(super) async fn examine(
        &self,
        path: &Path,
        size_bytes: u64,
        assignment: &Assignment,
    ) -> Result<Report, Failure> {
        let guessed = Decoded::guessed(path);
        // Held until this file is examined: who comes meanwhile waits, and is examined with the others who do.
        let _turn = if may_share(path, size_bytes) {
            match self.together.examine(self, path, assignment).await {
                Turn::Examined(report) => {
                    assignment.account(&report.ended);
                    return Ok(*report);
                }
                // A shared run counted for nothing: those who were in it take turns, as everybody does.
                Turn::Alone(None) => self.together.turn(assignment).await,
                Turn::Alone(turn) => turn,
            }
        } else {
            None
        };
        let report = self.run(path, size_bytes, guessed, assignment).await?;
        let Some(known) = report.better() else { return Ok(report) };
        let report = self.run(path, size_bytes, known, assignment).await?;
        // What is there is known by now; a decoder may still be missing.
        match report.better() {
            Some(Decoded::NOTHING) => self.run(path, size_bytes, Decoded::NOTHING, assignment).await,
            Some(_) | None => Ok(report),
        }
    }

    /// Whether a file is proved together with others that wait for the same.
    pub async fn proves_together(&self, path: &Path) -> bool {
        // What can't be looked at has nothing proved.
        tokio::fs::metadata(path).await.is_ok_and(|facts| may_share(path, facts.len()))
    }

    pub(super) async fn run(
        &self,
        path: &Path,
        size_bytes: u64,
        decoded: Decoded,
        assignment: &Assignment,
    ) -> Result<Report, Failure> {
        let spec = self.spec(&[(path, decoded)], size_bytes <= SMALL_BYTES)?;
        let (mut talk, mut packets) = (Talk::default(), Packets::default());
        let each = |line: Line| match line.source {
            Source::Stdout => packets.take(&line.text),
            Source::Stderr => talk.take(&line.text),
        };
        let ended = assignment.run(&self.runner, spec, each).await.map_err(|error| error.failure())?;
        Ok(Report { talk, packets, ended, decoded })
    }

    /// No `-xerror`: it ends at clocks that step back. No stricter `-err_detect`: it notices nothing more.
    pub(super) fn spec(&self, files: &[(&Path, Decoded)], is_small: bool) -> Result<Spec, Failure> {
        let program = self.tools.find(Tool::Ffmpeg).map_err(|error| error.failure())?;
        let mut spec = Spec::new(Tool::Ffmpeg.name(), program).args([
            "-nostdin",
            "-hide_banner",
            "-nostats",
            "-v",
            "repeat+level+info",
        ]);
        for (path, _) in files {
            // ffmpeg knows no `--`, so the file stands behind `file:`, which no option begins with.
            let mut input = OsString::from("file:");
            input.push(path);
            spec = spec.args(["-err_detect", "crccheck"]);
            if is_small {
                spec = spec.args(["-threads", "1"]);
            }
            // A file can't make it open anything else.
            spec = spec.args(["-protocol_whitelist", "file", "-i"]).arg(input);
        }
        for number in 0..files.len() {
            for streams in ["V?", "a?", "s?", "d?"] {
                spec = spec.arg("-map").arg(format!("{number}:{streams}"));
            }
        }
        spec = spec.args(["-c", "copy", "-copyinkf", "-f", "framecrc", "pipe:1"]);
        for (number, (_, decoded)) in files.iter().enumerate() {
            for (streams, is_wanted) in [("V?", decoded.picture), ("a?", decoded.sound)] {
                if is_wanted {
                    spec = spec.arg("-map").arg(format!("{number}:{streams}")).args(["-f", "null", "-"]);
                }
            }
        }
        Ok(spec.unrecorded(PROTOCOL_LINES).no_progress(NO_PROGRESS).deadline(CHECK_DEADLINE))
    }
}

/// Whether a file of so many bytes may be examined by a process that examines others, too.
fn may_share(path: &Path, size_bytes: u64) -> bool {
    size_bytes <= together::SMALL_BYTES && !Decoded::guessed(path).picture
}

impl Report {
    /// Whether there is something to judge, and nothing else to be tried.
    pub(super) fn is_complete(&self) -> bool {
        self.talk.container.is_some() && self.packets.count() > 0 && self.better().is_none()
    }

    /// What should have been decoded instead, now that more is known; none if this is all that can be had.
    fn better(&self) -> Option<Decoded> {
        let talk = &self.talk;
        if self.ended.forced("ffmpeg").is_some() || self.decoded == Decoded::NOTHING {
            return None;
        }
        if talk.lacks_decoder {
            return Some(Decoded::NOTHING);
        }
        let there = Decoded { picture: talk.has_picture, sound: talk.has_sound };
        (there != self.decoded && there != Decoded::NOTHING).then_some(there)
    }
}
