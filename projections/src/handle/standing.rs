//! A view that a replay built: it stands where that ended, and nobody feeds it.

use std::{path::Path, sync::Arc};

use mediary_log::Log;
use tokio::sync::{mpsc, watch};

use super::{ViewHandle, ViewStatus};
use crate::{
    edition::Edition,
    editions::Editions,
    past::{Kept, Pasts},
    registry::ViewKind,
    shelf::Shelf,
};

impl ViewHandle {
    /// A view that shows what was built as of a position, and nothing later.
    pub(crate) fn standing(
        kind: &ViewKind,
        log: &Log,
        directory: &Path,
        (position, kept): (u64, &Kept),
        pasts: &Pasts,
    ) -> Self {
        let edition = Edition::first(kind.version);
        // Nothing is told of it any more: whoever waits for it is told so.
        let (_, status) = watch::channel(ViewStatus::standing(kind.name, edition, position));
        let (orders, _) = mpsc::unbounded_channel();
        let shelf = Shelf::open(kind.name, directory);
        Self {
            name: kind.name,
            log: log.clone(),
            readers: kept.readers.clone(),
            editions: Editions::new(shelf, (edition, status.clone()), edition),
            orders,
            status,
            recent: Arc::default(),
            whole_at: Arc::default(),
            shown: Arc::default(),
            pasts: pasts.clone(),
            way: kind.way,
            stands: Some(Arc::new(kept.clone())),
            stop: Arc::new(watch::Sender::new(true)),
            thread: Arc::default(),
        }
    }

    /// What it is built as, if it stands at this position for good.
    pub(crate) fn stands_at(&self, position: u64) -> Option<Kept> {
        let kept = self.stands.as_ref()?;
        (self.status.borrow().position == position).then(|| Kept::clone(kept))
    }
}
