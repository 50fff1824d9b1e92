use mediary_projections::{
    ViewKind, Views,
    delivery::{CALLED, DeliveryView},
};
use mediary_schema::{DeliveryId, account::Permission};

use super::{Delivery, explain::Words, object::DeliveryById};
use crate::{
    entry::{Entry, Shelf, Thing},
    node::NodeKind,
};

/// Deliveries, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    views: &[ViewKind::of::<DeliveryView>()],
    things: &[Thing {
        kind: DeliveryId::KIND,
        about: "A delivery: by what it says.",
        shelf: Shelf::View(Views::of::<DeliveryView>, CALLED),
        node: Some(NodeKind::of::<DeliveryById, Delivery>(Permission::READ)),
    }],
};
