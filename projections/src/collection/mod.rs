//! The view of personal lists: each person's reader sees his own.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    BY_PLACE, CALLED, CollectionField, CollectionRow, EntryRow, changed_collections, collection, collections,
    collections_by_id, entries, favourites, favourites_among,
};
pub use view::CollectionView;
