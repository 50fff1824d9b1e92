//! Real files by real programs: what is made of each, and that whatever a wrapper spoils is noticed.

use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

use mediary_schema::{
    media::{Content, Hdr},
    profile::Profile,
    transcode::Fate,
};

use super::{super::tests::Studio, *};
use crate::process::{Tool, Tools};

/// Pictures of three seconds, and a tone.
const PICTURE: &str = "-f lavfi -i testsrc2=s=320x180:r=25:d=3";
const TONE: &str = "-f lavfi -i sine=d=3";

impl Studio {
    /// Makes a file by a profile with what is called ffmpeg.
    async fn make_with(&self, tools: &Tools, name: &str, profile: &str) -> Result<Made, String> {
        let folder = self.path(&format!("{name}.{profile}"));
        std::fs::create_dir_all(&folder).unwrap();
        let (ffmpeg, assignment) = (self.ffmpeg(tools), Studio::assignment());
        let making =
            Making { ffmpeg: &ffmpeg, folder: &folder, assignment: &assignment, tell: &|_: &Progress| {} };
        let said = |unable: Unable| match unable {
            Unable::Failed(failure) => failure.message,
            Unable::Lost => "lost".to_owned(),
        };
        // Ours are small, and noise does not get smaller.
        let (profile, vmaf_min) = match profile.split_once(' ') {
            Some((profile, least)) => (profile, Some(least.parse().unwrap())),
            None => (profile, None),
        };
        let mut rules = Rules { may_grow: true, ..Profile::find_shipped(profile).unwrap().rules };
        if let Some(video) = &mut rules.video {
            video.vmaf_min = vmaf_min;
        }
        let file = File::open(self.path(name)).unwrap();
        let Some(source) = making.source(file, &rules).await.map_err(said)? else {
            return Err("it fits".to_owned());
        };
        let proved = making.make(&source).await.map_err(said)?.map_err(|short| short.to_string())?;
        let path = folder.join(&proved.name);
        let medium = ffmpeg.describe(&path, &assignment).await.unwrap();
        let beside = match &proved.arguments.beside {
            Some(_) => Some(ffmpeg.describe(&folder.join(BESIDE), &assignment).await.unwrap()),
            None => None,
        };
        Ok(Made { recipe: source.recipe, medium, beside, proof: proved.proof })
    }

    async fn make(&self, name: &str, profile: &str) -> Result<Made, String> {
        self.make_with(&self.tools, name, profile).await
    }
}

#[derive(Debug)]
struct Made {
    recipe: Recipe,
    medium: Medium,
    beside: Option<Medium>,
    proof: Proof,
}

fn video(medium: &Medium) -> &mediary_schema::media::Video {
    medium.video().expect("it has a picture").1
}

