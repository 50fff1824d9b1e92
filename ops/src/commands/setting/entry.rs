use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("limit", "See and change how much runs at once")],
    #[cfg(test)]
    documents: &[&super::SET, &super::SHOW],
    ..Concern::NOTHING
};
