use serde::Deserialize;

use crate::client::Document;

pub(crate) const HEAD: Document = Document::repeatable(&["query Head { head { position } }"]);

/// The end of the log.
#[derive(Debug, Deserialize)]
pub(crate) struct Head {
    pub(crate) position: u64,
}
