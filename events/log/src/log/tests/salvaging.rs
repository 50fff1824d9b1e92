//! What is whole can be taken out of a file that its storage no longer opens (audit D9).

use std::{fs, path::PathBuf};

use tempfile::TempDir;

use super::support::{Bench, append, append_one, event, flip_everywhere, stream};
use crate::log::{ExportError, Salvaged, Source, export, salvage, store, verify, verify_bundle};

/// A closed log with enough events for trees of several pages, and the bundle of it.
fn closed_log() -> (TempDir, Vec<u8>) {
    let bench = Bench::new();
    for n in 1..=300 {
        let text = format!("payload-{n:04}. {}", "and more ".repeat(20));
        bench.log.append_blocking(append_one(n, &stream("playlist", n % 3), &text)).unwrap();
    }
    // Longer than a page.
    let long = event(&stream("file", 1), "found", &"long ".repeat(20_000));
    bench.log.append_blocking(append(301, vec![long, event(&stream("file", 2), "found", "b")])).unwrap();
    let mut bundle = Vec::new();
    export(Source::Live(&bench.log), .., &mut bundle).unwrap();
    let Bench { log, directory, .. } = bench;
    drop(log);
    (directory, bundle)
}

fn salvaged(directory: &TempDir) -> (Salvaged, Vec<u8>) {
    let mut bundle = Vec::new();
    let salvaged = salvage(directory.path(), &mut bundle).unwrap();
    (salvaged, bundle)
}

fn file(directory: &TempDir) -> PathBuf {
    store::file(directory.path())
}

/// Does something to the header of the file, which holds both commit slots.
fn with_header(directory: &TempDir, change: impl FnOnce(&mut [u8])) {
    let mut bytes = fs::read(file(directory)).unwrap();
    change(&mut bytes[..320]);
    fs::write(file(directory), bytes).unwrap();
}

// audit D9.
// invariant: L-14
#[test]
fn whole_events_are_taken_out_of_a_file_that_can_no_longer_be_opened() {
    type Harm = (&'static str, fn(&TempDir));
    let harms: [Harm; 5] = [
        ("the trees of the storage itself", |directory| {
            with_header(directory, |header| {
                for slot in [64, 192] {
                    header[slot + 40..slot + 48].fill(0xff);
                }
            });
        }),
        ("the checksums of both slots", |directory| {
            with_header(directory, |header| {
                header[64 + 112] ^= 1;
                header[192 + 112] ^= 1;
            });
        }),
        ("the number of the newest commit", |directory| {
            with_header(directory, |header| {
                let primary = if header[9] & 1 == 0 { 64 } else { 192 };
                header[primary + 104..primary + 112].fill(0xff);
            });
        }),
        ("a byte more", |directory| {
            let mut bytes = fs::read(file(directory)).unwrap();
            bytes.push(7);
            fs::write(file(directory), bytes).unwrap();
        }),
        ("nothing", |_| ()),
    ];
    for (what, harm) in harms {
        let (directory, expected) = closed_log();
        harm(&directory);
        let (salvaged, bundle) = salvaged(&directory);
        assert_eq!((salvaged.last_position, salvaged.promised), (303, Some(303)), "{what}");
        assert!(bundle == expected, "{what}: the bundle is another");
    }
}

#[test]
fn what_comes_before_a_damaged_event_is_saved_and_proved() {
    let (directory, _) = closed_log();
    assert!(flip_everywhere(&file(&directory), b"payload-0123.", 3) > 0);
    assert!(verify(directory.path(), None).is_err());
    let (salvaged, bundle) = salvaged(&directory);
    assert_eq!((salvaged.last_position, salvaged.promised), (123, Some(303)));
    let path = directory.path().join("bundle.ndjson");
    fs::write(&path, bundle).unwrap();
    let report = verify_bundle(&path, None).unwrap();
    assert_eq!((report.last_position, report.head_hash), (123, salvaged.last_hash));
}

#[test]
fn where_no_event_can_be_found_it_says_so() {
    let (directory, _) = closed_log();
    let bytes = fs::read(file(&directory)).unwrap();
    fs::write(file(&directory), vec![0; bytes.len()]).unwrap();
    let error = salvage(directory.path(), &mut Vec::new()).unwrap_err();
    assert!(matches!(error, ExportError::Open(_)), "{error}");
    assert_eq!(error.code(), "LOG_STRUCTURE_DAMAGED");
}
