use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("project", "Keep the things of several people apart")],
    fragments: &[include_str!("project.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::CREATE, &super::LIST],
    ..Concern::NOTHING
};
