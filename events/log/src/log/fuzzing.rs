//! What reads bytes that others made, as a fuzzer calls it: each takes any bytes, and panics where something does not hold.

use std::path::Path;

use serde::de::IgnoredAny;

use super::{
    bundle::Lines,
    erasure::Erasures,
    frame::{self, Body, Frame},
    payload as spelled,
    sealing::Opener,
    verify::{VerifyError, bundle as bundle_proof},
};
use crate::vault::PersonKeys;

/// A frame as it is stored: there is one spelling of what it says.
pub fn frame(bytes: &[u8]) {
    let Ok(frame) = Frame::parse(bytes) else { return };
    frame.extensions();
    let (keys, erasures) = (PersonKeys::default(), Erasures::default());
    let opener = Opener { keys: &keys, erasures: &erasures };
    assert_eq!(frame.recorded(opener).is_ok(), frame.payload_matches());
    if frame.at().as_micros() != frame.at_micros() {
        // No clock of ours has such a time, and whoever proves a log says so.
        return;
    }
    let mut own = Vec::new();
    frame::encode_envelope(&frame.envelope(), &mut own);
    assert_eq!(own, frame.envelope_bytes(), "what the chain covers");
    frame::encode_rest(frame.digest(), frame.body(), &mut own);
    assert_eq!(own, bytes);
}

/// A bundle.
pub fn bundle(bytes: &[u8]) {
    bundle_proof::prove(Path::new("fuzzed"), bytes, None, |_, _| Ok::<_, VerifyError>(())).ok();
}

/// What an event holds: whatever is taken for it is spelled as JSON that everybody reads.
pub fn payload(bytes: &[u8]) {
    let mut json = Vec::new();
    let is_spelled = spelled::write_json(bytes, &mut json).is_ok();
    assert_eq!(spelled::check(bytes).is_ok(), is_spelled);
    if is_spelled {
        serde_json::from_slice::<IgnoredAny>(&json).expect("it is JSON");
    }
}

/// The frames of a bundle, up to the first line that is none.
pub fn frames_of(bundle: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = Lines::new(bundle);
    let is_bundle = lines.header().is_ok();
    let next = || lines.event().ok().flatten().map(|event| event.frame);
    if is_bundle { std::iter::from_fn(next).collect() } else { Vec::new() }
}

/// The payload of a frame that has one.
pub fn payload_of(frame: &[u8]) -> Option<Vec<u8>> {
    match Frame::parse(frame).ok()?.body() {
        Body::Inline { payload, .. } => Some(payload.to_vec()),
        Body::Erased => None,
    }
}
