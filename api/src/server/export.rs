//! `GET /v1/log/export?from=&to=`: the log as a bundle that proves itself, as NDJSON.
//!
//! Guarantees: a range is judged before the head of the answer is sent; at most so many exports run at
//! once; a client that doesn't read, or whose token has ended, is cut off.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::Query,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, stream};
use mediary_log::{Log, Source, export};
use mediary_schema::account::Permission;
use serde::Deserialize;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::timeout,
};

use super::{
    fault::fault,
    graphql::{forbidden, refuse},
    spawn_blocking,
};
use crate::session::{Authenticator, Session};

/// Pieces of the answer that wait for the client; it slows the reading down, nothing else.
const PIECES_WAITING_MAX: usize = 4;
/// The size of a piece.
const PIECE_BYTES: usize = 64 * 1024;
/// Exports that run at once: each has a thread for as long as its client reads.
const EXPORTS_MAX: usize = 2;
/// A client that takes no piece for so long is cut off.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// Which part of the log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    /// The first position.
    #[serde(default = "first")]
    from: u64,
    /// The last position; the end if left out.
    to: Option<u64>,
}

const fn first() -> u64 {
    1
}

/// What exports share.
#[derive(Debug, Clone)]
pub(super) struct Exports {
    log: Log,
    authenticator: Authenticator,
    places: Arc<Semaphore>,
}

impl Exports {
    pub(super) fn new(log: Log, authenticator: Authenticator) -> Self {
        Self { log, authenticator, places: Arc::new(Semaphore::new(EXPORTS_MAX)) }
    }
}

pub(super) async fn bundle(
    Extension(session): Extension<Session>,
    Extension(exports): Extension<Exports>,
    range: Result<Query<Range>, axum::extract::rejection::QueryRejection>,
) -> Response {
    // A bundle proves itself only whole, so that it holds what every concern keeps.
    let scope = session.scope();
    for permission in [Permission::Audit, Permission::Administer] {
        if !scope.allows(permission) {
            return forbidden(permission);
        }
    }
    let Query(Range { from, to }) = match range {
        Ok(range) => range,
        Err(error) => {
            let error = fault(error.body_text(), "BAD_ARGUMENT", false);
            return refuse(StatusCode::BAD_REQUEST, &error);
        }
    };
    let head = exports.log.head().position;
    if from == 0 || to.is_some_and(|to| to < from) {
        let message = "a range begins at 1 or later, and ends where it begins or later";
        return refuse(StatusCode::BAD_REQUEST, &fault(message, "BAD_ARGUMENT", false));
    }
    if from > head {
        let message = format!("the log ends at {head}, before {from}");
        return refuse(StatusCode::RANGE_NOT_SATISFIABLE, &fault(message, "POSITION_BEYOND_HEAD", false));
    }
    let Ok(place) = Arc::clone(&exports.places).try_acquire_owned() else {
        let message = format!("{EXPORTS_MAX} exports are running; this one has to wait");
        return refuse(StatusCode::SERVICE_UNAVAILABLE, &fault(message, "OVERLOADED", true));
    };
    let pieces = write(exports.log, from..=to.unwrap_or(head).min(head), place);
    // Whoever lost his token in the middle sees the answer break off, and no end of a bundle.
    let authenticator = exports.authenticator;
    let ended = async move { authenticator.ended(session).await };
    let body = Body::from_stream(body(pieces, ended));
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// A bundle on its way to the client.
#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    /// All was written. Without it, what came is no bundle.
    End,
}

/// What the client gets: an answer that ends well only if the bundle is whole.
fn body(
    pieces: mpsc::Receiver<Piece>,
    ended: impl Future<Output = ()>,
) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((pieces, Box::pin(ended)), |(mut pieces, mut ended)| async move {
        let piece = tokio::select! {
            biased;
            () = &mut ended => return Err(io::Error::other("the session has ended")),
            piece = pieces.recv() => piece,
        };
        match piece {
            Some(Piece::Bytes(bytes)) => Ok(Some((bytes, (pieces, ended)))),
            Some(Piece::End) => Ok(None),
            None => Err(io::Error::other("the export broke off")),
        }
    })
}

/// Writes a range on a thread of its own, which ends with whoever reads.
fn write(
    log: Log,
    range: std::ops::RangeInclusive<u64>,
    place: OwnedSemaphorePermit,
) -> mpsc::Receiver<Piece> {
    let (send, receive) = mpsc::channel(PIECES_WAITING_MAX);
    let pieces = Pieces { send, runtime: Handle::current() };
    // The stream sees how it ended: with an end, or without one when the sender is dropped.
    drop(spawn_blocking(move || {
        let _place = place;
        let mut out = io::BufWriter::with_capacity(PIECE_BYTES, &pieces);
        let written = export(Source::Live(&log), range, &mut out)
            .map_err(io::Error::other)
            .and_then(|_| out.flush())
            .and_then(|()| pieces.send(Piece::End));
        if let Err(error) = written {
            tracing::warn!(%error, "an export broke off");
        }
    }));
    receive
}

/// Hands on what is written.
struct Pieces {
    send: mpsc::Sender<Piece>,
    runtime: Handle,
}

impl Pieces {
    fn send(&self, piece: Piece) -> io::Result<()> {
        match self.runtime.block_on(timeout(SEND_TIMEOUT, self.send.send(piece))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for &Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send(Piece::Bytes(Bytes::copy_from_slice(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use futures::StreamExt as _;

    use super::*;

    /// What a client gets of these pieces, after which the writer is gone.
    async fn told(written: Vec<Piece>, ended: impl Future<Output = ()>) -> Vec<Result<Bytes, String>> {
        let (send, pieces) = mpsc::channel(PIECES_WAITING_MAX);
        for piece in written {
            send.send(piece).await.unwrap();
        }
        drop(send);
        body(pieces, ended).map(|piece| piece.map_err(|error| error.to_string())).collect().await
    }

    // A bundle that was cut between two lines proves itself like a whole one.
    #[tokio::test]
    async fn an_export_that_broke_off_never_ends_well() {
        let piece = || Piece::Bytes(Bytes::from_static(b"{}\n"));
        let line = || Ok(Bytes::from_static(b"{}\n"));
        assert_eq!(told(vec![piece(), Piece::End], pending()).await, [line()]);
        let broken = || Err("the export broke off".to_owned());
        assert_eq!(told(vec![piece()], pending()).await, [line(), broken()]);
        assert_eq!(told(vec![], pending()).await, [broken()]);
        let refused = Err("the session has ended".to_owned());
        assert_eq!(told(vec![piece(), Piece::End], ready(())).await, [refused]);
    }
}
