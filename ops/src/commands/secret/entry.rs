use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("secret", "Keep secrets, which nobody is told again")],
    fragments: &[include_str!("secret.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::SET, &super::LIST, &super::ROTATE, &super::DELETE],
    ..Concern::NOTHING
};
