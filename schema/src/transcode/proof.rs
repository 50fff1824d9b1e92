//! Whether what was made of a file is that file (TR-06): a recipe, what both are, and nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fate, Planned, Quality, Recipe};
use crate::{
    file::Check,
    media::{Content, Medium, Span, Spans, Stream, Video},
};

/// That a result is what it was made of: what was compared, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// Whether every frame of it was decoded; else something here has no decoder for a part of it.
    pub is_decoded: bool,
    /// How much longer it plays than what it was made of, by the packets of both, in milliseconds.
    pub duration_delta_ms: i64,
    /// How many streams it was to have, and has, each as it was to be.
    pub stream_count: u32,
    /// How many of them were made anew, and look or sound as what they were made of does, all along.
    pub alike_count: u32,
    /// How alike its pictures look, where the profile says how alike they are to look at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
}

/// In what a result is not what it was to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Shortcoming {
    /// A stream is shorter, or longer.
    #[error("its stream {place} plays for {result_ms} ms, and what it was made of for {source_ms} ms")]
    Duration {
        /// Which it is in the result, from 0.
        place: usize,
        /// How long it plays.
        result_ms: u64,
        /// How long it was to.
        source_ms: u64,
    },
    /// Picture and sound are apart that were together.
    #[error("its stream {place} is {by_ms} ms out of step with the first")]
    OutOfStep {
        /// Which it is in the result, from 0.
        place: usize,
        /// By how much it is late, or early if it is below zero.
        by_ms: i64,
    },
    /// It has more streams or fewer.
    #[error("it has {result} streams, and was to have {wanted}")]
    Streams {
        /// How many it has.
        result: usize,
        /// How many it was to have.
        wanted: usize,
    },
    /// A stream is another one.
    #[error("its stream {place}, made of stream {index}, {what}")]
    Stream {
        /// Which it is in the result, from 0.
        place: usize,
        /// Of which it was made.
        index: u32,
        /// In what it is another one.
        what: String,
    },
    /// Its chapters are others.
    #[error("it has {result} chapters, and was to have {wanted}")]
    Chapters {
        /// How many it has.
        result: u32,
        /// How many it was to have.
        wanted: u32,
    },
    /// Its pictures look less like those of which they were made than they are to.
    #[error("its pictures have {} of the wanted {}", quality.measure.said(quality.mean), quality.measure.said(quality.measure.floor(*vmaf_min)))]
    Quality {
        /// How alike they look.
        quality: Quality,
        /// How alike they are to look at least, by VMAF.
        vmaf_min: u8,
    },
    /// It is larger, and may not be.
    #[error("it has {result_bytes} bytes, and what it was made of {source_bytes}")]
    Larger {
        /// Its size.
        result_bytes: u64,
        /// The size of what it was made of.
        source_bytes: u64,
    },
}

/// A file as it was found: what its container says, and what reading all of it has shown.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What its container says.
    pub medium: &'a Medium,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// How it was read.
    pub check: Check,
    /// When each of its streams begins and ends.
    pub spans: &'a Spans,
}

/// How far picture and sound may be apart that were together: less than anybody sees.
const STEP_MS_MAX: u64 = 60;
/// How much two lengths may differ at most.
const DURATION_MS_MAX: u64 = 2_000;
/// How much they may in any case: a codec's frames are as long as they are.
const DURATION_MS_MIN: u64 = 200;
/// And for every so many milliseconds one.
const DURATION_PART: u64 = 1_000;

impl Recipe {
    /// Proves that a result is what was to be made of a source, or says in what it is not.
    pub fn prove(&self, source: Seen<'_>, result: Seen<'_>) -> Result<Proof, Shortcoming> {
        // MP4 has chapters, and the time of day, as tracks of their own beside what is shown.
        let is_shown = |stream: &&Stream| !matches!(stream.content, Content::Data {});
        let made: Vec<&Stream> = result.medium.streams.iter().filter(is_shown).collect();
        let wanted = &self.streams;
        if made.len() != wanted.len() {
            return Err(Shortcoming::Streams { result: made.len(), wanted: wanted.len() });
        }
        for (place, (planned, made)) in wanted.iter().zip(made).enumerate() {
            let index = planned.index;
            let of = source.medium.streams.iter().find(|stream| stream.index == index);
            let what = of.map_or_else(|| Some("is of none".to_owned()), |of| planned.lacks(of, made));
            if let Some(what) = what {
                return Err(Shortcoming::Stream { place, index, what });
            }
        }
        let duration_delta_ms = self.prove_times(source, result)?;
        let (chapters, wanted) = (result.medium.chapter_count, source.medium.chapter_count);
        if self.container.has_chapters() && chapters != wanted {
            return Err(Shortcoming::Chapters { result: chapters, wanted });
        }
        let (result_bytes, source_bytes) = (result.size_bytes, source.size_bytes);
        if result_bytes > source_bytes && !self.may_grow {
            return Err(Shortcoming::Larger { result_bytes, source_bytes });
        }
        Ok(Proof {
            is_decoded: result.check == Check::Decoded,
            duration_delta_ms,
            stream_count: u32::try_from(self.streams.len()).unwrap_or(u32::MAX),
            alike_count: 0,
            quality: None,
        })
    }

    /// Proves that what lies beside a result is what was to lie there.
    pub fn prove_beside(&self, source: &Medium, beside: &Medium) -> Result<(), Shortcoming> {
        if beside.streams.len() != self.beside.len() {
            return Err(Shortcoming::Streams { result: beside.streams.len(), wanted: self.beside.len() });
        }
        for (place, (index, made)) in self.beside.iter().zip(&beside.streams).enumerate() {
            let planned = Planned { index: *index, fate: Fate::Copy {} };
            let of = source.streams.iter().find(|stream| stream.index == *index);
            let what = of.map_or_else(|| Some("is of none".to_owned()), |of| planned.lacks(of, made));
            if let Some(what) = what {
                return Err(Shortcoming::Stream { place, index: *index, what });
            }
        }
        Ok(())
    }

