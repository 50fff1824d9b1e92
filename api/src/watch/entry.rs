use super::explain::Words;
use crate::entry::Entry;

/// Watches, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry { words: Some(&Words), ..Entry::NOTHING };
