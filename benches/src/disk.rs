//! What the disk can do by itself: the limit of whatever acknowledges an event only once it is safe.

use std::{
    fs::File,
    io::{self, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
};

use tokio::time::Instant;

use crate::figure::Figure;

/// Writes a page into a file that is large enough and syncs it, one after the other.
pub fn probe(directory: &Path, syncs: u64) -> io::Result<Figure> {
    const PAGE: [u8; 4096] = [7; 4096];
    const PAGES: u64 = 1024;
    let mut file = File::create(directory.join("probe"))?;
    for _ in 0..PAGES {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    let mut latencies = Vec::new();
    for n in 0..syncs {
        let asked = Instant::now();
        file.write_all_at(&PAGE, n % PAGES * PAGE.len() as u64)?;
        file.sync_data()?;
        latencies.push(asked.elapsed());
    }
    Ok(Figure::of_pieces(latencies))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_syncs() {
        let directory = tempfile::tempdir().unwrap();
        let probed = probe(directory.path(), 5).unwrap();
        assert_eq!(probed.count, 5);
        assert!(probed.per_second() > 0.0);
        assert!(probed.percentile(50).unwrap() <= probed.percentile(99).unwrap());
    }
}
