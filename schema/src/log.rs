//! Values of the kernel part `log`: what the log says of itself.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an epoch of the log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenReason {
    /// A process opened the log.
    Start,
    /// The clock was set back by more than a second while the log was open.
    ClockStep,
    /// The log came from a backup.
    Restore,
}

impl fmt::Display for OpenReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Start => "it was started",
            Self::ClockStep => "the clock was set back",
            Self::Restore => "it was restored from a backup",
        })
    }
}
