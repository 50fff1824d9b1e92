//! Whatever reads bytes that somebody else made, as a fuzzer calls it: a target takes any bytes, and panics where something does
//! not hold.
//!
//! `ops/fuzz` runs them, led by what code they reach. Every test run gives each of them its seeds, pieces of those and all that
//! once made it panic (`regressions/<target>/`). To add one: a function, a line in [`TARGETS`].

mod feed;
mod seeds;

use std::path::PathBuf;

use mediary_actors::{ffmpeg, process, ytdlp};
use mediary_api::fuzzing as api;
use mediary_log::fuzzing as log;
use mediary_projections::fuzzing as projections;
use mediary_schema::Address;

/// One reader of foreign bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What it is called at the command line.
    pub name: &'static str,
    /// Panics if something does not hold of these bytes.
    pub take: fn(&[u8]),
    /// Bytes to begin with: what it is made for, or nearly.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every reader.
pub const TARGETS: [Target; 10] = [
    Target { name: "frame", take: log::frame, seeds: seeds::frames },
    Target { name: "bundle", take: log::bundle, seeds: seeds::bundles },
    Target { name: "payload", take: payload, seeds: seeds::payloads },
    Target { name: "feed", take: feed::feed, seeds: seeds::feeds },
    Target { name: "search", take: projections::search, seeds: seeds::searches },
    Target { name: "address", take: address, seeds: seeds::addresses },
    Target { name: "container", take: ffmpeg::fuzzing::container, seeds: seeds::containers },
    Target { name: "talk", take: talk, seeds: seeds::talks },
    Target { name: "kept", take: process::fuzzing::kept, seeds: seeds::kept },
    Target { name: "list", take: api::list, seeds: seeds::lists },
];

/// Of what was found for a target, and mended.
pub fn regressions(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name)
}

/// What an event holds: by the reader that proves it, and by the one that shows it.
fn payload(bytes: &[u8]) {
    log::payload(bytes);
    mediary_events::codec::to_json(bytes).ok();
}

/// What tools say, of media and of lists.
fn talk(bytes: &[u8]) {
    ffmpeg::fuzzing::talk(bytes);
    ytdlp::fuzzing::rows(bytes);
}

/// What somebody wants to follow: its key is an address, too. What the key's own key is says nothing: of broken
/// escapes (`%%366`) it is another, and keys are closed for ever, since ids are made of them.
fn address(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(address) = text.parse::<Address>() else { return };
    address.key().parse::<Address>().expect("the key of an address is an address");
    if let Some(both) = address.video_of_list() {
        assert_eq!(both.list.video_of_list(), None, "of {text:?}");
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, panic::catch_unwind};

    use super::*;

    /// Places at which a seed is cut, and bytes that are changed in it.
    const PIECES: usize = 32;

    fn found(name: &str) -> Vec<(String, Vec<u8>)> {
        let Ok(files) = fs::read_dir(regressions(name)) else { return Vec::new() };
        let paths = files.map(|file| file.unwrap().path());
        paths.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
    }

    /// A seed, its beginnings, and what it is with one byte changed.
    fn pieces(seed: &[u8]) -> Vec<Vec<u8>> {
        let places = (0..seed.len()).step_by(seed.len() / PIECES + 1);
        let pieces = places.flat_map(|place| {
            let mut changed = seed.to_vec();
            changed[place] ^= 0x41;
            [seed[..place].to_vec(), changed]
        });
        pieces.chain([seed.to_vec()]).collect()
    }

    #[test]
    fn each_target_takes_its_seeds_their_pieces_and_what_was_once_found() {
        let mut refused = Vec::new();
        for Target { name, take, seeds } in TARGETS {
            let seeds = seeds();
            assert!(!seeds.is_empty(), "{name} has no seeds");
            let of_seeds =
                seeds.iter().flat_map(|seed| pieces(seed)).map(|bytes| ("a seed".to_owned(), bytes));
            for (what, bytes) in of_seeds.chain(found(name)) {
                if catch_unwind(|| take(&bytes)).is_err() {
                    refused.push(format!("{name}, {what}: {}", bytes.escape_ascii()));
                }
            }
        }
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    }

    // A folder that belongs to no target is never looked into.
    #[test]
    fn what_was_found_lies_with_a_target() {
        let folders = fs::read_dir(regressions("")).unwrap();
        for name in folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()) {
            assert!(TARGETS.iter().any(|target| target.name == name), "{name}");
        }
    }
}
