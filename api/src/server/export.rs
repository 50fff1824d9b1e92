//! `GET /v1/log/export?from=&to=`: the log as a bundle that proves itself, as NDJSON.

use std::io::{self, Write};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::Query,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use mediary_log::{Log, Source, export};
use mediary_schema::account::Permission;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::spawn_blocking;
use crate::session::Session;

/// Pieces of the bundle on their way: a full channel makes the reader of the log wait.
const PIECES_WAITING_MAX: usize = 8;
/// Bytes of one piece.
const PIECE_BYTES: usize = 64 << 10;

/// Which events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    /// The first position.
    #[serde(default = "first")]
    from: u64,
    /// The last position; the end of the log if left out.
    to: Option<u64>,
}

const fn first() -> u64 {
    1
}

pub(super) async fn bundle(
    Extension(session): Extension<Session>,
    Extension(log): Extension<Log>,
    Query(range): Query<Range>,
) -> Response {
    // A bundle proves itself only whole, so that it holds what every concern keeps.
    let scope = session.scope();
    if !scope.allows(Permission::Audit) || !scope.allows(Permission::Administer) {
        return (StatusCode::FORBIDDEN, "the token does not allow reading the log\n").into_response();
    }
    let (send, mut receive) = mpsc::channel::<io::Result<Bytes>>(PIECES_WAITING_MAX);
    let writing = send.clone();
    // The stream below sees its end: it is over when the sender is dropped.
    drop(spawn_blocking(move || {
        let mut out = io::BufWriter::with_capacity(PIECE_BYTES, Pieces(writing));
        let head = log.head().position;
        let last = range.to.unwrap_or(head).min(head);
        let written = export(Source::Live(&log), range.from..=last, &mut out)
            .map_err(io::Error::other)
            .and_then(|_| out.flush());
        if let Err(error) = written {
            tracing::warn!(%error, "an export broke off");
            // Breaking the answer off tells the client; it may be gone already.
            if send.blocking_send(Err(error)).is_err() {
                tracing::debug!("nobody waits for the export any more");
            }
        }
    }));
    let body = Body::from_stream(futures::stream::poll_fn(move |context| receive.poll_recv(context)));
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}

/// Hands on what is written.
struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        self.0.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
