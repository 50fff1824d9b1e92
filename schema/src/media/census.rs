//! What a library is made of: shares of codecs, containers, sizes and light, and what could be saved.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Medium;

/// What a library is made of.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Census {
    /// All of it.
    pub total: Share,
    /// By container.
    pub containers: BTreeMap<String, Share>,
    /// By the codec of the first moving picture; `none` of sound alone.
    pub video_codecs: BTreeMap<String, Share>,
    /// By the codec of each sound: a file with two is in it twice.
    pub audio_codecs: BTreeMap<String, Share>,
    /// By lines: `2160p`, `1440p`, `1080p`, `720p`, `480p` and what is below; `none` of sound alone.
    pub resolutions: BTreeMap<String, Share>,
    /// By light: `SDR`, `HDR10`, `HLG`, `Dolby Vision`; of moving pictures alone.
    pub lights: BTreeMap<String, Share>,
    /// What would be saved if all pictures were in HEVC as dense as films mostly are: a rough guess by their size alone.
    pub saving_bytes: u64,
}

/// A part of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// How many files.
    pub file_count: u64,
    /// How many bytes.
    pub size_bytes: u64,
    /// How long they play.
    pub duration_ms: u64,
}

/// Lines from which on a picture has a name, the largest first.
const RESOLUTIONS: [(u32, &str); 5] =
    [(2_000, "2160p"), (1_300, "1440p"), (1_000, "1080p"), (700, "720p"), (440, "480p")];
/// Bits a pixel of films in HEVC by x265 at a CRF of 21: about 5 Mbit/s of 1080 lines, 12 of 2160.
const BITS_PER_PIXEL: f64 = 0.1;
const BITS_PER_PIXEL_OF_LARGE: f64 = 0.06;
/// Codecs that are as small already.
const SMALL: [&str; 3] = ["hevc", "av1", "vvc"];
/// Pictures a second, if nobody says.
const USUAL_FRAMES: f64 = 25.0;
/// What is left at least of a file: sound, and pictures that were small already.
const LEFT_PART: f64 = 0.2;

impl Census {
    /// Adds a file.
    pub fn add(&mut self, medium: &Medium) {
        let share = Share {
            file_count: 1,
            size_bytes: medium.size_bytes,
            duration_ms: medium.duration_ms.unwrap_or(0),
        };
        self.total.add(share);
        count(&mut self.containers, medium.container_word(), share);
        let video = medium.video();
        let codec = video.and_then(|(stream, _)| stream.codec.as_deref());
        count(
            &mut self.video_codecs,
            if video.is_some() { codec.unwrap_or("unknown") } else { "none" },
            share,
        );
        for (stream, _) in medium.audios() {
            count(&mut self.audio_codecs, stream.codec.as_deref().unwrap_or("unknown"), share);
        }
        let Some((_, picture)) = video else {
            count(&mut self.resolutions, "none", share);
            return;
        };
        let lines = picture.lines();
        let named = RESOLUTIONS.iter().find(|(from, _)| lines >= *from).map_or("below", |(_, name)| name);
        count(&mut self.resolutions, named, share);
        count(&mut self.lights, picture.hdr.map_or("SDR", super::Hdr::name), share);
        if codec.is_some_and(|codec| !SMALL.contains(&codec)) {
            self.saving_bytes += saving(medium, picture);
        }
    }

    /// Codecs of pictures as the bytes that they take, the largest first.
    pub fn by_size(shares: &BTreeMap<String, Share>) -> Vec<(&str, Share)> {
        let mut sorted: Vec<(&str, Share)> =
            shares.iter().map(|(name, share)| (name.as_str(), *share)).collect();
        sorted.sort_by_key(|(_, share)| std::cmp::Reverse(share.size_bytes));
        sorted
    }
}

impl Share {
    const fn add(&mut self, other: Self) {
        self.file_count += other.file_count;
        self.size_bytes += other.size_bytes;
        self.duration_ms += other.duration_ms;
    }
}

fn count(shares: &mut BTreeMap<String, Share>, name: &str, share: Share) {
    shares.entry(name.to_owned()).or_default().add(share);
}

fn saving(medium: &Medium, video: &super::Video) -> u64 {
    let seconds = medium.duration_ms.unwrap_or(0) as f64 / 1_000.0;
    let pixels = f64::from(video.width) * f64::from(video.height);
    let frames = video.frames_per_second.unwrap_or(USUAL_FRAMES) * seconds;
    let dense = if video.lines() >= RESOLUTIONS[0].0 { BITS_PER_PIXEL_OF_LARGE } else { BITS_PER_PIXEL };
    let wanted = (pixels * frames * dense / 8.0).max(medium.size_bytes as f64 * LEFT_PART);
    (medium.size_bytes as f64 - wanted).max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Content, Hdr, Stream, Video};

    fn film(codec: &str, lines: u32, hdr: Option<Hdr>, size_bytes: u64) -> Medium {
        let video = Video {
            width: lines * 16 / 9,
            height: lines,
            pixel_aspect: None,
            pixel_format: None,
            bit_depth: 8,
            frames_per_second: Some(24.0),
            has_variable_frame_rate: false,
            is_interlaced: false,
            rotation_degrees: 0,
            hdr,
            mastering: None,
        };
        let stream = Stream {
            index: 0,
            codec: Some(codec.to_owned()),
            codec_profile: None,
            language: None,
            title: None,
            handler: None,
            is_default: true,
            is_forced: false,
            is_commentary: false,
            is_original: false,
            bits_per_second: None,
            content: Content::Video(video),
        };
        Medium {
            container: "matroska,webm".to_owned(),
            size_bytes,
            duration_ms: Some(3_600_000),
            streams: vec![stream],
            ..Medium::default()
        }
    }

    #[test]
    fn a_library_is_counted_by_what_it_is_made_of() {
        let mut census = Census::default();
        census.add(&film("h264", 1080, None, 8 << 30));
        census.add(&film("hevc", 2160, Some(Hdr::Hdr10), 9 << 30));
        census.add(&Medium { container: "mp3".to_owned(), size_bytes: 1 << 20, ..Medium::default() });
        census.add(&Medium { container: "mov,mp4,m4a".to_owned(), size_bytes: 1 << 20, ..Medium::default() });
        assert_eq!((census.total.file_count, census.containers["mp4"].file_count), (4, 1));
        assert_eq!(Census::by_size(&census.video_codecs)[0].0, "hevc");
        assert_eq!(census.resolutions.keys().collect::<Vec<_>>(), ["1080p", "2160p", "none"]);
        assert_eq!(census.lights.keys().collect::<Vec<_>>(), ["HDR10", "SDR"]);
        assert_eq!(census.containers["matroska"].file_count, 2);
        // An hour of 1080 lines in HEVC has a little over 2 GiB.
        let saved = census.saving_bytes as f64 / f64::from(1 << 30);
        assert!((5.0..6.5).contains(&saved), "{saved}");
    }

    #[test]
    fn what_is_small_already_saves_nothing() {
        let mut census = Census::default();
        census.add(&film("h264", 1080, None, 1 << 30));
        census.add(&film("av1", 1080, None, 9 << 30));
        assert_eq!(census.saving_bytes, 0);
    }
}
