//! What ffmpeg says while it reads a file: its lines on standard error to facts and complaints, once.
//!
//! Read at the level `level+info`: `[mov,mp4 @ 0x55e8] [error] moov atom not found`, `[info]   Duration: …`.

/// Complaints that are kept: one damaged film can have thousands.
const COMPLAINTS_MAX: usize = 200;

/// What was said of one file.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that ffmpeg may say")]
pub(super) struct Talk {
    /// Names of the container.
    pub(super) container: Option<String>,
    /// The length that the container says, or that is guessed for it; none if it says none.
    pub(super) claimed_ms: Option<u64>,
    /// Where its clock begins, if after zero: some containers count their length from there.
    pub(super) start_ms: u64,
    /// Whether the length is a guess.
    pub(super) is_estimated: bool,
    /// Whether there is a picture that is no cover.
    pub(super) has_picture: bool,
    /// Whether there is sound.
    pub(super) has_sound: bool,
    /// Whether it was asked for a picture or a sound that isn't there.
    pub(super) lacks_stream: bool,
    /// Whether there is no decoder for a part of it.
    pub(super) lacks_decoder: bool,
    /// Whether the clock stepped back or jumped.
    pub(super) has_restart: bool,
    /// Whether packets are marked as doubtful: their numbers don't follow each other, or they are cut.
    pub(super) has_doubtful_packets: bool,
    /// What was complained of, the first ones.
    pub(super) complaints: Vec<Complaint>,
    /// Which of the files of its process it is.
    number: usize,
    is_past_input: bool,
}

/// A line at the level of an error, or one that says as much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The part that complains, innermost last: `aac`, `mov,mp4,m4a,3gp,3g2,mj2`, `NULL`, `dec:aac`; none for ffmpeg itself.
    pub(super) part: Option<String>,
    /// What it says.
    pub(super) text: String,
}

/// A line without what stands before its words.
pub(super) struct Words<'a> {
    part: Option<&'a str>,
    pub(super) level: Level,
    pub(super) text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Info,
}

impl Talk {
    /// About the file of this number.
    pub(super) fn of(number: usize) -> Self {
        Self { number, ..Self::default() }
    }

    /// Takes a line.
    pub(super) fn take(&mut self, line: &str) {
        let Some(words) = words(line) else { return };
        match words.level {
            Level::Info => self.take_fact(words.text),
            Level::Warning | Level::Error => self.take_trouble(&words),
        }
    }

    /// What the file is. Only until its outputs begin, which are described in the same words.
    fn take_fact(&mut self, text: &str) {
        if self.is_past_input {
            return;
        }
        let number = self.number;
        if let Some(input) = text.strip_prefix(&format!("Input #{number}, ")) {
            self.container = input.split_once(", from '").map(|(names, _)| names.to_owned());
        } else if let Some(length) = text.strip_prefix("  Duration: ") {
            self.take_length(length);
        } else if text.starts_with(&format!("  Stream #{number}:")) {
            self.has_sound |= text.contains(": Audio: ");
            self.has_picture |= text.contains(": Video: ") && !text.contains("(attached pic)");
        }
        self.is_past_input = text.starts_with("Stream mapping:") || text.starts_with("Output #");
    }

    /// `00:01:29.70, start: 1.400000, bitrate: 4 kb/s`, each of them perhaps `N/A` or left out.
    fn take_length(&mut self, text: &str) {
        let mut parts = text.split(", ");
        self.claimed_ms = parts.next().and_then(clock_ms);
        let start =
            parts.find_map(|part| part.strip_prefix("start: ")).and_then(|text| text.parse::<f64>().ok());
        self.start_ms = (start.unwrap_or(0.0) * 1000.0) as u64;
    }

    fn take_trouble(&mut self, words: &Words<'_>) {
        let said = words.text.to_lowercase();
        let says = |part: &str| said.contains(part);
        if says("estimating duration from bitrate") {
            self.is_estimated = true;
        } else if says("non monotonically increasing dts")
            || says("non-monotonous dts")
            || says("non-monotonic dts")
        {
            self.has_restart = true;
        } else if says("does not contain any stream") {
            self.lacks_stream = true;
        } else if (says("decoder") && says("not found")) || says("no decoder found") {
            self.lacks_decoder = true;
        } else if says("corrupt input packet") || says("packet corrupt") {
            self.has_doubtful_packets = true;
        } else if words.level == Level::Error || says("corrupt decoded frame") {
            self.complain(words);
        }
    }

    fn complain(&mut self, words: &Words<'_>) {
        if self.complaints.len() < COMPLAINTS_MAX {
            let part = words.part.map(ToOwned::to_owned);
            self.complaints.push(Complaint { part, text: words.text.trim().to_owned() });
        }
    }
}

