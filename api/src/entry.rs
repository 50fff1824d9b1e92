//! What a concern is to the rest of the API, besides its members of the roots.

use std::borrow::Cow;

use async_graphql::Context;
use futures::future::BoxFuture;
use mediary_log::gate::Refusal;
use mediary_projections::{ViewHandle, ViewKind, Views, named::Called};
use mediary_schema::account::Permission;
use uuid::Uuid;

use crate::{
    choice::{Choice, Choices},
    event::explain::Explains,
    node::NodeKind,
    schema::ENTRIES,
};

/// What a concern is to the rest of the API.
pub(crate) struct Entry {
    /// What it says of its own ids and events; none where there are neither.
    pub(crate) words: Option<&'static dyn Explains>,
    /// The views that its answers are read from.
    pub(crate) views: &'static [ViewKind],
    /// Kinds of things that people call by a name.
    pub(crate) things: &'static [Thing],
}

impl Entry {
    /// Of something that has neither things nor words.
    pub(crate) const NOTHING: Self = Self { words: None, views: &[], things: &[] };
}

/// A kind of things that people call by a name, an address or the beginning of an id.
pub(crate) struct Thing {
    /// What ids of it begin with.
    pub(crate) kind: &'static str,
    /// What it is and by what it is called, in one sentence.
    pub(crate) about: &'static str,
    /// Where its things are found.
    pub(crate) shelf: Shelf,
    /// How it is found by its id alone and shown, if it is.
    pub(crate) node: Option<NodeKind>,
}

/// Things with their names.
pub(crate) type Named = Result<Vec<(Uuid, String)>, Refusal>;

/// Where things are found by what they are called.
pub(crate) enum Shelf {
    /// A view, and the columns by which its rows are called.
    View(fn(&Views) -> &ViewHandle, Called),
    /// The same, for whoever has a permission; to others none of it is called anything.
    Guarded(Permission, fn(&Views) -> &ViewHandle, Called),
    /// All of them with their names, for whoever administers the installation.
    Administered(for<'a> fn(&'a Context<'_>) -> BoxFuture<'a, Named>),
}

/// A kind of things.
pub(crate) type ThingKind = Choice<ThingOf>;

/// A [`Thing`] of an entry.
#[derive(Clone, Copy)]
pub(crate) struct ThingOf(pub(crate) &'static Thing);

impl PartialEq for ThingOf {
    fn eq(&self, other: &Self) -> bool {
        self.0.kind == other.0.kind
    }
}

impl Eq for ThingOf {}

impl std::fmt::Debug for ThingOf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0.kind)
    }
}

impl Choices for ThingOf {
    const NAME: &'static str = "ThingKind";
    const ABOUT: &'static str = "What can be called by a name.";

    fn all() -> Vec<(Self, &'static str)> {
        things().map(|thing| (Self(thing), thing.about)).collect()
    }

    fn name(&self) -> Cow<'_, str> {
        self.0.kind.into()
    }
}

/// Every kind of things that can be called.
pub(crate) fn things() -> impl Iterator<Item = &'static Thing> {
    ENTRIES.iter().flat_map(|entry| entry.things)
}

/// Every view that the API asks.
pub fn views() -> impl Iterator<Item = ViewKind> {
    ENTRIES.iter().flat_map(|entry| entry.views).copied()
}
