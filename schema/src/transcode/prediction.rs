//! What would become of a file, foretold from samples of it (TR-07): what was encoded of it, and nothing else.

use std::collections::BTreeMap;

use super::{Fate, Measure, Quality, Recipe, Score};
use crate::media::{Content, Medium};

/// A part of a file that is encoded to see what would become of all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it begins, in milliseconds from the beginning of the file.
    pub start_ms: u64,
    /// How long it is.
    pub length_ms: u64,
}

/// What of a stream lies in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// Bytes of its packets.
    pub bytes: u64,
    /// How many packets.
    pub packets: u64,
}

/// Streams of a file by their index, as far as they lie in a window.
pub type Weights = BTreeMap<u32, Weight>;

/// A window that was encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Which.
    pub window: Window,
    /// What it was made of.
    pub source: Weights,
    /// What was made anew of it, by the index of the stream of which it was made.
    pub result: Weights,
    /// How long that took, in milliseconds.
    pub encode_ms: u64,
    /// How much it looks like what it was made of, if that was measured.
    pub quality: Option<Score>,
}

/// What would become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prediction {
    /// How large it is.
    pub source_bytes: u64,
    /// How large the result would be, without what lies beside it.
    pub result_bytes: u64,
    /// How long an encoder would take that has the machine for itself, in milliseconds. The proof takes its time besides.
    pub encode_ms: u64,
    /// How much of pictures would be thrown away, in the scale of their encoder; none if none are made anew.
    pub crf: Option<u8>,
    /// How alike it would look; none if no pictures are made anew, or nothing here measures that.
    pub quality: Option<Quality>,
    /// How much of it was encoded for that, in milliseconds of its own time.
    pub sampled_ms: u64,
}

/// How many windows a long file has.
const WINDOWS: u64 = 6;
/// How long each is: about as long as an encoder lets go by between two pictures that stand for themselves, as each begins with one.
const WINDOW_MS: u64 = 8_000;
/// What a container has for each packet, in bytes: in MPEG-4 four of its size and eight of its time (ISO/IEC 14496-12, `stsz` and
/// `ctts`), in Matroska about as much.
const PACKET_BYTES: f64 = 12.0;

impl Window {
    /// Those of a file that plays so long: all of it if that is short, else the middles of equal parts.
    pub fn of(duration_ms: u64) -> Vec<Self> {
        if duration_ms <= WINDOWS * WINDOW_MS {
            return vec![Self { start_ms: 0, length_ms: duration_ms }];
        }
        let part_ms = duration_ms / WINDOWS;
        let middle = |number| number * part_ms + (part_ms - WINDOW_MS) / 2;
        (0..WINDOWS).map(|number| Self { start_ms: middle(number), length_ms: WINDOW_MS }).collect()
    }
}

impl Prediction {
    /// What becomes of a file by a recipe, from samples of it.
    ///
    /// A stream that is as it was has so many bytes a second as in the windows, and so has sound that is made anew. Pictures are
    /// to those of which they are made as they are in the windows: a scene that costs many bytes costs many in both, so
    /// that it matters less which scenes the windows show (a ratio estimator). All other streams taken off, the rest of the file is pictures.
    pub fn of(recipe: &Recipe, medium: &Medium, samples: &[Sample], measure: Option<Measure>) -> Self {
        let sampled_ms: u64 = samples.iter().map(|sample| sample.window.length_ms).sum();
        let times = medium.duration_ms.unwrap_or(sampled_ms) as f64 / sampled_ms.max(1) as f64;
        let sum = |of: fn(&Sample) -> &Weights, index: u32| {
            let weights = samples.iter().filter_map(|sample| of(sample).get(&index));
            let (bytes, packets) = weights
                .fold((0, 0), |(bytes, packets), weight| (bytes + weight.bytes, packets + weight.packets));
            (bytes as f64, packets as f64 * PACKET_BYTES * times)
        };
        let source = |index| sum(|sample| &sample.source, index);
        let result = |index| sum(|sample| &sample.result, index);
        let picture = medium.video().map(|(stream, _)| stream.index);
        let others = medium.streams.iter().map(|stream| {
            let (bytes, heads) = source(stream.index);
            if Some(stream.index) == picture { heads } else { bytes * times + heads }
        });
        let pictures = (medium.size_bytes as f64 - others.sum::<f64>()).max(0.0);
        let streams = recipe.streams.iter().map(|planned| {
            let ((was, heads), (is, own_heads)) = (source(planned.index), result(planned.index));
            let is_picture = Some(planned.index) == picture;
            match planned.fate {
                Fate::Copy {} if is_picture => pictures + heads,
                Fate::Copy {} | Fate::Subtitle { .. } => was * times + heads,
                Fate::Video { .. } if is_picture && was > 0.0 && pictures > 0.0 => {
                    is / was * pictures + own_heads
                }
                Fate::Video { .. } | Fate::Audio { .. } => is * times + own_heads,
            }
        });
        let measured: Vec<Score> = samples.iter().filter_map(|sample| sample.quality).collect();
        let quality = measure.and_then(|measure| Quality::of(measure, &measured));
        let encode_ms: u64 = samples.iter().map(|sample| sample.encode_ms).sum();
        Self {
            source_bytes: medium.size_bytes,
            result_bytes: streams.sum::<f64>() as u64,
            encode_ms: (encode_ms as f64 * times) as u64,
            crf: recipe.streams.iter().find_map(|planned| match planned.fate {
                Fate::Video { crf, .. } => Some(crf),
                _ => None,
            }),
            quality,
            sampled_ms,
        }
    }
}