// TR-03, TR-06.
#[tokio::test]
async fn a_film_with_languages_words_and_fonts_loses_nothing_in_any_profile() {
    let studio = Studio::open();
    std::fs::write(studio.path("words.srt"), "1\n00:00:00,000 --> 00:00:02,500\nhello\n").unwrap();
    std::fs::write(studio.path("font.ttf"), "a font").unwrap();
    studio.run(&format!(
        "{PICTURE} {TONE} -f lavfi -i sine=f=880:d=3 -i words.srt -map 0 -map 1 -map 2 -map 3 -map 3 -c:v libx264 -preset ultrafast \
         -c:a:0 ac3 -c:a:1 flac -c:s:0 srt -c:s:1 ass -metadata:s:a:0 language=eng -metadata:s:a:1 language=ger \
         -metadata:s:s:0 language=en -metadata:s:s:0 title=Signs -metadata:s:s:1 language=ger -attach font.ttf -metadata:s:t mimetype=font/ttf film.mkv"
    )).await;
    let web = studio.make("film.mkv", "web").await.unwrap();
    let kinds: Vec<_> = web.medium.streams.iter().map(|stream| stream.codec.clone().unwrap()).collect();
    assert_eq!(kinds, ["h264", "aac", "aac", "mov_text"]);
    assert!(web.proof.is_decoded && web.proof.stream_count == 4, "{:?}", web.proof);
    let beside = web.beside.expect("styled words and fonts lie beside it");
    assert_eq!(
        beside.streams.iter().map(|stream| stream.content.name()).collect::<Vec<_>>(),
        ["subtitle", "attachment"]
    );

    let archive = studio.make("film.mkv", "archive").await.unwrap();
    let kinds: Vec<_> = archive.medium.streams.iter().filter_map(|stream| stream.codec.clone()).collect();
    assert_eq!(kinds[..5], ["hevc", "ac3", "flac", "subrip", "ass"]);
    assert_eq!((archive.medium.streams.len(), archive.beside.is_none()), (6, true));
    assert_eq!(studio.make("film.mkv", "remux").await.unwrap_err(), "it fits");
    let audio = studio.make("film.mkv", "audio").await.unwrap();
    assert_eq!(audio.medium.streams.len(), 2);
    assert!(audio.recipe.left_out.iter().any(|out| out.index == 0));
    // MP4 carries no FLAC of television sets; it does of ffmpeg.
    studio.make("film.mkv", "tv").await.unwrap();
    studio.make("film.mkv", "mobile").await.unwrap();
}

#[tokio::test]
async fn light_rotation_odd_sizes_and_many_channels_come_out_as_they_were_to() {
    let studio = Studio::open();
    studio.run(&format!(
        "{PICTURE} -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params \
         log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr-opt=1:repeat-headers=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400 \
         -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc hdr.mkv"
    )).await;
    let kept = studio.make("hdr.mkv", "archive").await.unwrap();
    assert_eq!((video(&kept.medium).hdr, video(&kept.medium).bit_depth), (Some(Hdr::Hdr10), 10));
    let mastering = video(&kept.medium).mastering.clone().expect("it is kept");
    assert_eq!(mastering.content_light, Some((1_000, 400)));
    let mapped = studio.make("hdr.mkv", "web").await.unwrap();
    assert_eq!((video(&mapped.medium).hdr, video(&mapped.medium).bit_depth), (None, 8));

    studio.run(&format!("{PICTURE} -c:v libx264 -preset ultrafast plain.mp4")).await;
    studio.run("-display_rotation 90 -i plain.mp4 -c copy turned.mp4").await;
    let turned = studio.make("turned.mp4", "web").await.unwrap();
    let shown = video(&turned.medium);
    assert_eq!((shown.width, shown.height, shown.rotation_degrees), (180, 320, 0));

    studio.run("-f lavfi -i testsrc2=s=322x182:r=25:d=3 -vf format=yuv444p,crop=321:181:exact=1 -c:v ffv1 odd.mkv").await;
    let odd = studio.make("odd.mkv", "web").await.unwrap();
    assert_eq!((video(&odd.medium).width, video(&odd.medium).height), (322, 182));

    studio.run("-f lavfi -i anoisesrc=d=3:a=0.1 -ac 6 -c:a flac surround.mka").await;
    let surround = studio.make("surround.mka", "audio").await.unwrap();
    let Content::Audio(audio) = &surround.medium.streams[0].content else { panic!("{surround:?}") };
    assert_eq!(audio.channels, 2);
    // All of it is in the channel of the middle.
    assert_eq!(surround.proof.alike_count, 1, "{:?}", surround.proof);

    studio.run(&format!(
        "{PICTURE} {TONE} -vf setpts=PTS+0.02*random(0)/TB -fps_mode vfr -c:v libx264 -preset ultrafast -c:a aac uneven.mkv"
    )).await;
    studio.make("uneven.mkv", "web").await.unwrap();
    studio
        .run(&format!("{PICTURE} -vf interlace -flags +ildct+ilme -c:v mpeg2video -b:v 4M fields.mkv"))
        .await;
    let fields = studio.make("fields.mkv", "web").await.unwrap();
    assert!(!video(&fields.medium).is_interlaced);
    let Fate::Video { filters, .. } = &fields.recipe.streams[0].fate else { panic!("{fields:?}") };
    assert!(!filters.is_empty(), "half pictures became whole ones");
}

