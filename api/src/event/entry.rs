use crate::entry::Entry;

/// The log, to the rest of the API: what events say, their concerns explain.
pub(crate) const ENTRY: Entry = Entry::NOTHING;
