use futures::{FutureExt as _, future::BoxFuture};
use mediary_events::project::Project as Projects;
use mediary_log::gate::Gate;
use mediary_schema::{ProjectId, project::HOME};

use super::explain::Words;
use crate::entry::{Entry, Named, Shelf, Thing};

/// Projects, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    things: &[Thing {
        kind: ProjectId::KIND,
        about: "A project: by name.",
        shelf: Shelf::Administered(made),
    }],
    ..Entry::NOTHING
};

/// Every project with its name, the installation's own first.
fn made(gate: &Gate) -> BoxFuture<'_, Named> {
    async {
        let made = gate.state::<Projects>(ProjectId::HOME.uuid()).await?.projects;
        let made = made.into_iter().map(|(id, made)| (id.uuid(), made.name));
        Ok(std::iter::once((ProjectId::HOME.uuid(), HOME.to_owned())).chain(made).collect())
    }
    .boxed()
}
