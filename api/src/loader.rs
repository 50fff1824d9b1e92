//! Batched look-ups: one query for all objects of a list.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use mediary_projections::{
    QueryError, Views,
    download::{self, DownloadRow},
    file::{self, FileRow},
    job::{self, JobRow},
};
use mediary_schema::{FileId, ItemId, JobId, scope::Scope};
use std::sync::Arc;

/// Looks up rows by id.
#[derive(Debug, Clone)]
pub(crate) struct Rows(pub(crate) Views);

/// A row of one scope. Look-ups of several are never answered by one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Seen<Id> {
    pub(crate) scope: Scope,
    pub(crate) id: Id,
}

/// The ids that each scope looks up.
fn by_scope<Id: Copy>(keys: &[Seen<Id>]) -> Vec<(Scope, Vec<Id>)> {
    let mut ids: Vec<(Scope, Vec<Id>)> = Vec::new();
    for key in keys {
        match ids.iter_mut().find(|(scope, _)| *scope == key.scope) {
            Some((_, of_scope)) => of_scope.push(key.id),
            None => ids.push((key.scope, vec![key.id])),
        }
    }
    ids
}

impl Loader<Seen<ItemId>> for Rows {
    type Value = DownloadRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Seen<ItemId>]) -> Result<HashMap<Seen<ItemId>, DownloadRow>, Self::Error> {
        let mut found = HashMap::new();
        for (scope, ids) in by_scope(keys) {
            let rows =
                self.0.download.read(scope, move |view| download::downloads_by_item(view, &ids)).await?;
            for row in rows {
                let key = Seen { scope, id: row.item_id };
                let stands_behind = |other: &DownloadRow| row.standing() < other.standing();
                if !found.get(&key).is_some_and(stands_behind) {
                    found.insert(key, row);
                }
            }
        }
        Ok(found)
    }
}

impl Loader<Seen<JobId>> for Rows {
    type Value = JobRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Seen<JobId>]) -> Result<HashMap<Seen<JobId>, JobRow>, Self::Error> {
        let mut found = HashMap::new();
        for (scope, ids) in by_scope(keys) {
            let rows = self.0.job.read(scope, move |view| job::jobs_by_id(view, &ids)).await?;
            found.extend(rows.into_iter().map(|row| (Seen { scope, id: row.id }, row)));
        }
        Ok(found)
    }
}

impl Loader<Seen<FileId>> for Rows {
    type Value = FileRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[Seen<FileId>]) -> Result<HashMap<Seen<FileId>, FileRow>, Self::Error> {
        let mut found = HashMap::new();
        for (scope, ids) in by_scope(keys) {
            let rows = self.0.file.read(scope, move |view| file::files_by_id(view, &ids)).await?;
            found.extend(rows.into_iter().map(|row| (Seen { scope, id: row.id }, row)));
        }
        Ok(found)
    }
}