#[tokio::test]
async fn what_is_short_silent_or_broken_is_right_or_refused_in_words() {
    let studio = Studio::open();
    studio.run("-f lavfi -i testsrc2=s=320x180:r=25:d=0.2 -c:v libx264 -preset ultrafast moment.mp4").await;
    studio.make("moment.mp4", "web").await.unwrap();
    studio.make("moment.mp4", "archive").await.unwrap();
    let nothing = studio.make("moment.mp4", "audio").await.unwrap_err();
    assert!(nothing.contains("keeps nothing of this file"), "{nothing}");
    studio.run(&format!("{PICTURE} {TONE} -c:v libx264 -preset ultrafast -c:a ac3 whole.mkv")).await;
    let bytes = std::fs::read(studio.path("whole.mkv")).unwrap();
    std::fs::write(studio.path("cut.mkv"), &bytes[..bytes.len() * 9 / 10]).unwrap();
    // What is there of it is made, and no more is claimed; what can't be read is refused.
    match studio.make("cut.mkv", "archive").await {
        Ok(made) => assert!(made.medium.duration_ms < Some(3_000), "{made:?}"),
        Err(said) => assert!(!said.is_empty()),
    }
    std::fs::write(studio.path("text.mkv"), "no film").unwrap();
    let refused = studio.make("text.mkv", "web").await.unwrap_err();
    assert!(refused.contains("neither film nor sound"), "{refused}");
}

/// What is put in front of a program, and spoils what it makes where it is told to encode.
fn wrapper(studio: &Studio, spoil: &str) -> Tools {
    let (wrapper, real) = (studio.path("wrapper"), studio.tools.find(Tool::Ffmpeg).unwrap());
    let script = format!(
        "#!/bin/bash\nlast=\"${{!#}}\"\ncase \" $* \" in *' -map_metadata '*) {spoil};; esac\nexec {} \"$@\"\n",
        real.display()
    );
    std::fs::write(&wrapper, script).unwrap();
    std::fs::set_permissions(&wrapper, Permissions::from_mode(0o755)).unwrap();
    studio.tools.clone().with(Tool::Ffmpeg, &wrapper)
}

