//! Which chapters a file has: ffmpeg tells them as `ffmetadata`, lines of `KEY=value` under `[CHAPTER]`.

use std::{ffi::OsString, fs::File, time::Duration};

use mediary_schema::{file::Chapter, job::Failure};

use super::{make::opened, tool::Ffmpeg};
use crate::process::{Assignment, Line, Source, Spec, Tool};

/// Chapters that are told: a long audio book has some hundred.
const CHAPTERS_MAX: usize = 1_000;
/// The longest title that is told, in bytes.
const TITLE_BYTES_MAX: usize = 300;
/// How long the head of a file may take to be read, also from a disk that sleeps.
const DEADLINE: Duration = Duration::from_secs(20);
/// The unit of what is told: milliseconds.
const THOUSAND: u128 = 1_000;

impl Ffmpeg {
    /// The chapters of an opened file, in their order; none of what is no medium.
    pub async fn chapters(&self, file: &File, assignment: &Assignment) -> Result<Vec<Chapter>, Failure> {
        let program = self.tools.find(Tool::Ffmpeg).map_err(|error| error.failure())?;
        let mut input = OsString::from("file:");
        input.push(opened(file));
        let spec = Spec::new(Tool::Ffmpeg.name(), program)
            .args(["-nostdin", "-hide_banner", "-nostats", "-v", "error"])
            .args(["-protocol_whitelist", "file", "-i"])
            .arg(input)
            .args(["-f", "ffmetadata", "pipe:1"])
            .deadline(DEADLINE);
        let mut chapters = Chapters::default();
        let each = |line: Line| {
            if line.source == Source::Stdout {
                chapters.take(&line.text);
            }
        };
        let ended = assignment.run(&self.runner, spec, each).await.map_err(|error| error.failure())?;
        match ended.forced("ffmpeg") {
            Some(failure) => Err(failure),
            // What it can't read it says nothing of.
            None => Ok(chapters.told()),
        }
    }
}

/// Chapters as they are told, line by line.
#[derive(Debug, Default)]
pub(super) struct Chapters {
    /// What stands before a line that goes on.
    before: String,
    told: Vec<Told>,
}

/// A chapter, as far as it is told.
#[derive(Debug, Default)]
struct Told {
    /// How many seconds a tick is, as a fraction.
    base: Option<(u64, u64)>,
    start: Option<i64>,
    end: Option<i64>,
    title: Option<String>,
}

impl Chapters {
    /// Takes a line. One that ends with an odd number of backslashes goes on with the next.
    pub(super) fn take(&mut self, line: &str) {
        if self.told.len() > CHAPTERS_MAX {
            return;
        }
        self.before.push_str(line);
        let escapes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if escapes % 2 == 1 && self.before.len() < TITLE_BYTES_MAX * 2 {
            // The line end itself, of which a title has none.
            self.before.pop();
            self.before.push(' ');
            return;
        }
        let line = std::mem::take(&mut self.before);
        if line == "[CHAPTER]" {
            self.told.push(Told::default());
        } else if let (Some(chapter), Some((key, value))) = (self.told.last_mut(), line.split_once('=')) {
            chapter.take(key, value);
        }
    }

    /// What came of it: those that last for a while, by their beginnings.
    pub(super) fn told(self) -> Vec<Chapter> {
        let told = self.told.into_iter().take(CHAPTERS_MAX);
        let mut chapters: Vec<Chapter> = told.filter_map(Told::chapter).collect();
        chapters.sort_by_key(|chapter| (chapter.start_ms, chapter.end_ms));
        chapters
    }
}

impl Told {
    fn take(&mut self, key: &str, value: &str) {
        match key {
            "TIMEBASE" => {
                self.base = value.split_once('/').and_then(|(of, per)| of.parse().ok().zip(per.parse().ok()));
            }
            "START" => self.start = value.parse().ok(),
            "END" => self.end = value.parse().ok(),
            "title" => self.title = Some(unescaped(value)),
            _ => {}
        }
    }

    fn chapter(self) -> Option<Chapter> {
        let (of, per) = self.base.filter(|(_, per)| *per > 0)?;
        let moment = |ticks: i64| {
            let ticks = u128::from(ticks.max(0).unsigned_abs());
            u64::try_from(ticks.checked_mul(u128::from(of))?.checked_mul(THOUSAND)? / u128::from(per)).ok()
        };
        let (start_ms, end_ms) = (moment(self.start?)?, moment(self.end?)?);
        let title = self.title.filter(|title| !title.is_empty());
        (start_ms < end_ms).then_some(Chapter { start_ms, end_ms, title })
    }
}

/// A value without its escapes, no longer than a title is told.
fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.truncate(text.floor_char_boundary(TITLE_BYTES_MAX));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(u64, u64, Option<String>)> {
        let mut chapters = Chapters::default();
        text.lines().for_each(|line| chapters.take(line));
        let told = chapters.told().into_iter();
        told.map(|Chapter { start_ms, end_ms, title }| (start_ms, end_ms, title)).collect()
    }

    fn chapter(base: &str, start: &str, end: &str, title: &str) -> String {
        format!("[CHAPTER]\nTIMEBASE={base}\nSTART={start}\nEND={end}\ntitle={title}\n")
    }

    #[test]
    fn chapters_are_told_in_milliseconds_by_their_beginnings() {
        let text = [
            ";FFMETADATA1\ntitle=A film\n".to_owned(),
            chapter("1/1000000000", "1500000000", "3000000000", ""),
            chapter("1/90000", "-9", "135000", "An \\= odd\\; \\#one \\\\"),
        ];
        let first = (0, 1_500, Some("An = odd; #one \\".to_owned()));
        assert_eq!(told(&text.concat()), [first, (1_500, 3_000, None)]);
    }

    #[test]
    fn a_title_of_two_lines_is_one_and_no_line_of_it_is_taken_for_another_chapter() {
        let text = chapter("1/1", "0", "2", "two\\\nlines \\\\") + &chapter("1/1", "2", "3", "\\\n[CHAPTER]");
        let both =
            [(0, 2_000, Some("two lines \\".to_owned())), (2_000, 3_000, Some("[CHAPTER]".to_owned()))];
        assert_eq!(told(&text), both);
    }

    #[test]
    fn what_is_nonsense_is_no_chapter() {
        for (base, start, end) in
            [("1/0", "0", "1"), ("x", "0", "1"), ("1/1", "1", "1"), ("1/1", "2", "1"), ("1/1", "", "1")]
        {
            assert_eq!(told(&chapter(base, start, end, "x")), [], "{base} {start} {end}");
        }
        let ages = chapter("18446744073709551615/1", "0", "9223372036854775807", "x");
        assert_eq!(told(&ages), []);
        assert_eq!(told(&chapter("1/1", "0", "1", "x").repeat(3_000)).len(), CHAPTERS_MAX);
        let long = told(&chapter("1/1", "0", "1", &"ä".repeat(9_000)));
        assert!(long[0].2.as_ref().unwrap().len() <= TITLE_BYTES_MAX);
    }
}
