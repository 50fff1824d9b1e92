use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("token", "Make and revoke the credentials of people and programs")],
    fragments: &[include_str!("token.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::CREATE, &super::LIST, &super::REVOKE],
    ..Concern::NOTHING
};
