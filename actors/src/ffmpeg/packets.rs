//! What the packets of a file say about its length: the lines of ffmpeg's `framecrc`.

use std::{collections::BTreeMap, ops::Range};

use mediary_schema::media::Span;

/// Adds up packets.
#[derive(Debug, Default)]
pub(super) struct Packets {
    streams: BTreeMap<u32, Stream>,
}

/// What a stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    Picture,
    Sound,
    /// Subtitles, time codes: they count for the length of the whole, and are not looked at otherwise.
    #[default]
    Other,
}

/// One stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) kind: Kind,
    pub(super) codec: Option<String>,
    /// Width and height.
    pub(super) dimensions: Option<(u32, u32)>,
    pub(super) packets: u64,
    /// How many come before the first that can be decoded by itself.
    pub(super) before_key: u64,
    /// Seconds of one tick of its clock.
    tick: f64,
    has_key: bool,
    usual: Option<i64>,
    first: Option<i64>,
    /// The earliest moment at which something of it is shown.
    first_shown: Option<i64>,
    last: i64,
    end: i64,
    played: i64,
    holes: Vec<Range<u64>>,
}

/// A silence between two packets of sound, or a standing picture, from which on it may be a hole: packets of
/// sound follow each other within a tenth of a second.
const HOLE_MS: u64 = 1000;
/// And it is so many times as long as the first packet: some codecs have packets of seconds.
const HOLE_PACKETS: i64 = 3;
/// Holes of a stream that are kept: slides change for hours.
const HOLES_MAX: usize = 10_000;

impl Packets {
    /// Takes a line: `#tb 0: 1/90000`, `#media_type 0: audio` or `0, 0, 0, 1024, 258, 0x2c5b786a, F=0x0`.
    pub(super) fn take(&mut self, line: &str) {
        if let Some(header) = line.strip_prefix('#') {
            self.take_header(header);
        } else {
            let is_key = !line.contains(", F=0x0");
            let mut fields = line.split(',').map(|field| field.trim().parse::<i64>().ok());
            let stream = fields.next().flatten().and_then(|index| u32::try_from(index).ok());
            let (time, shown, length) =
                (fields.next().flatten(), fields.next().flatten(), fields.next().flatten());
            if let (Some(stream), Some(time)) = (stream, time) {
                let packet = Packet {
                    time,
                    shown: shown.unwrap_or(time),
                    // Pictures are shown in another order than they are decoded in.
                    end: shown.unwrap_or(time).max(time).saturating_add(length.unwrap_or(0)),
                    length: length.unwrap_or(0),
                    is_key,
                };
                self.streams.entry(stream).or_default().add(packet);
            }
        }
    }

    fn take_header(&mut self, header: &str) {
        let Some((subject, value)) = header.split_once(": ") else { return };
        let Some((name, index)) = subject.split_once(' ') else { return };
        let Ok(index) = index.parse::<u32>() else { return };
        let stream = self.streams.entry(index).or_default();
        match name {
            "tb" => stream.tick = fraction(value).unwrap_or(0.0),
            "media_type" => {
                stream.kind = match value {
                    "video" => Kind::Picture,
                    "audio" => Kind::Sound,
                    _ => Kind::Other,
                }
            }
            "codec_id" => stream.codec = Some(value.to_owned()),
            "dimensions" => stream.dimensions = dimensions(value),
            _ => {}
        }
    }

    /// What each of several files has, of which these are the streams together; none if it is not known whose one is.
    pub(super) fn split(self, files: &BTreeMap<u32, usize>, count: usize) -> Option<Vec<Self>> {
        let mut each: Vec<Self> = std::iter::repeat_with(Self::default).take(count).collect();
        for (index, stream) in self.streams {
            let of_one = each.get_mut(*files.get(&index)?)?;
            of_one.streams.insert(index, stream);
        }
        Some(each)
    }

