//! Roots without members, for a concern of which nothing of a kind can be asked.

// The same empty object: of the two only what stands in them counts.
pub(crate) use async_graphql::{
    EmptyMutation as Mutation, EmptyMutation as Query, EmptySubscription as Subscription,
};