/// Takes a line apart; none if it goes on with the one before, as texts of several lines do.
pub(super) fn words(line: &str) -> Option<Words<'_>> {
    let mut part = None;
    let mut rest = line;
    while let Some((inside, behind)) = rest.strip_prefix('[').and_then(|inner| inner.split_once("] ")) {
        match inside {
            "panic" | "fatal" | "error" => return Some(Words { part, level: Level::Error, text: behind }),
            "warning" => return Some(Words { part, level: Level::Warning, text: behind }),
            "info" => return Some(Words { part, level: Level::Info, text: behind }),
            _ => part = Some(inside.split_once(" @ 0x").map_or(inside, |(name, _)| name)),
        }
        rest = behind;
    }
    None
}

/// The number of the file that a line surely is about: `[in#3/mp3 @ 0x1] …`, `[aist#3:0/mp3 @ 0x1] …`.
pub(super) fn input_of(line: &str) -> Option<usize> {
    let part = line.strip_prefix('[')?;
    let kinds = ["in#", "aist#", "vist#"];
    kinds.iter().find_map(|kind| part.strip_prefix(kind)).and_then(leading_number)
}

/// The number that a text begins with.
pub(super) fn leading_number(text: &str) -> Option<usize> {
    let end = text.find(|other: char| !other.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// `00:01:29.70` in milliseconds.
fn clock_ms(text: &str) -> Option<u64> {
    let mut fields = text.split(':').map(|field| field.parse::<f64>().ok());
    let (hours, minutes, seconds) = (fields.next()??, fields.next()??, fields.next()??);
    let whole = hours.mul_add(3600.0, minutes.mul_add(60.0, seconds));
    Some((whole * 1000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(lines: &[&str]) -> Talk {
        let mut talk = Talk::default();
        for line in lines {
            talk.take(line);
        }
        talk
    }

    #[test]
    fn what_a_file_is_stands_in_the_description_of_the_input() {
        let told = talk(&[
            "[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:/a, from 'b.mp4':",
            "[info]     title           : Input #0, evil, from 'x'",
            "        : [error] a second line of a title",
            "[info]     comment         : decoder not found",
            "[info]   Duration: 00:01:29.70, start: 1.400000, bitrate: 4 kb/s",
            "[info]   Stream #0:0(und): Audio: aac (LC), 44100 Hz, mono",
            "[info]   Stream #0:1: Video: png, rgb24(pc), 160x90 (attached pic)",
            "[info] Stream mapping:",
            "[info]   Stream #0:0: Video: h264",
            "[info]   Duration: 00:00:01.00",
        ]);
        assert_eq!(told.container.as_deref(), Some("mov,mp4,m4a,3gp,3g2,mj2"));
        assert_eq!((told.claimed_ms, told.start_ms), (Some(89_700), 1400));
        assert_eq!((told.has_sound, told.has_picture), (true, false), "a cover is no picture");
        assert!(told.complaints.is_empty() && !told.lacks_decoder);
    }

    #[test]
    fn a_length_may_be_missing_or_guessed() {
        let silent = talk(&["[info]   Duration: N/A, start: -0.007000, bitrate: N/A"]);
        assert_eq!((silent.claimed_ms, silent.start_ms, silent.is_estimated), (None, 0, false));
        for line in [
            "[mp3 @ 0x1] [warning] Estimating duration from bitrate, this may be inaccurate",
            "[in#0/mp3 @ 0x1] [warning] Estimating duration from bitrate, this may be inaccurate",
        ] {
            assert!(talk(&[line]).is_estimated, "{line}");
        }
    }

    // Both as version 5 and as version 9 word it.
    #[test]
    fn each_trouble_is_told_from_the_others() {
        for line in [
            "[null @ 0x1] [error] Application provided invalid, non monotonically increasing dts to muxer in stream 1: 9 >= 8",
            "[framecrc @ 0x1] [warning] Non-monotonous DTS in output stream 0:1; previous: 2, current: 1; changing to 3.",
            "[aost#0:1/copy @ 0x1] [warning] Non-monotonic DTS; previous: 2, current: 1; changing to 3.",
        ] {
            let told = talk(&[line]);
            assert!(told.has_restart && told.complaints.is_empty(), "{line}");
        }
        let complaints = talk(&[
            "[aist#0:1/aac @ 0x1] [dec:aac @ 0x2] [error] Error submitting packet to decoder: Invalid data found",
            "[vist#0:0/h264 @ 0x1] [dec:h264 @ 0x2] [warning] corrupt decoded frame",
            "[error] Error while decoding stream #0:1: Invalid data found when processing input",
            "[warning] Guessed Channel Layout for Input Stream #0.0 : mono",
        ]);
        let parts: Vec<Option<&str>> = complaints.complaints.iter().map(|one| one.part.as_deref()).collect();
        assert_eq!(parts, [Some("dec:aac"), Some("dec:h264"), None]);
        assert!(talk(&["[warning] file:/x.ts: corrupt input packet in stream 0"]).has_doubtful_packets);
        assert!(talk(&["[error] Output file #1 does not contain any stream"]).lacks_stream);
        assert!(talk(&["[error] Decoder (codec none) not found for input stream #0:1"]).lacks_decoder);
    }
}
