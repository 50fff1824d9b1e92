//! How much pictures look like those of which they were made, and the search for the most that may be thrown away (TR-07).

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fate, Recipe};

/// By what it is measured how much a picture looks like the one of which it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// VMAF of Netflix, its model of a television set, from 0 to 100: about 95 is what nobody tells apart.
    Vmaf,
    /// The structural similarity of Wang and others, of all three components, from 0 to 1.
    Ssim,
}

/// How alike something looks, in ten-thousandths of the best that a measure has: `9_412` is 94.12 of VMAF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Score(pub u16);

/// How much pictures look like those of which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// By what it was measured.
    pub measure: Measure,
    /// On average.
    pub mean: Score,
    /// Of the worst piece.
    pub worst: Score,
}

/// At no quality of an encoder pictures look as alike as they are to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "at no quality of its encoder it looks alike enough: {} at best, and at least {} is wanted",
    measure.said(*best),
    measure.said(*floor)
)]
pub struct TooUnlike {
    /// By what it was measured.
    pub measure: Measure,
    /// The best that was found.
    pub best: Score,
    /// What is wanted.
    pub floor: Score,
}

/// Of how much 10,000 a score may lie below its floor in the result, where the samples had it: a whole film is encoded a little otherwise
/// than its pieces.
const BELOW_MAX: u16 = 100;
/// How much 10,000 more than the floor is near enough to search no further.
const NEAR: u16 = 40;
/// As little is thrown away at least: with less, files are larger than those of which they are made.
const CRF_LEAST: u8 = 8;
/// How far the search steps where it knows one side only.
const STEP: u8 = 8;
/// How often it is encoded at most to find it.
const TRIES_MAX: usize = 7;

impl Measure {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vmaf => "VMAF",
            Self::Ssim => "SSIM",
        }
    }

    /// The one that is called so.
    pub fn called(name: &str) -> Option<Self> {
        [Self::Vmaf, Self::Ssim].into_iter().find(|measure| measure.name() == name)
    }

    const fn best(self) -> f64 {
        match self {
            Self::Vmaf => 100.0,
            Self::Ssim => 1.0,
        }
    }

    /// The score of a value in its own scale.
    pub fn score(self, value: f64) -> Score {
        Score((value / self.best() * 10_000.0).round().clamp(0.0, 10_000.0) as u16)
    }

    /// A score in its own scale.
    pub fn value(self, Score(score): Score) -> f64 {
        f64::from(score) * self.best() / 10_000.0
    }

    /// A score as people read it: `VMAF 94.12`, `SSIM 0.9853`.
    pub fn said(self, score: Score) -> String {
        let (name, value) = (self.name(), self.value(score));
        match self {
            Self::Vmaf => format!("{name} {value:.2}"),
            Self::Ssim => format!("{name} {value:.4}"),
        }
    }

    /// What pictures have at least that are to have so much of VMAF. In SSIM a quarter of what lacks to the best: a rule of thumb, for
    /// those whose ffmpeg has no VMAF.
    pub fn floor(self, vmaf_min: u8) -> Score {
        let lacks = 100 * u16::from(100 - vmaf_min.min(100));
        match self {
            Self::Vmaf => Score(10_000 - lacks),
            Self::Ssim => Score(10_000 - lacks / 4),
        }
    }
}

/// As people read it: `VMAF 94.12, 91.07 at worst`.
impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mean, worst) = (self.measure.said(self.mean), self.measure.said(self.worst));
        write!(f, "{mean},{} at worst", worst.trim_start_matches(self.measure.name()))
    }
}

impl Quality {
    /// Of scores of pieces; none if there is none.
    pub fn of(measure: Measure, scores: &[Score]) -> Option<Self> {
        let worst = *scores.iter().min()?;
        let sum: u64 = scores.iter().map(|Score(score)| u64::from(*score)).sum();
        let mean = u16::try_from(sum / scores.len() as u64).unwrap_or(u16::MAX);
        Some(Self { measure, mean: Score(mean), worst })
    }

    /// Whether it is what was wanted of a result whose samples had it.
    pub fn holds(self, vmaf_min: u8) -> bool {
        self.mean.0 + BELOW_MAX >= self.measure.floor(vmaf_min).0
    }
}

/// The search for the most that may be thrown away with pictures looking alike enough.
///
/// The more is thrown away, the less alike they look, so it is closed in from both sides, and by a straight line between them where
/// both are known (the rule of false position).
#[derive(Debug, Clone)]
pub struct Search {
    measure: Measure,
    floor: Score,
    begin: u8,
    most: u8,
    tried: BTreeMap<u8, Score>,
}

impl Search {
    /// One that begins there, and goes no further than that.
    pub fn new(measure: Measure, vmaf_min: u8, begin: u8, most: u8) -> Self {
        let begin = begin.clamp(CRF_LEAST, most);
        Self { measure, floor: measure.floor(vmaf_min), begin, most, tried: BTreeMap::new() }
    }

    /// What to encode with next; none once it is found, or can't be.
    pub fn next(&self) -> Option<u8> {
        if self.tried.len() >= TRIES_MAX {
            return None;
        }
        match (self.good(), self.bad()) {
            (None, None) => Some(self.begin),
            (Some((crf, score)), None) => {
                let is_near = score.0 <= self.floor.0 + NEAR;
                (crf < self.most && !is_near).then(|| (crf + STEP).min(self.most))
            }
            (None, Some((crf, _))) => (crf > CRF_LEAST).then(|| crf.saturating_sub(STEP).max(CRF_LEAST)),
            (Some((low, good)), Some((high, bad))) => {
                let is_found = high <= low + 1 || good.0 <= self.floor.0 + NEAR;
                let (above, between) = (f64::from(good.0 - self.floor.0), f64::from(good.0 - bad.0));
                let guess = f64::from(low) + above / between * f64::from(high - low);
                (!is_found).then(|| (guess.round() as u8).clamp(low + 1, high - 1))
            }
        }
    }

