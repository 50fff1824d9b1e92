//! Kept files over HTTP: `GET /v1/files/ID`, its subtitles, its chapters and its picture.
//!
//! Guarantees: who may have them is decided here and now, by a token, a session or a signed link; the path is the recorded one and
//! comes from nobody else; what is sent can run no script in a page of ours; a stream takes the memory of a piece, however long the
//! file is, and breaks off with the token, session or link by which it was asked for.

mod address;
mod answer;
mod body;
mod door;
mod kind;
mod link;
mod range;
mod said;
#[cfg(test)]
mod tests;
mod webvtt;

use std::{fmt, fs};

use futures::future::BoxFuture;
use mediary_schema::{
    FileId, ProjectId,
    file::{Chapter, FilePart, OpenedFile, Unopened},
    job::Failure,
};

pub(crate) use self::{
    address::{chapters, media, subtitles, thumbnail},
    kind::{is_picture, is_text_track},
    link::{LINK_SECONDS, LINK_SECONDS_DEFAULT, Link},
};
pub(super) use door::Files;

/// A file, and what is known of it.
pub type Opened = Result<(fs::File, OpenedFile), Unopened>;

/// Whoever opens kept files.
pub trait KeptFiles: fmt::Debug + Send + Sync {
    /// Opens a part of a file of a project.
    fn open(&self, project: ProjectId, file_id: FileId, part: FilePart) -> BoxFuture<'static, Opened>;

    /// Says which chapters an opened file has.
    fn chapters(
        &self,
        file: fs::File,
        known: OpenedFile,
    ) -> BoxFuture<'static, Result<Vec<Chapter>, Failure>>;
}
