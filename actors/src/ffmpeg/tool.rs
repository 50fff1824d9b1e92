//! Runs ffprobe and ffmpeg on one file.

use std::{ffi::OsString, path::Path, time::Duration};

use mediary_schema::{FailureClass, file::MediaFacts, job::Failure};

use super::{
    failure::{failure, is_damage},
    packets::Packets,
    probe::{Answer, ENTRIES},
    verify::{CONTAINER_TOLERANCE, differs},
};
use crate::process::{Assignment, Ended, Line, Runner, Source, Spec, Tool, Tools};

/// ffmpeg and ffprobe. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    runner: Runner,
    tools: Tools,
}

/// How long ffprobe may take: it reads little, but perhaps from a disk that has to wake up.
const PROBE_DEADLINE: Duration = Duration::from_mins(2);
/// How long ffmpeg may be silent: it writes a line for every packet, or every second.
const NO_PROGRESS: Duration = Duration::from_mins(2);
/// How long a check may take in total.
const CHECK_DEADLINE: Duration = Duration::from_hours(12);
/// Lines of complaint that are kept: one damaged film can have thousands.
const COMPLAINTS_MAX: usize = 20;
/// What packet lines begin with: protocol, not words.
const PACKET_LINES: &[&str] = &["0,", "1,", "2,", "3,", "4,", "5,", "6,", "7,", "8,", "9,", "#"];
/// What ffmpeg's `-progress` writes.
const PROGRESS_LINES: &[&str] = &[
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

impl Ffmpeg {
    /// ffmpeg and ffprobe as `tools` finds them.
    pub fn new(runner: Runner, tools: Tools) -> Self {
        Self { runner, tools }
    }

    /// What the file says about itself; its duration is 0 if it doesn't say.
    pub async fn probe(&self, path: &Path, assignment: &Assignment) -> Result<MediaFacts, Failure> {
        let spec = self.spec(Tool::Ffprobe)?.args(["-v", "error", "-of", "json", "-show_entries", ENTRIES]);
        let spec = with_input(spec, path).deadline(PROBE_DEADLINE);
        let mut json = String::new();
        let run = self.run(Tool::Ffprobe, spec, assignment, |line| json.push_str(line)).await?;
        run.objection()?;
        let answer: Answer = serde_json::from_str(&json).map_err(|error| {
            run.ended.failure(FailureClass::Unknown, format!("the answer of ffprobe can't be read: {error}"))
        })?;
        let no_media = || run.ended.failure(FailureClass::Damaged, "the file is neither film nor sound");
        answer.facts().ok_or_else(no_media)
    }

    /// Reads every packet and answers the duration that they add up to, in milliseconds.
    ///
    /// Fails if they are less than the container says, or have holes.
    pub async fn check_demux(&self, path: &Path, assignment: &Assignment) -> Result<u64, Failure> {
        let claimed_ms = self.probe(path, assignment).await?.duration_ms;
        self.demux(path, claimed_ms, assignment).await
    }

    /// Decodes every frame and answers their duration in milliseconds.
    ///
    /// Fails at the first error, and if they are less than the container says.
    pub async fn check_decode(&self, path: &Path, assignment: &Assignment) -> Result<u64, Failure> {
        let claimed_ms = self.probe(path, assignment).await?.duration_ms;
        self.decode(path, claimed_ms, assignment).await
    }

    pub(super) async fn demux(
        &self,
        path: &Path,
        claimed_ms: u64,
        assignment: &Assignment,
    ) -> Result<u64, Failure> {
        let spec = with_input(self.checking()?, path).args(["-map", "0:v?", "-map", "0:a?", "-c", "copy"]);
        let spec = spec.args(["-f", "framecrc", "pipe:1"]).unrecorded(PACKET_LINES);
        let mut packets = Packets::default();
        let run = self.run(Tool::Ffmpeg, spec, assignment, |line| packets.take(line)).await?;
        run.objection()?;
        let found_ms = packets.duration_ms();
        if packets.count() == 0 {
            return Err(run.damage("it has no packets"));
        }
        run.compare(found_ms, claimed_ms)?;
        let holes_ms = packets.holes_ms();
        if holes_ms > CONTAINER_TOLERANCE.around(found_ms) {
            return Err(run.damage(&format!("its sound lacks {} in between", seconds(holes_ms))));
        }
        Ok(found_ms)
    }

    pub(super) async fn decode(
        &self,
        path: &Path,
        claimed_ms: u64,
        assignment: &Assignment,
    ) -> Result<u64, Failure> {
        let spec = with_input(self.checking()?, path).args(["-map", "0:v?", "-map", "0:a?", "-f", "null"]);
        let spec = spec.args(["-progress", "pipe:1", "-stats_period", "1", "-"]).unrecorded(PROGRESS_LINES);
        let mut found_ms = 0;
        let each = |line: &str| {
            // Microseconds; the line `out_time_ms` has the same number.
            let time = line.strip_prefix("out_time_us=").and_then(|text| text.parse::<u64>().ok());
            found_ms = time.map_or(found_ms, |us| us / 1000);
        };
        let run = self.run(Tool::Ffmpeg, spec, assignment, each).await?;
        run.objection()?;
        run.compare(found_ms, claimed_ms)?;
        Ok(found_ms)
    }

    fn checking(&self) -> Result<Spec, Failure> {
        let spec = self.spec(Tool::Ffmpeg)?.args(["-nostdin", "-v", "error", "-xerror"]);
        Ok(spec.no_progress(NO_PROGRESS).deadline(CHECK_DEADLINE))
    }

    fn spec(&self, tool: Tool) -> Result<Spec, Failure> {
        let program = self.tools.find(tool).map_err(|error| error.failure())?;
        Ok(Spec::new(tool.name(), program))
    }

    async fn run(
        &self,
        tool: Tool,
        spec: Spec,
        assignment: &Assignment,
        mut each: impl FnMut(&str),
    ) -> Result<Run, Failure> {
        let mut complaints = Vec::new();
        let each = |line: Line| match line.source {
            Source::Stdout => each(&line.text),
            Source::Stderr if complaints.len() < COMPLAINTS_MAX => complaints.push(line.text),
            Source::Stderr => {}
        };
        let ended = assignment.run(&self.runner, spec, each).await.map_err(|error| error.failure())?;
        Ok(Run { tool, complaints, ended })
    }
}

/// The file as the only input. ffmpeg knows no `--`, so it stands behind `file:`, which no option begins with.
fn with_input(spec: Spec, path: &Path) -> Spec {
    let mut input = OsString::from("file:");
    input.push(path);
    spec.args(["-protocol_whitelist", "file", "-i"]).arg(input)
}

/// A run that ended.
#[derive(Debug)]
struct Run {
    tool: Tool,
    complaints: Vec<String>,
    ended: Ended,
}

impl Run {
    /// What the tool says against the file, by its exit or in words.
    fn objection(&self) -> Result<(), Failure> {
        if self.ended.is_clean() && !self.complaints.iter().any(|line| is_damage(line)) {
            return Ok(());
        }
        Err(failure(self.tool.name(), &self.complaints, &self.ended))
    }

    /// Whether what was found is as long as the container says; one that doesn't say can't be wrong.
    fn compare(&self, found_ms: u64, claimed_ms: u64) -> Result<(), Failure> {
        if claimed_ms > 0 && differs(found_ms, claimed_ms, CONTAINER_TOLERANCE) {
            let (found, claimed) = (seconds(found_ms), seconds(claimed_ms));
            return Err(self.damage(&format!("it has {found} but says that it has {claimed}")));
        }
        Ok(())
    }

    fn damage(&self, message: &str) -> Failure {
        self.ended.failure(FailureClass::Damaged, format!("the file is damaged: {message}"))
    }
}

/// `5.5 s`.
pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{:.1} s", milliseconds as f64 / 1000.0)
}
