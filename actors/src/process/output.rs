//! The words of a child: a capped file with head and tail (PL-28), and the last lines.

use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use mediary_schema::job::Failure;

/// A file that keeps the beginning and the end of what is written to it.
///
/// Up to [`CappedFile::HEAD_BYTES`] it is a plain file. What follows goes through a ring in memory, and
/// the file's end is written anew from it after every [`CappedFile::FLUSH_BYTES`] and at the end, behind a
/// line that says how much is left out. Opening it again goes on behind what is there.
#[derive(Debug)]
pub(super) struct CappedFile {
    file: File,
    head_bytes: u64,
    tail: VecDeque<u8>,
    left_out: u64,
    unflushed: usize,
}

impl CappedFile {
    /// Bytes of the beginning that are kept.
    pub(super) const HEAD_BYTES: u64 = 256 << 10;
    /// Bytes of the end that are kept.
    pub(super) const TAIL_BYTES: usize = 256 << 10;
    /// Bytes of a line that are kept, with its end.
    const LINE_BYTES: usize = 4 << 10;
    /// Bytes after which the end is written anew.
    const FLUSH_BYTES: usize = 64 << 10;

    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        // The head ends with a whole line, so up to a line before its limit.
        let window_start = Self::HEAD_BYTES - Self::LINE_BYTES as u64;
        let mut window = Vec::new();
        file.seek(SeekFrom::Start(window_start))?;
        (&file).take((Self::TAIL_BYTES + 2 * Self::LINE_BYTES) as u64).read_to_end(&mut window)?;
        let (head_end, left_out, tail) = resume(&window);
        let head_bytes = file.metadata()?.len().min(window_start + head_end as u64);
        file.seek(SeekFrom::Start(head_bytes))?;
        Ok(Self { file, head_bytes, tail: tail.to_vec().into(), left_out, unflushed: 0 })
    }

    /// Adds a line, at most [`CappedFile::LINE_BYTES`] of it.
    pub(super) fn write_line(&mut self, line: &str) -> io::Result<()> {
        let line = &line[..line.floor_char_boundary(Self::LINE_BYTES - 1)];
        let length = line.len() as u64 + 1;
        if self.tail.is_empty() && self.left_out == 0 && self.head_bytes + length <= Self::HEAD_BYTES {
            self.head_bytes += length;
            return self.file.write_all(format!("{line}\n").as_bytes());
        }
        self.tail.extend(line.as_bytes());
        self.tail.push_back(b'\n');
        self.drop_oldest_lines();
        self.unflushed += line.len() + 1;
        if self.unflushed >= Self::FLUSH_BYTES { self.flush() } else { Ok(()) }
    }

    /// Whole lines, so that what is kept can be read.
    fn drop_oldest_lines(&mut self) {
        if self.tail.len() <= Self::TAIL_BYTES {
            return;
        }
        let excess = self.tail.len() - Self::TAIL_BYTES;
        let line_end = self.tail.iter().skip(excess).position(|byte| *byte == b'\n');
        let dropped = line_end.map_or(excess, |end| excess + end + 1);
        self.tail.drain(..dropped);
        self.left_out += dropped as u64;
    }

    /// Writes the end anew.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.unflushed == 0 {
            return Ok(());
        }
        self.unflushed = 0;
        let notice = if self.left_out > 0 { notice(self.left_out) } else { String::new() };
        self.file.seek(SeekFrom::Start(self.head_bytes))?;
        self.file.write_all(notice.as_bytes())?;
        let (older, newer) = self.tail.as_slices();
        self.file.write_all(older)?;
        self.file.write_all(newer)?;
        self.file.set_len(self.head_bytes + (notice.len() + self.tail.len()) as u64)
    }
}

/// Head, bytes that are left out, and tail of a file as it is kept.
pub(super) fn split(bytes: &[u8]) -> (&[u8], u64, &[u8]) {
    let window_start = (CappedFile::HEAD_BYTES as usize - CappedFile::LINE_BYTES).min(bytes.len());
    let (before, window) = bytes.split_at(window_start);
    let (head_end, left_out, tail) = resume(window);
    (&bytes[..before.len() + head_end], left_out, tail)
}