    /// How alike it looked with so much thrown away.
    pub fn tell(&mut self, crf: u8, score: Score) {
        self.tried.insert(crf, score);
    }

    /// The most that may be thrown away, of what was tried.
    pub fn found(&self) -> Result<u8, TooUnlike> {
        let best = self.tried.values().max().copied().unwrap_or(Score(0));
        let none = TooUnlike { measure: self.measure, best, floor: self.floor };
        self.good().map(|(crf, _)| crf).ok_or(none)
    }

    fn good(&self) -> Option<(u8, Score)> {
        let good = self.tried.iter().filter(|(_, score)| **score >= self.floor);
        good.map(|(crf, score)| (*crf, *score)).next_back()
    }

    /// The least behind what is good that is not.
    fn bad(&self) -> Option<(u8, Score)> {
        let good = self.good().map(|(crf, _)| crf);
        let bad = self
            .tried
            .iter()
            .filter(|(crf, score)| **score < self.floor && good.is_none_or(|good| **crf > good));
        bad.map(|(crf, score)| (*crf, *score)).next()
    }
}

impl Recipe {
    /// How alike pictures are to look at least, with where the search for that begins and ends; none if nothing is said of it.
    pub fn search(&self, measure: Measure) -> Option<(u8, Search)> {
        self.streams.iter().find_map(|planned| match &planned.fate {
            Fate::Video { codec, crf, vmaf_min: Some(vmaf_min), .. } => {
                Some((*vmaf_min, Search::new(measure, *vmaf_min, *crf, codec.crf_max())))
            }
            _ => None,
        })
    }

    /// Whether it is found out by samples how much of pictures may be thrown away.
    pub fn is_searched(&self) -> bool {
        self.streams.iter().any(|planned| matches!(planned.fate, Fate::Video { vmaf_min: Some(_), .. }))
    }

    /// The same with so much of pictures thrown away.
    #[must_use]
    pub fn at(&self, quality: u8) -> Self {
        let mut recipe = self.clone();
        for planned in &mut recipe.streams {
            if let Fate::Video { crf, .. } = &mut planned.fate {
                *crf = quality;
            }
        }
        recipe
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Searches in pictures that look as alike as that.
    fn search(vmaf_min: u8, begin: u8, looks: impl Fn(u8) -> f64) -> (Result<u8, TooUnlike>, usize) {
        let mut search = Search::new(Measure::Vmaf, vmaf_min, begin, 51);
        while let Some(crf) = search.next() {
            search.tell(crf, Measure::Vmaf.score(looks(crf)));
        }
        (search.found(), search.tried.len())
    }

    #[test]
    fn scores_are_in_the_scale_of_their_measure_and_back() {
        assert_eq!(Measure::Vmaf.score(94.123), Score(9_412));
        assert_eq!(Measure::Ssim.score(0.985), Score(9_850));
        assert_eq!(Measure::Vmaf.said(Score(9_412)), "VMAF 94.12");
        assert_eq!(Measure::Ssim.said(Score(9_853)), "SSIM 0.9853");
        assert_eq!((Measure::Vmaf.floor(94), Measure::Ssim.floor(94)), (Score(9_400), Score(9_850)));
        let quality = Quality::of(Measure::Vmaf, &[Score(9_000), Score(9_500)]).unwrap();
        assert_eq!((quality.mean, quality.worst), (Score(9_250), Score(9_000)));
        assert!(quality.holds(93) && !quality.holds(94));
        assert_eq!(Quality::of(Measure::Vmaf, &[]), None);
        assert_eq!(Measure::Vmaf.value(Score(6_225)).to_string(), "62.25");
        let quality = Quality { measure: Measure::Ssim, mean: Score(9_853), worst: Score(9_800) };
        assert_eq!(quality.to_string(), "SSIM 0.9853, 0.9800 at worst");
    }

    #[test]
    fn what_never_looks_alike_is_said_and_what_always_does_is_thrown_away() {
        let (found, _) = search(95, 21, |_| 80.0);
        assert_eq!(
            found.unwrap_err().to_string(),
            "at no quality of its encoder it looks alike enough: VMAF 80.00 at best, and at least VMAF 95.00 is wanted"
        );
        assert_eq!(search(95, 21, |_| 100.0).0, Ok(51));
    }

    proptest! {
        // However it falls: alike enough, and one step further is not, or it is near enough, or the tries are at their end.
        #[test]
        fn the_most_is_found_that_looks_alike_enough(
            vmaf_min in 60..98_u8, begin in 0..60_u8, best in 90.0..100.0_f64, slope in 0.05..4.0_f64, bend in 0.6..2.0_f64,
        ) {
            let looks = |crf: u8| (best - slope * (f64::from(crf) / 10.0).powf(bend)).max(0.0);
            let (found, tries) = search(vmaf_min, begin, looks);
            prop_assert!(tries <= TRIES_MAX);
            if let Ok(crf) = found {
                let score = Measure::Vmaf.score(looks(crf));
                prop_assert!(score >= Measure::Vmaf.floor(vmaf_min));
            } else {
                prop_assert!(tries == TRIES_MAX || Measure::Vmaf.score(looks(CRF_LEAST)) < Measure::Vmaf.floor(vmaf_min));
            }
        }
    }
}
