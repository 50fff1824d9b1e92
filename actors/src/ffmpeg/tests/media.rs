//! Media of many kinds: whole, odd and broken. What plays to its end is kept, with what is odd about it; what is
//! broken is not, in whichever container.

use mediary_schema::file::Oddity::{
    ClockRestart, EstimatedLength, ForeignBytes, Glued, LongerThanSaid, LostPackets, OpenEnd, PauseInSound,
    StartsAmid, StreamsEndApart,
};

use super::*;

/// Whole files that one call of ffmpeg makes: arguments, the name last, and what is odd.
const WHOLE: &[(&str, &[Oddity])] = &[
    ("-i whole.mp4 -c copy moov-at-end.mp4", &[]),
    ("-i whole.mp4 -c copy -movflags frag_keyframe+empty_moov fragments.mp4", &[]),
    ("-i whole.mp4 -c copy film.mkv", &[]),
    ("-i whole.mp4 -c copy film.ts", &[]),
    ("-i whole.mp4 -c copy -f matroska -live 1 no-length.mkv", &[]),
    ("-i whole.mp4 -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus film.webm", &[]),
    ("-i whole.mp4 -vn -c copy sound.mp4", &[]),
    ("-i whole.mp4 -vn sound.opus", &[]),
    ("-i whole.mp4 -vn -c:a libvorbis sound.ogg", &[]),
    ("-i whole.mp4 -vn sound.flac", &[]),
    ("-i whole.mp4 -vn -ar 44100 sound.mp3", &[]),
    ("-i whole.mp4 -vn sound.wav", &[]),
    ("-i whole.mp4 -i cover.png -map 0:a -map 1 -c copy -disposition:v:0 attached_pic cover.m4a", &[]),
    ("-i whole.mp4 -i cover.png -map 0:a -map 1 -c:v copy -id3v2_version 3 cover.mp3", &[]),
    ("-i whole.mp4 -i whole.mp4 -map 0:v -map 0:a -map 1:a -c copy tracks.mp4", &[]),
    ("-i whole.mp4 -i words.srt -map 0 -map 1 -c copy -c:s mov_text subtitles.mp4", &[]),
    ("-i whole.mp4 -c copy -timecode 00:00:00:00 timecode.mov", &[]),
    ("-ss 1.25 -i whole.mp4 -c copy edit-list.mp4", &[]),
    ("-itsoffset 5 -i whole.mp4 -c copy late.mkv", &[]),
    ("-i whole.mp4 -c copy -output_ts_offset 10 late.ts", &[]),
    ("-i whole.mp4 -frames:v 1 -an one-picture.mp4", &[]),
    ("-i whole.mp4 -an -vf select=lt(n\\,20)+not(mod(n\\,7)) -fps_mode vfr -c:v libx264 slides.mp4", &[]),
    ("-i whole.mp4 -vn -write_xing 0 -id3v2_version 0 -b:a 64k no-header.mp3", &[EstimatedLength]),
    (
        "-f lavfi -i aevalsrc=if(lt(t\\,10)\\,0\\,random(0)):d=20 -c:a libmp3lame -q:a 2 -write_xing 0 no-header-vbr.mp3",
        &[EstimatedLength],
    ),
    ("-i whole.mp4 -vn -c copy sound.aac", &[EstimatedLength]),
    (
        "-f lavfi -i testsrc2=s=160x90:r=10:d=6 -f lavfi -i sine=d=2 -c:v libx264 -c:a aac short-sound.mp4",
        &[StreamsEndApart],
    ),
    (
        "-f lavfi -i testsrc2=s=160x90:r=10:d=9 -f lavfi -i sine=d=9 -af aselect=lt(t\\,4)+gt(t\\,7.5) -c:v libx264 -c:a aac pause.mp4",
        &[PauseInSound],
    ),
];

impl Studio {
    /// A film, a cover, words.
    async fn equipped() -> Self {
        let studio = Self::open().await;
        studio.make("-i whole.mp4 -frames:v 1 cover.png").await;
        studio.write("words.srt", "1\n00:00:01,000 --> 00:00:02,000\nhello\n\n");
        studio
    }

