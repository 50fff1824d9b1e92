use serde::Deserialize;

use crate::client::Document;

pub(crate) const HEAD: Document<Head> = Document::repeatable(include_str!("head.graphql"));

/// The end of the log.
#[derive(Debug, Deserialize)]
pub(crate) struct Head {
    pub(crate) position: u64,
}
