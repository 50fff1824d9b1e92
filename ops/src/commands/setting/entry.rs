use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[
        Noun::of::<super::Verb>("limit", "See and change how much runs at once"),
        Noun::of::<super::quota::Verb>("quota", "See and change how much of whose work there may be"),
        Noun::of::<super::site::Verb>(
            "site",
            "See and change what holds for a site: how often and by which way it is asked",
        ),
        Noun::of::<super::layout::Verb>(
            "layout",
            "See and change how kept files are named, and what lies beside them",
        ),
    ],
    fragments: &[
        include_str!("layout.fragment.graphql"),
        include_str!("quota.fragment.graphql"),
        include_str!("site.fragment.graphql"),
        include_str!("trash.fragment.graphql"),
    ],
    #[cfg(test)]
    documents: &[
        &super::SET,
        &super::SHOW,
        &super::layout::PREVIEW,
        &super::layout::SET,
        &super::layout::SHOW,
        &super::quota::LIST,
        &super::quota::SET,
        &super::site::CLEAR,
        &super::site::LIST,
        &super::site::SET,
        &super::trash::SET,
        &super::trash::SHOW,
    ],
    ..Concern::NOTHING
};
