use async_graphql::{Context, Result};
use futures::{FutureExt as _, future::BoxFuture};
use mediary_events::root::Root as Roots;
use mediary_schema::{ProjectId, account::Permission, root::RootId};

use super::{Root, explain::Words};
use crate::{
    entry::{Entry, Named, Shelf, Thing},
    error::parse_id,
    node::{Node, NodeKind},
    schema::state,
};

/// Roots, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    things: &[Thing {
        kind: RootId::KIND,
        about: "A root: by name.",
        shelf: Shelf::Administered(registered),
        node: Some(NodeKind::found::<Root>(Permission::READ, node)),
    }],
    ..Entry::NOTHING
};

/// A root by its id.
fn node<'a>(context: &'a Context<'_>, id: &'a str) -> BoxFuture<'a, Result<Option<Node>>> {
    async { Ok(Root::find(context, parse_id(id)?).await?.map(Node::of)) }.boxed()
}

/// Every root with its name.
fn registered<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Named> {
    async {
        let roots = state::<Roots>(context, ProjectId::HOME.uuid()).await?.roots;
        Ok(roots.into_iter().map(|root| (root.id.uuid(), root.name)).collect())
    }
    .boxed()
}
