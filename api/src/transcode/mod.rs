//! Transcodes in GraphQL.

mod entry;
mod explain;
mod mutation;
mod object;
mod query;

pub(crate) use entry::ENTRY;
pub(crate) use mutation::{ReplaceRules, TranscodeMutation as Mutation};
pub(crate) use object::Transcode;
pub(crate) use query::TranscodeQuery as Query;

pub(crate) use crate::nothing::Subscription;
