//! What owners' programs wrote, read while they write and for as long as their files are there (PL-28): a file for each
//! owner, which is capped by itself, and all of them together up to a limit.

use std::{
    collections::BTreeMap,
    fs::{self, DirEntry},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mediary_schema::{CheckId, RunId, Timestamp, check::KeptLog, job::Output};
use tokio_util::sync::CancellationToken;

use super::{Assignment, Caps, Owner, output::split};

/// The files of all owners. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct Outputs {
    folder: PathBuf,
    bytes_max: u64,
    register: Arc<Mutex<Register>>,
}

/// Who is at work.
#[derive(Debug, Default)]
struct Register {
    /// With how many assignments it has.
    at_work: BTreeMap<Owner, u32>,
    /// How many began since it was tidied.
    begun: u32,
}

/// An owner that is at work.
#[derive(Debug)]
pub(super) struct AtWork {
    owner: Owner,
    register: Arc<Mutex<Register>>,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let mut register = lock(&self.register);
        if let Some(count) = register.at_work.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                register.at_work.remove(&self.owner);
            }
        }
    }
}

fn lock(register: &Mutex<Register>) -> MutexGuard<'_, Register> {
    register.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Owners that begin from one look at all files to the next: a look takes time with their number. So many may write half
/// a MiB each beyond the limit meanwhile.
const TIDY_EVERY: u32 = 256;
/// What a file takes of the disk at least.
const FILE_BYTES_MIN: u64 = 4 << 10;
/// What their names end with; whatever else lies there is somebody else's.
const ENDING: &str = ".log";

/// How often a file is read anew that changes while it is read.
const TRIES_MAX: u32 = 5;

impl Outputs {
    /// The files in this folder, together at most about so many bytes.
    pub fn in_folder(folder: PathBuf, bytes_max: u64) -> Self {
        // Whoever begins first finds what an earlier life left.
        let register = Register { begun: TIDY_EVERY, ..Register::default() };
        Self { folder, bytes_max, register: Arc::new(Mutex::new(register)) }
    }

    /// The work of an owner, whose children's words are kept here; they end when `stop` is cancelled. Now and then it
    /// makes room for them, in the background.
    pub fn assign(&self, owner: impl Into<Owner>, caps: Caps, stop: CancellationToken) -> Assignment {
        let owner = owner.into();
        let (at_work, is_due) = self.begin(owner);
        if is_due {
            let outputs = self.clone();
            tokio::task::spawn_blocking(move || outputs.make_room());
        }
        Assignment::new(owner, Some(self.path(owner)), stop).within(caps).kept(at_work)
    }

    /// Notes that an owner is at work, until the answer is dropped; and whether it is time to make room.
    fn begin(&self, owner: Owner) -> (AtWork, bool) {
        let mut register = lock(&self.register);
        *register.at_work.entry(owner).or_default() += 1;
        register.begun += 1;
        let is_due = register.begun > TIDY_EVERY;
        if is_due {
            register.begun = 0;
        }
        (AtWork { owner, register: Arc::clone(&self.register) }, is_due)
    }

    fn make_room(&self) {
        if let Err(error) = self.tidy() {
            tracing::warn!(%error, "what programs wrote long ago can't be removed");
        }
    }

    /// Removes what was written longest ago until the rest is within the limit; never that of who is at work. Blocks.
    fn tidy(&self) -> io::Result<()> {
        let (mut oldest_first, mut bytes) = (Vec::new(), 0);
        for file in self.files()? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            let facts = match file.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                facts => facts?,
            };
            if facts.is_file() && name.ends_with(ENDING) {
                let takes = facts.len().max(FILE_BYTES_MIN);
                bytes += takes;
                oldest_first.push((facts.modified()?, name, takes));
            }
        }
        oldest_first.sort();
        for (_, name, takes) in oldest_first {
            if bytes <= self.bytes_max {
                break;
            }
            // Nobody begins meanwhile to write to what is removed.
            let register = lock(&self.register);
            if register.at_work.keys().any(|owner| file_name(*owner) == name) {
                continue;
            }
            remove(&self.folder.join(name))?;
            bytes -= takes;
        }
        Ok(())
    }

    /// The file of an owner.
    pub fn path(&self, owner: impl Into<Owner>) -> PathBuf {
        self.folder.join(file_name(owner.into()))
    }

    /// Whole lines behind a place, which is counted as if nothing were left out; at most so many bytes. None if the
    /// owner has no file. Blocks.
    pub fn read(&self, owner: impl Into<Owner>, after: u64, bytes_max: usize) -> io::Result<Option<Output>> {
        match settled(&self.path(owner)) {
            Ok(bytes) => Ok(Some(piece(&bytes, after, bytes_max))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The looks of a check whose words are kept, in the order in which they ended. Blocks.
    pub fn looks(&self, check_id: CheckId) -> io::Result<Vec<KeptLog>> {
        let mut looks = Vec::new();
        for file in self.files()? {
            let file = file?;
            let Some((of, run_id)) = look_of(&file) else { continue };
            if of != check_id {
                continue;
            }
            match file.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                facts => looks.push(KeptLog { run_id, written_at: Timestamp::from(facts?.modified()?) }),
            }
        }
        looks.sort_by_key(|look| (look.written_at, look.run_id));
        Ok(looks)
    }

    /// The check whose look this was, if its words are kept. Blocks.
    pub fn check_of(&self, run_id: RunId) -> io::Result<Option<CheckId>> {
        for file in self.files()? {
            if let Some((check_id, found)) = look_of(&file?)
                && found == run_id
            {
                return Ok(Some(check_id));
            }
        }
        Ok(None)
    }

    /// What lies in the folder; nothing if there is none yet.
    fn files(&self) -> io::Result<impl Iterator<Item = io::Result<DirEntry>>> {
        let files = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            files => Some(files?),
        };
        Ok(files.into_iter().flatten())
    }
}

