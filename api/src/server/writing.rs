//! Answers that a thread writes, as large as the log: a bundle, a backup.
//!
//! Guarantees: at most so many run at once; a client that doesn't read, or whose token has ended, is cut off; an answer that
//! was not written to its end never ends well.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, stream};
use mediary_schema::account::Permission;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
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
/// Answers that are written at once: each has a thread for as long as its client reads.
const ANSWERS_MAX: usize = 2;
/// A client that takes no piece for so long is cut off.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the writer of an answer writes.
pub(super) type Out<'a> = io::BufWriter<&'a Pieces>;

/// What answers that are written share.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    authenticator: Authenticator,
    places: Arc<Semaphore>,
}

impl Writing {
    pub(super) fn new(authenticator: Authenticator) -> Self {
        Self { authenticator, places: Arc::new(Semaphore::new(ANSWERS_MAX)) }
    }

    /// Answers whoever may read the whole record with what a function writes, on a thread of its own, which ends with
    /// whoever reads.
    pub(super) fn answer(
        self,
        session: Session,
        content_type: &'static str,
        write: impl FnOnce(&mut Out<'_>) -> io::Result<()> + Send + 'static,
    ) -> Response {
        let Ok(place) = self.places.try_acquire_owned() else {
            let message = format!("{ANSWERS_MAX} exports or backups are running; this one has to wait");
            return refuse(StatusCode::SERVICE_UNAVAILABLE, &fault(message, "OVERLOADED", true));
        };
        let (send, receive) = mpsc::channel(PIECES_WAITING_MAX);
        let pieces = Pieces { send, runtime: Handle::current() };
        // The stream sees how it ended: with an end, or without one when the sender is dropped.
        drop(spawn_blocking(move || {
            let _place = place;
            let mut out = io::BufWriter::with_capacity(PIECE_BYTES, &pieces);
            let written = write(&mut out).and_then(|()| out.flush()).and_then(|()| pieces.send(Piece::End));
            if let Err(error) = written {
                tracing::warn!(%error, content_type, "an answer broke off");
            }
        }));
        // Whoever lost his token in the middle sees the answer break off, and no end of it.
        let authenticator = self.authenticator;
        let ended = async move { authenticator.ended(session).await };
        let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")];
        (headers, Body::from_stream(body(receive, ended))).into_response()
    }
}

/// Refuses whoever may not have all that every concern keeps: a bundle proves itself only whole, and a backup holds
/// the identity key and passwords.
pub(super) fn refusal(session: &Session) -> Option<Response> {
    let scope = session.scope();
    let missing = [Permission::AUDIT, Permission::ADMINISTER].into_iter().find(|one| !scope.allows(*one));
    missing.map(forbidden)
}

/// An answer on its way to the client.
#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    /// All was written. Without it, what came is not all.
    End,
}

/// What the client gets: an answer that ends well only if it is whole.
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
            None => Err(io::Error::other("the answer broke off")),
        }
    })
}

/// Hands on what is written.
#[derive(Debug)]
pub(super) struct Pieces {
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
    async fn an_answer_that_broke_off_never_ends_well() {
        let piece = || Piece::Bytes(Bytes::from_static(b"{}\n"));
        let line = || Ok(Bytes::from_static(b"{}\n"));
        assert_eq!(told(vec![piece(), Piece::End], pending()).await, [line()]);
        let broken = || Err("the answer broke off".to_owned());
        assert_eq!(told(vec![piece()], pending()).await, [line(), broken()]);
        assert_eq!(told(vec![], pending()).await, [broken()]);
        let refused = Err("the session has ended".to_owned());
        assert_eq!(told(vec![piece(), Piece::End], ready(())).await, [refused]);
    }
}
