//! Files as tests of recipes and proofs have them.

use crate::media::{Audio, Content, Medium, Span, Spans, Stream, Video};

/// A stream of this codec and content.
pub(super) fn stream(index: u32, codec: &str, content: Content) -> Stream {
    Stream {
        index,
        codec: Some(codec.to_owned()),
        codec_profile: None,
        language: None,
        title: None,
        handler: None,
        is_default: false,
        is_forced: false,
        is_commentary: false,
        is_original: false,
        bits_per_second: None,
        content,
    }
}

/// Pictures of this size, as most are.
pub(super) fn video(width: u32, height: u32) -> Video {
    Video {
        width,
        height,
        pixel_aspect: None,
        pixel_format: Some("yuv420p".to_owned()),
        bit_depth: 8,
        frames_per_second: Some(25.0),
        has_variable_frame_rate: false,
        is_interlaced: false,
        rotation_degrees: 0,
        hdr: None,
        mastering: None,
    }
}

/// A sound.
pub(super) fn audio(index: u32, codec: &str, channels: u32, language: &str) -> Stream {
    let content = Content::Audio(Audio { channels, layout: None, sample_rate_hz: 48_000 });
    Stream { language: Some(language.to_owned()), ..stream(index, codec, content) }
}

/// Words.
pub(super) fn subtitle(index: u32, codec: &str, is_text: bool) -> Stream {
    stream(index, codec, Content::Subtitle { is_text })
}

/// A file of these streams.
pub(super) fn medium(container: &str, streams: Vec<Stream>) -> Medium {
    Medium { container: container.to_owned(), streams, ..Medium::default() }
}

/// A picture and so many sounds from zero to ten seconds.
pub(super) fn spans(sounds: usize) -> Spans {
    let span = Span { start_ms: 0, end_ms: 10_000 };
    Spans { video: vec![span], audio: vec![span; sounds] }
}