    /// Makes a file and answers its name.
    async fn made<'a>(&self, arguments: &'a str) -> &'a str {
        self.make(arguments).await;
        arguments.rsplit(' ').next().unwrap()
    }

    async fn is_kept(&self, name: &str, oddities: &[Oddity]) -> Verified {
        let verified = self.verify(name, NOTHING_PROMISED).await;
        let verified = verified.unwrap_or_else(|failure| panic!("{name} is refused: {failure:?}"));
        assert_eq!((verified.oddities.as_slice(), verified.check), (oddities, Check::Decoded), "{name}");
        verified
    }
}

// invariant: F-1, F-11
#[tokio::test]
async fn whole_media_are_kept_with_what_is_odd_about_them() {
    let studio = Studio::equipped().await;
    for (arguments, oddities) in WHOLE {
        let name = studio.made(arguments).await;
        let media = studio.is_kept(name, oddities).await.media;
        let shows_nothing = ["cover.m4a", "cover.mp3"].contains(&name);
        assert!(!shows_nothing || media.height.is_none(), "{name}: a cover is no picture");
        let long = if name.contains("vbr") { 20_000 } else { 6000 };
        let is_other = ["one-picture.mp4", "pause.mp4", "edit-list.mp4", "late.mkv"].contains(&name);
        assert!(is_other || media.duration_ms.abs_diff(long) <= 300, "{name}: {media:?}");
    }
    // A step back: one as small as in broadcasts, 256 samples, is not even noticed by every version of ffmpeg, and what
    // else a large one looks like depends on it, too.
    for (milliseconds, is_noticed) in [(6, false), (200, true)] {
        let back = format!("if(gte(N\\,100)\\,{milliseconds})/TB/1000");
        let steps = format!("-i whole.mp4 -c copy -bsf:a setts=pts=PTS-{back}:dts=DTS-{back} step-back.mkv");
        let verified = studio.verify(studio.made(&steps).await, NOTHING_PROMISED).await.unwrap();
        assert!(!is_noticed || verified.oddities.contains(&ClockRestart), "{verified:?}");
    }
}

// Field 04: what players play to the end.
// invariant: F-11
#[tokio::test]
async fn what_was_put_together_by_its_source_is_kept() {
    let studio = Studio::equipped().await;
    let sound = |ending: &str, codec: &str| format!("-i whole.mp4 -vn {codec} first.{ending}");
    for (ending, codec, oddities) in [
        ("mp3", "-ar 44100 -b:a 128k", vec![EstimatedLength, Glued]),
        ("ogg", "-c:a libvorbis", vec![LongerThanSaid, Glued, ClockRestart]),
        ("opus", "-c:a libopus", vec![LongerThanSaid, Glued]),
    ] {
        studio.make(&sound(ending, codec)).await;
        let second = format!("-f lavfi -i sine=f=880:d=4 {codec} second.{ending}");
        studio.make(&second).await;
        let parts = ["first", "second"].map(|part| studio.read(&format!("{part}.{ending}")));
        let glued = format!("glued.{ending}");
        studio.write(&glued, parts.concat());
        let mut verified = studio.verify(&glued, NOTHING_PROMISED).await.unwrap();
        // Whether the clock of opus is seen to begin anew depends on ffmpeg's version.
        verified.oddities.retain(|oddity| ending != "opus" || *oddity != ClockRestart);
        assert_eq!((&verified.oddities, verified.check), (&oddities, Check::Decoded), "{glued}");
        let media = verified.media;
        assert!(media.duration_ms.abs_diff(10_050) < 150, "{ending}: {media:?}");
    }

    studio.make("-i whole.mp4 -vn sound.wav").await;
    let mut wav = studio.read("sound.wav");
    let data = wav.windows(4).position(|word| word == b"data").unwrap() + 4;
    for (name, length) in [("open.wav", u32::MAX), ("zero.wav", 0)] {
        wav[4..8].copy_from_slice(&length.to_le_bytes());
        wav[data..data + 4].copy_from_slice(&length.to_le_bytes());
        studio.write(name, &wav);
        studio.is_kept(name, &[EstimatedLength]).await;
    }

    let mp3 = studio.read("first.mp3");
    let tag = [b"TAG".as_slice(), &[0; 125]].concat();
    studio.write("tag.mp3", [mp3.as_slice(), &tag].concat());
    studio.is_kept("tag.mp3", &[]).await;
    // An advertisement that was put in without regard to frames.
    let middle = mp3.len() / 2 + 100;
    studio.write(
        "stitched.mp3",
        [&mp3[..middle], studio.read("second.mp3").as_slice(), &mp3[middle..]].concat(),
    );
    studio.is_kept("stitched.mp3", &[EstimatedLength, Glued]).await;
    studio.write("junk.mp3", [mp3.as_slice(), &[0x5A; 3000]].concat());
    studio.is_kept("junk.mp3", &[ForeignBytes]).await;
}

