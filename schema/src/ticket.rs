//! How a job waits for its turn: said when it is asked for, frozen into its first event (PL-22).

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::{
    JobId, TemplateVersion, Timestamp,
    job::{JobState, WorkKind},
    lane::{Hold, Lane},
    setting::OverQuota,
};

/// When a job's turn comes, and under which names it is found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ticket {
    /// How much it matters.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub priority: Priority,
    /// It does not start before this moment.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub at: Option<Timestamp>,
    /// It does not start before this job is done.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub after: Option<JobId>,
    /// What it was started together with.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub batch: Option<Label>,
    /// Words by which it is found.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub tags: Vec<Label>,
    /// The template that it was started by.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub template: Option<TemplateVersion>,
    /// Whether it is one of very many that one wish asked for, and takes turns with these as one.
    #[serde(default, skip_serializing_if = "crate::is_default")]
    pub bulk: bool,
}

impl Ticket {
    /// Tags of one job.
    pub const TAGS_MAX: usize = 16;

    /// The same without words of people.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { batch: None, tags: Vec::new(), template: None, ..self.clone() }
    }

    /// The ticket of whoever does the same work again: it waits for nothing that the first one waited for.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { at: None, after: None, bulk: false, ..self.clone() }
    }
}

/// How much a job matters, from 0 to 9: the higher one is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

impl Priority {
    /// What starts last.
    pub const LOWEST: Self = Self(0);
    /// What starts first.
    pub const HIGHEST: Self = Self(9);

    /// As a number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Default for Priority {
    /// In the middle, so that there is room on both sides.
    fn default() -> Self {
        Self(5)
    }
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        priority.0
    }
}

/// The answer to a number that is no priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{number} is no priority; give one from 0 to 9, of which 9 is first")]
pub struct NoPriority {
    number: i64,
}

impl TryFrom<u8> for Priority {
    type Error = NoPriority;

    fn try_from(number: u8) -> Result<Self, NoPriority> {
        Self::try_from(i64::from(number))
    }
}

impl TryFrom<i64> for Priority {
    type Error = NoPriority;

    fn try_from(number: i64) -> Result<Self, NoPriority> {
        let in_range = u8::try_from(number).ok().filter(|number| *number <= Self::HIGHEST.0);
        in_range.map(Self).ok_or(NoPriority { number })
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl JsonSchema for Priority {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Priority".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": 9 })
    }
}

/// Why an open job that is not at work is where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// For another job to be done.
    After {
        /// That job.
        job_id: JobId,
    },
    /// For a person: the job that it was to wait for came to nothing.
    Stranded {
        /// That job.
        job_id: JobId,
        /// How it ended.
        state: JobState,
    },
    /// For a person: it lost its worker too often.
    Parked {
        /// How many it lost in a row.
        losses: u32,
    },
    /// For the moment that was asked for.
    NotBefore(Timestamp),
    /// For the moment of its next try.
    Retry(Timestamp),
    /// For a lane that a condition holds.
    Held(Hold),
    /// For a person who holds a lane.
    LanePaused(Lane),
    /// For what the quota of its project, or of whoever started it, leaves.
    Quota(OverQuota),
    /// For what the request budget of a site leaves.
    Budget {
        /// The site.
        lane: Lane,
        /// When it leaves something.
        until: Timestamp,
    },
    /// For a part that was halted.
    Halted(WorkKind),
    /// For its turn.
    Turn {
        /// Its place among those that need the same, from 1; none if it is further behind than is counted.
        place: Option<u32>,
        /// What they need; none if it needs nothing that others do.
        lane: Option<Lane>,
    },
}

/// A word that a person gives to jobs: a tag, or the name of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

/// The answer to a text that is no label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no name for jobs; give 1 to {} bytes without control characters", Label::BYTES_MAX)]
pub struct NoLabel {
    text: String,
}

impl Label {
    /// The longest one.
    pub const BYTES_MAX: usize = 64;

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Label {
    type Err = NoLabel;

    fn from_str(text: &str) -> Result<Self, NoLabel> {
        let trimmed = text.trim();
        let is_label = (1..=Self::BYTES_MAX).contains(&trimmed.len()) && !trimmed.contains(char::is_control);
        if is_label {
            Ok(Self(trimmed.to_owned()))
        } else {
            Err(NoLabel { text: crate::bounded::cut(text.to_owned(), Self::BYTES_MAX) })
        }
    }
}

impl TryFrom<String> for Label {
    type Error = NoLabel;

    fn try_from(text: String) -> Result<Self, NoLabel> {
        text.parse()
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl JsonSchema for Label {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Label".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": Self::BYTES_MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_a_number_from_0_to_9() {
        assert_eq!(Priority::try_from(0_u8), Ok(Priority::LOWEST));
        assert_eq!(Priority::try_from(9_u8), Ok(Priority::HIGHEST));
        for number in [-1_i64, 10, 300, i64::MIN] {
            assert_eq!(Priority::try_from(number), Err(NoPriority { number }));
        }
        assert!(serde_json::from_str::<Priority>("10").is_err());
    }

    #[test]
    fn a_label_is_a_short_line() {
        assert_eq!(" night run ".parse::<Label>().unwrap().as_str(), "night run");
        for text in ["", "   ", "a\nb", &"x".repeat(65)] {
            assert!(text.parse::<Label>().is_err(), "{text:?}");
        }
    }

    // What is said of nothing is not stored, so that a field which is added later changes no event of before.
    #[test]
    fn a_ticket_that_says_nothing_is_empty() {
        assert_eq!(serde_json::to_string(&Ticket::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Ticket>("{}").unwrap(), Ticket::default());
    }
}