    /// The streams of a kind, in their order.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &Stream> {
        self.streams.values().filter(move |stream| stream.kind == kind)
    }

    /// How many packets of picture and sound there are.
    pub(super) fn count(&self) -> u64 {
        self.of(Kind::Picture).chain(self.of(Kind::Sound)).map(|stream| stream.packets).sum()
    }

    /// From the first to the end of the last packet, of the longest stream; `has_restart` says that the times are
    /// not to be trusted, and then it is at least as much as its packets last.
    pub(super) fn duration_ms(&self, has_restart: bool) -> u64 {
        let of_one = |stream: &Stream| stream.span_ms().max(if has_restart { stream.played_ms() } else { 0 });
        self.streams.values().map(of_one).max().unwrap_or(0)
    }

    /// Where the longest stream of a kind ends on the common clock; none if there is none with packets.
    pub(super) fn end_ms(&self, kind: Kind) -> Option<u64> {
        let ends = self.of(kind).filter(|stream| stream.packets > 0).map(|stream| stream.ms(stream.end));
        ends.max()
    }

    /// When each stream of a kind begins and ends, in their order; of one without packets, nothing is known.
    pub(super) fn spans(&self, kind: Kind) -> Vec<Span> {
        let ms = |stream: &Stream, ticks: i64| (ticks as f64 * stream.tick * 1000.0).round() as i64;
        let span = |stream: &Stream| Span {
            start_ms: ms(stream, stream.first_shown.unwrap_or_default()),
            end_ms: ms(stream, stream.end),
        };
        self.of(kind).map(span).collect()
    }

    /// How long the sound is silent between two packets, and for how much of that there is no picture either.
    pub(super) fn holes(&self) -> Holes {
        let Some(sound) = self.of(Kind::Sound).max_by_key(|stream| stream.holes_ms()) else {
            return Holes::default();
        };
        let silent_ms = sound.holes_ms();
        let picture = self.of(Kind::Picture).find(|stream| stream.packets > 0);
        let Some(picture) = picture else { return Holes { silent_ms, empty_ms: silent_ms } };
        let both =
            sound.holes.iter().flat_map(|hole| picture.holes.iter().map(|other| common_ms(hole, other)));
        Holes { silent_ms, empty_ms: sum(both.filter(|common| *common >= HOLE_MS / 2)) }
    }
}

/// What is missing in between, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Holes {
    /// Without sound.
    pub(super) silent_ms: u64,
    /// Without sound and without picture.
    pub(super) empty_ms: u64,
}

/// One packet, in ticks.
#[derive(Clone, Copy)]
struct Packet {
    time: i64,
    shown: i64,
    end: i64,
    length: i64,
    is_key: bool,
}

impl Holes {
    /// Whether the sound pauses while there is a picture; the edges of a hole in both don't fall together.
    pub(super) fn has_pause(self) -> bool {
        self.silent_ms.saturating_sub(self.empty_ms) >= HOLE_MS
    }
}

impl Stream {
    fn add(&mut self, packet: Packet) {
        let Packet { time, shown, end, length, is_key } = packet;
        self.first_shown = Some(self.first_shown.map_or(shown, |first| first.min(shown)));
        let step = time.saturating_sub(self.last);
        if self.first.is_none() {
            self.first = Some(time);
        } else if self.is_hole(step) && self.holes.len() < HOLES_MAX {
            self.holes.push(self.ms(self.last)..self.ms(time));
        }
        if self.usual.is_none() && length > 0 {
            self.usual = Some(length);
        }
        self.has_key |= is_key;
        self.before_key += u64::from(!self.has_key);
        self.packets += 1;
        self.played = self.played.saturating_add(length);
        self.last = time;
        self.end = self.end.max(end);
    }

    fn is_hole(&self, step: i64) -> bool {
        let is_long = step as f64 * self.tick * 1000.0 > HOLE_MS as f64;
        is_long && self.usual.is_none_or(|usual| step > usual.saturating_mul(HOLE_PACKETS))
    }

    fn holes_ms(&self) -> u64 {
        sum(self.holes.iter().map(|hole| hole.end - hole.start))
    }

    fn span_ms(&self) -> u64 {
        self.ms(self.end.saturating_sub(self.first.unwrap_or(self.end)))
    }

    fn played_ms(&self) -> u64 {
        self.ms(self.played)
    }

    /// Ticks in milliseconds; what is before the beginning is at the beginning.
    fn ms(&self, ticks: i64) -> u64 {
        (ticks.max(0) as f64 * self.tick * 1000.0).round() as u64
    }
}

/// Times of a broken file may go to and fro between the ends of what can be counted.
fn sum(lengths: impl Iterator<Item = u64>) -> u64 {
    lengths.fold(0, u64::saturating_add)
}

fn common_ms(one: &Range<u64>, other: &Range<u64>) -> u64 {
    one.end.min(other.end).saturating_sub(one.start.max(other.start))
}

