//! What would become of a file by rules, foretold from samples that are encoded and thrown away.

use std::{fs::File, path::Path};

use mediary_schema::{
    FailureClass,
    job::Failure,
    media::{Content, Medium},
    profile::Rules,
    transcode::{Fate, Measure, Planned, Prediction, Recipe, Sample, Verdict, VideoFilter, Weights, Window},
};
use tokio::time::Instant;

use super::arguments::{Arguments, filter};
use crate::{
    ffmpeg::{Ffmpeg, Makings, Pieces},
    process::Assignment,
};

/// What would become of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Outlook {
    /// A file would be made of it.
    Made(Prediction),
    /// Nothing: it is as the profile would have it.
    Fits,
    /// It would be refused before anything is encoded, with the reason.
    Refused(String),
}

/// Encodes samples.
pub(super) struct Sampler<'a> {
    pub(super) ffmpeg: &'a Ffmpeg,
    /// Where samples lie until they are measured.
    pub(super) folder: &'a Path,
    pub(super) assignment: &'a Assignment,
    /// By what it is measured how alike they look, if it is.
    pub(super) measure: Option<Measure>,
}

impl Sampler<'_> {
    /// What would become of a file.
    pub(super) async fn foresee(&self, path: &Path, rules: &Rules) -> Result<Outlook, Failure> {
        let unreadable = |error: std::io::Error| Failure::new(FailureClass::Storage, error.to_string());
        let file = File::open(path).map_err(unreadable)?;
        let medium = self.ffmpeg.describe_opened(&file, self.assignment).await?;
        let recipe = match rules.judge(&medium) {
            Ok(Verdict::Made(recipe)) => recipe,
            Ok(Verdict::Fits) => return Ok(Outlook::Fits),
            Err(unfit) => return Ok(Outlook::Refused(unfit.to_string())),
        };
        if !medium.can_be_sampled() {
            let message = "it does not say how long it plays, so no part of it stands for all of it";
            return Err(Failure::new(FailureClass::Unsupported, message));
        }
        let mut samples = Vec::new();
        for window in Window::of(medium.duration_ms.unwrap_or(0)) {
            samples.push(self.sample(&file, &medium, &recipe, window).await?);
        }
        Ok(Outlook::Made(Prediction::of(&recipe, &medium, &samples, self.measure)))
    }

    /// Encodes a window of a file.
    async fn sample(
        &self,
        file: &File,
        medium: &Medium,
        recipe: &Recipe,
        window: Window,
    ) -> Result<Sample, Failure> {
        let made = recipe.made_anew();
        let source = crate::ffmpeg::opened(file);
        let source = self.ffmpeg.weigh(Path::new(&source), Some(window), self.assignment).await?;
        let mut sample = Sample { window, source, result: Weights::new(), encode_ms: 0, quality: None };
        if made.streams.is_empty() {
            return Ok(sample);
        }
        let path = self.folder.join(format!("sample.{}", made.container.ending()));
        let arguments = Arguments::of(&made, medium);
        let piece = piece(window);
        let before: Vec<String> = Arguments::before().into_iter().chain(piece.iter().cloned()).collect();
        let begun = Instant::now();
        let results = vec![(arguments.result.as_slice(), path.as_path())];
        let makings = Makings { source: file, before: &before, results };
        self.ffmpeg.make(makings, self.assignment, |_| {}).await?;
        sample.encode_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let weights = self.ffmpeg.weigh(&path, None, self.assignment).await?;
        let of_place = |(place, planned): (usize, &Planned)| {
            weights.get(&u32::try_from(place).ok()?).map(|weight| (planned.index, *weight))
        };
        sample.result = made.streams.iter().enumerate().filter_map(of_place).collect();
        if let Some(measure) = self.measure
            && let Some((planned, fate)) = pictures(&made, medium)
        {
            let pieces = Pieces {
                made: &path,
                made_filters: &fate.made,
                source: file,
                before_source: &piece,
                source_index: planned.index,
                source_filters: &fate.source,
            };
            sample.quality = Some(self.ffmpeg.quality(measure, pieces, self.assignment).await?);
        }
        Ok(sample)
    }
}

/// The options before a file that is read from and to there.
fn piece(Window { start_ms, length_ms }: Window) -> Vec<String> {
    let seconds = |ms: u64| format!("{}.{:03}", ms / 1_000, ms % 1_000);
    ["-ss", &seconds(start_ms), "-t", &seconds(length_ms)].map(str::to_owned).into()
}

/// What is done with both until they can be compared.
struct Filters {
    made: String,
    source: String,
}

/// The first pictures that are made anew, if any are. What is done with them besides is done with those of which they are
/// made, too: half pictures become whole ones, light is mapped. What was made smaller is shown as large as it was.
fn pictures<'a>(made: &'a Recipe, medium: &Medium) -> Option<(&'a Planned, Filters)> {
    made.streams.iter().find_map(|planned| {
        let Fate::Video { filters, pixel_format, .. } = &planned.fate else { return None };
        let stream = medium.streams.iter().find(|stream| stream.index == planned.index)?;
        let Content::Video(video) = &stream.content else { return None };
        let is_smaller = |step: &VideoFilter| matches!(step, VideoFilter::Scale { .. });
        let (width, height) = match filters.iter().any(is_smaller) {
            true => video.shown(),
            false => planned.fate.size(video),
        };
        let format = format!("format={pixel_format}");
        let others = filters.iter().filter(|step| !is_smaller(step)).map(filter);
        let source = others.chain([format.clone()]).collect::<Vec<_>>().join(",");
        let made = format!("scale={width}:{height}:flags=bicubic,{format}");
        Some((planned, Filters { made, source }))
    })
}

#[cfg(test)]
mod tests;
