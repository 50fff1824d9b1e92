//! Limits on what a GraphQL request may cost before and while it runs.
//!
//! Guarantees: a body is read up to a size and within a time; so many requests run at once, each up
//! to a deadline; a document is measured, with its fragments expanded, before anything walks it. Each
//! refusal is a GraphQL error with a stable code. Does not: count rows (lists do so by their
//! `complexity`), or limit files and websockets, which have limits of their own.

mod document;
mod options;
mod request;
#[cfg(test)]
mod tests;

pub use document::limit_schema;
pub use options::Options;
pub use request::limit_requests;
