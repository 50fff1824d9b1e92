//! The view of playlists and their entries.

mod project;
mod query;
#[cfg(test)]
mod tests;
mod view;

pub use query::{
    CALLED, Cell, ENTRY_CALLED, EntryField, EntryFilter, EntryRow, EntryStatus, Here, PlaylistField,
    PlaylistFilter, PlaylistRow, RefreshOutcome, Standing, account, account_entries, changed_entries,
    changed_playlists, entries, entries_by_id, entry, entry_number, gone, newest_entries, playlist,
    playlists, playlists_by_id,
};
pub use view::PlaylistView;
