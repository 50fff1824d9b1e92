//! Lists longer than a page.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::failure::Failure;
use crate::client::{Client, Document};

/// Rows of a page: with thirty fields each well within the server's limit on what a request may cost.
const ROWS: usize = 100;

/// A page of a connection.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    pub(crate) nodes: Vec<T>,
    pub(crate) page_info: PageInfo,
}

/// Where to go on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl PageInfo {
    /// Behind what the next page begins, if there is one.
    pub(crate) fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

/// Every node of a connection, or the first so many. The document takes `$first` and `$after`.
pub(crate) async fn all<T: DeserializeOwned>(
    client: &Client,
    document: &Document<Page<T>>,
    mut variables: Value,
    limit: Option<usize>,
) -> Result<Vec<T>, Failure> {
    let limit = limit.unwrap_or(usize::MAX);
    let mut nodes = Vec::new();
    while nodes.len() < limit {
        variables["first"] = ROWS.min(limit - nodes.len()).into();
        let page = client.ask(document, &variables).await?;
        nodes.extend(page.nodes);
        match page.page_info.next() {
            Some(cursor) => variables["after"] = cursor.into(),
            None => break,
        }
    }
    Ok(nodes)
}
