//! Makes a file of another one, as it is told.

use std::{ffi::OsString, fs::File, os::fd::AsRawFd as _, path::Path, process, time::Duration};

use mediary_schema::{FailureClass, job::Failure, media::Spans};

use super::{
    failure::failure,
    packets::Kind,
    talk::Complaint,
    tool::{Decoded, Ffmpeg},
};
use crate::process::{Assignment, Line, Source, Spec, Tool};

/// How long an encoder may say nothing: it tells how far it is twice a second.
const NO_PROGRESS: Duration = Duration::from_mins(10);
/// How long the making of a file may take in total.
const DEADLINE: Duration = Duration::from_hours(24 * 7);
/// How long an encoder may take to end: what it leaves is thrown away.
const GRACE: Duration = Duration::from_secs(2);
/// Complaints that are kept.
const COMPLAINTS_MAX: usize = 50;
/// What a line of progress begins with: protocol, not words.
const PROTOCOL_LINES: &[&str] = &[
    "frame=",
    "fps=",
    "stream_",
    "bitrate=",
    "total_size=",
    "out_time",
    "dup_frames=",
    "drop_frames=",
    "speed=",
    "progress=",
];

/// What is made of what.
#[derive(Debug)]
pub(crate) struct Makings<'a> {
    /// Of what.
    pub(crate) source: &'a File,
    /// Arguments before it.
    pub(crate) before: &'a [String],
    /// Results, each with the arguments before it.
    pub(crate) results: Vec<(&'a [String], &'a Path)>,
}

/// The very file that was opened, whatever its name leads to by now.
pub(crate) fn opened(file: &File) -> OsString {
    OsString::from(format!("/proc/{}/fd/{}", process::id(), file.as_raw_fd()))
}

impl Ffmpeg {
    /// Makes files of another one; `each` is told of every line of progress. That it ends well says nothing of what it made.
    pub(crate) async fn make(
        &self,
        makings: Makings<'_>,
        assignment: &Assignment,
        mut each: impl FnMut(&str),
    ) -> Result<(), Failure> {
        let program = self.tools.find(Tool::Ffmpeg).map_err(|error| error.failure())?;
        let mut input = OsString::from("file:");
        input.push(opened(makings.source));
        let mut spec =
            Spec::new(Tool::Ffmpeg.name(), program).args(makings.before.iter()).arg("-i").arg(input);
        for (arguments, path) in &makings.results {
            let mut output = OsString::from("file:");
            output.push(path);
            // What an earlier attempt left there is worth nothing.
            spec = spec.args(arguments.iter()).arg("-y").arg(output);
        }
        let spec = spec.unrecorded(PROTOCOL_LINES).no_progress(NO_PROGRESS).deadline(DEADLINE).grace(GRACE);
        let mut complaints = Vec::new();
        let take = |line: Line| match line.source {
            Source::Stdout => each(&line.text),
            Source::Stderr if complaints.len() < COMPLAINTS_MAX => {
                complaints.push(Complaint { part: None, text: line.text });
            }
            Source::Stderr => {}
        };
        let ended = assignment.run(&self.runner, spec, take).await.map_err(|error| error.failure())?;
        if ended.is_clean() {
            return Ok(());
        }
        let failed = failure(&complaints, &ended);
        let words = failed.message.replacen("ffmpeg can't read the file", "ffmpeg can't make it", 1);
        Err(Failure { message: words, ..failed })
    }

    /// When each stream of an opened file begins and ends, by all of its packets; nothing is decoded.
    pub(crate) async fn spans(&self, file: &File, assignment: &Assignment) -> Result<Spans, Failure> {
        let path = opened(file);
        let size_bytes = file.metadata().map_or(u64::MAX, |facts| facts.len());
        let report = self.run(Path::new(&path), size_bytes, Decoded::NOTHING, assignment).await?;
        if !report.ended.is_clean() {
            return Err(failure(&report.talk.complaints, &report.ended));
        }
        if report.packets.count() == 0 {
            return Err(report.ended.failure(FailureClass::Damaged, "the file has no packets"));
        }
        Ok(Spans { video: report.packets.spans(Kind::Picture), audio: report.packets.spans(Kind::Sound) })
    }
}
