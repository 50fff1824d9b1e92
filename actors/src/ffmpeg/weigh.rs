//! How many bytes and packets of each stream lie in a part of a file: ffprobe's lines of packets, counted.

use std::{ffi::OsString, path::Path, time::Duration};

use mediary_schema::{
    FailureClass,
    job::Failure,
    transcode::{Weights, Window},
};

use super::tool::Ffmpeg;
use crate::process::{Assignment, Line, Source, Spec, Tool};

/// How long the packets of a window may take to be read.
const DEADLINE: Duration = Duration::from_mins(5);
/// How far behind a window is read, in seconds: packets of streams lie by each other, not in the order of their times.
const BEHIND_S: f64 = 2.0;
/// What lines of packets begin with: protocol, not words.
const PROTOCOL_LINES: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "N"];

impl Ffmpeg {
    /// What of each stream lies in a window of a file, or in all of it. Nothing is decoded, and nothing else is read.
    pub(crate) async fn weigh(
        &self,
        path: &Path,
        window: Option<Window>,
        assignment: &Assignment,
    ) -> Result<Weights, Failure> {
        let mut weights = Weights::new();
        let Some(Window { start_ms, length_ms }) = window else {
            let each = |line: &str| count(line, (f64::NEG_INFINITY, f64::INFINITY), &mut weights);
            self.packet_lines(path, &[], each, assignment).await?;
            return Ok(weights);
        };
        let start_s = self.start_of(path, assignment).await? + start_ms as f64 / 1_000.0;
        let end_s = start_s + length_ms as f64 / 1_000.0;
        let interval = format!("{start_s:.3}%{:.3}", end_s + BEHIND_S);
        let each = |line: &str| count(line, (start_s, end_s), &mut weights);
        self.packet_lines(path, &["-read_intervals", &interval], each, assignment).await?;
        Ok(weights)
    }

    /// When a file begins by its own clock, in seconds: a recording of a broadcast has that of the sender.
    async fn start_of(&self, path: &Path, assignment: &Assignment) -> Result<f64, Failure> {
        let mut start_s = None;
        let asked = ["-show_entries", "format=start_time"];
        self.probe_lines(path, &asked, |line| start_s = line.trim().parse().ok(), assignment).await?;
        Ok(start_s.unwrap_or(0.0))
    }

    async fn packet_lines(
        &self,
        path: &Path,
        which: &[&str],
        each: impl FnMut(&str),
        assignment: &Assignment,
    ) -> Result<(), Failure> {
        let asked = [which, &["-show_entries", "packet=stream_index,pts_time,dts_time,size"]].concat();
        self.probe_lines(path, &asked, each, assignment).await
    }

    async fn probe_lines(
        &self,
        path: &Path,
        asked: &[&str],
        mut each: impl FnMut(&str),
        assignment: &Assignment,
    ) -> Result<(), Failure> {
        let program = self.tools.find(Tool::Ffprobe).map_err(|error| error.failure())?;
        let mut input = OsString::from("file:");
        input.push(path);
        let spec = Spec::new(Tool::Ffprobe.name(), program)
            .args(["-v", "error", "-of", "csv=p=0"])
            .args(asked)
            .args(["-protocol_whitelist", "file", "-i"])
            .arg(input)
            .unrecorded(PROTOCOL_LINES)
            .deadline(DEADLINE);
        let take = |line: Line| {
            if line.source == Source::Stdout {
                each(&line.text);
            }
        };
        let ended = assignment.run(&self.runner, spec, take).await.map_err(|error| error.failure())?;
        if let Some(failure) = ended.forced(Tool::Ffprobe.name()) {
            return Err(failure);
        }
        if !ended.is_clean() {
            return Err(ended.failure(FailureClass::Damaged, "the packets of the file can't be read"));
        }
        Ok(())
    }
}

/// Counts the packet of a line, `0,12.345000,12.305000,4096`, if it lies within; one without a time does.
fn count(line: &str, (start_s, end_s): (f64, f64), weights: &mut Weights) {
    let mut fields = line.split(',');
    let mut field = || fields.next().unwrap_or_default();
    let (index, shown, decoded, size) = (field(), field(), field(), field());
    let (Ok(index), Ok(size)) = (index.parse(), size.parse::<u64>()) else { return };
    let time: Option<f64> = shown.parse().ok().or_else(|| decoded.parse().ok());
    if time.is_none_or(|time| time >= start_s && time < end_s) {
        let weight = weights.entry(index).or_default();
        weight.bytes += size;
        weight.packets += 1;
    }
}

#[cfg(test)]
mod tests {
    use mediary_schema::transcode::Weight;

    use super::*;

    #[test]
    fn packets_within_a_window_are_counted_by_their_streams() {
        let mut weights = Weights::new();
        for line in [
            "0,7.960000,7.960000,9999",
            "0,8.000000,7.960000,100",
            "1,8.010000,8.010000,7",
            "0,N/A,15.900000,20",
            "0,16.000000,15.940000,9999",
            "1,N/A,N/A,3,",
            "",
            "side_data,x",
        ] {
            count(line, (8.0, 16.0), &mut weights);
        }
        let expected = [(0, Weight { bytes: 120, packets: 2 }), (1, Weight { bytes: 10, packets: 2 })];
        assert_eq!(weights, expected.into());
    }
}
