//! What a server answers to the documents of the command line, as types: see `build/main.rs`, which makes them.
//!
//! To add one: write the document, and name `answers::<folder>::<file>::Answer`.

/// A page of what there is. Each answer that is one says so by itself.
pub(crate) trait Connection {
    /// What there are pages of.
    type Node;

    /// Behind what the next page begins, if there is one.
    fn next(&self) -> Option<String>;

    /// What is on this one.
    fn into_nodes(self) -> Vec<Self::Node>;
}

include!(concat!(env!("OUT_DIR"), "/answers.rs"));

#[cfg(test)]
mod tests;
