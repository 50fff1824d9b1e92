//! The view of previews.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{CALLED, PreviewField, PreviewRow, PreviewState, preview, previews, previews_by_id};
pub use view::PreviewView;
