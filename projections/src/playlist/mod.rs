//! The view of playlists and their entries.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    EntryFilter, EntryRow, EntryStatus, PlaylistRow, RefreshOutcome, changed_entries, changed_playlists,
    entries, entries_by_id, entry, entry_number, playlist, playlists,
};
pub use view::PlaylistView;
