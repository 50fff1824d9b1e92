//! Whether rules can be followed at all, before anything is made by them.

use super::{AudioCodec, AudioRule, Rules, VideoCodec, VideoRule};
use crate::transcode::Container;

/// Why no file could ever be made by these rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRules {
    /// It has sound alone.
    #[error("{container} has sound alone, and `video` says what becomes of pictures")]
    SoundAlone {
        /// The ending of its files.
        container: &'static str,
    },
    /// It carries no such codec.
    #[error("{container} does not carry {codec}")]
    NotCarried {
        /// The ending of its files.
        container: &'static str,
        /// The codec.
        codec: &'static str,
    },
    /// Outside of what its encoder knows.
    #[error("`{field}` is {given}; {codec} takes {known}")]
    Unknown {
        /// The field.
        field: &'static str,
        /// What is said.
        given: String,
        /// The codec.
        codec: &'static str,
        /// What can be said.
        known: String,
    },
    /// Outside of what makes sense.
    #[error("`{field}` is {given}; it is from {least} to {most}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// What is said.
        given: u32,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A word that is no language.
    #[error("{word:?} is no language as files are tagged: `eng`, `de`, or `original`")]
    NoLanguage {
        /// The word.
        word: String,
    },
    /// Too much is said.
    #[error("`{field}` is too long: at most {most}")]
    TooLong {
        /// The field.
        field: &'static str,
        /// How much there may be.
        most: usize,
    },
}

/// The longest sentence about what a profile is for, in bytes.
const ABOUT_BYTES_MAX: usize = 300;
/// The most languages that are named.
const LANGUAGES_MAX: usize = 32;
/// Presets of x264 and of x265.
const PRESETS: &[&str] = &[
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
    "placebo",
];

impl Rules {
    /// Whether files can be made by them: a container that carries the codecs, numbers that the encoders know.
    pub fn check(&self) -> Result<(), BadRules> {
        if self.about.len() > ABOUT_BYTES_MAX {
            return Err(BadRules::TooLong { field: "about", most: ABOUT_BYTES_MAX });
        }
        for (field, languages) in [("keep_audio", &self.keep_audio), ("keep_subtitles", &self.keep_subtitles)]
        {
            if languages.len() > LANGUAGES_MAX {
                return Err(BadRules::TooLong { field, most: LANGUAGES_MAX });
            }
            if let Some(word) = languages.iter().find(|word| !is_language(word)) {
                return Err(BadRules::NoLanguage { word: crate::bounded::cut(word.clone(), 64) });
            }
        }
        if let Some(video) = &self.video {
            video.check(self.container)?;
        }
        self.audio.check(self.container)
    }
}

impl VideoRule {
    fn check(&self, container: Container) -> Result<(), BadRules> {
        let ending = container.ending();
        if container.is_audio_only() {
            return Err(BadRules::SoundAlone { container: ending });
        }
        within("lines_max", self.lines_max, 16, 8_192)?;
        within("vmaf_min", self.vmaf_min.map(u32::from), 1, 99)?;
        let (codec, crf_max) = (self.codec.name(), self.codec.crf_max());
        let presets: Vec<String> = match self.codec {
            // The rest says nothing then.
            VideoCodec::Copy => return Ok(()),
            VideoCodec::H264 | VideoCodec::Hevc => PRESETS.iter().map(|word| (*word).to_owned()).collect(),
            VideoCodec::Av1 => numbers(13),
            VideoCodec::Vp9 => numbers(8),
        };
        if container == Container::Webm && !matches!(self.codec, VideoCodec::Av1 | VideoCodec::Vp9) {
            return Err(BadRules::NotCarried { container: ending, codec });
        }
        if self.crf > crf_max {
            let known = format!("0 to {crf_max}");
            return Err(BadRules::Unknown { field: "crf", given: self.crf.to_string(), codec, known });
        }
        let is_known = presets.contains(&self.preset);
        let unknown = || {
            let given = format!("{:?}", crate::bounded::cut(self.preset.clone(), 64));
            BadRules::Unknown { field: "preset", given, codec, known: presets.join(", ") }
        };
        if is_known { Ok(()) } else { Err(unknown()) }
    }
}

