use async_graphql::Context;
use futures::{FutureExt as _, future::BoxFuture};
use mediary_events::project::Project as Projects;
use mediary_schema::{ProjectId, project::HOME};

use super::explain::Words;
use crate::{
    entry::{Entry, Named, Shelf, Thing},
    schema::state,
};

/// Projects, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    things: &[Thing {
        kind: ProjectId::KIND,
        about: "A project: by name.",
        shelf: Shelf::Administered(made),
        // Who administers the installation asks for all of them.
        node: None,
    }],
    ..Entry::NOTHING
};

/// Every project with its name, the installation's own first.
fn made<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Named> {
    async {
        let made = state::<Projects>(context, ProjectId::HOME.uuid()).await?.projects;
        let made = made.into_iter().map(|(id, made)| (id.uuid(), made.name));
        Ok(std::iter::once((ProjectId::HOME.uuid(), HOME.to_owned())).chain(made).collect())
    }
    .boxed()
}
