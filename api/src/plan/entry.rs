use mediary_projections::{
    ViewKind, Views,
    plan::{CALLED, PlanView},
};
use mediary_schema::{PlanId, account::Permission};

use super::{Plan, PlanById, explain::Words};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Plans, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<PlanView>()],
    things: &[Thing {
        kind: PlanId::KIND,
        about: "A plan: by what it is for.",
        shelf: Shelf::View(Views::of::<PlanView>, CALLED),
        node: Some(NodeKind::of::<PlanById, Plan>(Permission::READ)),
    }],
};
