use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>(
        "parked",
        "See what a reaction could not handle; try it again, or skip it",
    )],
    #[cfg(test)]
    documents: &[&super::LIST, &super::RETRY, &super::SKIP],
    ..Concern::NOTHING
};
