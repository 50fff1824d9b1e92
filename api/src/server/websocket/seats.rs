//! How many sockets there are, in all, of one token, and of one peer that has not signed in.

use std::{net::IpAddr, sync::Arc};

use mediary_schema::TokenId;
use metrics::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Options;
use crate::server::shares::{Share, Shares};

/// The places that sockets may take.
#[derive(Debug)]
pub(super) struct Seats {
    all: Arc<Semaphore>,
    all_max: u32,
    tokens: Arc<Shares<TokenId>>,
    /// Of sockets on which nobody has signed in yet.
    peers: Arc<Shares<IpAddr>>,
}

impl Seats {
    pub(super) fn new(options: &Options) -> Self {
        let all_max = u32::try_from(options.sockets_max).unwrap_or(u32::MAX);
        Self {
            all: Arc::new(Semaphore::new(all_max as usize)),
            all_max,
            tokens: Arc::new(Shares::new(options.sockets_per_token_max)),
            peers: Arc::new(Shares::new(options.sockets_waiting_per_peer_max)),
        }
    }

    /// Takes one of all places, for a socket that nobody has signed in on yet: a peer has few of these, so
    /// that whoever opens and says nothing leaves room for others.
    pub(super) fn take(&self, peer: IpAddr) -> Option<Seat> {
        let waiting = self.peers.take(peer)?;
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let count = Counted::new(metrics::gauge!("mediary_websocket_sockets"));
        Some(Seat { waiting: Some(waiting), _permit: permit, _count: count })
    }

    /// Takes one of the token's places.
    pub(super) fn take_for(&self, token_id: TokenId) -> Option<TokenSeat> {
        self.tokens.take(token_id)
    }

    /// Waits until no place is taken.
    pub(super) async fn all_left(&self) {
        let _all = self.all.acquire_many(self.all_max).await.expect("the semaphore is never closed");
    }
}

/// A socket's place among all, given back when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    waiting: Option<Share<IpAddr>>,
    _permit: OwnedSemaphorePermit,
    _count: Counted,
}

impl Seat {
    /// Somebody has signed in: the place is no longer one of its peer's few.
    pub(super) fn acknowledge(&mut self) {
        self.waiting = None;
    }
}

/// A socket's place among its token's, given back when dropped.
pub(super) type TokenSeat = Share<TokenId>;

/// One more on a gauge for as long as it lives.
pub(super) struct Counted(Gauge);

impl Counted {
    pub(super) fn new(gauge: Gauge) -> Self {
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

impl std::fmt::Debug for Counted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Counted")
    }
}
