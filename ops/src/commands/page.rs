//! Lists longer than a page.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failure::Failure;
use crate::{
    answers::Connection,
    client::{Client, Document},
};

/// Rows of a page: with a hundred fields each, those of what they lead to included, it costs well below the limit of a
/// request.
const ROWS: usize = 50;

/// Every node of a connection, or the first so many. The document takes `$first` and `$after`.
pub(crate) async fn all<C: Connection + DeserializeOwned>(
    client: &Client,
    document: &Document<C>,
    mut variables: Value,
    limit: Option<usize>,
) -> Result<Vec<C::Node>, Failure> {
    let limit = limit.unwrap_or(usize::MAX);
    let mut nodes = Vec::new();
    while nodes.len() < limit {
        variables["first"] = ROWS.min(limit - nodes.len()).into();
        let page = client.ask(document, &variables).await?;
        let next = page.next();
        nodes.extend(page.into_nodes());
        match next {
            Some(cursor) => variables["after"] = cursor.into(),
            None => break,
        }
    }
    Ok(nodes)
}
