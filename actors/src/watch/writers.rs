//! Who on this machine has which file open to write it, as `/proc` says it.

use std::{collections::HashSet, fs, os::unix::fs::MetadataExt as _, path::Path};

/// Files that a process has open for writing, by device and inode, as far as this one may know it: those of other users are hidden
/// from whoever is not root, as are those of other machines that write over a network. May block.
pub(super) fn written() -> HashSet<(u64, u64)> {
    let Ok(processes) = fs::read_dir("/proc") else { return HashSet::new() };
    let mut written = HashSet::new();
    for process in processes.flatten() {
        let is_process = process.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok());
        if is_process {
            take(&process.path(), &mut written);
        }
    }
    written
}

/// A process may end, or close a file, while it is looked at.
fn take(process: &Path, written: &mut HashSet<(u64, u64)>) {
    let Ok(opened) = fs::read_dir(process.join("fd")) else { return };
    for opened in opened.flatten() {
        if is_writing(&process.join("fdinfo").join(opened.file_name()))
            && let Ok(facts) = fs::metadata(opened.path())
            && facts.is_file()
        {
            written.insert((facts.dev(), facts.ino()));
        }
    }
}

/// Whether a file was opened for writing: its flags, in octal, end with the access mode (`proc_pid_fdinfo(5)`, `open(2)`).
fn is_writing(info: &Path) -> bool {
    const ACCESS_MODE: u32 = 0o3;
    let Ok(info) = fs::read_to_string(info) else { return false };
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags
        .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
        .is_some_and(|flags| flags & ACCESS_MODE != 0)
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Write as _};

    use super::*;

    #[test]
    fn a_file_is_written_as_long_as_somebody_has_it_open_for_that() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.mkv");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        let facts = file.metadata().unwrap();
        let key = (facts.dev(), facts.ino());
        assert!(written().contains(&key));
        drop(file);
        let _reader = File::open(&path).unwrap();
        assert!(!written().contains(&key));
    }
}
