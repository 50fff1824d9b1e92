//! What goes through the whole log goes through it in pieces of a few MiB, however large its events are.

use std::{
    cell::Cell,
    io::{self, Write},
};

use super::support::{Bench, append, event, stream};
use crate::log::{Source, export, verify_bundle, verify_live, verify_live_while};

/// The most that is made in memory at once: 4 MiB of frames, each with its payload in hex and as JSON.
const PIECE_BYTES_MAX: usize = 4 * (4 << 20);

/// 200 events of 250 KiB, which is 50 MiB.
fn bench() -> Bench {
    let bench = Bench::new();
    let text = "x".repeat(250 << 10);
    for n in 0..10 {
        let events = (0..20).map(|n| event(&stream("job", n), "noted", &text)).collect();
        bench.log.append_blocking(append(n, events)).unwrap();
    }
    bench
}

/// What was written, and the largest piece of it.
#[derive(Default)]
struct Pieces {
    bytes: Vec<u8>,
    largest: usize,
}

impl Write for Pieces {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bytes.extend(piece);
        self.largest = self.largest.max(piece.len());
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// core C12.
#[test]
fn an_export_holds_a_few_mebibytes_at_once() {
    let bench = bench();
    let mut out = Pieces::default();
    export(Source::Live(&bench.log), .., &mut out).unwrap();
    assert!(out.bytes.len() > 100 << 20 && out.largest < PIECE_BYTES_MAX, "{}", out.largest);
    let path = bench.directory.path().join("bundle.ndjson");
    std::fs::write(&path, out.bytes).unwrap();
    assert_eq!(verify_bundle(&path, None).unwrap(), verify_live(&bench.log, None).unwrap());
}

// core C12.
#[test]
fn frames_are_copied_a_few_mebibytes_at_once() {
    let bench = bench();
    let (store, head) = (bench.log.store(), bench.log.head().position);
    let (mut next, mut pieces) = (1, 0);
    while next <= head {
        let frames = store.frames(next, head).unwrap();
        assert!(frames.iter().map(|(position, _)| *position).eq(next..next + frames.len() as u64));
        assert!(frames.iter().map(|(_, frame)| frame.len()).sum::<usize>() < 5 << 20);
        next += frames.len() as u64;
        pieces += 1;
    }
    assert!((10..20).contains(&pieces), "{pieces}");
    assert!(store.frames(head + 1, head + 1).is_err());
}

// core C12.
#[test]
fn a_proof_asks_every_few_mebibytes_whether_somebody_waits() {
    let bench = bench();
    let asked = Cell::new(0);
    let count = || {
        asked.set(asked.get() + 1);
        true
    };
    let report = verify_live_while(&bench.log, None, count).unwrap();
    assert_eq!(report.last_position, 201);
    assert!(asked.get() >= 6, "{}", asked.get());
}