impl AudioRule {
    fn check(&self, container: Container) -> Result<(), BadRules> {
        within("kbits_per_channel", Some(self.kbits_per_channel).filter(|_| self.has_rate()), 8, 512)?;
        within("channels_max", self.channels_max, 1, 64)?;
        // What is to be as it is and can't be carried is refused with each file.
        let is_carried = match (container, self.codec) {
            (Container::Mkv | Container::Mp4 | Container::M4a, _) | (_, AudioCodec::Copy) => true,
            (Container::Webm | Container::Opus, codec) => codec == AudioCodec::Opus,
            (Container::Mp3, codec) => codec == AudioCodec::Mp3,
            (Container::Flac, codec) => codec == AudioCodec::Flac,
        };
        let refused = BadRules::NotCarried { container: container.ending(), codec: self.codec.name() };
        if is_carried { Ok(()) } else { Err(refused) }
    }

    /// Whether its codec throws something away, so that it is said how much is left.
    const fn has_rate(&self) -> bool {
        !matches!(self.codec, AudioCodec::Copy | AudioCodec::Flac)
    }
}

fn within(field: &'static str, given: Option<u32>, least: u32, most: u32) -> Result<(), BadRules> {
    match given {
        Some(given) if !(least..=most).contains(&given) => {
            Err(BadRules::OutOfRange { field, given, least, most })
        }
        _ => Ok(()),
    }
}

fn numbers(most: u8) -> Vec<String> {
    (0..=most).map(|number| number.to_string()).collect()
}

/// A tag of BCP 47 or ISO 639, or the word for that of the film.
fn is_language(word: &str) -> bool {
    (2..=35).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    fn rules(name: &str) -> Rules {
        Profile::find_shipped(name).unwrap().rules
    }

    fn with(name: &str, change: impl FnOnce(&mut Rules)) -> Result<(), String> {
        let mut rules = rules(name);
        change(&mut rules);
        rules.check().map_err(|bad| bad.to_string())
    }

    fn video(name: &str, change: impl FnOnce(&mut VideoRule)) -> Result<(), String> {
        with(name, |rules| change(rules.video.as_mut().unwrap()))
    }

    #[test]
    fn rules_that_no_encoder_or_container_follows_are_refused_in_words() {
        for (told, said) in [
            (video("archive", |rule| rule.crf = 52), "`crf` is 52; hevc takes 0 to 51"),
            (
                video("archive", |rule| rule.preset = "8".to_owned()),
                "`preset` is \"8\"; hevc takes ultrafast",
            ),
            (video("archive", |rule| rule.vmaf_min = Some(100)), "`vmaf_min` is 100; it is from 1 to 99"),
            (video("archive", |rule| rule.lines_max = Some(2)), "`lines_max` is 2; it is from 16 to 8192"),
            (with("web", |rules| rules.container = Container::Webm), "webm does not carry h264"),
            (with("web", |rules| rules.container = Container::Mp3), "mp3 has sound alone"),
            (with("audio", |rules| rules.container = Container::Opus), "opus does not carry aac"),
            (with("web", |rules| rules.audio.kbits_per_channel = 0), "`kbits_per_channel` is 0"),
            (with("web", |rules| rules.audio.channels_max = Some(0)), "`channels_max` is 0"),
            (with("web", |rules| rules.keep_audio = vec!["any language".to_owned()]), "is no language"),
            (with("web", |rules| rules.about = "a".repeat(301)), "`about` is too long"),
        ] {
            let refused = told.unwrap_err();
            assert!(refused.contains(said), "{refused}");
        }
    }

    #[test]
    fn what_another_encoder_knows_is_right_with_that_one() {
        let av1 = |rule: &mut VideoRule| {
            (rule.codec, rule.crf, rule.preset) = (VideoCodec::Av1, 60, "13".to_owned());
        };
        assert_eq!(video("archive", av1), Ok(()));
        let copied = |rule: &mut VideoRule| (rule.codec, rule.preset) = (VideoCodec::Copy, String::new());
        assert_eq!(video("archive", copied), Ok(()), "what is as it was has no encoder");
        let original = |rules: &mut Rules| rules.keep_audio = vec!["original".to_owned(), "de-AT".to_owned()];
        assert_eq!(with("archive", original), Ok(()));
    }
}
