//! `mediary limit`: how much runs at once; `mediary quota`: how much of whose work; `mediary site`: how often a site is asked;
//! `mediary layout`: how files are named.

mod entry;
pub(crate) mod layout;
pub(crate) mod quota;
pub(super) mod site;
pub(crate) mod trash;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, intent::Intent, noun::Verbs, playlist::input};
use crate::{
    answers::setting::{KindLimit, Limits, set, show},
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

pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("setting/show.graphql"));

pub(crate) const SET: Document<set::Answer> = Document::repeatable(include_str!("setting/set.graphql"));

/// Reads `download=4`; which kinds there are, the server knows.
fn kind_limit(text: &str) -> Result<KindLimit, String> {
    let refused = || format!("{text:?} is not a kind of work with its limit, such as download=4");
    let (kind, limit) = text.split_once('=').filter(|(kind, _)| !kind.is_empty()).ok_or_else(refused)?;
    let limit: u32 = limit.parse().map_err(|_| refused())?;
    Ok(KindLimit { kind: kind.to_ascii_uppercase(), limit: limit.into() })
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let limits: Option<Limits> = match self {
            Self::Show => Some(client.ask(&SHOW, json!({})).await?),
            Self::Set { limits: Set { kinds, total }, intent } => {
                let wanted = json!({ "kinds": kinds, "total": total });
                let outcome = client.meant(intent).act(&SET, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                outcome.payload.limits
            }
        };
        Ok(output.show(&limits, |limits| limits.as_ref().map(text).unwrap_or_default())?)
    }
}

fn text(limits: &Limits) -> String {
    let count = |count: i64| Some(count.to_string());
    let kinds: Vec<(String, i64)> =
        limits.kinds.iter().map(|of| (of.kind.to_ascii_lowercase(), of.limit)).collect();
    let lines = kinds.iter().map(|(kind, limit)| (kind.as_str(), count(*limit)));
    fields(&lines.chain([("total", count(limits.total))]).collect::<Vec<_>>())
}
