//! Telemetry: what was measured, kept apart from the log and from every view.
//!
//! Guarantees: nothing reads it but whoever asks for it, so that its loss changes nothing but what it held; samples are taken by
//! a thread of its own, in batches, and nobody waits for that; a batch is kept whole or not at all; what can't be kept is
//! counted. A store that can't be read is moved aside and begun anew. No view reads it, and it reads no event.
//!
//! A sample is first a row of `recent`, in the order of its coming. Once an hour has passed, its rows become blocks: the samples
//! themselves, and what they come to by minute, hour and day, each block as long as a page or less and written once. So a
//! sample costs one row when it comes and some bytes for as long as it is kept, and an answer reads few blocks and those rows.

mod bucket;
mod codec;
mod compact;
mod file;
mod handle;
mod keeping;
mod query;
mod read;
mod series;
#[cfg(test)]
mod tests;
mod write;

pub use bucket::{Bucket, Resolution};
pub use file::NAME as FILE_NAME;
pub use handle::{Condition, Listening, Telemetry, TelemetryError, TelemetryOptions, copy_of, look};
pub use keeping::Retention;
pub use query::{POINTS_MAX, Point, Points, Step, Wanted, WantedError};
pub use series::{Latest, Series};
