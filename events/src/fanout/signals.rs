//! Signals to NATS: told while there is a connection, otherwise forgotten (PL-61).

use std::{sync::Arc, time::Duration};

use async_nats::Client;
use tokio::time::timeout;

use super::{message::Message, metric, relay::Outlet};
use crate::signal::{Signal, SignalHub};

/// Longer than this no signal waits for a connection that is about to be given up.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);

/// Tells signals until the hub is gone.
pub(super) async fn tell(outlet: Arc<Outlet>, hub: SignalHub) {
    let mut listener = hub.listen();
    while let Some(signals) = listener.next().await {
        let client = outlet.client.borrow().clone();
        if let Some(client) = client {
            send(&client, &signals).await;
        }
    }
}

async fn send(client: &Client, signals: &[Signal]) {
    let all = async {
        for signal in signals {
            let message = Message::of_signal(signal);
            client.publish(message.subject, message.body).await?;
        }
        Ok::<_, async_nats::PublishError>(())
    };
    match timeout(SEND_TIMEOUT, all).await {
        Ok(Ok(())) => metric::signals(signals.len()),
        Ok(Err(error)) => tracing::debug!(%error, "nats.signals_lost"),
        Err(_) => tracing::debug!("nats.signals_lost"),
    }
}
