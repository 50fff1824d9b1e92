//! Files in GraphQL.

mod explain;
mod object;
mod query;

pub(crate) use explain::Words;
pub(crate) use object::File;
pub(crate) use query::FileQuery;
