//! What the packets of a file say about its length: the lines of ffmpeg's `framecrc`.

use std::collections::BTreeMap;

/// Adds up packets.
#[derive(Debug, Default)]
pub(super) struct Packets {
    streams: BTreeMap<u32, Stream>,
}

#[derive(Debug, Default)]
struct Stream {
    /// Seconds of one tick of its clock.
    tick: f64,
    is_sound: bool,
    first: Option<i64>,
    last: i64,
    end: i64,
    holes: f64,
    packets: u64,
}

/// A silence between two packets of sound from which on it is a hole: packets of sound follow each other
/// within a tenth of a second, whereas a picture may stand as long as it likes.
const HOLE_SECONDS: f64 = 1.0;

impl Packets {
    /// Takes a line: `#tb 0: 1/90000`, `#media_type 0: audio` or `0, 0, 0, 1024, 258, 0x2c5b786a`.
    pub(super) fn take(&mut self, line: &str) {
        if let Some(header) = line.strip_prefix('#') {
            self.take_header(header);
        } else {
            let mut fields = line.split(',').map(|field| field.trim().parse::<i64>().ok());
            let (stream, time) = (fields.next().flatten(), fields.next().flatten());
            let length = fields.nth(1).flatten();
            if let (Some(stream), Some(time)) = (stream.and_then(|index| u32::try_from(index).ok()), time) {
                self.streams.entry(stream).or_default().add(time, length.unwrap_or(0));
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
            "media_type" => stream.is_sound = value == "audio",
            _ => {}
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.streams.values().map(|stream| stream.packets).sum()
    }

    /// From the first to the end of the last, of the longest stream.
    pub(super) fn duration_ms(&self) -> u64 {
        self.streams.values().map(Stream::duration_ms).max().unwrap_or(0)
    }

    /// How much is missing in between, of the sound with the largest holes.
    pub(super) fn holes_ms(&self) -> u64 {
        self.streams.values().map(|stream| (stream.holes * 1000.0) as u64).max().unwrap_or(0)
    }
}

impl Stream {
    fn add(&mut self, time: i64, length: i64) {
        if self.first.is_none() {
            self.first = Some(time);
        } else if self.is_sound {
            let silence = time.saturating_sub(self.last) as f64 * self.tick;
            if silence > HOLE_SECONDS {
                self.holes += silence;
            }
        }
        self.packets += 1;
        self.last = time;
        self.end = self.end.max(time.saturating_add(length));
    }

    fn duration_ms(&self) -> u64 {
        let ticks = self.end.saturating_sub(self.first.unwrap_or(self.end));
        (ticks as f64 * self.tick * 1000.0).round() as u64
    }
}

fn fraction(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/')?;
    let (above, below) = (above.parse::<f64>().ok()?, below.parse::<f64>().ok()?);
    (below > 0.0).then(|| above / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(lines: &[&str]) -> (u64, u64, u64) {
        let mut packets = Packets::default();
        for line in lines {
            packets.take(line);
        }
        (packets.count(), packets.duration_ms(), packets.holes_ms())
    }

    #[test]
    fn length_is_that_of_the_longest_stream() {
        let lines = [
            "#software: Lavf59.27.100",
            "#tb 0: 1/1000",
            "#media_type 0: video",
            "#tb 1: 1/10",
            "#media_type 1: audio",
            "0,          0,          0,     500,      258, 0x2c5b786a",
            "0,        500,        500,     500,      258, 0x2c5b786a, S=1,  8",
            "1,          1,          1,     10,      258, 0x2c5b786a",
        ];
        assert_eq!(packets(&lines), (3, 1000, 0));
    }

    #[test]
    fn silence_is_a_hole_and_a_standing_picture_is_not() {
        let lines = ["0, 0, 0, 20, 1, 0x0", "0, 20, 20, 20, 1, 0x0", "0, 5020, 5020, 20, 1, 0x0"];
        let with = |kind| packets(&[&["#tb 0: 1/1000", kind][..], &lines].concat());
        assert_eq!(with("#media_type 0: audio"), (3, 5040, 5000));
        assert_eq!(with("#media_type 0: video"), (3, 5040, 0));
    }

    #[test]
    fn anything_else_is_no_packet() {
        assert_eq!(packets(&["", "#", "# x", "words, and more", "#tb x: 1/0", "-1, 0, 0, 0"]), (0, 0, 0));
    }
}
