//! Subtitles and chapters as WebVTT, the one form that browsers read.

use std::fmt::Write as _;

use mediary_schema::file::Chapter;

/// Subtitles of `SubRip`, as WebVTT: the same cues at the same moments.
pub(super) fn of_srt(text: &str) -> String {
    let mut vtt = String::with_capacity(text.len() + 16);
    vtt.push_str("WEBVTT\n\n");
    for line in text.trim_start_matches('\u{feff}').lines() {
        let before = vtt.len();
        match timing(line) {
            Some(timing) => vtt.push_str(&timing),
            None => say(line.trim_end_matches('\r'), &mut vtt),
        }
        // Of a line of positions alone nothing is left; an empty one would end the cue.
        if vtt.len() > before || line.trim().is_empty() {
            vtt.push('\n');
        }
    }
    vtt
}

/// Subtitles that are WebVTT, as they are; what lacks its first line gets it.
pub(super) fn of_vtt(text: String) -> String {
    let is_whole = text.trim_start_matches('\u{feff}').starts_with("WEBVTT");
    if is_whole { text } else { format!("WEBVTT\n\n{text}") }
}

/// Chapters as cues, each for as long as it lasts; one that is called nothing is called by its number.
pub(super) fn of_chapters(chapters: &[Chapter]) -> String {
    let mut vtt = "WEBVTT\n".to_owned();
    for (number, Chapter { start_ms, end_ms, title }) in (1..).zip(chapters) {
        let title = title.clone().unwrap_or_else(|| format!("Chapter {number}"));
        let title = title.replace('&', "&amp;").replace('<', "&lt;").replace("-->", "→");
        let (start, end) = (clock(*start_ms), clock(*end_ms));
        write!(vtt, "\n{start} --> {end}\n{title}\n").expect("a text takes what is written");
    }
    vtt
}

/// Milliseconds as `01:02:03.500`.
fn clock(ms: u64) -> String {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    format!("{:02}:{:02}:{:02}.{ms:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// The line of a cue's moments; what stands behind them is where on a screen of 1998 it is shown.
fn timing(line: &str) -> Option<String> {
    let (from, to) = line.split_once("-->")?;
    let to = to.split_whitespace().next()?;
    Some(format!("{} --> {}", moment(from.trim())?, moment(to)?))
}

/// `1:02:03,5` as `01:02:03.500`.
fn moment(text: &str) -> Option<String> {
    let (clock, part) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let mut numbers = clock.split(':').map(|number| number.parse::<u32>().ok());
    let (hours, minutes, seconds) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let is_clock = numbers.next().is_none() && minutes < 60 && seconds < 60;
    let is_part = (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_clock && is_part).then(|| {
        let thousandths: String = part.chars().chain("00".chars()).take(3).collect();
        format!("{hours:02}:{minutes:02}:{seconds:02}.{thousandths}")
    })
}

/// A line of what is said: without what other players take for positions (`{\an8}`), and so that nothing of it is taken for a cue or
/// for a tag that is none.
fn say(line: &str, vtt: &mut String) {
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("{\\") {
        let Some((_, behind)) = behind.split_once('}') else { break };
        words(before, vtt);
        rest = behind;
    }
    words(rest, vtt);
}

fn words(text: &str, vtt: &mut String) {
    let text = text.replace("-->", "→");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_tag = letters.peek().is_some_and(|next| next.is_ascii_alphabetic() || *next == '/');
        match letter {
            '<' if !is_tag => vtt.push_str("&lt;"),
            letter => vtt.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subrip_is_told_as_webvtt_at_the_same_moments() {
        let srt = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500 X1:40 X2:600\r\n{\\an8}<i>Hello</i> & 1 < 2\r\n\r\n\
                   2\r\n1:02:03,5 --> 1:02:04\r\na --> b\r\n";
        assert_eq!(
            of_srt(srt),
            "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.500\n<i>Hello</i> & 1 &lt; 2\n\n2\n01:02:03.500 --> 01:02:04.000\na → b\n"
        );
    }

    #[test]
    fn a_line_of_positions_alone_does_not_end_its_cue() {
        let srt = "00:00:01,000 --> 00:00:02,000\n{\\an8}\nHello\n";
        assert_eq!(of_srt(srt), "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n");
    }

    #[test]
    fn chapters_are_cues_in_which_nothing_is_taken_for_a_tag() {
        let chapter = |start_ms, end_ms, title: Option<&str>| Chapter {
            start_ms,
            end_ms,
            title: title.map(str::to_owned),
        };
        let chapters = [chapter(0, 1_500, Some("<i>You & I</i> --> us")), chapter(1_500, 360_003_005, None)];
        assert_eq!(
            of_chapters(&chapters),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n&lt;i>You &amp; I&lt;/i> → us\n\n\
             00:00:01.500 --> 100:00:03.005\nChapter 2\n"
        );
        assert_eq!(of_chapters(&[]), "WEBVTT\n");
    }

    #[test]
    fn what_is_no_moment_is_text() {
        for line in ["x --> y", "00:00:61,000 --> 00:00:02,000", "00:00:01,00a --> 00:00:02,000", "-->"] {
            assert_eq!(timing(line), None, "{line}");
        }
    }

    #[test]
    fn webvtt_stays_as_it_is() {
        for whole in ["WEBVTT\n\nx", "\u{feff}WEBVTT - a title\n"] {
            assert_eq!(of_vtt(whole.to_owned()), whole);
        }
        assert_eq!(of_vtt("00:01.000 --> 00:02.000\nx".to_owned()), "WEBVTT\n\n00:01.000 --> 00:02.000\nx");
    }
}
