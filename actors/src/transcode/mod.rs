//! The transcoder: makes files of files, and keeps none that is not proved.
//!
//! Guarantees: what it is made of is never written to; "made" is said of a file that was decoded to its last frame and has
//! each stream that it was to have, as long as the source's, in step with each other, and alike where it was made anew; it
//! lies beside what it was made of under a name that was free. What can't be carried is refused before anything is encoded,
//! or lies in a file beside it.

mod arguments;
mod clerk;
mod effect;
mod likeness;
mod making;
mod progress;
mod survey;
#[cfg(test)]
mod tests;
mod what_if;

pub use clerk::TranscodeClerk;
pub use effect::{Product, Transcoded, Transcoder};
pub use survey::{Health, Survey, media_below};
pub use what_if::Outlook;
