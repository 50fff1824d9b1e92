//! Signals to NATS: told while there is a connection (PL-61). A new connection begins with the values of
//! now, so that an outage hides no more than the values in between.

use std::{sync::Arc, time::Duration};

use async_nats::{Client, PublishError};
use tokio::time::timeout;

use super::{message::Message, metric, relay::Outlet};
use crate::signal::{Signal, SignalHub};

/// Longer than this no signal waits for a connection that is about to be given up.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);

/// Tells signals, over one connection after the other.
pub(super) async fn tell(outlet: Arc<Outlet>, hub: SignalHub) {
    let mut clients = outlet.client.subscribe();
    loop {
        let client = clients.borrow_and_update().clone();
        let telling = async {
            match client {
                Some(client) => tell_over(&client, &hub).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // The sender is in the outlet, which lives as long as this.
            _ = clients.changed() => {}
            () = telling => return,
        }
    }
}

/// Tells the values of now and all that follow, until the hub is gone.
async fn tell_over(client: &Client, hub: &SignalHub) {
    let mut listener = hub.listen();
    while let Some(signals) = listener.next().await {
        match timeout(SEND_TIMEOUT, send(client, &signals)).await {
            Ok(Ok(())) => metric::signals(signals.len()),
            Ok(Err(error)) => tracing::debug!(%error, "nats.signals_lost"),
            Err(_) => tracing::debug!("nats.signals_lost"),
        }
    }
}

async fn send(client: &Client, signals: &[Signal]) -> Result<(), PublishError> {
    for signal in signals {
        let message = Message::of_signal(signal);
        client.publish(message.subject, message.body).await?;
    }
    Ok(())
}