// Field 13: two encodes one behind the other, both from time 0.
#[tokio::test]
async fn a_stream_whose_clock_begins_anew_is_kept() {
    let studio = Studio::open().await;
    let second =
        format!("-f lavfi -i testsrc2=s=160x90:r=10:d=4 -f lavfi -i sine=f=880:d=4 {CODECS} other.mp4");
    studio.make(&second).await;
    for (film, part) in [("whole.mp4", "first"), ("other.mp4", "second")] {
        studio.make(&format!("-i {film} -c copy {part}.ts")).await;
    }
    studio.write("both.ts", [studio.read("first.ts"), studio.read("second.ts")].concat());
    let media = studio.is_kept("both.ts", &[LongerThanSaid, ClockRestart, LostPackets]).await.media;
    assert!(media.duration_ms.abs_diff(10_000) < 200, "{media:?}");

    studio.make("-i both.ts -c copy both.mp4").await;
    let pieces = Expectation { duration_ms: Some(10_000), is_joined: true, ..NOTHING_PROMISED };
    studio.verify("both.mp4", pieces).await.unwrap();
}

#[tokio::test]
async fn a_recording_that_begins_amid_a_stream_is_kept() {
    let studio = Studio::open().await;
    studio.make("-i whole.mp4 -c copy whole.ts").await;
    let bytes = studio.read("whole.ts");
    studio.write("amid.ts", &bytes[bytes.len() / 4 / 188 * 188..]);
    studio.is_kept("amid.ts", &[StartsAmid]).await;
    studio.make("-i whole.mp4 -vn -c:a libvorbis whole.ogg").await;
    let bytes = studio.read("whole.ogg");
    let last = bytes.windows(4).rposition(|word| word == b"OggS").unwrap();
    studio.write("open.ogg", &bytes[..last]);
    studio.is_kept("open.ogg", &[OpenEnd]).await;
}

/// Containers in which something is broken afterwards.
const CONTAINERS: &[&str] = &[
    "-i whole.mp4 -c copy moov-at-end.mp4",
    "-i whole.mp4 -c copy -movflags frag_keyframe+empty_moov fragments.mp4",
    "-i whole.mp4 -c copy film.mkv",
    "-i whole.mp4 -c copy film.ts",
    "-i whole.mp4 -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus film.webm",
    "-i whole.mp4 -vn -c copy sound.m4a",
    "-i whole.mp4 -vn sound.opus",
    "-i whole.mp4 -vn -c:a libvorbis sound.ogg",
    "-i whole.mp4 -vn sound.flac",
    "-i whole.mp4 -vn sound.mp3",
    "-i whole.mp4 -vn sound.wav",
    "-i whole.mp4 -vn -c copy sound.aac",
];

