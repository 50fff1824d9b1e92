use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::{Error, rate::Rates};
use crate::resource::Permit;

/// What an answer holds, part by part as it arrives. Dropping it ends the transfer.
#[derive(Debug)]
pub struct Body {
    incoming: Incoming,
    within: Duration,
    rates: Rates,
    /// The host has a user more until this is dropped.
    _permit: Permit,
}

impl Body {
    pub(super) fn new(incoming: Incoming, within: Duration, rates: Rates, permit: Permit) -> Self {
        Self { incoming, within, rates, _permit: permit }
    }

    /// The next part; none at the end. An answer that is shorter than it said breaks off.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let frame = timeout(self.within, self.incoming.frame()).await.map_err(|_| Error::TimedOut)?;
            let Some(frame) = frame else { return Ok(None) };
            // Trailers say nothing that is asked for.
            if let Ok(bytes) = frame.map_err(|_| Error::BrokeOff)?.into_data() {
                self.rates.take(bytes.len()).await;
                metrics::counter!("mediary_net_received_bytes_total", "by" => "server")
                    .increment(bytes.len() as u64);
                return Ok(Some(bytes));
            }
        }
    }

    /// All of it, if it has no more than so many bytes.
    pub async fn whole(mut self, bytes_max: usize) -> Result<Vec<u8>, Error> {
        let mut whole = Vec::new();
        while let Some(bytes) = self.chunk().await? {
            if whole.len() + bytes.len() > bytes_max {
                return Err(Error::TooLarge { bytes_max: bytes_max as u64 });
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    }
}
