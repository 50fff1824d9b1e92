//! Batched look-ups: one query for all objects of a list.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use mediary_projections::{
    QueryError, Views,
    download::{self, DownloadRow},
    file::{self, FileRow},
    job::{self, JobRow},
};
use mediary_schema::{FileId, ItemId, JobId};
use std::sync::Arc;

/// Looks up rows by id.
#[derive(Debug, Clone)]
pub(crate) struct Rows(pub(crate) Views);

impl Loader<ItemId> for Rows {
    type Value = DownloadRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[ItemId]) -> Result<HashMap<ItemId, DownloadRow>, Self::Error> {
        let ids = keys.to_vec();
        let rows = self.0.download.read(move |view| download::downloads_by_item(view, &ids)).await?;
        Ok(rows.into_iter().map(|row| (row.item_id, row)).collect())
    }
}

impl Loader<JobId> for Rows {
    type Value = JobRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[JobId]) -> Result<HashMap<JobId, JobRow>, Self::Error> {
        let ids = keys.to_vec();
        let rows = self.0.job.read(move |view| job::jobs_by_id(view, &ids)).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

impl Loader<FileId> for Rows {
    type Value = FileRow;
    type Error = Arc<QueryError>;

    async fn load(&self, keys: &[FileId]) -> Result<HashMap<FileId, FileRow>, Self::Error> {
        let ids = keys.to_vec();
        let rows = self.0.file.read(move |view| file::files_by_id(view, &ids)).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
