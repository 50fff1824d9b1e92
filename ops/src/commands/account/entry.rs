use super::{session, user};
use crate::commands::{concerns::Concern, noun::Noun};

/// What the binary has of this concern.
pub(crate) const CONCERN: Concern = Concern {
    nouns: &[
        Noun::of::<super::Verb>("token", "Make and revoke the credentials of people and programs"),
        Noun::of::<user::Verb>("user", "Let people in by a name and a password"),
        Noun::of::<session::Verb>("session", "See which browsers are signed in, and sign them out"),
    ],
    fragments: &[
        include_str!("token.fragment.graphql"),
        include_str!("user.fragment.graphql"),
        include_str!("session.fragment.graphql"),
    ],
    #[cfg(test)]
    documents: &[
        &super::CREATE,
        &super::LIST,
        &super::REVOKE,
        &user::ADD,
        &user::DISABLE,
        &user::ENABLE,
        &user::INVITE,
        &user::LIST,
        &user::PASSWORD,
        &user::REMOVE,
        &user::SET,
        &session::LIST,
        &session::REVOKE,
        &session::REVOKE_ALL,
    ],
    ..Concern::NOTHING
};
