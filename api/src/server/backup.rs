//! `GET /v1/log/backup`: the whole record with what belongs to it, while the log grows.

use std::io::{self, Write};

use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use mediary_log::{Source, backup};
use mediary_schema::account::Permission;
use tokio::sync::mpsc;

use super::{App, spawn_blocking};
use crate::session::Session;

/// Pieces of the backup on their way: a full channel makes the reader of the log wait.
const PIECES_WAITING_MAX: usize = 8;
/// Bytes of one piece.
const PIECE_BYTES: usize = 64 << 10;

/// Who may read all and set all may have it: it holds the identity key and passwords.
pub(super) async fn whole(Extension(session): Extension<Session>, State(app): State<App>) -> Response {
    let scope = session.scope();
    if !scope.allows(Permission::Audit) || !scope.allows(Permission::Administer) {
        return (StatusCode::FORBIDDEN, "the token does not allow a backup\n").into_response();
    }
    let (send, mut receive) = mpsc::channel::<io::Result<Bytes>>(PIECES_WAITING_MAX);
    let writing = send.clone();
    // The stream below sees its end: it is over when the sender is dropped.
    drop(spawn_blocking(move || {
        let mut out = io::BufWriter::with_capacity(PIECE_BYTES, Pieces(writing));
        let written = backup(Source::Live(&app.log), &(app.settings)(), &mut out)
            .map_err(io::Error::other)
            .and_then(|_| out.flush());
        if let Err(error) = written {
            tracing::warn!(%error, "a backup broke off");
            // Breaking the answer off tells the client; it may be gone already.
            if send.blocking_send(Err(error)).is_err() {
                tracing::debug!("nobody waits for the backup any more");
            }
        }
    }));
    let body = Body::from_stream(futures::stream::poll_fn(move |context| receive.poll_recv(context)));
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, body).into_response()
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
