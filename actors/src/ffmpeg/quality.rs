//! How much pictures look like those of which they were made, as filters of ffmpeg measure it.

use std::{ffi::OsString, fs::File, path::Path, time::Duration};

use mediary_schema::{
    FailureClass,
    job::Failure,
    transcode::{Measure, Score},
};

use super::{make::opened, tool::Ffmpeg};
use crate::process::{Assignment, Line, Source, Spec, Tool};

/// How long the measuring of some seconds may take.
const DEADLINE: Duration = Duration::from_mins(30);
/// Of so many pictures one is looked at where that takes long: neighbours look alike.
const EVERY: u32 = 3;

/// Two pieces of film that show the same.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    /// The one that was made.
    pub(crate) made: &'a Path,
    /// Options before that, which say where the piece begins and ends.
    pub(crate) before_made: &'a [String],
    /// Which of its streams.
    pub(crate) made_index: usize,
    /// What is done with its pictures until they are as large as the others: filters of ffmpeg.
    pub(crate) made_filters: &'a str,
    /// The one of which it was made.
    pub(crate) source: &'a File,
    /// Options before that, which say where the piece begins and ends.
    pub(crate) before_source: &'a [String],
    /// Which of its streams.
    pub(crate) source_index: u32,
    /// What is done with those pictures.
    pub(crate) source_filters: &'a str,
}

impl Ffmpeg {
    /// The best measure that this ffmpeg has.
    pub(crate) async fn best_measure(&self, assignment: &Assignment) -> Result<Option<Measure>, Failure> {
        let program = self.tools.find(Tool::Ffmpeg).map_err(|error| error.failure())?;
        let spec = Spec::new(Tool::Ffmpeg.name(), program)
            .args(["-nostdin", "-hide_banner", "-filters"])
            .unrecorded(&[" ", "F"])
            .deadline(Duration::from_mins(1));
        let mut found = None;
        let take = |line: Line| match line.text.split_whitespace().nth(1) {
            Some("libvmaf") => found = Some(Measure::Vmaf),
            Some("ssim") if found.is_none() => found = Some(Measure::Ssim),
            _ => {}
        };
        assignment.run(&self.runner, spec, take).await.map_err(|error| error.failure())?;
        Ok(found)
    }

    /// How much a piece looks like the one of which it was made.
    pub(crate) async fn quality(
        &self,
        measure: Measure,
        pieces: Pieces<'_>,
        assignment: &Assignment,
    ) -> Result<Score, Failure> {
        let program = self.tools.find(Tool::Ffmpeg).map_err(|error| error.failure())?;
        let file = |path: &std::ffi::OsStr| {
            let mut input = OsString::from("file:");
            input.push(path);
            input
        };
        let Pieces { made, before_made, made_index, made_filters, .. } = pieces;
        let Pieces { source, before_source, source_index, source_filters, .. } = pieces;
        // Picture by picture, since containers round times otherwise.
        let even = "settb=1/1000,setpts=N*40";
        let filter = match measure {
            Measure::Vmaf => format!("libvmaf=n_subsample={EVERY}:n_threads=4"),
            Measure::Ssim => "ssim".to_owned(),
        };
        let graph = format!(
            "[0:{made_index}]{made_filters},{even}[made];[1:{source_index}]{source_filters},{even}[was];[made][was]{filter}"
        );
        let spec = Spec::new(Tool::Ffmpeg.name(), program)
            .args(["-nostdin", "-hide_banner", "-nostats", "-v", "info"])
            .args(before_made.iter())
            .args(["-protocol_whitelist", "file", "-i"])
            .arg(file(made.as_os_str()))
            .args(before_source.iter())
            .args(["-protocol_whitelist", "file", "-i"])
            .arg(file(&opened(source)))
            .args(["-filter_complex", &graph, "-f", "null", "-"])
            .deadline(DEADLINE);
        let mut found = None;
        let take = |line: Line| {
            if line.source == Source::Stderr {
                found = score(measure, &line.text).or(found);
            }
        };
        let ended = assignment.run(&self.runner, spec, take).await.map_err(|error| error.failure())?;
        if let Some(failure) = ended.forced(Tool::Ffmpeg.name()) {
            return Err(failure);
        }
        found.map(|value| measure.score(value)).ok_or_else(|| {
            ended.failure(FailureClass::Unknown, "ffmpeg does not say how alike pictures look")
        })
    }
}

/// The score in a line of a filter: `[Parsed_libvmaf_4 @ 0x55] VMAF score: 97.41`, or
/// `[Parsed_ssim_4 @ 0x55] SSIM Y:0.98 (17.2) U:0.99 (20.1) V:0.99 (20.2) All:0.9857 (18.4)`.
fn score(measure: Measure, line: &str) -> Option<f64> {
    let said = match measure {
        Measure::Vmaf => line.split_once("VMAF score: ")?.1,
        Measure::Ssim => line.split_once("SSIM ")?.1.split_once("All:")?.1,
    };
    said.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_read_from_what_its_filter_says() {
        let vmaf = "[Parsed_libvmaf_6 @ 0x55d0] VMAF score: 97.412";
        assert_eq!(score(Measure::Vmaf, vmaf), Some(97.412));
        let ssim = "[Parsed_ssim_4 @ 0x1] SSIM Y:0.98 (17.2) U:0.99 (20.1) V:0.99 (20.2) All:0.9857 (18.4)";
        assert_eq!(score(Measure::Ssim, ssim), Some(0.9857));
        assert_eq!(score(Measure::Ssim, vmaf), None);
        assert_eq!(score(Measure::Vmaf, "frame=  100 fps=50"), None);
    }
}
