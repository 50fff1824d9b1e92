//! What becomes of each stream of a file, before anything is done: a profile and what the file is, and nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Container, carry::Carriage};
use crate::{
    media::{Audio, Content, Hdr, Medium, Stream, Video},
    profile::{AudioCodec, HdrRule, Rules, SubtitleRule, VideoCodec, VideoRule},
};

/// What is done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Another one is made of it.
    Made(Recipe),
    /// Nothing: it is as the profile would have it.
    Fits,
}

/// What becomes of each stream of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The container of the result.
    pub container: Container,
    /// The streams of the result, in their order.
    pub streams: Vec<Planned>,
    /// Streams that lie in a file beside it, as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<u32>,
    /// Streams that go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Whether the result may be larger.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub may_grow: bool,
}

/// A stream of the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Which stream of the source it is made of.
    pub index: u32,
    /// What becomes of it.
    pub fate: Fate,
}

/// A stream that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which of the source.
    pub index: u32,
    /// Why.
    pub why: String,
}

/// What becomes of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is as it is.
    Copy {},
    /// Its pictures are made anew.
    Video {
        /// In which codec.
        codec: VideoCodec,
        /// How much is thrown away.
        crf: u8,
        /// How much time is taken.
        preset: String,
        /// What is done with each picture before, in this order.
        filters: Vec<VideoFilter>,
        /// How pixels are stored.
        pixel_format: String,
        /// How more light than usual is meant, if it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hdr: Option<Hdr>,
        /// How alike it is to look at least, by VMAF; `crf` is the most then that samples allow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vmaf_min: Option<u8>,
    },
    /// Its sound is made anew.
    Audio {
        /// In which codec.
        codec: AudioCodec,
        /// Bits a second, of a codec that throws something away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bits_per_second: Option<u32>,
        /// How many channels.
        channels: u32,
    },
    /// Its words are written another way.
    Subtitle {
        /// Which, as ffmpeg calls it.
        codec: String,
    },
}

