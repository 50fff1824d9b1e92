use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    file::{self as view, FileField, FileFilter, FileView},
    listing::{Order, OrderField as _},
};

use super::{File, object::State};
use crate::{
    connection::{self, Nodes, Of, Part},
    error::parse_id,
    scalar::{DateTime, Position},
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<FileView>;

#[derive(Debug, Default)]
pub(crate) struct FileQuery;

/// What files can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FileField", name = "FileOrderField")]
pub(crate) enum OrderName {
    /// When they were recorded.
    RecordedAt,
    /// When something of them changed last.
    ChangedAt,
    /// Their paths.
    Path,
}

/// Which files are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct FileFilterInput {
    /// Below this root.
    root_id: Option<ID>,
    /// That keep this item.
    item_id: Option<ID>,
    /// In this state.
    state: Option<State>,
    /// Recorded at this moment or later.
    since: Option<DateTime>,
    /// With each of these words in the path, of the last one the beginning, in whichever case and order.
    search: Option<String>,
}

impl FileFilterInput {
    fn parse(self, order: Order<FileField>) -> Result<FileFilter> {
        let Self { root_id, item_id, state, since, search } = self;
        Ok(FileFilter {
            order,
            root: root_id.map(|id| parse_id(&id)).transpose()?,
            item_id: item_id.map(|id| parse_id(&id)).transpose()?,
            state: state.map(Into::into),
            since: since.map(|moment| moment.0),
            search: connection::search(search)?,
        })
    }
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl FileQuery {
    /// Files in the library, newest first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn files(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<FileFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<File>> {
        let filter = filter.unwrap_or_default().parse(order(order_by))?;
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::files(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// One file.
    async fn file(&self, context: &Context<'_>, id: ID) -> Result<Option<File>> {
        connection::one(context, VIEW, &id, None, view::file).await
    }
}
