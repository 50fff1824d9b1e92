use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("collection", "Keep lists of your own, and what you like best")],
    fragments: &[
        include_str!("collection.fragment.graphql"),
        include_str!("collection_entry.fragment.graphql"),
    ],
    #[cfg(test)]
    documents: &[
        &super::CREATE,
        &super::LIST,
        &super::SHOW,
        &super::ENTRIES,
        &super::RENAME,
        &super::DELETE,
        &super::ADD,
        &super::REMOVE,
        &super::MOVE,
        &super::FAVOURITE,
        &super::file::EXPORT,
        &super::file::IMPORT,
    ],
    ..Concern::NOTHING
};
