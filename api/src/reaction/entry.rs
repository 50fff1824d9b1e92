use crate::entry::Entry;

/// Reactions, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry::NOTHING;
