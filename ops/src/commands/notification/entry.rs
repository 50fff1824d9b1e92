use std::sync::Arc;

use mediary_actors::reaction::EventsToNotices;

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("notification", "See what you are told, and say what that is")],
    fragments: &[
        include_str!("channel.fragment.graphql"),
        include_str!("delivery.fragment.graphql"),
        include_str!("group.fragment.graphql"),
        include_str!("notification.fragment.graphql"),
        include_str!("rule.fragment.graphql"),
    ],
    #[cfg(test)]
    documents: &[
        &super::DISMISS,
        &super::GROUPS,
        &super::LIST,
        &super::READ,
        &super::channel::ADD,
        &super::channel::LIST,
        &super::channel::PAUSE,
        &super::channel::REMOVE,
        &super::channel::RESUME,
        &super::channel::TEST,
        &super::outbox::DELIVERY,
        &super::outbox::LIST,
        &super::outbox::RETRY,
        &super::rule::ADD,
        &super::rule::BACKTEST,
        &super::rule::LIST,
        &super::rule::LIST_REMOVED,
        &super::rule::REMOVE,
        &super::rule::RESTORE,
    ],
    parts: |ground| vec![ground.outbox("outbox")],
    reactions: |_| vec![Arc::new(EventsToNotices)],
};
