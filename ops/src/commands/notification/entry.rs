use std::sync::Arc;

use mediary_actors::reaction::EventsToNotices;

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("notification", "See what you are told, and say what that is")],
    fragments: &[include_str!("notification.fragment.graphql"), include_str!("rule.fragment.graphql")],
    #[cfg(test)]
    documents: &[
        &super::DISMISS,
        &super::LIST,
        &super::rule::ADD,
        &super::rule::BACKTEST,
        &super::rule::LIST,
        &super::rule::REMOVE,
    ],
    reactions: |_| vec![Arc::new(EventsToNotices)],
    ..Concern::NOTHING
};
