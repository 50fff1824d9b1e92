//! Settings in GraphQL.

mod mutation;
mod object;
mod query;

pub(crate) use mutation::SettingMutation;
pub(crate) use query::SettingQuery;
