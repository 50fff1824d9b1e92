//! Keeps publishing: connects, finds the end of the stream, publishes, and begins again when that fails.

use std::{sync::Arc, time::Duration};

use async_nats::{
    Client,
    jetstream::{Context, context::ContextBuilder},
};
use tokio::{sync::watch, time::sleep};

use super::{
    error::Error,
    link::Link,
    metric,
    options::Options,
    session::{End, Session},
    status::{RelayState, RelayStatus},
    stream::{self, Tail},
};
use crate::log::{Log, ReadError};

/// The first wait after a failure; it doubles up to [`Options::retry_delay_max`].
const RETRY_DELAY_MIN: Duration = Duration::from_millis(100);

/// What a relay works with.
#[derive(Debug)]
pub(super) struct Outlet {
    pub(super) log: Log,
    pub(super) options: Options,
    pub(super) status: watch::Sender<RelayStatus>,
    /// The connection of now, for signals.
    pub(super) client: watch::Sender<Option<Client>>,
}

impl Outlet {
    /// Publishes events until the log is closed.
    pub(super) async fn relay(self: Arc<Self>) {
        let mut known = None;
        let mut delay = RETRY_DELAY_MIN;
        loop {
            let before = self.published();
            self.status.send_modify(|status| status.state = RelayState::Connecting);
            let error = self.attempt(&mut known).await;
            self.client.send_replace(None);
            metric::connected(false);
            if is_closed(&error) {
                break;
            }
            if self.published() > before {
                delay = RETRY_DELAY_MIN;
            }
            self.report(&error, delay);
            sleep(delay).await;
            delay = (delay * 2).min(self.options.retry_delay_max);
        }
        self.status.send_modify(|status| status.state = RelayState::Stopped);
    }

    /// One connection, until it can't go on.
    async fn attempt(&self, known: &mut Option<Tail>) -> Error {
        let mut link = match Link::connect(&self.options).await {
            Ok(link) => link,
            Err(error) => return error,
        };
        let context = ContextBuilder::new().timeout(self.options.answer_timeout).build(link.client.clone());
        self.client.send_replace(Some(link.client.clone()));
        tokio::select! {
            () = link.lost() => Error::Disconnected,
            error = self.publish(&context, known) => error,
        }
    }

    /// Publishes from where the stream ends, and looks again whenever it ends elsewhere.
    async fn publish(&self, context: &Context, known: &mut Option<Tail>) -> Error {
        let (mut moved_at, mut too_large) = (None, None);
        loop {
            let tail = match stream::locate(context, &self.log, &self.options, known.as_ref()).await {
                Ok(tail) => known.insert(tail),
                Err(error) => return error,
            };
            // Looking again at once helps only where it gets us on.
            if moved_at.replace((tail.sequence, tail.position)) == Some((tail.sequence, tail.position)) {
                return Error::Overtaken { position: tail.position + 1 };
            }
            self.begun(tail.position);
            let session = Session::new(context, &self.options, &self.log, &self.status, tail, too_large);
            match session.run().await {
                End::Moved => {}
                End::TooLarge { position } => {
                    too_large = Some(position);
                    moved_at = None;
                }
                End::Failed(error) => return error,
            }
        }
    }

    fn begun(&self, position: u64) {
        metric::connected(true);
        metric::lag(self.log.head().position.saturating_sub(position));
        let relaying = RelayStatus { state: RelayState::Relaying, position, ..RelayStatus::CONNECTING };
        let before = self.status.send_replace(relaying);
        if before.state != RelayState::Relaying {
            tracing::info!(servers = self.options.servers_text(), position, "nats.relaying");
        }
    }

    fn report(&self, error: &Error, delay: Duration) {
        metric::failed();
        metric::lag(self.log.head().position.saturating_sub(self.published()));
        let trouble = error.chain();
        let (news, is_first) = {
            let status = self.status.borrow();
            (status.trouble.as_ref() != Some(&trouble), status.reason.is_none())
        };
        // The supervised server starts beside us: one that doesn't answer yet is no news.
        if is_first && matches!(error, Error::Connect { .. }) {
            tracing::debug!(error = trouble, "nats.not_there_yet");
            self.status.send_modify(|status| {
                status.state = RelayState::Waiting;
                status.reason = Some(error.reason());
            });
            return;
        }
        // An outage is told once, not at every try.
        if news {
            tracing::warn!(error = trouble, retry_delay_ms = delay.as_millis() as u64, "nats.interrupted");
        }
        self.status.send_modify(|status| {
            status.state = RelayState::Waiting;
            status.reason = Some(error.reason());
            status.trouble = Some(trouble);
            status.advice = error.advice();
        });
    }

    fn published(&self) -> u64 {
        self.status.borrow().position
    }
}

fn is_closed(error: &Error) -> bool {
    matches!(error, Error::Log(error) if matches!(**error, ReadError::Closed))
}
