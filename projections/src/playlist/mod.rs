//! The view of playlists and their entries.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, Cell, ENTRY_CALLED, EntryFilter, EntryRow, EntryStatus, Here, PlaylistRow, RefreshOutcome,
    Standing, account, account_entries, changed_entries, changed_playlists, entries, entries_by_id, entry,
    entry_number, gone, playlist, playlists,
};
pub use view::PlaylistView;
