//! What ffmpeg is told to make of a file: a recipe as arguments, and nothing else.

use mediary_schema::{
    media::{Content, Hdr, Mastering, Medium, Stream, Video},
    profile::{AudioCodec, VideoCodec},
    transcode::{Container, Fate, Planned, Recipe, VideoFilter},
};

/// How often ffmpeg says how far it is, in seconds.
const STATS_PERIOD_S: &str = "0.5";

/// More light than usual, mapped to what every screen shows: by the filmic curve of Hable, of a screen of 100 cd/m².
const TONE_MAP: &str = "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,\
    tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv";
/// Channels in the order in which Opus has them.
const OPUS_LAYOUTS: &str = "aformat=channel_layouts=7.1|6.1|5.1|5.0|quad|3.0|stereo|mono";

/// The arguments behind the input, up to the one that names the result. `beside` says whether there is a second result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Between the input and the result.
    pub(super) result: Vec<String>,
    /// Between the result and what lies beside it, if something does.
    pub(super) beside: Option<Vec<String>>,
}

impl Arguments {
    /// What is told for a recipe.
    pub(super) fn of(recipe: &Recipe, source: &Medium) -> Self {
        let mut result = Vec::new();
        for Planned { index, .. } in &recipe.streams {
            result.extend(words(["-map", &format!("0:{index}")]));
        }
        result.extend(words(["-map_metadata", "0", "-map_chapters", "0"]));
        for (place, planned) in recipe.streams.iter().enumerate() {
            result.extend(of_stream(recipe.container, place, planned, source));
        }
        if matches!(recipe.container, Container::Mp4 | Container::M4a) {
            result.extend(words(["-movflags", "+faststart"]));
            for (place, planned) in recipe.streams.iter().enumerate() {
                let stream = source.streams.iter().find(|stream| stream.index == planned.index);
                result.extend(stream.into_iter().flat_map(|stream| said_in_mpeg(place, stream)));
            }
        }
        result.extend(words(["-max_muxing_queue_size", "9999", "-f", recipe.container.muxer()]));
        let beside = (!recipe.beside.is_empty()).then(|| {
            let maps = recipe.beside.iter().flat_map(|index| words(["-map", &format!("0:{index}")]));
            maps.chain(words(["-map_metadata", "0", "-map_chapters", "-1", "-c", "copy", "-f", "matroska"]))
                .collect()
        });
        Self { result, beside }
    }

    /// What is told before any input.
    pub(super) fn before() -> Vec<String> {
        let before = ["-nostdin", "-hide_banner", "-nostats", "-v", "warning", "-progress", "pipe:1"];
        let period = ["-stats_period", STATS_PERIOD_S, "-protocol_whitelist", "file,pipe"];
        words(before).chain(words(period)).collect()
    }

    /// All of them, as an event has them: without the paths of this machine.
    pub(super) fn told(&self) -> Vec<String> {
        let beside =
            self.beside.iter().flat_map(|arguments| arguments.iter().cloned().chain(words(["BESIDE"])));
        let all = Self::before().into_iter().chain(words(["-i", "IN"]));
        all.chain(self.result.iter().cloned()).chain(words(["OUT"])).chain(beside).collect()
    }
}

fn words<const N: usize>(words: [&str; N]) -> std::array::IntoIter<String, N> {
    words.map(str::to_owned).into_iter()
}

fn of_stream(container: Container, place: usize, planned: &Planned, source: &Medium) -> Vec<String> {
    let of = |name: &str| format!("{name}:{place}");
    match &planned.fate {
        Fate::Copy {} => vec![of("-c"), "copy".to_owned()],
        Fate::Subtitle { codec } => vec![of("-c"), encoder_of_words(codec).to_owned()],
        Fate::Audio { codec, bits_per_second, channels } => {
            let mut told = vec![of("-c"), codec.encoder().to_owned()];
            told.extend([of("-ac"), channels.to_string()]);
            if let Some(bits) = bits_per_second {
                told.extend([of("-b"), bits.to_string()]);
            }
            if *codec == AudioCodec::Opus && *channels > 2 {
                told.extend([of("-filter"), OPUS_LAYOUTS.to_owned()]);
            }
            told
        }
        Fate::Video { codec, crf, preset, filters, pixel_format, hdr, .. } => {
            let video = source.streams.iter().find(|stream| stream.index == planned.index);
            let video = video.and_then(|stream| match &stream.content {
                Content::Video(video) => Some(video),
                _ => None,
            });
            let mut told = vec![of("-c"), codec.encoder().to_owned()];
            told.extend([of("-crf"), crf.to_string()]);
            match codec {
                VideoCodec::Vp9 => {
                    told.extend([of("-b"), "0".to_owned(), of("-cpu-used"), preset.clone()]);
                    told.extend([of("-row-mt"), "1".to_owned()]);
                }
                _ => told.extend([of("-preset"), preset.clone()]),
            }
            if *codec == VideoCodec::Hevc {
                told.extend([of("-x265-params"), x265(*hdr, video)]);
                if container == Container::Mp4 {
                    // As Apple's players want it named.
                    told.extend([of("-tag"), "hvc1".to_owned()]);
                }
            }
            // Its times are those of the source, even or not.
            told.extend([of("-fps_mode"), "passthrough".to_owned()]);
            let chain = filters.iter().map(filter).chain([format!("format={pixel_format}")]);
            told.extend([of("-filter"), chain.collect::<Vec<_>>().join(",")]);
            if let Some(curve) = hdr.and_then(curve) {
                told.extend([of("-color_primaries"), "bt2020".to_owned()]);
                told.extend([of("-color_trc"), curve.to_owned(), of("-colorspace"), "bt2020nc".to_owned()]);
            }
            told
        }
    }
}