/// What is done with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoFilter {
    /// Half pictures become whole ones.
    Deinterlace {},
    /// More light than usual becomes as much as every screen shows.
    ToneMap {},
    /// It is made smaller.
    Scale {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// A column or a line is added, since codecs want even numbers of them.
    Pad {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

/// Why nothing can be made of a file by rules: nothing of it is lost without a word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A stream can't be carried.
    #[error("stream {index}, {what}, {why}")]
    Stream {
        /// Which.
        index: u32,
        /// What it is.
        what: String,
        /// Why not.
        why: &'static str,
    },
    /// Nothing would be left.
    #[error("the profile keeps nothing of this file")]
    Nothing,
}

impl Rules {
    /// What becomes of a file by them.
    pub fn judge(&self, medium: &Medium) -> Result<Verdict, Unfit> {
        let mut recipe = Recipe {
            container: self.container,
            streams: vec![],
            beside: vec![],
            left_out: vec![],
            may_grow: self.may_grow,
        };
        for stream in &medium.streams {
            match self.place(medium, stream)? {
                Place::In(_) if !self.container.says_language_of(stream) => {
                    let (index, what) = (stream.index, described(stream));
                    return Err(Unfit::Stream {
                        index,
                        what,
                        why: "has a language that the container can't say",
                    });
                }
                Place::In(fate) => recipe.streams.push(Planned { index: stream.index, fate }),
                Place::Beside => recipe.beside.push(stream.index),
                Place::Out(why) => recipe.left_out.push(LeftOut { index: stream.index, why: why.to_owned() }),
            }
        }
        let is_medium = |planned: &Planned| {
            let stream = medium.streams.iter().find(|stream| stream.index == planned.index);
            stream.is_some_and(|stream| matches!(stream.content, Content::Video(_) | Content::Audio(_)))
        };
        if !recipe.streams.iter().any(is_medium) {
            return Err(Unfit::Nothing);
        }
        let is_as_it_is = self.container.is(&medium.container)
            && recipe.beside.is_empty()
            && recipe.left_out.is_empty()
            && recipe.streams.iter().all(|planned| planned.fate == Fate::Copy {});
        Ok(if is_as_it_is { Verdict::Fits } else { Verdict::Made(recipe) })
    }

    fn place(&self, medium: &Medium, stream: &Stream) -> Result<Place, Unfit> {
        match &stream.content {
            Content::Video(video) => self.place_video(stream, video),
            Content::Audio(audio) => self.place_audio(medium, stream, audio),
            Content::Subtitle { .. } => self.place_subtitle(stream),
            Content::Attachment { .. } => Ok(self.place_attachment(stream)),
            Content::Cover {} => Ok(match self.container.carries(stream) {
                Carriage::Carried => Place::In(Fate::Copy {}),
                Carriage::As(_) | Carriage::Not => Place::Beside,
            }),
            // Time codes and the like, which nobody sees or hears.
            Content::Data {} => Ok(Place::Out("it is data that no player shows")),
        }
    }

    fn place_video(&self, stream: &Stream, video: &Video) -> Result<Place, Unfit> {
        let Some(rule) = &self.video else { return Ok(Place::Out("the profile keeps sound alone")) };
        let refused = |why| Unfit::Stream { index: stream.index, what: described(stream), why };
        let is_carried = self.container.carries(stream) == Carriage::Carried;
        if rule.codec == VideoCodec::Copy {
            return if is_carried {
                Ok(Place::In(Fate::Copy {}))
            } else {
                Err(refused("is nothing that the container carries, and the profile makes nothing anew"))
            };
        }
        if stream.codec.is_none() {
            return Err(refused("is in a codec that ffmpeg does not know"));
        }
        if is_carried && rule.copies_what_fits && rule.fits(stream, video) {
            return Ok(Place::In(Fate::Copy {}));
        }
        let hdr = video.hdr.filter(|_| rule.hdr == HdrRule::Keep);
        match (hdr, rule.codec) {
            (Some(Hdr::DolbyVision), _) => {
                return Err(refused(
                    "has a layer of Dolby Vision's, which is lost when pictures are made anew",
                ));
            }
            (Some(_), codec) if codec != VideoCodec::Hevc => {
                return Err(refused("means more light than usual, which is kept in HEVC alone"));
            }
            (Some(_) | None, _) => {}
        }
        Ok(Place::In(Fate::Video {
            codec: rule.codec,
            crf: rule.crf,
            preset: rule.preset.clone(),
            filters: rule.filters(video),
            pixel_format: rule.pixel_format(video).to_owned(),
            hdr,
            vmaf_min: rule.vmaf_min,
        }))
    }

    fn place_audio(&self, medium: &Medium, stream: &Stream, audio: &Audio) -> Result<Place, Unfit> {
        if let Some(why) = self.unwanted(medium, stream) {
            return Ok(Place::Out(why));
        }
        let refused = |why| Unfit::Stream { index: stream.index, what: described(stream), why };
        let rule = &self.audio;
        let is_carried = self.container.carries(stream) == Carriage::Carried;
        if rule.codec == AudioCodec::Copy {
            return if is_carried {
                Ok(Place::In(Fate::Copy {}))
            } else {
                Err(refused("is nothing that the container carries, and the profile makes no sound anew"))
            };
        }
        if stream.codec.is_none() || audio.channels == 0 {
            return Err(refused("is in a codec that ffmpeg does not know"));
        }
        let most = rule.channels_max.unwrap_or(u32::MAX).min(rule.codec.channels_max());
        let channels = audio.channels.min(most);
        let is_it = stream.codec.as_deref() == Some(rule.codec.name());
        if is_it && is_carried && channels == audio.channels {
            return Ok(Place::In(Fate::Copy {}));
        }
        let bits_per_second =
            (rule.codec != AudioCodec::Flac).then(|| rule.kbits_per_channel * 1_000 * channels);
        Ok(Place::In(Fate::Audio { codec: rule.codec, bits_per_second, channels }))
    }

    /// Why a sound is not wanted, if it is not. Of a film whose languages are all others, or unknown, all are kept.
    fn unwanted(&self, medium: &Medium, stream: &Stream) -> Option<&'static str> {
        let has_film = medium.audios().any(|(other, _)| !other.is_commentary);
        if self.drop_commentary && stream.is_commentary && has_film {
            return Some("somebody talks about the film in it");
        }
        let says_original = medium.audios().any(|(other, _)| other.is_original);
        let first = medium.audios().map(|(other, _)| other.index).next();
        let is_wanted = |other: &Stream| {
            self.keep_audio.iter().any(|wanted| match wanted.as_str() {
                // Where nothing says which it is, the first is.
                "original" if says_original => other.is_original,
                "original" => Some(other.index) == first,
                language => is_language(other, language),
            })
        };
        let is_any_wanted = medium.audios().any(|(other, _)| is_wanted(other));
        let is_left = !self.keep_audio.is_empty() && is_any_wanted && !is_wanted(stream);
        is_left.then_some("its language is none that the profile keeps")
    }

    fn place_subtitle(&self, stream: &Stream) -> Result<Place, Unfit> {
        if self.subtitles == SubtitleRule::Drop {
            return Ok(Place::Out("the profile keeps no subtitles"));
        }
        let is_kept = self.keep_subtitles.is_empty()
            || self.keep_subtitles.iter().any(|language| is_language(stream, language));
        if !is_kept {
            return Ok(Place::Out("its language is none that the profile keeps"));
        }
        match self.container.carries(stream) {
            Carriage::Carried => Ok(Place::In(Fate::Copy {})),
            Carriage::As(codec) => Ok(Place::In(Fate::Subtitle { codec: codec.to_owned() })),
            // What lies beside it lies in Matroska.
            Carriage::Not if Container::Mkv.carries(stream) == Carriage::Carried => Ok(Place::Beside),
            Carriage::Not => {
                let why = "is nothing that the container carries, nor a file beside it";
                Err(Unfit::Stream { index: stream.index, what: described(stream), why })
            }
        }
    }

    fn place_attachment(&self, stream: &Stream) -> Place {
        match self.container.carries(stream) {
            Carriage::Carried => Place::In(Fate::Copy {}),
            Carriage::As(_) | Carriage::Not if self.subtitles == SubtitleRule::Drop => {
                Place::Out("the profile keeps no subtitles, and nothing for them")
            }
            Carriage::As(_) | Carriage::Not => Place::Beside,
        }
    }
}

