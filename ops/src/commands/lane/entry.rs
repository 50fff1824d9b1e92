use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("lane", "See what work shares, and hold it")],
    fragments: &[include_str!("lane.fragment.graphql"), include_str!("pace.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::LIST, &super::PAUSE, &super::RESUME],
    ..Concern::NOTHING
};
