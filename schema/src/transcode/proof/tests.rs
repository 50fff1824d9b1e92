use super::{
    super::{
        Profile, Verdict,
        samples::{audio, medium, spans, stream, subtitle, video},
    },
    *,
};
use crate::media::{Hdr, Mastering};

/// A film, what is to be made of it, and what was made.
struct Case {
    source: Medium,
    recipe: Recipe,
    result: Medium,
    times: Spans,
    size_bytes: u64,
}

impl Case {
    /// By the profile `web`, of a film of two sounds and words, as it should be.
    fn new() -> Self {
        let source = medium(
            "matroska,webm",
            vec![
                stream(0, "hevc", Content::Video(video(1920, 1080))),
                audio(1, "ac3", 6, "eng"),
                audio(2, "aac", 2, "ger"),
                subtitle(3, "subrip", true),
            ],
        );
        let web = Profile::find_shipped("web").unwrap();
        let Verdict::Made(recipe) = web.rules.judge(&source).unwrap() else { panic!("it fits") };
        let result = medium(
            "mov,mp4",
            vec![
                stream(0, "h264", Content::Video(video(1920, 1080))),
                audio(1, "aac", 2, "eng"),
                audio(2, "aac", 2, "ger"),
                subtitle(3, "mov_text", true),
            ],
        );
        Self { source, recipe, result, times: spans(2), size_bytes: 900 }
    }

    fn prove(&self) -> Result<Proof, Shortcoming> {
        let (times, check) = (spans(2), Check::Decoded);
        let source = Seen { medium: &self.source, size_bytes: 1_000, check: Check::Demuxed, spans: &times };
        let size_bytes = self.size_bytes;
        self.recipe.prove(source, Seen { medium: &self.result, size_bytes, check, spans: &self.times })
    }

    /// What is said of it after it was spoiled.
    fn spoiled(spoil: impl FnOnce(&mut Self)) -> String {
        let mut case = Self::new();
        spoil(&mut case);
        case.prove().unwrap_err().to_string()
    }

    fn result_video(&mut self) -> &mut Video {
        match &mut self.result.streams[0].content {
            Content::Video(video) => video,
            other => panic!("{other:?}"),
        }
    }

    fn source_video(&mut self) -> &mut Video {
        match &mut self.source.streams[0].content {
            Content::Video(video) => video,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_language_of_two_letters_is_the_same_in_three_and_a_title_may_stand_where_mpeg_has_it() {
    let mut case = Case::new();
    case.source.streams[1].language = Some("en-GB".to_owned());
    case.source.streams[3].title = Some("Signs".to_owned());
    case.result.streams[3].handler = Some("Signs".to_owned());
    case.prove().unwrap();
    case.result.streams[3].handler = Some("SubtitleHandler".to_owned());
    assert!(case.prove().unwrap_err().to_string().contains("has the title None"));
    case.source.streams[1].language = Some("fr".to_owned());
    assert!(case.prove().unwrap_err().to_string().contains("has the language"));
}

#[test]
fn what_lies_beside_is_what_was_to_lie_there() {
    let styled = subtitle(3, "ass", true);
    let source = medium(
        "matroska,webm",
        vec![
            stream(0, "hevc", Content::Video(video(1920, 1080))),
            audio(1, "aac", 2, "eng"),
            styled.clone(),
            subtitle(4, "hdmv_pgs_subtitle", false),
        ],
    );
    let Verdict::Made(recipe) = Profile::find_shipped("web").unwrap().rules.judge(&source).unwrap() else {
        panic!("it fits")
    };
    let beside = |streams| recipe.prove_beside(&source, &medium("matroska,webm", streams));
    beside(vec![styled.clone(), subtitle(1, "hdmv_pgs_subtitle", false)]).unwrap();
    assert!(beside(vec![styled]).unwrap_err().to_string().contains("has 1 streams"));
    let made_plain = beside(vec![subtitle(0, "subrip", true), subtitle(1, "hdmv_pgs_subtitle", false)]);
    assert!(made_plain.unwrap_err().to_string().contains("has the codec"));
}

#[test]
fn what_is_as_it_was_to_be_is_proved() {
    let mut case = Case::new();
    case.times.audio[1].end_ms = 10_150;
    let proof = case.prove().unwrap();
    assert_eq!(
        proof,
        Proof { is_decoded: true, duration_delta_ms: 150, stream_count: 4, alike_count: 0, quality: None }
    );
    // As MP4 has chapters.
    case.result.streams.push(stream(4, "bin_data", Content::Data {}));
    case.prove().unwrap();
    // A clock that begins elsewhere is another clock, not another film.
    let set = |span: &Span| Span { start_ms: span.start_ms + 900, end_ms: span.end_ms + 900 };
    case.times = Spans {
        video: case.times.video.iter().map(set).collect(),
        audio: case.times.audio.iter().map(set).collect(),
    };
    case.prove().unwrap();
}

#[test]
fn whatever_is_lost_is_said() {
    type Spoil = fn(&mut Case);
    let cases: [(&str, Spoil); 13] = [
        ("its stream 0 plays for 9000 ms", |case| case.times.video[0].end_ms = 9_000),
        ("its stream 2 plays for 9700 ms", |case| case.times.audio[1].end_ms = 9_700),
        ("its stream 1 is 100 ms out of step", |case| {
            case.times.audio[0] = Span { start_ms: 100, end_ms: 10_100 };
        }),
        ("it has 3 streams, and was to have 4", |case| drop(case.result.streams.pop())),
        ("made of stream 1, has the language Some(\"ger\")", |case| {
            case.result.streams[1].language = Some("ger".to_owned());
        }),
        ("made of stream 1, has the codec Some(\"mp3\")", |case| {
            case.result.streams[1].codec = Some("mp3".to_owned());
        }),
        ("made of stream 3, has the mark of being forced true", |case| {
            case.result.streams[3].is_forced = true;
        }),
        ("has the size (1280, 720), and was to have (1920, 1080)", |case| {
            *case.result_video() = video(1280, 720);
        }),
        ("has the rotation 90, and was to have 0", |case| case.result_video().rotation_degrees = 90),
        ("it has 1 chapters, and was to have 2", |case| {
            (case.source.chapter_count, case.result.chapter_count) = (2, 1);
        }),
        ("it has 1001 bytes, and what it was made of 1000", |case| case.size_bytes = 1_001),
        ("is subtitle, and was to be audio", |case| case.result.streams.swap(1, 3)),
        ("has the channels 1, and was to have 2", |case| {
            case.result.streams[1] = audio(1, "aac", 1, "eng");
        }),
    ];
    for (said, spoil) in cases {
        let words = Case::spoiled(spoil);
        assert!(words.contains(said), "{words}: {said}");
    }
}

#[test]
fn light_and_the_display_that_it_was_made_for_are_those_of_the_source() {
    let mut case = Case::new();
    let mastering = Mastering { luminance: Some((10_000_000, 1)), ..Mastering::default() };
    *case.source_video() =
        Video { hdr: Some(Hdr::Hdr10), bit_depth: 10, mastering: Some(mastering), ..video(1920, 1080) };
    let Verdict::Made(recipe) = Profile::find_shipped("archive").unwrap().rules.judge(&case.source).unwrap()
    else {
        panic!("it fits")
    };
    case.recipe = recipe;
    case.result = Medium { container: "matroska,webm".to_owned(), ..case.source.clone() };
    case.prove().unwrap();
    case.result_video().mastering = None;
    assert!(case.prove().unwrap_err().to_string().contains("mastering display"));
    case.result_video().hdr = None;
    assert!(case.prove().unwrap_err().to_string().contains("has the light None"));
}
