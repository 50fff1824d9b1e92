//! What the binary has of each concern: nouns of the command line, parts of the supervision tree, reactions.
//!
//! To add a concern: its file with a [`Concern`], and a line in [`CONCERNS`].

use std::sync::Arc;

use mediary_actors::supervisor::Child;
use mediary_log::gate::Reaction;
use mediary_schema::job::RetryPolicy;

use super::noun::Noun;
#[cfg(test)]
use crate::client::Checked;
use crate::tree::Ground;

/// What the binary has of a concern.
pub(crate) struct Concern {
    /// What people type.
    pub(crate) nouns: &'static [Noun],
    /// What several of its documents say in the same words.
    pub(crate) fragments: &'static [&'static str],
    /// Its documents, each with the type that its answer is read as.
    #[cfg(test)]
    pub(crate) documents: &'static [&'static dyn Checked],
    /// The parts of the supervision tree that do its work, in the order of their start.
    pub(crate) parts: fn(&Ground<'_>) -> Vec<Child>,
    /// What follows from events by its commands.
    pub(crate) reactions: fn(RetryPolicy) -> Vec<Arc<dyn Reaction>>,
}

impl Concern {
    /// One of which nothing is typed, and which does nothing by itself.
    pub(crate) const NOTHING: Self = Self {
        nouns: &[],
        fragments: &[],
        #[cfg(test)]
        documents: &[],
        parts: |_| Vec::new(),
        reactions: |_| Vec::new(),
    };
}

/// Every concern.
pub(crate) const CONCERNS: &[Concern] = &[
    super::playlist::CONCERN,
    super::download::CONCERN,
    super::file::CONCERN,
    super::job::CONCERN,
    super::lane::CONCERN,
    super::account::CONCERN,
    super::project::CONCERN,
    super::setting::CONCERN,
    super::template::CONCERN,
    super::worker::CONCERN,
    super::view::CONCERN,
    super::telemetry::CONCERN,
    super::parked::CONCERN,
    super::schedule::CONCERN,
    super::secret::CONCERN,
    super::plan::CONCERN,
    super::collection::CONCERN,
    super::notification::CONCERN,
    super::bot::CONCERN,
    super::preview::CONCERN,
    super::check::CONCERN,
    super::transcode::CONCERN,
];
