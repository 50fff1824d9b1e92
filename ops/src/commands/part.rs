//! A file that is there only once it is whole: written as `FILE.part`, for its owner only, and renamed.

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
}

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
        Ok(Self { file: file.to_owned(), path: file.with_file_name(name) })
    }

    /// Where it is while it is written.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins it anew.
    pub(crate) fn create(&self) -> Result<BufWriter<File>, Failure> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
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
        let Self { file, path } = self;
        fs::rename(path, file).map_err(Failure::file("renaming to", file))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced =
            File::open(folder.unwrap_or_else(|| Path::new("."))).and_then(|folder| folder.sync_all());
        synced.map_err(Failure::file("syncing the folder of", file))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Kept, it is under its own name; otherwise there is nothing to keep.
        drop(fs::remove_file(&self.path));
    }
}
