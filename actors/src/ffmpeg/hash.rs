//! BLAKE3 of a file.

use std::{
    fs::File,
    io::{self, Read},
};

use tokio_util::sync::CancellationToken;

/// Bytes read at once: large enough for BLAKE3's widest steps, small enough to see a stop soon.
const CHUNK_BYTES: usize = 1 << 20;

/// The hash of an open file, as [`hash`] makes it. Blocks.
pub(crate) fn hash_of(file: File) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Hashes an open file and answers its size and hash, or none if it was stopped; `each` is told of every part by its
/// size. Blocks.
pub(crate) fn hash(
    mut file: File,
    stop: &CancellationToken,
    mut each: impl FnMut(u64),
) -> io::Result<Option<(u64, String)>> {
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
        each(length as u64);
    }
    Ok(Some((hasher.count(), hasher.finalize().to_hex().to_string())))
}
