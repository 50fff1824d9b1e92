use std::sync::Arc;

use mediary_actors::playlist::{ListClerk, Lister};

use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[Noun::of::<super::Verb>("playlist", "Follow playlists, channels, feeds and single items")],
    fragments: &[
        include_str!("entry.fragment.graphql"),
        include_str!("entry_facts.fragment.graphql"),
        include_str!("playlist.fragment.graphql"),
        include_str!("playlist_outcome.fragment.graphql"),
    ],
    #[cfg(test)]
    documents: &[
        &super::ENTRIES,
        &super::FOLLOW,
        &super::LIST,
        &super::REFRESH,
        &super::SHOW,
        &super::UNFOLLOW,
        &super::account::ACCOUNT,
        &super::account::ACCOUNT_ENTRIES,
        &super::account::GONE,
        &super::diff::DIFF,
    ],
    parts: |ground| {
        let lister = Lister::new(Arc::clone(&ground.engine) as _);
        vec![ground.performer("refresh", ground.in_data(), lister, ListClerk::new(ground.vault()))]
    },
    ..Concern::NOTHING
};
