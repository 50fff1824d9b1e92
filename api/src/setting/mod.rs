//! Settings in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use object::{Layout, LayoutInput};

pub(crate) use mutation::SettingMutation as Mutation;
pub(crate) use query::SettingQuery as Query;

pub(crate) use crate::nothing::Subscription;
