//! Values of the kernel part `template`: settings of jobs under a name (PL-22).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Label, Priority};

/// What jobs have that are started by a template, unless whoever starts them says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How much they matter, from 0 to 9: the higher one is first, and whoever waits long overtakes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// A name for all that is started together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Label>,
    /// Words by which they are found, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub tags: Vec<Label>,
}

/// By which template a job was started, as it was then: a later version changes no job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateVersion {
    /// Its name.
    pub name: Label,
    /// Which version of it, from 1; a number is never given twice, not even after it was removed.
    pub version: u32,
}
