//! Which edition of a view is fed from a start on, and which one serves until that is built.

use std::path::Path;

use mediary_log::Log;

use crate::{
    edition::Edition,
    registry::StartError,
    shelf::Shelf,
    store::{Checkpoint, Place, Store},
    view::View,
};

/// What a view starts with.
pub(crate) struct Start {
    pub(crate) shelf: Shelf,
    /// The edition of this program's version that is fed, and its file.
    pub(crate) fed: Edition,
    pub(crate) file: (Store, Place),
    /// The edition of an older version that serves until then, as of its position.
    pub(crate) shown: Option<(Edition, u64)>,
}

impl Start {
    pub(crate) fn of<V: View>(log: &Log, directory: &Path) -> Result<Self, StartError> {
        let shelf = Shelf::open(V::NAME, directory);
        let fed = fed::<V>(&shelf);
        let file = Store::open::<V>(&shelf.path(fed), log)?;
        let shown = shown::<V>(&shelf, log, &file);
        Ok(Self { shelf, fed, file, shown })
    }
}

/// The edition that served last, if it is of this program's version, else the newest one that is whole, else one that was
/// begun.
fn fed<V: View>(shelf: &Shelf) -> Edition {
    let editions = shelf.editions();
    let own: Vec<Edition> = editions.into_iter().filter(|edition| edition.version == V::VERSION).collect();
    if let Some(serving) = shelf.serving().filter(|serving| own.contains(serving)) {
        return serving;
    }
    let is_whole = |edition: &Edition| {
        let checkpoint = Checkpoint::look(&shelf.path(*edition)).ok().flatten();
        checkpoint.is_some_and(|checkpoint| checkpoint.is_whole())
    };
    let newest = own.iter().rev().copied().find(is_whole);
    newest.or_else(|| own.first().copied()).unwrap_or(Edition::first(V::VERSION))
}

/// The edition of an older version that served last, or could since what is fed is nothing yet.
fn shown<V: View>(shelf: &Shelf, log: &Log, (store, place): &(Store, Place)) -> Option<(Edition, u64)> {
    let readable = V::SERVES_FROM..V::VERSION;
    let position = |edition: Edition| {
        let checkpoint = Checkpoint::look_if_fit(&shelf.path(edition), log)?;
        Some((edition, checkpoint.place.position))
    };
    let is_nothing = !store.is_built() || place.position == 0;
    match shelf.serving().filter(|serving| readable.contains(&serving.version)) {
        Some(serving) => position(serving),
        None if is_nothing => {
            let mut older =
                shelf.editions().into_iter().rev().filter(|edition| readable.contains(&edition.version));
            older.find_map(position)
        }
        None => None,
    }
}
