use async_graphql::Context;
use futures::{FutureExt as _, future::BoxFuture};
use mediary_events::root::Root as Roots;
use mediary_schema::{ProjectId, root::RootId};

use super::explain::Words;
use crate::{
    entry::{Entry, Named, Shelf, Thing},
    schema::state,
};

/// Roots, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    things: &[Thing {
        kind: RootId::KIND,
        about: "A root: by name.",
        shelf: Shelf::Administered(registered),
    }],
    ..Entry::NOTHING
};

/// Every root with its name.
fn registered<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Named> {
    async {
        let roots = state::<Roots>(context, ProjectId::HOME.uuid()).await?.roots;
        Ok(roots.into_iter().map(|root| (root.id.uuid(), root.name)).collect())
    }
    .boxed()
}
