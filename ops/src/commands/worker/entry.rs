use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[
        Noun::of::<super::Verb>("worker", "See how the parts are that do the work"),
        Noun::of::<super::Part>("concern", "Start a part again that was halted because it failed too often"),
    ],
    #[cfg(test)]
    documents: &[&super::LIST, &super::RESUME],
    ..Concern::NOTHING
};