/// The look whose file this is, if it is one's.
fn look_of(file: &DirEntry) -> Option<(CheckId, RunId)> {
    let name = file.file_name();
    let (check_id, run_id) = name.to_str()?.strip_suffix(ENDING)?.split_once('.')?;
    Some((check_id.parse().ok()?, run_id.parse().ok()?))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        // Somebody else made room.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn file_name(owner: Owner) -> String {
    format!("{owner}{ENDING}")
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

pub(super) fn piece(bytes: &[u8], after: u64, bytes_max: usize) -> Output {
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
    use std::time::{Duration, SystemTime};

    use mediary_schema::{AttemptId, ProbeId};
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

    // invariant: A-11
    #[test]
    fn what_was_written_longest_ago_goes_first_and_never_that_of_who_is_at_work() {
        const KIB: usize = 1 << 10;
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::in_folder(folder.path().to_owned(), 25 << 10);
        let owner = |number: usize| match Uuid::from_u128(number as u128) {
            id if number < 3 => Owner::from(AttemptId::from_uuid(id)),
            id => Owner::from(ProbeId::from_uuid(id)),
        };
        for number in 0..5 {
            let path = outputs.path(owner(number));
            fs::write(&path, vec![b'x'; 10 * KIB]).unwrap();
            let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 + number as u64);
            fs::File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
        }
        fs::write(folder.path().join("notes.txt"), vec![b'x'; 100 * KIB]).unwrap();
        let there =
            || -> Vec<usize> { (0..9).filter(|number| outputs.path(owner(*number)).exists()).collect() };
        let (oldest, is_due) = outputs.begin(owner(0));
        assert!(is_due, "an earlier life may have left too much");
        let (oldest_again, is_due) = outputs.begin(owner(0));
        assert!(!is_due, "it is looked through now and then only");
        outputs.tidy().unwrap();
        assert_eq!(there(), [0, 4]);
        drop(oldest);
        outputs.tidy().unwrap();
        assert_eq!(there(), [0, 4], "what is within the limit stays");
        for number in 5..9 {
            fs::write(outputs.path(owner(number)), "x").unwrap();
        }
        outputs.tidy().unwrap();
        assert_eq!(there(), [0, 6, 7, 8], "a small file takes a block");
        drop(oldest_again);
        fs::write(outputs.path(owner(8)), vec![b'x'; 10 * KIB]).unwrap();
        outputs.tidy().unwrap();
        assert_eq!(there(), [6, 7, 8], "who has done his work is as others");
        assert!(folder.path().join("notes.txt").exists(), "it is not ours");
    }

    #[test]
    fn looks_whose_words_are_kept_are_found_by_their_check() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::in_folder(folder.path().join("output"), u64::MAX);
        let check = |number| CheckId::from_uuid(Uuid::from_u128(number));
        let run = |number| RunId::from_uuid(Uuid::from_u128(number));
        assert_eq!((outputs.looks(check(1)).unwrap(), outputs.check_of(run(1)).unwrap()), (vec![], None));
        fs::create_dir(folder.path().join("output")).unwrap();
        for (of, number, second) in [(1, 12, 20), (1, 11, 30), (2, 13, 10)] {
            let path = outputs.path((check(of), run(number)));
            fs::write(&path, "x\n").unwrap();
            let written = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
            fs::File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
        }
        fs::write(outputs.path(ATTEMPT), "x\n").unwrap();
        fs::write(folder.path().join("output/notes.txt"), "x\n").unwrap();
        let kept = |number, second: i64| KeptLog {
            run_id: run(number),
            written_at: Timestamp::from_micros(second * 1_000_000),
        };
        assert_eq!(outputs.looks(check(1)).unwrap(), [kept(12, 20), kept(11, 30)]);
        assert_eq!(outputs.looks(check(3)).unwrap(), []);
        assert_eq!(outputs.check_of(run(13)).unwrap(), Some(check(2)));
        assert_eq!(outputs.check_of(run(14)).unwrap(), None);
    }

    // PL-28: streamed live, readable later.
    #[test]
    fn who_follows_has_every_line_once_and_who_reads_later_has_what_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::in_folder(folder.path().to_owned(), u64::MAX);
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
        let outputs = Outputs::in_folder(folder.path().to_owned(), u64::MAX);
        fs::write(outputs.path(ATTEMPT), "one\ntw").unwrap();
        let piece = outputs.read(ATTEMPT, 0, 100).unwrap().unwrap();
        assert_eq!((piece.text.as_str(), piece.next), ("one\n", 4));
        let beyond = outputs.read(ATTEMPT, 99, 100).unwrap().unwrap();
        assert_eq!((beyond.text.as_str(), beyond.left_out), ("", 0), "a place that is not there yet");
    }
}
