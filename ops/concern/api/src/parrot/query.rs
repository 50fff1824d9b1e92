use async_graphql::{Context, Object, Result};
use mediary_projections::{
    Views,
    parrot::{self as view, ParrotView},
};

use super::Parrot;
use crate::{
    connection::{self, Nodes, Of},
    scalar::Position,
};

const VIEW: Of = Views::of::<ParrotView>;

#[derive(Debug, Default)]
pub(crate) struct ParrotQuery;

#[Object]
impl ParrotQuery {
    /// Texts that were or will be repeated, newest first.
    #[graphql(complexity = "connection::cost(first, child_complexity)")]
    async fn parrots(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Parrot>> {
        connection::page(context, VIEW, (first, after), min_position, view::parrots).await
    }
}
