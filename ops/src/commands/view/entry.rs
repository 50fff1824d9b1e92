use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of views: their verbs.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>(
        "view",
        "See how the views are built that answers come from; build one anew, go back to another version",
    )],
    fragments: &[include_str!("version.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::LIST, &super::REBUILD, &super::USE],
    ..Concern::NOTHING
};
