use mediary_actors::plan::{FileMover, PlanClerk};

use super::trash;
use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[
        Noun::of::<super::Verb>("plan", "Look at what would be done, do it, and take it back"),
        Noun::of::<trash::Verb>("trash", "Look at what was deleted, and take it back"),
    ],
    fragments: &[include_str!("plan.fragment.graphql"), include_str!("made.fragment.graphql")],
    #[cfg(test)]
    documents: &[&super::MAKE, &super::APPLY, &super::UNDO, &super::LIST, &super::SHOW, &super::FILES],
    parts: |ground| {
        vec![ground.performer("move", ground.in_data(), FileMover, PlanClerk), ground.purger("purger")]
    },
    ..Concern::NOTHING
};
