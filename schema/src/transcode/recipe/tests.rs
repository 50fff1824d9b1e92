use super::{
    super::samples::{audio, medium, stream, subtitle, video},
    *,
};
use crate::profile::Profile;

fn rules(name: &str) -> Rules {
    Profile::find_shipped(name).unwrap().rules
}

fn recipe(rules: &Rules, medium: &Medium) -> Recipe {
    match rules.judge(medium).unwrap() {
        Verdict::Made(recipe) => recipe,
        Verdict::Fits => panic!("{} fits", medium.container),
    }
}

fn fates(recipe: &Recipe) -> Vec<(u32, &Fate)> {
    recipe.streams.iter().map(|planned| (planned.index, &planned.fate)).collect()
}

fn film(video: Video, codec: &str) -> Medium {
    medium("matroska,webm", vec![stream(0, codec, Content::Video(video)), audio(1, "ac3", 6, "eng")])
}

fn filters(rules: &Rules, video: Video) -> Vec<VideoFilter> {
    match &recipe(rules, &film(video, "hevc")).streams[0].fate {
        Fate::Video { filters, .. } => filters.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_container_does_not_carry_is_written_another_way_or_lies_beside_it() {
    let streams = vec![
        stream(0, "h264", Content::Video(video(1920, 1080))),
        audio(1, "aac", 2, "eng"),
        subtitle(2, "subrip", true),
        subtitle(3, "ass", true),
        subtitle(4, "hdmv_pgs_subtitle", false),
        stream(5, "ttf", Content::Attachment { name: Some("a.ttf".to_owned()), media_type: None }),
        stream(6, "mjpeg", Content::Cover {}),
        stream(7, "bin_data", Content::Data {}),
    ];
    let made = recipe(&rules("web"), &medium("matroska,webm", streams.clone()));
    assert_eq!(made.beside, [3, 4, 5]);
    assert_eq!(made.left_out.iter().map(|out| out.index).collect::<Vec<_>>(), [7]);
    let fates = fates(&made);
    assert_eq!(fates.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 1, 2, 6]);
    assert_eq!(fates[1].1, &Fate::Copy {}, "stereo AAC is what it is to be");
    assert_eq!(fates[2].1, &Fate::Subtitle { codec: "mov_text".to_owned() });

    let kept = recipe(&rules("archive"), &medium("mov,mp4", streams));
    assert_eq!(kept.beside, [0_u32; 0], "Matroska carries all of it");
    assert_eq!(kept.streams.len(), 7);
}

#[test]
fn what_nobody_can_carry_is_refused_by_its_number() {
    let streams = vec![stream(0, "rv40", Content::Video(video(640, 480))), audio(1, "cook", 2, "eng")];
    let refused = rules("tv").judge(&medium("rm", streams)).unwrap_err();
    assert!(refused.to_string().starts_with("stream 1, audio in cook (eng), is nothing"), "{refused}");
    let unknown = Stream { codec: None, ..stream(0, "", Content::Video(video(640, 480))) };
    let refused = rules("web").judge(&medium("avi", vec![unknown])).unwrap_err();
    assert!(refused.to_string().contains("a codec that ffmpeg does not know"), "{refused}");
    let silent = medium("mov,mp4", vec![stream(0, "h264", Content::Video(video(640, 480)))]);
    let refused = rules("audio").judge(&silent).unwrap_err();
    assert_eq!(refused, Unfit::Nothing);
}

#[test]
fn pictures_are_never_made_larger_and_never_distorted() {
    let web = rules("web");
    assert_eq!(filters(&web, video(1280, 720)), []);
    assert_eq!(filters(&web, video(3840, 1600)), [VideoFilter::Scale { width: 2592, height: 1080 }]);
    // A film that stands upright is as large by its shorter side.
    assert_eq!(filters(&web, video(1080, 1920)), []);
    let turned = Video { rotation_degrees: 90, ..video(3840, 2160) };
    assert_eq!(filters(&web, turned), [VideoFilter::Scale { width: 1080, height: 1920 }]);
    assert_eq!(filters(&web, video(853, 480)), [VideoFilter::Pad { width: 854, height: 480 }]);
}

#[test]
fn light_is_mapped_or_kept_and_what_can_not_keep_it_is_refused() {
    let hdr = |hdr| Video { hdr: Some(hdr), bit_depth: 10, ..video(1920, 1080) };
    assert_eq!(filters(&rules("web"), hdr(Hdr::Hdr10)), [VideoFilter::ToneMap {}]);
    let archive = rules("archive");
    let kept = recipe(&archive, &film(hdr(Hdr::Hdr10), "vp9"));
    let Fate::Video { hdr: light, pixel_format, .. } = &kept.streams[0].fate else { panic!("{kept:?}") };
    assert_eq!((light, pixel_format.as_str()), (&Some(Hdr::Hdr10), "yuv420p10le"));
    let refused = archive.judge(&film(hdr(Hdr::DolbyVision), "hevc")).unwrap_err();
    assert!(refused.to_string().contains("Dolby Vision"), "{refused}");
    let interlaced = Video { is_interlaced: true, ..video(1920, 1080) };
    assert_eq!(filters(&archive, interlaced), [VideoFilter::Deinterlace {}]);
}

#[test]
fn sounds_are_kept_by_language_and_all_of_them_where_none_is_known() {
    let wanted = Rules {
        keep_audio: vec!["original".to_owned(), "eng".to_owned()],
        drop_commentary: true,
        ..rules("archive")
    };
    let commentary = Stream { is_commentary: true, ..audio(4, "ac3", 2, "eng") };
    let streams = |sounds: Vec<Stream>| {
        let film = stream(0, "h264", Content::Video(video(1920, 1080)));
        medium("matroska,webm", std::iter::once(film).chain(sounds).collect())
    };
    let several = streams(vec![
        audio(1, "ac3", 6, "jpn"),
        audio(2, "ac3", 6, "eng"),
        audio(3, "ac3", 6, "ger"),
        commentary.clone(),
    ]);
    let made = recipe(&wanted, &several);
    assert_eq!(made.streams.iter().map(|planned| planned.index).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(made.left_out.len(), 2);
    let only_talk = recipe(&wanted, &streams(vec![commentary]));
    assert_eq!(only_talk.streams.len(), 2, "there is no other sound");
    let others = Rules { keep_audio: vec!["ita".to_owned()], ..rules("archive") };
    assert_eq!(recipe(&others, &several).streams.len(), 5, "none is Italian, so none goes");
}

#[test]
fn what_is_as_it_is_to_be_is_left_alone() {
    let streams = vec![stream(0, "h264", Content::Video(video(640, 480))), audio(1, "aac", 2, "eng")];
    assert_eq!(rules("remux").judge(&medium("matroska,webm", streams.clone())), Ok(Verdict::Fits));
    assert!(matches!(rules("remux").judge(&medium("mov,mp4", streams)), Ok(Verdict::Made(_))));
}

#[test]
fn sound_has_no_more_channels_than_there_were_and_no_more_than_are_wanted() {
    let made = recipe(&rules("web"), &film(video(640, 480), "h264"));
    let stereo = Fate::Audio { codec: AudioCodec::Aac, bits_per_second: Some(160_000), channels: 2 };
    assert_eq!(made.streams[1].fate, stereo);
    let mono = medium("ogg", vec![audio(0, "vorbis", 1, "eng")]);
    let made = recipe(&rules("audio"), &mono);
    let one = Fate::Audio { codec: AudioCodec::Aac, bits_per_second: Some(80_000), channels: 1 };
    assert_eq!(made.streams[0].fate, one);
}
