//! What events take on the disk.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use super::support::{Bench, append, event, stream};

const EVENTS: u32 = 20_000;
const APPEND: u32 = 100;
const STREAMS: u32 = 1_000;
/// Of an event with 256 bytes to say: 240 more of who, when, why and the chain, and what a tree of pages leaves free.
const RECORD_BYTES_MAX: u64 = 600;
/// Where it is, by id, stream, concern and command: made anew from the record, whenever it is lost.
const INDEX_BYTES_MAX: u64 = 200;

/// What the files of a folder take.
fn taken(folder: &Path) -> u64 {
    const BLOCK: u64 = 512;
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap());
    files.map(|facts| facts.blocks() * BLOCK).sum()
}

// Core C2.
#[test]
fn an_event_takes_little_more_of_the_disk_than_what_it_says() {
    let bench = Bench::new();
    let text = "x".repeat(250);
    for first in (0..EVENTS).step_by(APPEND as usize) {
        // Streams in no order, as those of downloads are.
        let scattered = |number: u32| u128::from(number.wrapping_mul(2_654_435_761) % STREAMS) << 96;
        let told =
            (first..first + APPEND).map(|number| event(&stream("job", scattered(number)), "told", &text));
        bench.log.append_blocking(append(u128::from(first) + 1, told.collect())).unwrap();
    }
    let folder = bench.directory.path().to_owned();
    let record_bytes = bench.log.size_bytes() / u64::from(EVENTS);
    let directory = bench.directory;
    drop(bench.log);
    let index_bytes = taken(&folder.join("index")) / u64::from(EVENTS);
    println!("{record_bytes} bytes of record and {index_bytes} of index for an event");
    assert!(record_bytes <= RECORD_BYTES_MAX, "{record_bytes} bytes of record");
    assert!(index_bytes <= INDEX_BYTES_MAX, "{index_bytes} bytes of index");
    drop(directory);
}