impl Recipe {
    /// What of it is encoded to see what becomes of a file: what is made anew, since all else is as it was.
    #[must_use]
    pub fn made_anew(&self) -> Self {
        let is_made = |fate: &Fate| matches!(fate, Fate::Video { .. } | Fate::Audio { .. });
        Self {
            streams: self.streams.iter().filter(|planned| is_made(&planned.fate)).cloned().collect(),
            beside: vec![],
            left_out: vec![],
            ..self.clone()
        }
    }
}

impl Medium {
    /// Whether what it is can be sampled: it says how long it plays, and is more than a picture that stands for it.
    pub fn can_be_sampled(&self) -> bool {
        let plays = |content: &Content| matches!(content, Content::Video(_) | Content::Audio(_));
        self.duration_ms.is_some_and(|length| length > 0)
            && self.streams.iter().any(|stream| plays(&stream.content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        profile::Profile,
        transcode::{
            Verdict,
            samples::{audio, medium, stream, video},
        },
    };

    #[test]
    fn a_short_file_is_one_window_and_a_long_one_has_the_middles_of_its_parts() {
        assert_eq!(Window::of(3_000), [Window { start_ms: 0, length_ms: 3_000 }]);
        let long = Window::of(600_000);
        assert_eq!(long.len(), 6);
        assert_eq!((long[0].start_ms, long[5].start_ms), (46_000, 546_000));
        let barely = Window::of(48_001);
        assert!(barely.windows(2).all(|pair| pair[0].start_ms + pair[0].length_ms <= pair[1].start_ms));
    }

    #[test]
    fn what_is_in_the_windows_says_what_becomes_of_all_of_it() {
        let pictures = stream(0, "h264", Content::Video(video(1280, 720)));
        let mut film = medium("matroska,webm", vec![pictures, audio(1, "aac", 2, "eng")]);
        (film.size_bytes, film.duration_ms) = (11_000_000, Some(100_000));
        let archive = Profile::find_shipped("archive").unwrap();
        let Verdict::Made(recipe) = archive.rules.judge(&film).unwrap() else { panic!("{film:?}") };
        assert_eq!(recipe.made_anew().streams.len(), 1, "sound stays as it is there");
        let weights = |all: &[(u32, u64)]| {
            all.iter().map(|(index, bytes)| (*index, Weight { bytes: *bytes, packets: 0 })).collect()
        };
        // Two windows of ten seconds: the first costs nine times as much as the second, before and after.
        let sample = |start_ms, picture: u64, made: u64, quality| Sample {
            window: Window { start_ms, length_ms: 10_000 },
            source: weights(&[(0, picture), (1, 100_000)]),
            result: weights(&[(0, made)]),
            encode_ms: 5_000,
            quality: Some(quality),
        };
        let samples = [
            sample(20_000, 2_700_000, 900_000, Score(9_600)),
            sample(70_000, 300_000, 100_000, Score(9_000)),
        ];
        let foretold = Prediction::of(&recipe, &film, &samples, Some(Measure::Vmaf));
        // Of 11 MB one is sound, and of the ten of pictures a third is left; by the time alone it would be half.
        assert_eq!(foretold.result_bytes, 1_000_000 + 3_333_333);
        assert_eq!((foretold.encode_ms, foretold.sampled_ms, foretold.crf), (50_000, 20_000, Some(21)));
        let quality = foretold.quality.unwrap();
        assert_eq!((quality.mean, quality.worst), (Score(9_300), Score(9_000)));
        let unmeasured = Prediction::of(&recipe, &film, &samples, None);
        assert_eq!(unmeasured.quality, None);

        let sound = Profile::find_shipped("audio").unwrap();
        let Verdict::Made(recipe) = sound.rules.judge(&film).unwrap() else { panic!("{film:?}") };
        let foretold = Prediction::of(&recipe, &film, &samples, None);
        assert_eq!(foretold.result_bytes, 1_000_000, "of sound that is as it was nothing is made anew");
    }

    #[test]
    fn what_says_not_how_long_it_plays_is_not_sampled() {
        let mut sound = medium("ogg", vec![audio(0, "opus", 2, "eng")]);
        assert!(!sound.can_be_sampled());
        sound.duration_ms = Some(1_000);
        assert!(sound.can_be_sampled());
    }
}
