//! What an earlier attempt threw away, by its hash, in the folder of the job.

use std::{fs, io, path::Path};

use mediary_log::whole;

/// The file with the hash.
const NAME: &str = "thrown-away";

/// BLAKE3 of what was thrown away before, if anything was.
pub(super) fn before(staging: &Path) -> Option<String> {
    fs::read_to_string(staging.join(NAME)).ok()
}

/// Remembers what is thrown away.
pub(super) fn remember(staging: &Path, blake3: &str) -> io::Result<()> {
    whole::write(&staging.join(NAME), blake3.as_bytes())
}