fn fraction(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/')?;
    let (above, below) = (above.parse::<f64>().ok()?, below.parse::<f64>().ok()?);
    (below > 0.0).then(|| above / below)
}

fn dimensions(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(lines: &[&str]) -> Packets {
        let mut packets = Packets::default();
        for line in lines {
            packets.take(line);
        }
        packets
    }

    #[test]
    fn length_is_that_of_the_longest_stream() {
        let packets = packets(&[
            "#software: Lavf59.27.100",
            "#tb 0: 1/1000",
            "#media_type 0: video",
            "#codec_id 0: h264",
            "#dimensions 0: 160x90",
            "#tb 1: 1/10",
            "#media_type 1: audio",
            "0,          0,          0,     500,      258, 0x2c5b786a, F=0x0",
            "0,        500,        600,     500,      258, 0x2c5b786a, S=1,  8",
            "1,          1,          1,     10,      258, 0x2c5b786a",
        ]);
        assert_eq!((packets.count(), packets.duration_ms(false)), (3, 1100));
        let picture = packets.of(Kind::Picture).next().unwrap();
        assert_eq!((picture.dimensions, picture.codec.as_deref()), (Some((160, 90)), Some("h264")));
        assert_eq!(picture.before_key, 1);
        assert_eq!((packets.end_ms(Kind::Picture), packets.end_ms(Kind::Sound)), (Some(1100), Some(1100)));
    }

    /// Two streams of which the first has these times, of 20 ms each.
    fn two(first: &str, times: [u64; 3], second: &str, others: [u64; 3]) -> Holes {
        let mut lines = vec!["#tb 0: 1/1000".to_owned(), format!("#media_type 0: {first}")];
        lines.extend(["#tb 1: 1/1000".to_owned(), format!("#media_type 1: {second}")]);
        lines.extend(times.map(|time| format!("0, {time}, {time}, 20, 1, 0x0")));
        lines.extend(others.map(|time| format!("1, {time}, {time}, 20, 1, 0x0")));
        packets(&lines.iter().map(String::as_str).collect::<Vec<_>>()).holes()
    }

    #[test]
    fn silence_is_a_hole_and_a_standing_picture_is_not() {
        let holed = [0, 20, 5020];
        assert_eq!(two("audio", holed, "other", [0; 3]), Holes { silent_ms: 5000, empty_ms: 5000 });
        assert_eq!(two("video", holed, "audio", [0, 20, 40]), Holes::default());
        assert_eq!(two("video", holed, "audio", holed), Holes { silent_ms: 5000, empty_ms: 5000 });
        let pause = two("video", [0, 900, 1800], "audio", holed);
        assert_eq!((pause, pause.has_pause()), (Holes { silent_ms: 5000, empty_ms: 0 }, true));
    }

    #[test]
    fn times_that_go_to_and_fro_are_a_hole_as_long_as_can_be_counted() {
        let lines = ["#tb 0: 1/1", "#media_type 0: audio"].map(str::to_owned);
        let times = [0_u64, 9 << 59, 0, 9 << 59].map(|time| format!("0, {time}, {time}, 1, 1, 0x0"));
        let lines: Vec<String> = lines.into_iter().chain(times).collect();
        assert_eq!(
            packets(&lines.iter().map(String::as_str).collect::<Vec<_>>()).holes().silent_ms,
            u64::MAX
        );
    }

    #[test]
    fn a_codec_with_packets_of_seconds_has_no_holes() {
        let lines = ["#tb 0: 1/1", "#media_type 0: audio", "0, 0, 0, 6, 1, 0x0", "0, 6, 6, 6, 1, 0x0"];
        assert_eq!(packets(&lines).holes(), Holes::default());
    }

    #[test]
    fn what_lasts_longer_than_its_clock_says_counts_where_the_clock_is_wrong() {
        let lines = ["#tb 0: 1/1", "#media_type 0: audio", "0, 0, 0, 3, 1, 0x0", "0, 1, 1, 3, 1, 0x0"];
        let packets = packets(&lines);
        assert_eq!((packets.duration_ms(false), packets.duration_ms(true)), (4000, 6000));
    }

    #[test]
    fn anything_else_is_no_packet() {
        let packets = packets(&["", "#", "# x", "words, and more", "#tb x: 1/0", "-1, 0, 0, 0"]);
        assert_eq!((packets.count(), packets.duration_ms(true)), (0, 0));
    }
}
