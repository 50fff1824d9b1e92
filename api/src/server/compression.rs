//! Answers are sent compressed to whoever takes that: the page and what it loads, and what GraphQL answers.
//!
//! Not what the door answers, where a word that is secret stands beside what was asked: its length would tell of it (BREACH). Media
//! are compressed already, and whoever takes a log or an archive along takes its bytes as they are.

use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{And, NotForContentType, Predicate as _, SizeAbove},
    },
};

/// Below this many bytes an answer is a packet or two however it is sent.
const BYTES_MIN: u16 = 1_024;

/// What is worth it.
type Worthwhile = And<And<SizeAbove, NotForContentType>, NotForContentType>;

/// The layer that compresses, as fast as it can: a server of one's own is near, and its processor small.
pub(super) fn compression() -> CompressionLayer<Worthwhile> {
    let letters = NotForContentType::const_new("font/");
    let worthwhile = SizeAbove::new(BYTES_MIN).and(NotForContentType::IMAGES).and(letters);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worthwhile)
}
