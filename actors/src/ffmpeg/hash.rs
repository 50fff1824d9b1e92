//! BLAKE3 of a file.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use mediary_schema::job::Progress;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Bytes read at once: large enough for BLAKE3's widest steps, small enough to see a stop soon.
const CHUNK_BYTES: usize = 1 << 20;

/// The hash of an open file, as [`hash`] makes it. Blocks.
pub(crate) fn hash_of(file: File) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Hashes a file and answers its size and hash, or none if it was stopped. Blocks.
pub(super) fn hash(
    path: &Path,
    stop: &CancellationToken,
    progress: &watch::Sender<Progress>,
) -> io::Result<Option<(u64, String)>> {
    let mut file = File::open(path)?;
    let total = file.metadata()?.len();
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        if stop.is_cancelled() {
            return Ok(None);
        }
        let length = file.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        hasher.update(chunk.get(..length).unwrap_or_default());
        progress.send_modify(|progress| {
            (progress.done, progress.total) = (hasher.count(), Some(total));
        });
    }
    Ok(Some((hasher.count(), hasher.finalize().to_hex().to_string())))
}