    /// Each stream plays as long as the one that it was made of, and together with the others; answers by how much the
    /// one differs most.
    fn prove_times(&self, source: Seen<'_>, result: Seen<'_>) -> Result<i64, Shortcoming> {
        let (mut place_of_video, mut place_of_audio) = (0, 0);
        let (mut most, mut step) = (0_i64, None);
        for (place, planned) in self.streams.iter().enumerate() {
            let Some((of, is_video)) = source.span(planned.index) else { continue };
            let next = if is_video { &mut place_of_video } else { &mut place_of_audio };
            let spans = if is_video { &result.spans.video } else { &result.spans.audio };
            let Some(made) = spans.get(*next).copied() else { continue };
            *next += 1;
            let (source_ms, result_ms) = (of.length_ms(), made.length_ms());
            let tolerance = (source_ms / DURATION_PART).clamp(DURATION_MS_MIN, DURATION_MS_MAX);
            if source_ms.abs_diff(result_ms) > tolerance {
                return Err(Shortcoming::Duration { place, result_ms, source_ms });
            }
            let delta = result_ms.cast_signed().saturating_sub(source_ms.cast_signed());
            if delta.abs() > most.abs() {
                most = delta;
            }
            // By how much its clock was set on or back: all of them by the same.
            let set = made.start_ms - of.start_ms;
            let first = *step.get_or_insert(set);
            if set.abs_diff(first) > STEP_MS_MAX {
                return Err(Shortcoming::OutOfStep { place, by_ms: set - first });
            }
        }
        Ok(most)
    }
}

impl Seen<'_> {
    /// When a stream begins and ends, and whether it is a moving picture; none of those that neither are picture nor sound.
    fn span(self, index: u32) -> Option<(Span, bool)> {
        let stream = self.medium.streams.iter().find(|stream| stream.index == index)?;
        let is_video = matches!(stream.content, Content::Video(_));
        let spans = match stream.content {
            Content::Video(_) => &self.spans.video,
            Content::Audio(_) => &self.spans.audio,
            _ => return None,
        };
        let kind = std::mem::discriminant(&stream.content);
        let is_before =
            |other: &&Stream| other.index < index && std::mem::discriminant(&other.content) == kind;
        let before = self.medium.streams.iter().filter(is_before).count();
        spans.get(before).map(|span| (*span, is_video))
    }
}

impl Planned {
    /// In what a stream of the result is not what it was to be, if it is not.
    fn lacks(&self, source: &Stream, made: &Stream) -> Option<String> {
        let codec = match &self.fate {
            Fate::Copy {} => source.codec.as_deref(),
            Fate::Video { codec, .. } => Some(codec.name()),
            Fate::Audio { codec, .. } => Some(codec.name()),
            Fate::Subtitle { codec } => Some(codec.as_str()),
        };
        let says = |what: &str, is: &dyn std::fmt::Debug, wanted: &dyn std::fmt::Debug| {
            Some(format!("has the {what} {is:?}, and was to have {wanted:?}"))
        };
        if source.content.name() != made.content.name() {
            return Some(format!("is {}, and was to be {}", made.content.name(), source.content.name()));
        }
        if made.codec.as_deref() != codec {
            return says("codec", &made.codec.as_deref(), &codec);
        }
        // What nobody says is no language of another; MPEG-4 says it in three letters.
        if source.language.is_some() && source.language_code() != made.language_code() {
            return says("language", &made.language, &source.language);
        }
        let is_called_so = source.title == made.title || source.title == made.handler;
        if source.title.is_some() && !is_called_so {
            return says("title", &made.title, &source.title);
        }
        if source.is_forced != made.is_forced && !matches!(source.content, Content::Cover {}) {
            return says("mark of being forced", &made.is_forced, &source.is_forced);
        }
        match (&source.content, &made.content) {
            (Content::Video(source), Content::Video(made)) => self.lacks_of_video(source, made),
            (Content::Audio(source), Content::Audio(made)) => {
                let channels = match self.fate {
                    Fate::Audio { channels, .. } => channels,
                    _ => source.channels,
                };
                if made.channels == channels { None } else { says("channels", &made.channels, &channels) }
            }
            (Content::Attachment { name: source, .. }, Content::Attachment { name: made, .. }) => {
                if source == made { None } else { says("name", made, source) }
            }
            _ => None,
        }
    }

    fn lacks_of_video(&self, source: &Video, made: &Video) -> Option<String> {
        let says = |what: &str, is: &dyn std::fmt::Debug, wanted: &dyn std::fmt::Debug| {
            Some(format!("has the {what} {is:?}, and was to have {wanted:?}"))
        };
        let size = self.fate.size(source);
        // What is made anew is turned by then.
        let (rotation, hdr) = match self.fate {
            Fate::Video { hdr, .. } => (0, hdr),
            _ => (source.rotation_degrees, source.hdr),
        };
        if (made.width, made.height) != size {
            return says("size", &(made.width, made.height), &size);
        }
        if made.rotation_degrees != rotation {
            return says("rotation", &made.rotation_degrees, &rotation);
        }
        if made.hdr != hdr {
            return says("light", &made.hdr, &hdr);
        }
        if hdr.is_some() && made.mastering != source.mastering {
            return says("mastering display", &made.mastering, &source.mastering);
        }
        None
    }
}

#[cfg(test)]
mod tests;
