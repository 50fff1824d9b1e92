//! Files in GraphQL.

mod object;
mod query;

pub(crate) use object::File;
pub(crate) use query::FileQuery;
