//! What lies beside a kept file, and in the folder of its show: put there once that one has its place, never failing it (DL-04).

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use mediary_log::whole;
use mediary_schema::layout::{MissingSidecar, Sidecar, SidecarKind};
use serde::{Deserialize, Serialize};

use super::{
    Library, Unusable,
    folder::{Folder, Missing},
};
use crate::{ffmpeg, ytdlp::Beside};

/// What is to lie beside a file: written before that one gets its place, so that an attempt which goes on knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Staged {
    files: Vec<StagedFile>,
    missing: Vec<MissingSidecar>,
    /// What the folder of its show is to say.
    show: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StagedFile {
    /// The name in the staging folder.
    name: String,
    sidecar: Sidecar,
}

/// The file that says what is to lie beside the one that is being placed.
const STAGED: &str = "accompanying.json";
/// The name in the staging folder of what is known of an item.
const NFO: &str = "beside.nfo";
/// What players read of a show.
const SHOW: &str = "tvshow.nfo";
/// The picture of a show.
const POSTER: &str = "poster.jpg";
/// The largest picture that is one of a show, too: it is read as a whole, and any source says how large it is.
const POSTER_BYTES_MAX: u64 = 16 << 20;

impl Staged {
    /// Writes down what is to lie beside a file, where there is anything. May block.
    pub(crate) fn write(
        staging: &Path,
        beside: Beside,
        nfo: Option<&[u8]>,
        show: Option<Vec<u8>>,
    ) -> Result<(), Unusable> {
        let Beside { fetched, missing } = beside;
        let mut staged = Self { files: Vec::new(), missing, show: None };
        staged.show = show.and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(bytes) = nfo {
            Folder::open(staging, "", Missing::Leave)?.write(NFO, bytes)?;
            staged.add(staging, NFO.to_owned(), (SidecarKind::Nfo, None, ".nfo".to_owned()));
        }
        for file in fetched.into_iter().take(Sidecar::MAX - 1) {
            staged.add(staging, file.name, (file.kind, file.language, file.ending));
        }
        if staged == Self::default() {
            // What an earlier attempt noted was wanted then.
            return match fs::remove_file(staging.join(STAGED)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(io_error("forget what was to lie beside a file")(error))
                }
                Ok(()) | Err(_) => Ok(()),
            };
        }
        let bytes = serde_json::to_vec(&staged).map_err(Into::into);
        let written = bytes.and_then(|bytes| whole::write(&staging.join(STAGED), &bytes));
        written.map_err(io_error("write down what lies beside a file"))
    }

    fn add(
        &mut self,
        staging: &Path,
        name: String,
        (kind, language, ending): (SidecarKind, Option<String>, String),
    ) {
        match facts(File::open(staging.join(&name))) {
            Ok((size_bytes, blake3)) => {
                let sidecar = Sidecar { kind, language, ending, size_bytes, blake3 };
                self.files.push(StagedFile { name, sidecar });
            }
            Err(error) => {
                self.missing.push(MissingSidecar {
                    kind,
                    language,
                    reason: format!("it can't be read: {error}"),
                });
            }
        }
    }

    fn read(staging: &Path) -> Self {
        let bytes = fs::read(staging.join(STAGED)).unwrap_or_default();
        // What can't be read was not finished being written, and nothing is beside a file then.
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

impl Library {
    /// Puts beside a file that has this path what was staged for it, and answers what is there and what is not. Called again, it
    /// answers the same. May block.
    pub(super) fn accompany(&self, staging: &Path, path: &str) -> (Vec<Sidecar>, Vec<MissingSidecar>) {
        let Staged { files, mut missing, show } = Staged::read(staging);
        let mut sidecars = Vec::new();
        for StagedFile { name, sidecar } in files {
            match self.put(&staging.join(name), &sidecar, path) {
                Ok(()) => sidecars.push(sidecar),
                Err(reason) => {
                    let Sidecar { kind, language, .. } = sidecar;
                    missing.push(MissingSidecar { kind, language, reason });
                }
            }
        }
        if let Some(show) = show
            && let Err(error) = self.tell_of_show(&show, staging, path, &sidecars)
        {
            tracing::warn!(%error, "the folder of a show says nothing of it");
        }
        (sidecars, missing)
    }

    fn put(&self, staged: &Path, sidecar: &Sidecar, path: &str) -> Result<(), String> {
        let place = sidecar.path(path);
        let (folder, name) = place.rsplit_once('/').unwrap_or(("", &place));
        let put = || {
            let folder = Folder::open(self.root(), folder, Missing::Make)?;
            if staged.exists() {
                match self.mover().take(staged, folder.as_fd(), name, folder.name()) {
                    Err(Unusable::Taken) => {}
                    taken => return taken.map(drop).and_then(|()| folder.sync()),
                }
            }
            // By an attempt that was killed, or for a file that has the same name again.
            let is_there = folder.file(name)?.is_some_and(|file| is_it(file, sidecar));
            if is_there { folder.sync() } else { Err(Unusable::Taken) }
        };
        put().map_err(|error: Unusable| error.failure().message)
    }

    /// What the folder of a show says of it, if nobody said so before; its picture is the first one of an episode.
    fn tell_of_show(
        &self,
        show: &str,
        staging: &Path,
        path: &str,
        sidecars: &[Sidecar],
    ) -> Result<(), Unusable> {
        let season = path.rsplit_once('/').map(|(season, _)| season);
        // A show has seasons below it; what lies in a folder of the library itself is of none.
        let Some((of_show, _)) = season.and_then(|season| season.rsplit_once('/')) else { return Ok(()) };
        let folder = Folder::open(self.root(), of_show, Missing::Leave)?;
        if folder.name() != of_show {
            return Ok(());
        }
        self.give(staging, &folder, SHOW, show.as_bytes())?;
        let is_picture = |sidecar: &&Sidecar| {
            sidecar.kind == SidecarKind::Thumbnail && sidecar.size_bytes <= POSTER_BYTES_MAX
        };
        if let Some(picture) = sidecars.iter().find(is_picture) {
            let bytes = fs::read(self.root().join(picture.path(path)));
            self.give(staging, &folder, POSTER, &bytes.map_err(io_error("read a picture"))?)?;
        }
        folder.sync()
    }

    /// Puts a small file into a folder, whole, unless there is one of its name, be it since this moment.
    fn give(&self, staging: &Path, folder: &Folder, name: &str, bytes: &[u8]) -> Result<(), Unusable> {
        if folder.has(name)? {
            return Ok(());
        }
        // In the folder of the job until it is whole: several jobs of one show may be at it.
        Folder::open(staging, "", Missing::Leave)?.write(name, bytes)?;
        match self.mover().take(&staging.join(name), folder.as_fd(), name, folder.name()) {
            Err(Unusable::Taken) => Ok(()),
            taken => taken.map(drop),
        }
    }

    /// Takes back what was put beside a file that is taken back. May block.
    pub(super) fn leave_alone(&self, staging: &Path, path: &str) -> Result<(), Unusable> {
        for StagedFile { sidecar, .. } in Staged::read(staging).files {
            let place = sidecar.path(path);
            let (way, name) = place.rsplit_once('/').unwrap_or(("", &place));
            let folder = Folder::open(self.root(), way, Missing::Leave)?;
            if folder.name() == way && folder.file(name)?.is_some_and(|file| is_it(file, &sidecar)) {
                folder.remove(name)?;
            }
        }
        Ok(())
    }
}

/// The size of a file and its BLAKE3.
fn facts(file: io::Result<File>) -> io::Result<(u64, String)> {
    let file = file?;
    Ok((file.metadata()?.len(), ffmpeg::hash_of(file)?))
}

/// Whether these are the bytes of what lies beside a file.
pub(crate) fn is_it(file: File, sidecar: &Sidecar) -> bool {
    let is_size = file.metadata().is_ok_and(|facts| facts.len() == sidecar.size_bytes);
    is_size && ffmpeg::hash_of(file).is_ok_and(|hash| hash == sidecar.blake3)
}

fn io_error(step: &'static str) -> impl FnOnce(io::Error) -> Unusable {
    move |source| Unusable::Io { step, source }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, os::unix::fs::PermissionsExt as _};

    use rustix::{
        fs::{Mode, OFlags},
        io::Errno,
    };

    use super::super::Mover;
    use super::*;
    use crate::ytdlp::FetchedSidecar;

    /// A library with a film in it, and what is to lie beside that one.
    fn shelf() -> (tempfile::TempDir, Library) {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::new(folder.path().join("library"));
        fs::create_dir_all(library.root().join("Cats/Season 2025")).unwrap();
        let staging = folder.path().join("job");
        fs::create_dir_all(&staging).unwrap();
        fs::write(staging.join("beside.jpg"), "picture").unwrap();
        fs::write(staging.join("beside.en.vtt"), "words").unwrap();
        let fetched = |kind, name: &str, ending: &str| FetchedSidecar {
            kind,
            language: None,
            name: name.to_owned(),
            ending: ending.to_owned(),
        };
        let beside = Beside {
            fetched: vec![
                fetched(SidecarKind::Thumbnail, "beside.jpg", "-thumb.jpg"),
                fetched(SidecarKind::Subtitles, "beside.en.vtt", ".en.vtt"),
            ],
            missing: Vec::new(),
        };
        Staged::write(&staging, beside, Some(b"nfo"), Some(b"show".to_vec())).unwrap();
        (folder, library)
    }

    const PATH: &str = "Cats/Season 2025/First [1].mp4";

    // DL-04.
    // invariant: F-25
    #[test]
    fn what_lies_beside_a_file_is_put_there_once_and_is_no_reason_to_fail() {
        let (folder, library) = shelf();
        let (staging, root) = (folder.path().join("job"), library.root().to_owned());
        fs::write(root.join("Cats/Season 2025/First [1].en.vtt"), "somebody's").unwrap();
        let (sidecars, missing) = library.accompany(&staging, PATH);
        let endings: Vec<&str> = sidecars.iter().map(|sidecar| sidecar.ending.as_str()).collect();
        assert_eq!(endings, [".nfo", "-thumb.jpg"]);
        assert_eq!((missing.len(), missing[0].kind), (1, SidecarKind::Subtitles), "{missing:?}");
        let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
        assert_eq!(read("Cats/Season 2025/First [1].en.vtt"), "somebody's", "nothing is overwritten");
        assert_eq!((read("Cats/tvshow.nfo").as_str(), read("Cats/poster.jpg").as_str()), ("show", "picture"));
        // By an attempt that goes on after a kill: the same, and what somebody wrote of the show since stays.
        fs::write(root.join("Cats/tvshow.nfo"), "mine").unwrap();
        assert_eq!(library.accompany(&staging, PATH).0, sidecars);
        assert_eq!(read("Cats/tvshow.nfo"), "mine");
        library.leave_alone(&staging, PATH).unwrap();
        assert!(!root.join("Cats/Season 2025/First [1].nfo").exists());
        assert_eq!(read("Cats/Season 2025/First [1].en.vtt"), "somebody's");
    }

    #[test]
    fn a_picture_that_is_no_picture_by_its_size_is_not_read_for_a_show() {
        let (folder, library) = shelf();
        let staging = folder.path().join("job");
        let picture = |size_bytes| Sidecar {
            kind: SidecarKind::Thumbnail,
            language: None,
            ending: "-thumb.jpg".to_owned(),
            size_bytes,
            blake3: String::new(),
        };
        fs::write(library.root().join("Cats/Season 2025/First [1]-thumb.jpg"), "picture").unwrap();
        library.tell_of_show("show", &staging, PATH, &[picture(POSTER_BYTES_MAX + 1)]).unwrap();
        assert!(library.root().join("Cats/tvshow.nfo").exists());
        assert!(!library.root().join("Cats/poster.jpg").exists());
        library.tell_of_show("show", &staging, PATH, &[picture(POSTER_BYTES_MAX)]).unwrap();
        assert_eq!(fs::read_to_string(library.root().join("Cats/poster.jpg")).unwrap(), "picture");
    }

    #[test]
    fn of_a_list_without_seasons_nothing_is_told() {
        let (folder, library) = shelf();
        library.accompany(&folder.path().join("job"), "Cats/First [1].mp4");
        assert!(library.root().join("Cats/First [1].nfo").exists());
        assert!(!library.root().join("Cats/tvshow.nfo").exists());
    }

    #[test]
    fn a_show_is_told_of_where_its_seasons_lie() {
        let (folder, library) = shelf();
        library.accompany(&folder.path().join("job"), "TV/Cats/Season 2025/First [1].mp4");
        for name in [SHOW, POSTER] {
            assert!(library.root().join("TV/Cats").join(name).exists(), "{name}");
            assert!(!library.root().join("TV").join(name).exists(), "{name}");
        }
    }

    // Players run as another user than the server.
    #[test]
    fn what_is_written_for_players_may_be_read_by_whoever_reads_the_library() {
        let (folder, library) = shelf();
        let mode = |name: &str| {
            let facts = fs::metadata(folder.path().join("library").join(name)).unwrap();
            facts.permissions().mode() & 0o777
        };
        fs::write(library.root().join("any"), "").unwrap();
        library.accompany(&folder.path().join("job"), PATH);
        for name in ["Cats/Season 2025/First [1].nfo", "Cats/tvshow.nfo", "Cats/poster.jpg"] {
            assert_eq!(mode(name), mode("any"), "{name}");
        }
    }

    #[test]
    fn what_another_job_says_of_a_show_this_moment_stays() {
        let (folder, library) = shelf();
        let overtaken = Mover::with(
            |_, folder, name| {
                let flags = OFlags::CREATE | OFlags::WRONLY;
                let other = rustix::fs::openat(folder, name, flags, Mode::from_raw_mode(0o666))?;
                File::from(other).write_all(b"another's").unwrap();
                Err(Errno::EXIST)
            },
            |_, _, _| Err(Errno::EXIST),
        );
        let library = library.with(overtaken);
        library.tell_of_show("show", &folder.path().join("job"), PATH, &[]).unwrap();
        assert_eq!(fs::read_to_string(library.root().join("Cats/tvshow.nfo")).unwrap(), "another's");
        assert_eq!(fs::read_dir(library.root().join("Cats")).unwrap().count(), 2, "nothing unfinished");
    }

    #[test]
    fn what_is_wanted_no_more_is_not_put_beside_a_file() {
        let (folder, library) = shelf();
        let staging = folder.path().join("job");
        Staged::write(&staging, Beside::default(), None, None).unwrap();
        assert_eq!(library.accompany(&staging, PATH), (Vec::new(), Vec::new()));
        Staged::write(&staging, Beside::default(), None, None).unwrap();
    }
}
