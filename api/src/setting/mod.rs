//! Settings in GraphQL.

mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use explain::Words;
pub(crate) use mutation::SettingMutation;
pub(crate) use query::SettingQuery;
