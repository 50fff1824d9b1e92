use futures::{FutureExt as _, future::BoxFuture};
use mediary_events::root::Root as Roots;
use mediary_log::gate::Gate;
use mediary_schema::{ProjectId, root::RootId};

use super::explain::Words;
use crate::entry::{Entry, Named, Shelf, Thing};

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
fn registered(gate: &Gate) -> BoxFuture<'_, Named> {
    async {
        let roots = gate.state::<Roots>(ProjectId::HOME.uuid()).await?.roots;
        Ok(roots.into_iter().map(|root| (root.id.uuid(), root.name)).collect())
    }
    .boxed()
}
