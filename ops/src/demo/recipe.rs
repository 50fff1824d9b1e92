//! Which sample clips there are and how ffmpeg makes them.
//!
//! The recipe's text is the key of the cached media, so that a change here makes new media and
//! concurrent users of one recipe share one set.

use std::fmt::Write as _;

use uuid::Uuid;

/// How large the files of a list's items are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClipSize {
    /// Up to some hundred kilobytes: quick to fetch.
    #[default]
    Small,
    /// Some megabytes in 720p: long enough to be throttled, interrupted and resumed.
    Large,
}

/// One piece of made media; items of lists map onto these few.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clip {
    /// The folder's name.
    pub(super) name: &'static str,
    /// The running time.
    pub(super) seconds: u32,
    /// Which lists use it.
    pub(super) size: ClipSize,
    /// The pitch of its tone in hertz.
    tone_hz: u32,
    /// The turn of its colours in degrees.
    hue_degrees: u32,
    /// At which seconds its chapters begin, and what they are called; its pictures with sound have them.
    chapters: &'static [(u32, &'static str)],
}

/// All clips; those of one size stand in for one another when a file is swapped under its name.
pub(super) const CLIPS: [Clip; 6] = [
    Clip { name: "amber", seconds: 3, size: ClipSize::Small, tone_hz: 262, hue_degrees: 0, chapters: &[] },
    Clip { name: "birch", seconds: 4, size: ClipSize::Small, tone_hz: 330, hue_degrees: 60, chapters: &[] },
    Clip { name: "cedar", seconds: 5, size: ClipSize::Small, tone_hz: 392, hue_degrees: 120, chapters: &[] },
    Clip { name: "delta", seconds: 6, size: ClipSize::Small, tone_hz: 440, hue_degrees: 180, chapters: &[] },
    Clip { name: "ember", seconds: 7, size: ClipSize::Large, tone_hz: 523, hue_degrees: 240, chapters: &[] },
    Clip {
        name: "fjord",
        seconds: 8,
        size: ClipSize::Large,
        tone_hz: 587,
        hue_degrees: 300,
        chapters: &[(0, "Out to sea"), (2, "The narrows"), (5, "Home again")],
    },
];

/// The clip of the n-th item (from 1) of a list of this size.
pub(super) fn clip(size: ClipSize, serial: u32) -> &'static Clip {
    let fitting: Vec<&'static Clip> = CLIPS.iter().filter(|clip| clip.size == size).collect();
    fitting[(serial.max(1) - 1) as usize % fitting.len()]
}

