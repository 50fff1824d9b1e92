use crate::entry::Entry;

/// Views, to the rest of the API: they are no concern and have no events.
pub(crate) const ENTRY: Entry = Entry::NOTHING;
