//! `mediary limit`: how much runs at once; `mediary quota`: how much of whose work.

mod entry;
mod quota;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, noun::Verbs, plan::Intent, playlist::input};
use crate::{
    client::{Client, Document},
    output::{Output, fields},
};

/// What can be done with limits.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show how much runs at once.
    Show,
    /// Change how much runs at once, from now on; what runs goes on.
    #[command(after_help = "Example:\n  mediary limit set --kind download=4 --total 6")]
    Set {
        #[command(flatten)]
        limits: Set,
        #[command(flatten)]
        intent: Intent,
    },
}

/// What is left out stays as it is.
#[derive(Debug, Args)]
#[group(id = "limits", required = true, multiple = true)]
pub(crate) struct Set {
    /// Of a kind of work, such as `download=4`; may be said several times.
    #[arg(long = "kind", value_name = "KIND=N", value_parser = kind_limit)]
    kinds: Vec<KindLimit>,
    /// In total.
    #[arg(long, value_name = "N")]
    total: Option<u32>,
}

pub(crate) const SHOW: Document<Option<Limits>> = Document::repeatable(include_str!("setting/show.graphql"));

pub(crate) const SET: Document<Payload> = Document::repeatable(include_str!("setting/set.graphql"));

/// How much runs at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Limits {
    kinds: Vec<KindLimit>,
    total: u32,
}

/// How much of one kind of work runs at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KindLimit {
    kind: String,
    limit: u32,
}

/// Reads `download=4`; which kinds there are, the server knows.
fn kind_limit(text: &str) -> Result<KindLimit, String> {
    let refused = || format!("{text:?} is not a kind of work with its limit, such as download=4");
    let (kind, limit) = text.split_once('=').filter(|(kind, _)| !kind.is_empty()).ok_or_else(refused)?;
    let limit = limit.parse().map_err(|_| refused())?;
    Ok(KindLimit { kind: kind.to_ascii_uppercase(), limit })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Payload {
    limits: Option<Limits>,
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let limits: Option<Limits> = match self {
            Self::Show => client.ask(&SHOW, json!({})).await?,
            Self::Set { limits: Set { kinds, total }, intent } => {
                let wanted = json!({ "kinds": kinds, "total": total });
                let outcome = client.meant(intent).act::<Payload>(&SET, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                outcome.payload.limits
            }
        };
        Ok(output.show(&limits, |limits| limits.as_ref().map(text).unwrap_or_default())?)
    }
}

fn text(limits: &Limits) -> String {
    let count = |count: u32| Some(count.to_string());
    let kinds: Vec<(String, u32)> =
        limits.kinds.iter().map(|of| (of.kind.to_ascii_lowercase(), of.limit)).collect();
    let lines = kinds.iter().map(|(kind, limit)| (kind.as_str(), count(*limit)));
    fields(&lines.chain([("total", count(limits.total))]).collect::<Vec<_>>())
}
