//! The profiles that ship with the program.

use super::{
    AudioCodec, AudioRule, HdrRule, Profile, ProfileName, Rules, SubtitleRule, VideoCodec, VideoRule,
};
use crate::transcode::Container;

impl Profile {
    /// Those that ship with the program.
    pub fn shipped() -> [Self; 6] {
        let of =
            |(name, rules): (&str, Rules)| Self { name: ProfileName(name.to_owned()), version: 1, rules };
        Rules::shipped().map(of)
    }

    /// The one of this name that ships with the program.
    pub fn find_shipped(name: &str) -> Option<Self> {
        Self::shipped().into_iter().find(|profile| profile.name.as_str() == name)
    }
}

impl Rules {
    fn shipped() -> [(&'static str, Self); 6] {
        [
            ("web", Self::web()),
            ("archive", Self::archive()),
            ("mobile", Self::mobile()),
            ("tv", Self::tv()),
            ("audio", Self::audio()),
            ("remux", Self::remux()),
        ]
    }

    fn of(about: &str, container: Container, audio: AudioRule) -> Self {
        Self {
            about: about.to_owned(),
            container,
            video: None,
            audio,
            keep_audio: vec![],
            keep_subtitles: vec![],
            drop_commentary: false,
            subtitles: SubtitleRule::Keep,
            may_grow: false,
        }
    }

    fn web() -> Self {
        let about = "Plays in every browser: H.264 of 1080 lines at most and stereo AAC in MP4.";
        let video = VideoRule { lines_max: Some(1080), ..VideoRule::of(VideoCodec::H264, 21, "medium") };
        let audio = AudioRule { channels_max: Some(2), ..AudioRule::of(AudioCodec::Aac, 80) };
        Self { video: Some(video.mapped()), ..Self::of(about, Container::Mp4, audio) }
    }

    fn archive() -> Self {
        let about =
            "About half the size at a quality that nobody tells apart: HEVC in Matroska, all else as it is.";
        let video = VideoRule::of(VideoCodec::Hevc, 21, "medium");
        Self { video: Some(video), ..Self::of(about, Container::Mkv, AudioRule::of(AudioCodec::Copy, 0)) }
    }

    fn mobile() -> Self {
        let about = "Small enough to take along: HEVC of 720 lines at most and stereo AAC in MP4.";
        let video = VideoRule { lines_max: Some(720), ..VideoRule::of(VideoCodec::Hevc, 26, "medium") };
        let audio = AudioRule { channels_max: Some(2), ..AudioRule::of(AudioCodec::Aac, 48) };
        Self { video: Some(video.mapped()), drop_commentary: true, ..Self::of(about, Container::Mp4, audio) }
    }

    fn tv() -> Self {
        let about =
            "Plays on television sets: HEVC of 2160 lines at most in MP4, sound as it is where sets know it.";
        let video = VideoRule {
            lines_max: Some(2160),
            copies_what_fits: true,
            ..VideoRule::of(VideoCodec::Hevc, 20, "medium")
        };
        Self { video: Some(video), ..Self::of(about, Container::Mp4, AudioRule::of(AudioCodec::Copy, 0)) }
    }

    fn audio() -> Self {
        let about = "The sound alone, as stereo AAC.";
        let audio = AudioRule { channels_max: Some(2), ..AudioRule::of(AudioCodec::Aac, 80) };
        Self {
            subtitles: SubtitleRule::Drop,
            drop_commentary: true,
            ..Self::of(about, Container::M4a, audio)
        }
    }

    fn remux() -> Self {
        let about = "Everything as it is, in Matroska.";
        let video = VideoRule::of(VideoCodec::Copy, 0, "");
        let audio = AudioRule::of(AudioCodec::Copy, 0);
        // Another container may take a few bytes more.
        Self { video: Some(video), may_grow: true, ..Self::of(about, Container::Mkv, audio) }
    }
}

impl VideoRule {
    fn of(codec: VideoCodec, crf: u8, preset: &str) -> Self {
        Self {
            codec,
            crf,
            preset: preset.to_owned(),
            vmaf_min: None,
            lines_max: None,
            hdr: HdrRule::Keep,
            copies_what_fits: false,
        }
    }

    fn mapped(self) -> Self {
        Self { hdr: HdrRule::Map, ..self }
    }
}

impl AudioRule {
    const fn of(codec: AudioCodec, kbits_per_channel: u32) -> Self {
        Self { codec, kbits_per_channel, channels_max: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_can_be_followed_and_is_called_as_profiles_are() {
        for Profile { name, rules, .. } in Profile::shipped() {
            assert_eq!(rules.check(), Ok(()), "{name}");
            assert_eq!(name.as_str().parse(), Ok(name.clone()));
            assert!(Profile::find_shipped(name.as_str()).is_some());
        }
    }
}
