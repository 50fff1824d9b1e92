//! Looking after views: how each of their editions is, building one anew, going back to another.
//!
//! A view is made of the log, so none of this is an event: it changes nothing that was recorded, and a new start on another
//! machine knows nothing of it. Who may do it, whoever asks decides.

use std::time::Duration;

use tokio::{sync::oneshot, time::timeout};

use crate::{
    edition::Edition,
    editions::{ViewReport, behind},
    handle::{ViewHandle, WAIT_MAX},
    order::{Answer, ChangeError, Order},
    readers::QueryError,
    registry::Views,
    spawn,
};

/// That what a view shows is of an older version, and goes no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The view.
    pub view: &'static str,
    /// Which edition serves.
    pub edition: Edition,
    /// As of which position.
    pub position: u64,
    /// Events that were recorded since.
    pub events_behind: u64,
    /// For how long the first of these has been recorded.
    pub behind: Duration,
}

impl Views {
    /// A view by its name.
    pub fn find(&self, name: &str) -> Result<&ViewHandle, ChangeError> {
        let all = self.all();
        all.iter().find(|view| view.name == name).ok_or_else(|| ChangeError::NoView {
            name: name.to_owned(),
            known: all.iter().map(|view| view.name).collect(),
        })
    }

    /// Those that show what is not up to date, and won't be.
    pub fn stale(&self) -> Vec<Stale> {
        self.all().iter().filter_map(ViewHandle::stale).collect()
    }
}

impl ViewHandle {
    /// What is to be said with each answer, if an edition serves that is fed no further.
    pub fn stale(&self) -> Option<Stale> {
        let status = self.status();
        let events_behind = self.log.head().position.saturating_sub(status.position);
        (!status.is_fed && events_behind > 0).then(|| Stale {
            view: self.name,
            edition: status.edition,
            position: status.position,
            events_behind,
            // One event, which is read at most once for an answer; a log that can't be read says so elsewhere.
            behind: behind(&self.log, status.position).unwrap_or_default(),
        })
    }

    /// How each edition of the view is.
    pub async fn report(&self) -> Result<ViewReport, QueryError> {
        let (editions, log) = (self.editions.clone(), self.log.clone());
        let (status, is_whole) = (self.status(), self.is_whole());
        let report = spawn::blocking(move || editions.report(&log, &status, is_whole));
        report.await.map_err(|_| QueryError::Stopping)
    }

    /// Begins to build the view anew, beside the one that serves and is fed meanwhile; answers which edition that is.
    pub async fn rebuild(&self) -> Result<Edition, ChangeError> {
        self.order(Order::Rebuild).await
    }

    /// Lets another edition serve that is there: at once, or as soon as it shows what the one before did.
    pub async fn use_edition(&self, edition: &str) -> Result<Edition, ChangeError> {
        let edition = edition.parse()?;
        self.order(|answer| Order::Use(edition, answer)).await
    }

    async fn order(&self, order: impl FnOnce(Answer) -> Order) -> Result<Edition, ChangeError> {
        let busy = ChangeError::Busy { view: self.name };
        let (answer, answered) = oneshot::channel();
        if self.orders.send(order(answer)).is_err() {
            return Err(busy);
        }
        match timeout(WAIT_MAX, answered).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) | Err(_) => Err(busy),
        }
    }
}
