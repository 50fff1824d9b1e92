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
use futures::stream;
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
    let body = stream::unfold(Some((pieces, Box::pin(ended))), |reading| async move {
        let (mut pieces, mut ended) = reading?;
        let piece = tokio::select! {
            biased;
            () = &mut ended => Err(io::Error::other("the session has ended")),
            piece = pieces.recv() => piece?,
        };
        let goes_on = piece.is_ok();
        Some((piece, goes_on.then_some((pieces, ended))))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(body)).into_response()
}

/// Writes a range on a thread of its own, which ends with whoever reads.
fn write(
    log: Log,
    range: std::ops::RangeInclusive<u64>,
    place: OwnedSemaphorePermit,
) -> mpsc::Receiver<io::Result<Bytes>> {
    let (send, receive) = mpsc::channel(PIECES_WAITING_MAX);
    let pieces = Pieces { send: send.clone(), runtime: Handle::current() };
    // The stream sees its end: it is over when the sender is dropped.
    drop(spawn_blocking(move || {
        let _place = place;
        let mut out = io::BufWriter::with_capacity(PIECE_BYTES, pieces);
        let written =
            export(Source::Live(&log), range, &mut out).map_err(io::Error::other).and_then(|_| out.flush());
        if let Err(error) = written {
            tracing::warn!(%error, "an export broke off");
            // Breaking the answer off tells the client; it may be gone already, or not read.
            if send.try_send(Err(error)).is_err() {
                tracing::debug!("nobody waits for the export any more");
            }
        }
    }));
    receive
}

/// Hands on what is written.
struct Pieces {
    send: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        let sent = self.runtime.block_on(timeout(SEND_TIMEOUT, self.send.send(Ok(piece))));
        match sent {
            Ok(Ok(())) => Ok(bytes.len()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
