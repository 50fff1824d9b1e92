//! Limits on what a GraphQL request may cost before and while it runs.
//!
//! Guarantees: a body is read up to a size and within a time; what runs at once, by HTTP and on sockets,
//! costs so much together; a request by HTTP runs up to a deadline; a document is measured, with its fragments expanded, before anything walks it. Each
//! refusal is a GraphQL error with a stable code. Does not: count rows (lists do so by their
//! `complexity`), or limit files and websockets, which have limits of their own.

mod code;
mod document;
mod options;
mod request;
#[cfg(test)]
mod tests;
mod turn;

pub(in crate::server) use code::is_refused;
pub use document::limit_schema;
pub use options::Options;
pub use request::limit_requests;
