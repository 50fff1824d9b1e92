use std::sync::Arc;

use mediary_actors::parrot::{ParrotClerk, RepeatedToReward, Repeater};

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("parrot", "Have texts repeated")],
    #[cfg(test)]
    documents: &[&super::TELL, &super::LIST],
    parts: |ground| vec![ground.performer("parrot", ground.in_data(), Repeater, ParrotClerk)],
    reactions: |_| vec![Arc::new(RepeatedToReward)],
    ..Concern::NOTHING
};