const NOTICE_START: &str = "[... ";
const NOTICE_END: &str = " bytes left out ...]\n";

fn notice(left_out: u64) -> String {
    format!("{NOTICE_START}{left_out}{NOTICE_END}")
}

/// Where in the window the head ends, how much was left out behind it, and the tail.
fn resume(window: &[u8]) -> (usize, u64, &[u8]) {
    let noticed = line_starts(window).find_map(|start| {
        let (left_out, tail) = parse_notice(window.get(start..)?)?;
        Some((start, left_out, tail))
    });
    noticed.unwrap_or_else(|| {
        let head_end = line_starts(window).take_while(|start| *start <= CappedFile::LINE_BYTES).last();
        let head_end = head_end.unwrap_or(0);
        (head_end, 0, window.get(head_end..).unwrap_or_default())
    })
}

fn line_starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    std::iter::once(0).chain(ends.map(|(at, _)| at + 1))
}

fn parse_notice(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let rest = bytes.strip_prefix(NOTICE_START.as_bytes())?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = rest.split_at(digits);
    let left_out = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((left_out, rest.strip_prefix(NOTICE_END.as_bytes())?))
}

/// Takes every word of a child.
#[derive(Debug)]
pub(super) struct Record {
    file: Option<CappedFile>,
    last: VecDeque<String>,
}

impl Record {
    /// Characters of a line among the last words.
    const LAST_CHARACTERS: usize = 500;

    pub(super) fn new(file: Option<CappedFile>) -> Self {
        Self { file, last: VecDeque::new() }
    }

    /// Adds a line to the file only.
    pub(super) fn note(&mut self, line: &str) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = file.write_line(line) {
            // The work matters more than its record, and a full disk fails the work soon enough.
            tracing::warn!(%error, "output file is given up");
            self.file = None;
        }
    }

    /// Adds a line that the child wrote.
    pub(super) fn word(&mut self, line: &str) {
        self.note(line);
        if self.last.len() == Failure::OUTPUT_LINES_MAX {
            self.last.pop_front();
        }
        self.last.push_back(line.chars().take(Self::LAST_CHARACTERS).collect());
    }

    /// Ends the file and answers the last words.
    pub(super) fn finish(&mut self) -> Vec<String> {
        if let Some(mut file) = self.file.take()
            && let Err(error) = file.flush()
        {
            tracing::warn!(%error, "end of the output file is lost");
        }
        std::mem::take(&mut self.last).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, lines: impl Iterator<Item = u32>) {
        let mut file = CappedFile::open(path).unwrap();
        for line in lines {
            file.write_line(&format!("line {line:06}")).unwrap();
        }
        file.flush().unwrap();
    }

    #[test]
    fn short_output_is_kept_whole_over_several_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        write(&path, 0..2);
        write(&path, 2..3);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "line 000000\nline 000001\nline 000002\n");
    }

    #[test]
    fn long_output_keeps_head_and_tail_and_counts_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output");
        // In two runs, so that the second goes on behind the first one's notice.
        write(&path, 0..100_000);
        write(&path, 100_000..200_000);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.len() as u64 <= CappedFile::HEAD_BYTES + CappedFile::TAIL_BYTES as u64 + 64,
            "{}",
            text.len()
        );
        assert!(text.starts_with("line 000000\n"));
        assert!(text.ends_with("line 199999\n"));
        let (head, rest) = text.split_once(NOTICE_START).unwrap();
        let (left_out, tail) = rest.split_once(NOTICE_END).unwrap();
        let total = head.len() + tail.len() + left_out.parse::<usize>().unwrap();
        assert_eq!(total, 200_000 * "line 000000\n".len());
        assert!(tail.lines().all(|line| line.len() == "line 000000".len()), "whole lines only");
    }
}
