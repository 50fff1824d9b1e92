//! A subscription as it comes: item by item, until the connection ends.

use std::{marker::PhantomData, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

use super::{
    Client, Document,
    watch::{SILENCE_MAX, Socket},
};

/// How long opening one may take: a server that is up answers in milliseconds.
const OPEN_WITHIN: Duration = Duration::from_secs(10);

/// The items of one subscription.
pub(crate) struct Subscription<T> {
    socket: Box<Socket>,
    item: PhantomData<fn() -> T>,
}

impl Client {
    /// Subscribes; none where no socket is to be had now.
    pub(crate) async fn subscribe<T: DeserializeOwned>(
        &self,
        document: &Document<T>,
        variables: Value,
    ) -> Option<Subscription<T>> {
        let opening = Socket::open(self, document.text(), variables);
        let socket = timeout(OPEN_WITHIN, opening).await.ok()?.ok()?;
        Some(Subscription { socket: Box::new(socket), item: PhantomData })
    }
}

impl<T: DeserializeOwned> Subscription<T> {
    /// The next item; none once there will be none any more. Safe to be dropped while it waits.
    pub(crate) async fn next(&mut self) -> Option<T> {
        let item = timeout(SILENCE_MAX, self.socket.value()).await.ok()??;
        serde_json::from_value(item).ok()
    }
}