/// Where a stream goes.
enum Place {
    In(Fate),
    Beside,
    Out(&'static str),
}

impl VideoRule {
    /// Whether pictures are as it would have them.
    fn fits(&self, stream: &Stream, video: &Video) -> bool {
        let is_small = self.lines_max.is_none_or(|most| video.lines() <= most);
        let has_light = video.hdr.is_none() || self.hdr == HdrRule::Keep;
        let has_depth = video.bit_depth == 8 || self.codec.has_ten_bits();
        stream.codec.as_deref() == Some(self.codec.name())
            && is_small
            && has_light
            && has_depth
            && !video.is_interlaced
    }

    fn filters(&self, video: &Video) -> Vec<VideoFilter> {
        let mut filters = Vec::new();
        if video.is_interlaced {
            filters.push(VideoFilter::Deinterlace {});
        }
        if video.hdr.is_some() && self.hdr == HdrRule::Map {
            filters.push(VideoFilter::ToneMap {});
        }
        let (width, height) = video.shown();
        let lines = video.lines().max(1);
        match self.lines_max {
            Some(most) if most < lines => {
                let smaller = |pixels: u32| {
                    let exact = f64::from(pixels) * f64::from(most) / f64::from(lines);
                    ((exact / 2.0).round() as u32 * 2).max(2)
                };
                filters.push(VideoFilter::Scale { width: smaller(width), height: smaller(height) });
            }
            _ if width % 2 == 1 || height % 2 == 1 => {
                let (width, height) = (width.next_multiple_of(2), height.next_multiple_of(2));
                filters.push(VideoFilter::Pad { width, height });
            }
            _ => {}
        }
        filters
    }

    /// Ten bits where there were more than eight and every player shows them; colours at half the lines, as every player
    /// wants them.
    fn pixel_format(&self, video: &Video) -> &'static str {
        let is_mapped = video.hdr.is_some() && self.hdr == HdrRule::Map;
        if video.bit_depth > 8 && self.codec.has_ten_bits() && !is_mapped { "yuv420p10le" } else { "yuv420p" }
    }
}

impl Fate {
    /// Pixels across and down of the result, if pictures are made anew of these.
    pub fn size(&self, video: &Video) -> (u32, u32) {
        let Self::Video { filters, .. } = self else { return (video.width, video.height) };
        let made = filters.iter().find_map(|filter| match *filter {
            VideoFilter::Scale { width, height } | VideoFilter::Pad { width, height } => {
                Some((width, height))
            }
            VideoFilter::Deinterlace {} | VideoFilter::ToneMap {} => None,
        });
        made.unwrap_or_else(|| video.shown())
    }
}

fn is_language(stream: &Stream, language: &str) -> bool {
    stream.language.as_ref().is_some_and(|tagged| tagged.eq_ignore_ascii_case(language))
}

/// A stream in a few words: `subtitle in hdmv_pgs_subtitle (eng)`.
fn described(stream: &Stream) -> String {
    let codec = stream.codec.as_deref().unwrap_or("a codec without a name");
    let language = stream.language.as_ref().map(|language| format!(" ({language})")).unwrap_or_default();
    format!("{} in {codec}{language}", stream.content.name())
}

#[cfg(test)]
mod tests;
