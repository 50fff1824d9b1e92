use mediary_actors::file::{FileClerk, Verifier};

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("file", "Look at what is in the library")],
    fragments: &[include_str!("root.fragment.graphql")],
    #[cfg(test)]
    documents: &[
        &super::LIST,
        &super::SHOW,
        &super::LINK,
        &super::VERIFY,
        &super::root::ADD,
        &super::root::LIST,
    ],
    parts: |ground| {
        vec![ground.performer("verify", ground.in_data(), Verifier, FileClerk), ground.keeper("keeper")]
    },
    ..Concern::NOTHING
};
