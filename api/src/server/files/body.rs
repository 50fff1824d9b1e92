//! The bytes of a file on their way to a client.

use std::io;

use axum::body::Body;
use futures::{StreamExt as _, stream};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _},
    select,
};
use tokio_util::io::ReaderStream;

/// What is read at once, and in memory for each stream.
const PIECE_BYTES: usize = 256 * 1024;

/// So many bytes of a file from a place on, until something ends them. What is cut off never ends well: the head of the answer says
/// how many bytes there are.
pub(super) async fn body(
    file: std::fs::File,
    from: u64,
    length: u64,
    ended: impl Future<Output = ()> + Send + 'static,
    held: impl Send + 'static,
) -> io::Result<Body> {
    let mut file = File::from_std(file);
    file.seek(io::SeekFrom::Start(from)).await?;
    let pieces = ReaderStream::with_capacity(file.take(length), PIECE_BYTES);
    let begun = (pieces, Box::pin(ended), length, held);
    let pieces = stream::try_unfold(begun, |(mut pieces, mut ended, left, held)| async move {
        if left == 0 {
            return Ok(None);
        }
        let piece = select! {
            biased;
            () = &mut ended => return Err(io::Error::other("the session or the link has ended")),
            piece = pieces.next() => piece,
        };
        let bytes = piece.ok_or_else(|| io::Error::other("the file became shorter"))??;
        let left = left.saturating_sub(bytes.len() as u64);
        Ok::<_, io::Error>(Some((bytes, (pieces, ended, left, held))))
    });
    Ok(Body::from_stream(pieces))
}
