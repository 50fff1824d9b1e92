//! Which thing of the library a row of a file of a playlist is. Nothing is fetched for it.

use std::collections::HashSet;

use async_graphql::{Context, Enum, Result};
use mediary_projections::{
    Snapshot, SqlResult, Views,
    download::{DownloadView, downloads_by_item},
    file::{FileRow, FileView, files_by_id, files_by_path},
};
use mediary_schema::{FileId, ItemId, Subject, file::FileState};

use super::tracks::Track;
use crate::schema::read;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ImportStanding")]
pub(crate) enum Standing {
    /// It is in the list now.
    Added,
    /// It was in the list already.
    Known,
    /// Nothing in the library is so.
    NotFound,
    /// Several files in the library are so.
    Ambiguous,
    /// It is an address of another machine: nothing is fetched.
    Address,
}

/// Of which a path has at least so many to be looked for by its end: a name alone says too little.
const PARTS_MIN: usize = 2;
/// Folders of a path that are looked at, from its end.
const PARTS_MAX: usize = 32;

/// For each row what it is, or why it is nothing.
pub(super) async fn find(
    context: &Context<'_>,
    tracks: &[Track],
) -> Result<Vec<std::result::Result<Subject, Standing>>> {
    let things = tracks.iter().filter_map(|track| track.thing.clone());
    let of = |kind: &'static str| move |thing: &Subject| thing.kind == kind;
    let (files, items): (Vec<_>, Vec<_>) = things.partition(of(FileId::KIND));
    let items: Vec<ItemId> =
        items.into_iter().filter(of(ItemId::KIND)).map(|item| ItemId::from_uuid(item.id)).collect();
    let files: Vec<FileId> = files.into_iter().map(|file| FileId::from_uuid(file.id)).collect();
    let known = read(context, Views::of::<DownloadView>, None, move |rows| {
        in_pieces(&items, |items| downloads_by_item(rows, items))
    });
    let mut known: Vec<Subject> = known.await?.into_iter().map(|row| row.item_id.into()).collect();
    let asked: Vec<Track> = tracks.to_vec();
    let found = read(context, Views::of::<FileView>, None, move |rows| {
        let files = in_pieces(&files, |files| files_by_id(rows, files))?;
        known.extend(files.into_iter().map(|row| Subject::from(row.id)));
        let known: HashSet<Subject> = known.into_iter().collect();
        let find = |track: &Track| match &track.thing {
            Some(thing) if known.contains(thing) => Ok(Ok(thing.clone())),
            Some(_) | None => by_path(rows, &track.location),
        };
        asked.iter().map(find).collect::<SqlResult<Vec<_>>>()
    });
    found.await
}

/// Asks for things by their ids, no more of them at once than a statement has marks.
pub(super) fn in_pieces<Id, Row>(
    ids: &[Id],
    ask: impl Fn(&[Id]) -> SqlResult<Vec<Row>>,
) -> SqlResult<Vec<Row>> {
    const PIECE: usize = 500;
    let mut found = Vec::new();
    for piece in ids.chunks(PIECE) {
        found.extend(ask(piece)?);
    }
    Ok(found)
}

fn by_path(rows: &Snapshot<'_>, location: &str) -> SqlResult<std::result::Result<Subject, Standing>> {
    if location.contains("://") {
        return Ok(Err(Standing::Address));
    }
    for path in paths(location) {
        let found = files_by_path(rows, &path)?;
        let is_there = |row: &&FileRow| row.state == FileState::Present;
        let there: Vec<&FileRow> = found.iter().filter(is_there).collect();
        match (there.as_slice(), found.as_slice()) {
            ([one], _) => return Ok(Ok(one.id.into())),
            ([], [one]) => return Ok(Ok(one.id.into())),
            ([], []) => {}
            _ => return Ok(Err(Standing::Ambiguous)),
        }
    }
    Ok(Err(Standing::NotFound))
}

/// What a file may be called below its root, the longest first: the whole path, or its end.
pub(super) fn paths(location: &str) -> Vec<String> {
    // On Windows folders are told apart otherwise; a name there has no slash.
    let location = if location.contains('/') { location.to_owned() } else { location.replace('\\', "/") };
    let parts: Vec<&str> = location.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    // What is in front of a step back is unknown.
    let from = parts.iter().rposition(|part| *part == "..").map_or(0, |at| at + 1);
    let parts = &parts[from..];
    let parts = &parts[parts.len().saturating_sub(PARTS_MAX)..];
    let least = PARTS_MIN.min(parts.len());
    (least.max(1)..=parts.len()).rev().map(|count| parts[parts.len() - count..].join("/")).collect()
}