// invariant: F-1, F-2
#[tokio::test]
async fn half_a_file_is_not_kept_although_ffmpeg_ends_well() {
    let studio = Studio::open().await;
    for (name, words) in [
        ("whole.mp4", "Invalid NAL unit size"),
        ("moov-at-end.mp4", "moov atom not found"),
        ("fragments.mp4", "Invalid NAL unit size"),
        ("film.mkv", "File ended prematurely"),
        ("film.webm", "File ended prematurely"),
        ("sound.m4a", "moov atom not found"),
        // Of these, ffmpeg says nothing that could be heard.
        ("sound.opus", "its last page is cut"),
        ("sound.ogg", "its last page is cut"),
        ("sound.mp3", "but says that it has 6."),
        ("sound.wav", "bytes of sound, and has"),
        ("sound.flac", ""),
    ] {
        if let Some(arguments) = CONTAINERS.iter().find(|arguments| arguments.ends_with(&format!(" {name}")))
        {
            studio.make(arguments).await;
        }
        let message = studio.damage(&studio.cut(name, 60), NOTHING_PROMISED).await;
        assert!(message.contains(words), "{name}: {message}");
    }
}

// invariant: F-1
#[tokio::test]
async fn zeros_in_the_middle_are_found_in_every_container() {
    let studio = Studio::open().await;
    for arguments in CONTAINERS {
        let name = studio.made(arguments).await;
        // Zeros are silence there.
        if name == "sound.wav" {
            continue;
        }
        let mut bytes = studio.read(name);
        let middle = bytes.len() / 2;
        bytes[middle..middle + 4000].fill(0);
        let holed = format!("zeros-{name}");
        studio.write(&holed, bytes);
        studio.damage(&holed, NOTHING_PROMISED).await;
    }
}

// What a resume of a file that was changed leaves behind.
// invariant: F-1, F-5
#[tokio::test]
async fn halves_of_two_files_are_found() {
    let studio = Studio::open().await;
    let other = format!(
        "-f lavfi -i testsrc2=s=160x90:r=10:d=6 -f lavfi -i sine=f=700:d=6 -vf negate {CODECS} -movflags +faststart other.mp4"
    );
    studio.make(&other).await;
    for (ending, codec, other_codec) in [
        ("mkv", "-c copy", "-c copy"),
        ("ts", "-c copy", "-c copy"),
        ("mp4", "-c copy", "-c copy"),
        ("mp3", "-vn -b:a 64k", "-vn -b:a 96k"),
    ] {
        for (film, codec) in [("whole", codec), ("other", other_codec)] {
            studio.make(&format!("-i {film}.mp4 {codec} half-of-{film}.{ending}")).await;
        }
        let [first, second] = ["whole", "other"].map(|film| studio.read(&format!("half-of-{film}.{ending}")));
        let half = first.len() / 2 + 1;
        let mixed = format!("mixed.{ending}");
        studio.write(&mixed, [&first[..half], &second[half..]].concat());
        studio.damage(&mixed, Expectation { is_joined: true, ..NOTHING_PROMISED }).await;
    }
}

// invariant: F-1
#[tokio::test]
async fn what_is_no_media_is_not_kept() {
    let studio = Studio::equipped().await;
    let junk: Vec<u8> =
        (0..50_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    studio.write("junk.mp4", &junk);
    studio.write("junk.mp3", &junk);
    studio.write("page.mp4", "<html>Please log in</html>".repeat(100));
    studio.write("text.txt", "Please log in\n".repeat(100));
    studio.write("text.mp3", "Please log in\n".repeat(1000));
    studio.write("empty.mp4", "");
    for (name, words) in [
        ("cover.png", "the file is neither film nor sound"),
        ("words.srt", "the file is neither film nor sound"),
        ("text.txt", "the file is neither film nor sound"),
        ("junk.mp4", "ffmpeg can't read the file"),
        ("junk.mp3", "ffmpeg can't read the file"),
        ("page.mp4", "ffmpeg can't read the file"),
        ("text.mp3", "ffmpeg can't read the file"),
        ("empty.mp4", "the file is empty"),
    ] {
        let message = studio.damage(name, NOTHING_PROMISED).await;
        assert!(message.starts_with(words), "{name}: {message}");
    }
    for name in ["missing.mp4", "."] {
        let failure = studio.verify(name, NOTHING_PROMISED).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Storage, "{name}: {failure:?}");
    }
}
