use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("job", "Look at long work, and stop, hold or repeat it")],
    fragments: &[
        include_str!("failure.fragment.graphql"),
        include_str!("job.fragment.graphql"),
        include_str!("job_outcome.fragment.graphql"),
        include_str!("progress.fragment.graphql"),
    ],
    #[cfg(test)]
    documents: &[
        &super::BATCH,
        &super::CANCEL,
        &super::CHANGES,
        &super::LIST,
        &super::LOG,
        &super::PAUSE,
        &super::RESUME,
        &super::RETRY,
        &super::SET,
        &super::SHOW,
    ],
    ..Concern::NOTHING
};
