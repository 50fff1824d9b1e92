//! The view of transcodes.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, TranscodeField, TranscodeFilter, TranscodeRow, TranscodeState, transcode, transcodes,
    transcodes_by_id,
};
pub use view::TranscodeView;