// The wrapper ends well, and what it made is another film.
// invariant: F-27
#[tokio::test]
async fn whatever_an_encoder_spoils_is_noticed_and_the_source_is_as_it_was() {
    let studio = Studio::open();
    studio.run(&format!(
        "{PICTURE} {TONE} -f lavfi -i sine=f=880:d=3 -map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast -c:a ac3 \
         -metadata:s:a:0 language=eng -metadata:s:a:1 language=ger film.mkv"
    )).await;
    let before = std::fs::read(studio.path("film.mkv")).unwrap();
    // What is done with the arguments of an encoder, and what is said of that.
    let cases = [
        ("short", r#"set -- "${@:1:$#-1}" -t 2 "$last""#, "plays for"),
        ("without a stream", r#"set -- "${@:1:$#-1}" -map -0:2 "$last""#, "has 2 streams, and was to have 3"),
        (
            "in another order",
            r#"for a; do case $a in 0:1) a=0:2;; 0:2) a=0:1;; esac; set -- "$@" "$a"; shift; done"#,
            "language",
        ),
        ("out of step", r#"set -- "${@:1:$#-1}" -bsf:a:1 setts=ts=TS+100/1000/TB "$last""#, "out of step"),
        ("turned", r#"set -- "${@:1:$#-1}" -metadata:s:v rotate=0 -vf transpose=1 "$last""#, "has the size"),
        ("in another codec", r#"set -- "${@:1:$#-1}" -c:a:0 mp2 "$last""#, "has the codec"),
    ];
    for (what, spoil, said) in cases {
        let refused = studio.make_with(&wrapper(&studio, spoil), "film.mkv", "archive").await;
        let refused = refused.expect_err(what);
        assert!(refused.contains(said), "{what}: {refused}");
    }
    assert_eq!(std::fs::read(studio.path("film.mkv")).unwrap(), before);
}

// Nothing but its look and its sound says so: streams, times and lengths are right.
// invariant: F-27
#[tokio::test]
async fn another_picture_and_another_sound_at_the_same_times_are_noticed() {
    let studio = Studio::open();
    // A voice of sorts: it rises and falls, and never twice in the same time.
    let voice = "aevalsrc=exprs='0.4*sin(440*2*PI*t)*gt(sin(7*t*t)\\,0.2)':d=12";
    studio.run(&format!(
        "-f lavfi -i testsrc2=s=320x180:r=24:d=12 -f lavfi -i {voice} -c:v libx264 -preset ultrafast -c:a ac3 film.mkv"
    )).await;
    let made = studio.make("film.mkv", "web").await.unwrap();
    assert_eq!(made.proof.alike_count, 2, "{:?}", made.proof);
    let in_chain = |what: &str| format!("set -- \"${{@/format=yuv420p/{what},format=yuv420p}}\"");
    let of_sound = |what: &str| format!("set -- \"${{@:1:$#-1}}\" -af {what} \"$last\"");
    let cases = [
        ("a still picture", in_chain("trim=end=4,tpad=stop_mode=clone:stop_duration=8"), "stands still at"),
        ("another picture", in_chain("negate"), "looks otherwise at 0 s"),
        (
            "a late picture",
            in_chain("tpad=start_mode=clone:start_duration=0.2,trim=end=12"),
            "is late by 200 ms",
        ),
        ("a late sound", of_sound("adelay=100:all=1,atrim=end=12"), "is late by 100 ms"),
        ("no sound", of_sound("volume=0"), "is silent at 0 s"),
        ("another sound", of_sound("areverse"), "sounds otherwise at 0 s"),
    ];
    for (what, spoil, said) in cases {
        let refused = studio.make_with(&wrapper(&studio, &spoil), "film.mkv", "web").await;
        let refused = refused.expect_err(what);
        assert!(refused.contains(said), "{what}: {refused}");
    }
}

// TR-06, TR-07: what the samples had is there in the whole, and measured there.
// invariant: F-27
#[tokio::test]
async fn a_floor_of_quality_is_held_and_what_falls_below_is_not_kept() {
    let studio = Studio::open();
    studio
        .run("-f lavfi -i testsrc2=s=320x180:r=24:d=4 -c:v libx264 -preset ultrafast -crf 8 film.mkv")
        .await;
    let made = studio.make("film.mkv", "archive 90").await.unwrap();
    let quality = made.proof.quality.expect("it is a part of the proof");
    assert!(quality.holds(90) && quality.worst <= quality.mean, "{quality:?}");
    let Fate::Video { crf, vmaf_min: Some(90), .. } = made.recipe.streams[0].fate else { panic!("{made:?}") };
    assert!(crf > 21, "more may be thrown away than the profile says: {crf}");
    assert_eq!(
        studio.make("film.mkv", "archive").await.unwrap().proof.quality,
        None,
        "nothing is said of it"
    );
    // Its samples are as they were to be, and the whole is blurred: to the eye of the other proof it is alike.
    let blur =
        "case \" $* \" in *' -ss '*) ;; *) set -- \"${@/format=yuv420p/boxblur=3,format=yuv420p}\";; esac";
    let refused = studio.make_with(&wrapper(&studio, blur), "film.mkv", "archive 90").await.unwrap_err();
    assert!(refused.contains("its pictures have VMAF"), "{refused}");
}
