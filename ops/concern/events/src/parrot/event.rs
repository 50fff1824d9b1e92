use mediary_schema::JobId;
use serde::{Deserialize, Serialize};

/// What can have happened to a parrot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It was told a text.
    #[serde(rename = "told")]
    Told {
        /// The job that repeats it.
        job_id: JobId,
        /// The text.
        text: String,
    },
    /// It repeated the text.
    #[serde(rename = "repeated")]
    Repeated {
        /// How many letters it has.
        letters: u64,
    },
    /// It was rewarded for that.
    #[serde(rename = "rewarded")]
    Rewarded {},
    /// It was given up.
    #[serde(rename = "failed")]
    Failed {},
}
