//! How long what was deleted can be had back, and how much of it there may be.

use clap::Args;
use serde_json::json;

use crate::{
    answers::setting::{Trash, set_trash, trash},
    client::{Client, Document},
    commands::{failure::Failure, intent::Intent, playlist::input},
    output::{bytes, fields, plural},
};

/// What is to hold; what is left out stays as it is.
#[derive(Debug, Args)]
#[group(id = "kept", required = true, multiple = true)]
pub(crate) struct Kept {
    /// For how many days what is deleted from now on stays in the trash at least. What is there stays as long as it was to stay.
    #[arg(long, value_name = "N")]
    keep_days: Option<u32>,
    /// Bytes that the trash of all roots holds together at most; what would make it more waits for room.
    #[arg(long, value_name = "BYTES")]
    limit: Option<u64>,
    /// Let it hold as much as there is.
    #[arg(long, conflicts_with = "limit")]
    unlimited: bool,
}

pub(crate) const SHOW: Document<trash::Answer> = Document::repeatable(include_str!("trash.graphql"));

pub(crate) const SET: Document<set_trash::Answer> = Document::repeatable(include_str!("set_trash.graphql"));

/// Changes what holds for the trash; none if that was only tried.
pub(crate) async fn set(client: &Client, kept: Kept, intent: Intent) -> Result<Option<Trash>, Failure> {
    let Kept { keep_days, limit, unlimited } = kept;
    let limit = (unlimited || limit.is_some()).then(|| json!({ "bytes": limit }));
    let wanted = input(json!({ "keepDays": keep_days, "limit": limit }));
    let outcome = client.meant(intent).act(&SET, wanted).await?;
    Failure::refused(outcome.user_errors)?;
    Ok(outcome.payload.trash)
}

/// `3.0 MB of 10.0 MB`.
pub(crate) fn fullness(trash: &Trash) -> String {
    let used = trash.used_bytes.map_or_else(|| "unknown".to_owned(), bytes);
    trash.limit_bytes.map_or_else(|| used.clone(), |limit| format!("{used} of {}", bytes(limit)))
}

/// As people read it.
pub(crate) fn text(trash: &Trash) -> String {
    let days = u64::try_from(trash.keep_days).unwrap_or_default();
    fields(&[
        ("stays for", Some(plural(days, "day", "days"))),
        ("holds", Some(fullness(trash))),
        ("limit", Some(trash.limit_bytes.map_or_else(|| "none".to_owned(), bytes))),
    ])
}