impl Clip {
    /// Another clip of the same size.
    pub(super) fn other(&self) -> &'static Self {
        let place = CLIPS.iter().position(|clip| clip == self).unwrap_or(0);
        let (before, after) = CLIPS.split_at(place + 1);
        after.iter().chain(before).find(|clip| clip.size == self.size).expect("a clip has its own size")
    }

    /// The arguments of the two runs of ffmpeg, to be started in the clip's folder.
    pub(super) fn ffmpeg_runs(&self) -> [Vec<String>; 2] {
        [self.encode(), Self::repackage()]
    }

    /// The file that tells ffmpeg of its chapters.
    pub(super) fn told(&self) -> String {
        let mut told = ";FFMETADATA1\n".to_owned();
        for (place, (from, title)) in self.chapters.iter().enumerate() {
            let to = self.chapters.get(place + 1).map_or(self.seconds, |(next, _)| *next);
            write!(told, "[CHAPTER]\nTIMEBASE=1/1\nSTART={from}\nEND={to}\ntitle={title}\n")
                .expect("a text takes what is written");
        }
        told
    }

    /// Encodes two pictures, the tone and a thumbnail.
    fn encode(&self) -> Vec<String> {
        let Self { seconds, tone_hz, hue_degrees, .. } = self;
        let picture = format!("testsrc2=size=1280x720:rate=12:duration={seconds},hue=h={hue_degrees}");
        let tone = format!("sine=frequency={tone_hz}:sample_rate=44100:duration={seconds}");
        let noise = if self.size == ClipSize::Large { "noise=alls=24:allf=t:all_seed=7," } else { "" };
        let graph = format!(
            "[0:v]{noise}split=3[hd][for_sd][for_thumb];[for_sd]scale=320:180[sd];\
             [for_thumb]scale=320:180,select=eq(n\\,6)[thumb]"
        );
        let mut line = words("-f lavfi -i");
        line.push(picture);
        line.extend(words("-f lavfi -i"));
        line.push(tone);
        line.extend(words(&format!("-i {CHAPTERS}")));
        line.extend(words("-filter_complex"));
        line.push(graph);
        let hd_rate =
            if self.size == ClipSize::Large { "-b:v 8M -minrate 8M -bufsize 8M" } else { "-crf 34" };
        line.extend(words(&format!("-map [hd] -map 1:a -map_chapters 2 {hd_rate} {VIDEO} 720p.mp4")));
        line.extend(words(&format!("-map [sd] -map 1:a -map_chapters 2 -crf 34 {VIDEO} 180p.mp4")));
        line.extend(words("-map 1:a -map_chapters -1 -c:a libmp3lame -b:a 96k -fflags +bitexact audio.mp3"));
        line.extend(words("-map [thumb] -frames:v 1 -fflags +bitexact thumb.jpg"));
        line
    }

    /// Cuts the encoded files into HLS and separate tracks; nothing is encoded again.
    fn repackage() -> Vec<String> {
        let mut line = words(
            "-i 720p.mp4 -i 180p.mp4 -map 0:v -map_chapters -1 -c copy -movflags +faststart 720p-video.mp4",
        );
        line.extend(words("-map 0:a -map_chapters -1 -c copy -movflags +faststart audio.m4a"));
        line.extend(words("-map 0:v -map 0:a -map 1:v -map 1:a -c copy -f hls -hls_time 1"));
        line.extend(words("-hls_playlist_type vod -master_pl_name master.m3u8 -var_stream_map"));
        line.push("v:0,a:0,name:720p v:1,a:1,name:180p".to_owned());
        line.extend(words("-hls_segment_filename hls/%v/seg%03d.ts hls/%v/index.m3u8"));
        line
    }

    /// The files that must be there afterwards.
    pub(super) fn files(&self) -> Vec<String> {
        let single = [
            "720p.mp4",
            "180p.mp4",
            "720p-video.mp4",
            "audio.m4a",
            "audio.mp3",
            "thumb.jpg",
            "hls/master.m3u8",
        ];
        let mut files: Vec<String> = single.iter().map(|&name| name.to_owned()).collect();
        for variant in ["180p", "720p"] {
            files.push(format!("hls/{variant}/index.m3u8"));
            files.extend((0..self.seconds).map(|segment| format!("hls/{variant}/seg{segment:03}.ts")));
        }
        files
    }
}

/// One thread and no dates inside: the same bytes on every run of one ffmpeg.
const VIDEO: &str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12 -keyint_min 12 -sc_threshold 0 \
                     -threads 1 -c:a aac -b:a 96k -fflags +bitexact -movflags +faststart";

/// Where ffmpeg is told of a clip's chapters, in its folder.
pub(super) const CHAPTERS: &str = "chapters.txt";

/// What every run of ffmpeg begins with.
pub(super) const FFMPEG_ALWAYS: &str = "-hide_banner -nostdin -loglevel error -y";

/// The name of the folder for media made by this recipe.
pub(super) fn key() -> String {
    let recipe: Vec<_> =
        CLIPS.iter().map(|clip| (clip, clip.told(), clip.ffmpeg_runs(), clip.files())).collect();
    let text = format!("{FFMPEG_ALWAYS} {recipe:?}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).simple().to_string()
}

/// The words of an argument list without blanks inside.
pub(super) fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}
