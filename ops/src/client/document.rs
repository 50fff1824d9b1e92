//! GraphQL documents: each one operation that asks for one field, in a file beside the verb that sends it.
//!
//! To add one: its file, and a constant with the type that its answer is read as, which the build makes of both file and
//! schema (`crate::answers`); both stand in the entry of its concern, as does a fragment that several use. Tests go over
//! every file, ask the schema whether it understands it, and have the type read what the schema may answer.

use std::{fmt, marker::PhantomData};

use crate::commands::CONCERNS;

/// What several documents say in the same words: of no concern, and of each. A document brings those that it names, and
/// those that they name.
fn fragments() -> impl Iterator<Item = &'static str> {
    const OF_ALL: &[&str] = &[
        include_str!("dry_run.fragment.graphql"),
        include_str!("user_error.fragment.graphql"),
        include_str!("../commands/log/event.fragment.graphql"),
        include_str!("../commands/log/event_kind.fragment.graphql"),
    ];
    OF_ALL.iter().chain(CONCERNS.iter().flat_map(|concern| concern.fragments)).copied()
}

/// A document, and the type that its answer is read as: of a mutation the payload without what all of them have.
pub(crate) struct Document<T> {
    operation: &'static str,
    pub(super) is_repeatable: bool,
    answer: PhantomData<fn() -> T>,
}

impl<T> Document<T> {
    /// A question, or a command that carries its id: asked twice, it is answered the same.
    pub(crate) const fn repeatable(operation: &'static str) -> Self {
        Self { operation, is_repeatable: true, answer: PhantomData }
    }

    /// A command without an id: sent once, since it might be done twice.
    pub(crate) const fn once(operation: &'static str) -> Self {
        Self { operation, is_repeatable: false, answer: PhantomData }
    }

    /// What is sent.
    pub(crate) fn text(&self) -> String {
        with_fragments(self.operation)
    }
}

impl<T> Clone for Document<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Document<T> {}

impl<T> fmt::Debug for Document<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Document").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// An operation with every fragment that it needs, each once. One that is not known is left to the server to refuse.
pub(crate) fn with_fragments(operation: &str) -> String {
    let mut text = operation.trim_end().to_owned();
    let mut named: Vec<&str> = Vec::new();
    let mut unread = spreads(operation);
    while let Some(name) = unread.pop() {
        if named.contains(&name) {
            continue;
        }
        named.push(name);
        if let Some(fragment) = fragments().find(|fragment| name_of(fragment) == Some(name)) {
            text.push('\n');
            text.push_str(fragment.trim_end());
            unread.extend(spreads(fragment));
        }
    }
    text
}

/// `Job` of `fragment Job on Job { … }`.
fn name_of(fragment: &str) -> Option<&str> {
    fragment.strip_prefix("fragment ")?.split_whitespace().next()
}

/// The names behind `...`.
fn spreads(text: &str) -> Vec<&str> {
    let names = text.split("...").skip(1);
    names
        .map(|rest| {
            let end = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

/// A document of whatever type, as the tests see it.
#[cfg(test)]
pub(crate) trait Checked {
    /// What is sent.
    fn text(&self) -> String;

    /// Reads an answer as whoever asks does.
    fn read(&self, answer: serde_json::Value) -> Result<(), serde_json::Error>;
}

#[cfg(test)]
impl<T: serde::de::DeserializeOwned> Checked for Document<T> {
    fn text(&self) -> String {
        self.text()
    }

    fn read(&self, answer: serde_json::Value) -> Result<(), serde_json::Error> {
        if self.operation.starts_with("mutation") {
            super::Outcome::<T>::try_from_payload(answer).map(drop)
        } else {
            serde_json::from_value::<T>(answer).map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_brings_each_fragment_that_it_needs_once() {
        let text = with_fragments("query { jobs { nodes { ...Job failure { ...Failure } } } }\n");
        let fragments: Vec<&str> =
            text.lines().filter(|line| line.starts_with("fragment ")).filter_map(name_of).collect();
        assert_eq!(fragments.len(), 3, "{text}");
        assert!(["Job", "Failure", "Progress"].iter().all(|name| fragments.contains(name)), "{text}");
        assert_eq!(with_fragments("{ head { position } }"), "{ head { position } }");
    }
}
