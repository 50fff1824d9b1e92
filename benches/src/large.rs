//! Work for a log that is large: telling it, opening it, proving it.

use std::path::Path;

use mediary_log::{
    VerifyError,
    gate::{Gate, Refusal},
    verify,
};
use tokio::time::Instant;

use crate::{
    figure::Figure,
    log,
    world::{self, Size},
};

/// Tells all that happens until there is so much. The figure is of events.
pub fn tell(gate: &Gate, size: Size) -> Result<Figure, Refusal> {
    let before = gate.log().head().position;
    let began = Instant::now();
    world::tell(gate, size)?;
    Ok(Figure::new(gate.log().head().position - before, began.elapsed(), Vec::new()))
}

/// Opens the log of a folder so often, each time after it was closed in good order. The figure is of openings.
pub async fn open(directory: &Path, times: usize) -> Figure {
    let mut took = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        let log = log::open(directory);
        took.push(began.elapsed());
        log.close().await;
    }
    Figure::of_pieces(took)
}

/// Proves the log of a folder, which nobody has open. The figure is of events.
pub fn prove(directory: &Path) -> Result<Figure, VerifyError> {
    let began = Instant::now();
    let report = verify(directory, None)?;
    Ok(Figure::new(report.events, began.elapsed(), Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_told_opened_and_proved() {
        let directory = tempfile::tempdir().unwrap();
        let gate = world::open(directory.path());
        let told = tell(&gate, Size { lists: 2, entries_each: 60, kept_each: 3 }).unwrap();
        assert!(told.count > 2 * 60);
        let opened = crate::runtime().block_on(async {
            gate.log().clone().close().await;
            open(directory.path(), 2).await
        });
        assert_eq!((opened.count, opened.pieces()), (2, 2));
        // What opened it stands in it, too.
        assert!(prove(directory.path()).unwrap().count > told.count);
    }
}
