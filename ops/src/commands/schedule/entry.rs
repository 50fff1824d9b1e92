use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("schedule", "Have things done again and again")],
    fragments: &[include_str!("schedule.fragment.graphql")],
    #[cfg(test)]
    documents: &[
        &super::ADD,
        &super::LIST,
        &super::SHOW,
        &super::PAUSE,
        &super::RESUME,
        &super::REMOVE,
        &super::RUN,
    ],
    parts: |ground| vec![ground.scheduler("scheduler")],
    ..Concern::NOTHING
};
