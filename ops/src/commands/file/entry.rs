use mediary_actors::file::Verifier;

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("file", "Look at what is in the library")],
    #[cfg(test)]
    documents: &[&super::LIST, &super::SHOW, &super::VERIFY],
    parts: |ground| {
        let verifier = Verifier::new(ground.library.root().to_owned());
        vec![ground.performer("verify", ground.in_data(), verifier), ground.keeper("keeper")]
    },
    ..Concern::NOTHING
};
