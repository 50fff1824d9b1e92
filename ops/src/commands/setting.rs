//! `mediary limit`: how much runs at once.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{failure::Failure, plan::Intent, playlist::input};
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
    #[command(after_help = "Example:\n  mediary limit set --download 4")]
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
    /// Refreshes playlists.
    #[arg(long, value_name = "N")]
    refresh: Option<u32>,
    /// Downloads.
    #[arg(long, value_name = "N")]
    download: Option<u32>,
    /// In total.
    #[arg(long, value_name = "N")]
    total: Option<u32>,
}

pub(crate) const SHOW: Document<Option<Limits>> = Document::repeatable(include_str!("setting/show.graphql"));

pub(crate) const SET: Document<Payload> = Document::repeatable(include_str!("setting/set.graphql"));

/// How much runs at once.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Limits {
    refresh: u32,
    download: u32,
    total: u32,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Payload {
    limits: Option<Limits>,
}

/// Does what the verb says.
pub(crate) async fn run(verb: Verb, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let limits: Option<Limits> = match verb {
        Verb::Show => client.ask(&SHOW, json!({})).await?,
        Verb::Set { limits: Set { refresh, download, total }, intent } => {
            let wanted = json!({ "refresh": refresh, "download": download, "total": total });
            let outcome = client.meant(intent).act::<Payload>(&SET, input(wanted)).await?;
            Failure::refused(outcome.user_errors)?;
            outcome.payload.limits
        }
    };
    Ok(output.show(&limits, |limits| limits.as_ref().map(text).unwrap_or_default())?)
}

fn text(limits: &Limits) -> String {
    let count = |count: u32| Some(count.to_string());
    fields(&[
        ("refresh", count(limits.refresh)),
        ("download", count(limits.download)),
        ("total", count(limits.total)),
    ])
}
