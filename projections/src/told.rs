//! To whom it is told how an edition of a view is.

use std::sync::Arc;

use tokio::sync::watch;

use crate::handle::ViewStatus;

/// To whom it is told: to whoever administers the edition, and, as long as it serves, to all.
pub(crate) struct Told {
    pub(crate) own: watch::Sender<ViewStatus>,
    pub(crate) served: Option<Arc<watch::Sender<ViewStatus>>>,
}

impl Told {
    pub(crate) fn tell(&self, change: impl Fn(&mut ViewStatus)) {
        self.own.send_modify(&change);
        if let Some(served) = &self.served {
            served.send_modify(&change);
        }
    }
}
