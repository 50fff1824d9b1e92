//! A file that is there only once it is whole: written as `FILE.part`, for its owner only unless it is meant for others, and renamed.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use super::failure::Failure;
use crate::client::Client;

/// The file while it is written; gone if it is not kept.
pub(crate) struct Part {
    file: PathBuf,
    path: PathBuf,
    mode: u32,
}

/// Its owner reads and writes it.
const OWN: u32 = 0o600;
/// Everybody whom the owner's mask lets.
const SHARED: u32 = 0o666;

impl Part {
    /// The part of a file; an older one is only written over by force.
    pub(crate) fn try_new(file: &Path, force: bool, example: &'static str) -> Result<Self, Failure> {
        if file.exists() && !force {
            return Err(Failure::Usage {
                message: format!("there is a file {} already", file.display()),
                advice: "name another, or write over it with --force",
            });
        }
        let Some(name) = file.file_name() else {
            let message = format!("{} is no name of a file", file.display());
            return Err(Failure::Usage { message, advice: example });
        };
        let mut name = name.to_owned();
        name.push(".part");
        Ok(Self { file: file.to_owned(), path: file.with_file_name(name), mode: OWN })
    }

    /// Where it is while it is written.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins it anew.
    pub(crate) fn create(&self) -> Result<BufWriter<File>, Failure> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(self.mode);
        options.open(&self.path).map(BufWriter::new).map_err(Failure::file("writing", &self.path))
    }

    /// Brings what was written to the disk.
    pub(crate) fn finish(&self, mut out: BufWriter<File>) -> Result<(), Failure> {
        let whole = out.flush().and_then(|()| out.get_ref().sync_all());
        whole.map_err(Failure::file("writing", &self.path))
    }

    /// Writes what a server answers.
    pub(crate) async fn fetch(
        &self,
        client: &Client,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<(), Failure> {
        let mut pieces = client.download(path, query).await?;
        let mut out = self.create()?;
        while let Some(piece) = pieces.next().await? {
            out.write_all(piece.as_ref()).map_err(Failure::file("writing", &self.path))?;
        }
        self.finish(out)
    }

    /// Gives it its name, for good.
    pub(crate) fn keep(&self) -> Result<(), Failure> {
        let Self { file, path, .. } = self;
        fs::rename(path, file).map_err(Failure::file("renaming to", file))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced =
            File::open(folder.unwrap_or_else(|| Path::new("."))).and_then(|folder| folder.sync_all());
        synced.map_err(Failure::file("syncing the folder of", file))
    }
}

/// Where a person has a text written that others may read.
///
/// A file is there once it is whole. What is there and is no file, such as a device or a pipe, takes it as it comes.
pub(crate) enum Destination {
    File(Part),
    Device(PathBuf),
}

impl Destination {
    /// A file that was named; an older one is only written over by force.
    pub(crate) fn try_new(file: &Path, force: bool, example: &'static str) -> Result<Self, Failure> {
        if fs::metadata(file).is_ok_and(|found| !found.is_file()) {
            return Ok(Self::Device(file.to_owned()));
        }
        let mut part = Part::try_new(file, force, example)?;
        part.mode = SHARED;
        Ok(Self::File(part))
    }

    /// Writes all of it.
    pub(crate) fn write(&self, text: &str) -> Result<(), Failure> {
        match self {
            Self::File(part) => {
                let mut out = part.create()?;
                out.write_all(text.as_bytes()).map_err(Failure::file("writing", &part.path))?;
                part.finish(out)?;
                part.keep()
            }
            Self::Device(path) => {
                let opened = fs::OpenOptions::new().write(true).open(path);
                let written = opened.and_then(|mut device| device.write_all(text.as_bytes()));
                written.map_err(Failure::file("writing", path))
            }
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Kept, it is under its own name; otherwise there is nothing to keep.
        drop(fs::remove_file(&self.path));
    }
}
