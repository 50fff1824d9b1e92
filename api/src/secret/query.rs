use async_graphql::{Context, Enum, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    secret::{self as view, SecretField, SecretView},
};
use mediary_schema::{SecretId, account::Permission};

use super::Secret;
use crate::{
    connection::{self, Nodes, Of, Part},
    scalar::Position,
    schema::read,
    session::session,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<SecretView>;

#[derive(Debug, Default)]
pub(crate) struct SecretQuery;

/// What secrets can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "SecretField", name = "SecretOrderField")]
pub(crate) enum OrderName {
    /// When they were set first.
    AddedAt,
    /// Their names.
    Name,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl SecretQuery {
    /// A secret, without the secret; none if there is no such secret.
    async fn secret(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Secret>> {
        session(context, Permission::SECRET)?;
        connection::one(context, VIEW, &id, min_position, view::secret).await
    }

    /// What secrets there are, by name unless said otherwise. Nobody is told what they are.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn secrets(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Secret>> {
        session(context, Permission::SECRET)?;
        let order: Order<SecretField> = order(order_by);
        let part = (Part { first, last, after, before }, order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::secrets(rows, order, request);
        connection::page(context, VIEW, part, min_position, query).await
    }
}

impl Secret {
    pub(super) async fn find(
        context: &Context<'_>,
        id: SecretId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let found = read(context, VIEW, min_position, move |rows| view::secret(rows, id));
        Ok(found.await?.map(Self::from))
    }
}
