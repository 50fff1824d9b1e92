//! What the server says of itself, and in which form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the server writes about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// Levels by module, such as `info,mediary_actors=debug`.
    pub filter: String,
    /// The form of each line.
    pub format: LogFormat,
}

impl Default for Logging {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Logfmt }
    }
}

/// The form of a line of the server's own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// `key=value` pairs.
    Logfmt,
    /// One JSON object a line.
    Json,
}
