use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("bot", "Let people ask by a messenger")],
    fragments: &[include_str!("bot.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::REMOVE, &super::SET, &super::SHOW],
    parts: |ground| vec![ground.bots("bots")],
    ..Concern::NOTHING
};
