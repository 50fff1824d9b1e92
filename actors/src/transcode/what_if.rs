//! What would become of a file by rules, foretold from samples that are encoded and thrown away.

use std::{collections::BTreeMap, fs::File, path::Path};

use mediary_schema::{
    FailureClass,
    job::Failure,
    media::{Content, Medium},
    profile::Rules,
    transcode::{
        Fate, Measure, Planned, Prediction, Quality, Recipe, Sample, Score, TooUnlike, Verdict, VideoFilter,
        Weights, Window,
    },
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

/// How far the time of a picture may be before the one of which it was made: Matroska has milliseconds.
const ROUNDED_MS: u64 = 2;

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
        Ok(match self.seek(&file, &medium, &recipe).await? {
            Ok((recipe, samples)) => Outlook::Made(Prediction::of(&recipe, &medium, &samples, self.measure)),
            Err(unlike) => Outlook::Refused(unlike.to_string()),
        })
    }

    /// Samples of a file by a recipe; where that says how alike pictures are to look, by the one of its qualities that throws away
    /// the most and does.
    pub(super) async fn seek(
        &self,
        file: &File,
        medium: &Medium,
        recipe: &Recipe,
    ) -> Result<Result<(Recipe, Vec<Sample>), TooUnlike>, Failure> {
        let weighed = self.weigh(file, medium).await?;
        let search = self.measure.and_then(|measure| Some((measure, recipe.search(measure)?.1)));
        let Some((measure, mut search)) = search else {
            let samples = self.samples(file, medium, recipe, &weighed).await?;
            return Ok(Ok((recipe.clone(), samples)));
        };
        let mut all = BTreeMap::new();
        while let Some(crf) = search.next() {
            let samples = self.samples(file, medium, &recipe.at(crf), &weighed).await?;
            let scores: Vec<Score> = samples.iter().filter_map(|sample| sample.quality).collect();
            search.tell(crf, Quality::of(measure, &scores).map_or(Score(0), |quality| quality.mean));
            all.insert(crf, samples);
        }
        Ok(search.found().map(|crf| (recipe.at(crf), all.remove(&crf).unwrap_or_default())))
    }

    /// The windows that stand for a file, with what lies in each.
    async fn weigh(&self, file: &File, medium: &Medium) -> Result<Vec<(Window, Weights)>, Failure> {
        if !medium.can_be_sampled() {
            let message = "it does not say how long it plays, so no part of it stands for all of it";
            return Err(Failure { for_good: true, ..Failure::new(FailureClass::Unsupported, message) });
        }
        let (source, mut weighed) = (crate::ffmpeg::opened(file), Vec::new());
        for window in Window::of(medium.duration_ms.unwrap_or(0)) {
            let weights = self.ffmpeg.weigh(Path::new(&source), Some(window), self.assignment).await?;
            weighed.push((window, weights));
        }
        Ok(weighed)
    }

    async fn samples(
        &self,
        file: &File,
        medium: &Medium,
        recipe: &Recipe,
        weighed: &[(Window, Weights)],
    ) -> Result<Vec<Sample>, Failure> {
        let mut samples = Vec::new();
        for (window, weights) in weighed {
            samples.push(self.sample(file, medium, recipe, (*window, weights)).await?);
        }
        Ok(samples)
    }

    /// How much a whole result looks like what it was made of, by the same pieces that are sampled.
    pub(super) async fn compare(
        &self,
        file: &File,
        medium: &Medium,
        recipe: &Recipe,
        result: &Path,
    ) -> Result<Option<Quality>, Failure> {
        let (Some(measure), Some(pictures)) = (self.measure, pictures(recipe, medium)) else {
            return Ok(None);
        };
        let mut scores = Vec::new();
        for (window, _) in
            self.weigh(file, medium).await?.iter().filter(|(_, weights)| pictures.are_in(weights))
        {
            // Containers round times: the same picture may lie a moment before.
            let start_ms = window.start_ms.saturating_sub(ROUNDED_MS);
            let made = (result, piece(Window { start_ms, ..*window }));
            scores.push(self.quality(measure, made, file, *window, &pictures).await?);
        }
        Ok(Quality::of(measure, &scores))
    }

    async fn quality(
        &self,
        measure: Measure,
        (made, before_made): (&Path, Vec<String>),
        source: &File,
        window: Window,
        pictures: &Pictures,
    ) -> Result<Score, Failure> {
        let pieces = Pieces {
            made,
            before_made: &before_made,
            made_index: pictures.place,
            made_filters: &pictures.made,
            source,
            before_source: &piece(window),
            source_index: pictures.index,
            source_filters: &pictures.source,
        };
        self.ffmpeg.quality(measure, pieces, self.assignment).await
    }

    /// Encodes a window of a file.
    async fn sample(
        &self,
        file: &File,
        medium: &Medium,
        recipe: &Recipe,
        (window, weights): (Window, &Weights),
    ) -> Result<Sample, Failure> {
        let made = recipe.made_anew();
        let mut sample =
            Sample { window, source: weights.clone(), result: Weights::new(), encode_ms: 0, quality: None };
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
        let pictures = pictures(&made, medium).filter(|pictures| pictures.are_in(&sample.source));
        if let (Some(measure), Some(pictures)) = (self.measure, pictures) {
            let of_made = (path.as_path(), Vec::new());
            sample.quality = Some(self.quality(measure, of_made, file, window, &pictures).await?);
        }
        Ok(sample)
    }
}

/// The options before a file that is read from and to there.
fn piece(Window { start_ms, length_ms }: Window) -> Vec<String> {
    let seconds = |ms: u64| format!("{}.{:03}", ms / 1_000, ms % 1_000);
    ["-ss", &seconds(start_ms), "-t", &seconds(length_ms)].map(str::to_owned).into()
}

/// Pictures that are made anew, and what is done with both until they can be compared.
struct Pictures {
    /// Which they are in the result.
    place: usize,
    /// Of which stream they are made.
    index: u32,
    made: String,
    source: String,
}

impl Pictures {
    /// Whether a window has any of them: sound may play on behind the last one.
    fn are_in(&self, weights: &Weights) -> bool {
        weights.get(&self.index).is_some_and(|weight| weight.packets > 0)
    }
}

/// The first pictures that are made anew, if any are. What is done with them besides is done with those of which they are
/// made, too: half pictures become whole ones, light is mapped. What was made smaller is shown as large as it was.
fn pictures(recipe: &Recipe, medium: &Medium) -> Option<Pictures> {
    recipe.streams.iter().enumerate().find_map(|(place, planned)| {
        let Fate::Video { filters, pixel_format, .. } = &planned.fate else { return None };
        let stream = medium.streams.iter().find(|stream| stream.index == planned.index)?;
        let Content::Video(video) = &stream.content else { return None };
        let is_smaller = |step: &VideoFilter| matches!(step, VideoFilter::Scale { .. });
        let (width, height) =
            if filters.iter().any(is_smaller) { video.shown() } else { planned.fate.size(video) };
        let format = format!("format={pixel_format}");
        let others = filters.iter().filter(|step| !is_smaller(step)).map(filter);
        let source = others.chain([format.clone()]).collect::<Vec<_>>().join(",");
        let made = format!("scale={width}:{height}:flags=bicubic,{format}");
        Some(Pictures { place, index: planned.index, made, source })
    })
}

#[cfg(test)]
mod tests;
