//! Bots in GraphQL: who may ask by a messenger.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::BotMutation as Mutation;
pub(crate) use query::BotQuery as Query;

pub(crate) use crate::nothing::Subscription;
