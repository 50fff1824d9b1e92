//! The one way to write a small file of the platform's own: notes, plans, snapshots, tokens.
//!
//! Guarantees: under its name there is the file from before or the new one, whole, also after a power cut; once
//! [`write()`] has answered it is the new one. Nobody but its owner may read it: notes name addresses, and some hold
//! secrets.
//!
//! Does not: write what is too large for memory, or what is somebody else's to read. Such files grow under a name of
//! their own and are renamed where they are made.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// What the name of a file ends with until it is whole.
const UNFINISHED: &str = ".new";

/// Writes a file into a folder that is there, in place of what has its name. One writer at a time for each name.
///
/// Blocks for two fsyncs. After an error the file from before is still there, but where only the folder could not be
/// synced: then it is the new one, and a power cut may take it back.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let Some(name) = path.file_name() else { return Err(io::ErrorKind::InvalidFilename.into()) };
    let mut unfinished = name.to_owned();
    unfinished.push(UNFINISHED);
    let unfinished = path.with_file_name(unfinished);
    // What was left unfinished may be open to others, and a file that is there keeps its mode.
    if let Err(error) = fs::remove_file(&unfinished)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&unfinished, path));
    if let Err(error) = written {
        // On a full disk it would keep the room that the next try needs.
        fs::remove_file(&unfinished).ok();
        return Err(error);
    }
    // A file whose folder forgot its name is lost all the same.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tempfile::TempDir;

    use super::*;

    fn names(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_takes_the_place_of_the_one_before_and_is_its_owners_alone() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("note.json");
        let unfinished = folder.path().join("note.json.new");
        for open_to_all in [&path, &unfinished] {
            fs::write(open_to_all, "an older one, and longer than the new").unwrap();
            fs::set_permissions(open_to_all, fs::Permissions::from_mode(0o644)).unwrap();
        }
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(&folder), ["note.json"]);
    }

    #[test]
    fn what_can_not_be_written_leaves_the_one_before_and_no_traces() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("note");
        // A folder with something in it gives its name to nobody.
        fs::create_dir_all(path.join("within")).unwrap();
        write(&path, b"new").unwrap_err();
        assert_eq!(names(&folder), ["note"]);
        assert_eq!(write(Path::new("/"), b"new").unwrap_err().kind(), io::ErrorKind::InvalidFilename);
        let missing = folder.path().join("no/such/folder");
        assert_eq!(write(&missing, b"new").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
