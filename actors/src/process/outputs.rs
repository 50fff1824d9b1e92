//! What attempts' programs wrote, read while they write and for as long as their files are there (PL-28).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use mediary_schema::{AttemptId, job::Output};

use super::output::split;

/// The files of all attempts.
#[derive(Debug, Clone)]
pub struct Outputs {
    folder: PathBuf,
}

/// How often a file is read anew that changes while it is read.
const TRIES_MAX: u32 = 5;

impl Outputs {
    /// The files in this folder.
    pub const fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The file of an attempt.
    pub fn path(&self, attempt_id: AttemptId) -> PathBuf {
        self.folder.join(format!("{attempt_id}.log"))
    }

    /// Whole lines behind a place, which is counted as if nothing were left out; at most so many bytes. None if the
    /// attempt has no file. Blocks.
    pub fn read(&self, attempt_id: AttemptId, after: u64, bytes_max: usize) -> io::Result<Option<Output>> {
        match settled(&self.path(attempt_id)) {
            Ok(bytes) => Ok(Some(piece(&bytes, after, bytes_max))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A file as it is between two changes: its end is written anew from time to time, in several steps.
fn settled(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = fs::read(path)?;
    for _ in 0..TRIES_MAX {
        let again = fs::read(path)?;
        if again == bytes {
            break;
        }
        bytes = again;
    }
    Ok(bytes)
}

fn piece(bytes: &[u8], after: u64, bytes_max: usize) -> Output {
    let (head, left_out, tail) = split(bytes);
    let tail_start = head.len() as u64 + left_out;
    let (rest, start) = match usize::try_from(after).ok().and_then(|after| head.get(after..)) {
        Some(rest) if !rest.is_empty() => (rest, after),
        _ => {
            let start = after.max(tail_start);
            let skipped = usize::try_from(start - tail_start).unwrap_or(usize::MAX);
            (tail.get(skipped..).unwrap_or_default(), start)
        }
    };
    let part = &rest[..rest.len().min(bytes_max)];
    let lines = part.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    Output {
        text: String::from_utf8_lossy(&part[..lines]).into_owned(),
        left_out: start.saturating_sub(after),
        next: start + lines as u64,
    }
}

#[cfg(test)]
mod tests {
    use mediary_schema::AttemptId;
    use uuid::Uuid;

    use super::{super::output::CappedFile, *};

    const ATTEMPT: AttemptId = AttemptId::from_uuid(Uuid::from_u128(7));

    /// What a reader has who reads piece after piece, and how much was left out for him.
    fn follow(outputs: &Outputs, place: &mut u64, text: &mut String) -> u64 {
        let mut left_out = 0;
        loop {
            let piece = outputs.read(ATTEMPT, *place, 10_000).unwrap().unwrap();
            left_out += piece.left_out;
            if piece.text.is_empty() {
                return left_out;
            }
            *place = piece.next;
            text.push_str(&piece.text);
        }
    }

    // PL-28: streamed live, readable later.
    #[test]
    fn who_follows_has_every_line_once_and_who_reads_later_has_what_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::in_folder(folder.path().to_owned());
        assert_eq!(outputs.read(ATTEMPT, 0, 10).unwrap(), None);
        let mut file = CappedFile::open(&outputs.path(ATTEMPT)).unwrap();
        let (mut place, mut text) = (0, String::new());
        for line in 0..100_000_u32 {
            file.write_line(&format!("line {line:06}")).unwrap();
            if line % 5_000 == 0 {
                file.flush().unwrap();
                assert_eq!(follow(&outputs, &mut place, &mut text), 0, "at line {line}");
            }
        }
        file.flush().unwrap();
        assert_eq!(follow(&outputs, &mut place, &mut text), 0);
        let lines: Vec<String> = (0..100_000_u32).map(|line| format!("line {line:06}\n")).collect();
        let whole = lines.concat();
        assert!(text == whole, "{} of {} bytes", text.len(), whole.len());

        let (mut place, mut text) = (0, String::new());
        let left_out = follow(&outputs, &mut place, &mut text);
        assert_eq!(text.len() as u64 + left_out, whole.len() as u64);
        assert!(left_out > 0 && text.starts_with("line 000000\n") && text.ends_with("line 099999\n"));
        assert!(text.lines().all(|line| line.len() == "line 000000".len()), "whole lines only");
    }

    #[test]
    fn a_line_that_is_not_whole_yet_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::in_folder(folder.path().to_owned());
        fs::write(outputs.path(ATTEMPT), "one\ntw").unwrap();
        let piece = outputs.read(ATTEMPT, 0, 100).unwrap().unwrap();
        assert_eq!((piece.text.as_str(), piece.next), ("one\n", 4));
        let beyond = outputs.read(ATTEMPT, 99, 100).unwrap().unwrap();
        assert_eq!((beyond.text.as_str(), beyond.left_out), ("", 0), "a place that is not there yet");
    }
}
