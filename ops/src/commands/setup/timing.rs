//! How long, as people say it: `6h`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::commands::schedule::{how_long, seconds};

/// So many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Span(pub(super) u32);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        seconds(&text).map(Self)
    }
}

impl From<Span> for String {
    fn from(Span(seconds): Span) -> Self {
        how_long(seconds.into())
    }
}

/// The zone of a cron expression where none is said.
pub(super) const ZONE: &str = "UTC";

/// Moments as the API takes them; none if nothing is said, and why it makes no sense if it makes none.
pub(super) fn timing(
    every: Option<Span>,
    cron: Option<&str>,
    zone: Option<&str>,
) -> Result<Option<Value>, &'static str> {
    match (every, cron) {
        (Some(_), Some(_)) => Err("it says both `every` and `cron`: it is one of them"),
        (_, None) if zone.is_some() => Err("it says a `zone` and no `cron`"),
        (Some(Span(seconds)), None) => Ok(Some(json!({ "everySeconds": seconds }))),
        (None, Some(cron)) => {
            Ok(Some(json!({ "cron": { "expression": cron, "zone": zone.unwrap_or(ZONE) } })))
        }
        (None, None) => Ok(None),
    }
}