/// What ffmpeg forgets of a stream in MPEG-4 unless it is told: a language of two letters, and what it is called.
fn said_in_mpeg(place: usize, stream: &Stream) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(code) = stream.language_code().filter(|code| stream.language.as_deref() != Some(code)) {
        told.extend([format!("-metadata:s:{place}"), format!("language={code}")]);
    }
    if let Some(title) = &stream.title {
        told.extend([format!("-metadata:s:{place}"), format!("handler_name={title}")]);
    }
    told
}

/// A step that is done with each picture, as a filter of ffmpeg.
pub(super) fn filter(filter: &VideoFilter) -> String {
    match filter {
        VideoFilter::Deinterlace {} => "bwdif=mode=send_frame:deint=all".to_owned(),
        VideoFilter::ToneMap {} => TONE_MAP.to_owned(),
        VideoFilter::Scale { width, height } => format!("scale={width}:{height}:flags=lanczos"),
        VideoFilter::Pad { width, height } => format!("pad={width}:{height}"),
    }
}

/// What ffmpeg calls what writes words in a codec.
fn encoder_of_words(codec: &str) -> &str {
    if codec == "subrip" { "srt" } else { codec }
}

/// The curve of more light than usual, as ffmpeg and x265 call it.
const fn curve(hdr: Hdr) -> Option<&'static str> {
    match hdr {
        Hdr::Hdr10 => Some("smpte2084"),
        Hdr::Hlg => Some("arib-std-b67"),
        Hdr::DolbyVision => None,
    }
}

fn x265(hdr: Option<Hdr>, video: Option<&Video>) -> String {
    let mut told = vec!["log-level=error".to_owned()];
    if let Some(curve) = hdr.and_then(curve) {
        told.push(format!(
            "hdr-opt=1:repeat-headers=1:colorprim=bt2020:transfer={curve}:colormatrix=bt2020nc"
        ));
    }
    let mastering = video.and_then(|video| video.mastering.as_ref()).filter(|_| hdr.is_some());
    if let Some(Mastering { primaries, luminance, content_light }) = mastering {
        if let (Some([red, green, blue, white]), Some((most, least))) = (primaries, luminance) {
            let at = |name: &str, (across, up): &(u32, u32)| format!("{name}({across},{up})");
            let places = [at("G", green), at("B", blue), at("R", red), at("WP", white)].concat();
            told.push(format!("master-display={places}L({most},{least})"));
        }
        if let Some((most, average)) = content_light {
            told.push(format!("max-cll={most},{average}"));
        }
    }
    told.join(":")
}

#[cfg(test)]
mod tests {
    use mediary_schema::{media::Audio, profile::Profile, transcode::Verdict};

    use super::*;

    fn stream(index: u32, codec: &str, content: &Content) -> Stream {
        let said = serde_json::json!({
            "index": index, "codec": codec, "is_default": true, "is_forced": false, "is_commentary": false,
            "is_original": false, "content": content,
        });
        serde_json::from_value(said).unwrap()
    }

    fn film(video: Video) -> Medium {
        let sound = Content::Audio(Audio { channels: 6, layout: None, sample_rate_hz: 48_000 });
        let streams = vec![
            stream(0, "vp9", &Content::Video(video)),
            stream(1, "ac3", &sound),
            stream(2, "hdmv_pgs_subtitle", &Content::Subtitle { is_text: false }),
        ];
        Medium { container: "matroska,webm".to_owned(), streams, ..Medium::default() }
    }

    fn video() -> Video {
        Video {
            width: 3840,
            height: 2160,
            pixel_aspect: None,
            pixel_format: None,
            bit_depth: 10,
            frames_per_second: None,
            has_variable_frame_rate: false,
            is_interlaced: false,
            rotation_degrees: 0,
            hdr: Some(Hdr::Hdr10),
            mastering: Some(Mastering {
                primaries: Some([(34_000, 16_000), (13_250, 34_500), (7_500, 3_000), (15_635, 16_450)]),
                luminance: Some((10_000_000, 1)),
                content_light: Some((1_000, 400)),
            }),
        }
    }

    fn told(profile: &str) -> String {
        let (profile, film) = (Profile::find_shipped(profile).unwrap(), film(video()));
        let Verdict::Made(recipe) = profile.rules.judge(&film).unwrap() else { panic!("it fits") };
        Arguments::of(&recipe, &film).told().join(" ")
    }

    #[test]
    fn what_is_kept_of_light_is_told_to_the_encoder() {
        let told = told("archive");
        assert!(told.contains(
            "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"
        ));
        assert!(told.contains("-color_trc:0 smpte2084") && told.contains("format=yuv420p10le"), "{told}");
        assert!(told.contains("-c:1 copy -c:2 copy") && told.ends_with("-f matroska OUT"), "{told}");
    }

    #[test]
    fn what_is_mapped_is_mapped_before_it_is_made_smaller_and_what_is_not_carried_lies_beside() {
        let told = told("web");
        let chain = format!("-filter:0 {TONE_MAP},scale=1920:1080:flags=lanczos,format=yuv420p");
        assert!(told.contains(&chain) && told.contains("-c:1 aac -ac:1 2 -b:1 160000"), "{told}");
        assert!(told.contains("-map 0:0 -map 0:1 -map_metadata 0"), "{told}");
        assert!(
            told.ends_with("OUT -map 0:2 -map_metadata 0 -map_chapters -1 -c copy -f matroska BESIDE"),
            "{told}"
        );
    }
}
