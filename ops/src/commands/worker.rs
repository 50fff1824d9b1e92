//! `mediary worker`: kinds of work that were halted.

use clap::{Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use super::{failure::Failure, plan::Intent, playlist::input};
use crate::{
    client::{Client, DRY_RUN, Document},
    output::Output,
};

/// What can be done with kinds of work.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start a kind of work again that was halted because it failed too often.
    Resume {
        /// Which kind.
        #[arg(value_enum, value_name = "KIND")]
        kind: Kind,
        #[command(flatten)]
        intent: Intent,
    },
}

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Refreshes playlists.
    Refresh,
    /// Downloads.
    Download,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Download => "download",
        }
    }
}

pub(crate) const RESUME: Document = Document::repeatable(&[
    "mutation WorkerResume($input: WorkerResumeInput!) {
  workerResume(input: $input) { userErrors { code message advice retryable } dryRun { ...DryRun } }
}",
    DRY_RUN,
]);

#[derive(Debug, Deserialize)]
struct Payload {}

/// Does what the verb says.
pub(crate) async fn run(verb: Verb, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Verb::Resume { kind, intent } = verb;
    let name = kind.name();
    let outcome = client.meant(intent).act::<Payload>(&RESUME, input(json!({ "part": name }))).await?;
    Failure::refused(outcome.user_errors)?;
    Ok(output.show(&json!({ "part": name }), |_| format!("{name} goes on"))?)
}

#[cfg(test)]
mod tests {
    use mediary_schema::job::WorkKind;

    use super::*;

    #[test]
    fn kinds_are_those_of_the_platform() {
        let ours: Vec<&str> = Kind::value_variants().iter().map(|kind| kind.name()).collect();
        assert_eq!(ours, WorkKind::ALL.map(WorkKind::name));
    }
}
