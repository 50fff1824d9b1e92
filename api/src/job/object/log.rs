use std::str::FromStr;

use async_graphql::{ID, SimpleObject};
use mediary_schema::AttemptId;

use crate::scalar::Long;

/// What the programs of a job's attempts wrote: the beginning and the end of it, if it is long.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct JobLog {
    /// In their order; none if nothing is there, or nothing behind the cursor.
    pub(crate) pieces: Vec<JobLogPiece>,
    /// Behind which the next answer begins.
    pub(crate) end_cursor: Option<String>,
    /// Whether there is more now.
    pub(crate) has_more: bool,
    /// Whether more may come: the job has not ended.
    pub(crate) open: bool,
}

/// What one attempt wrote.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct JobLogPiece {
    /// The attempt.
    pub(crate) attempt_id: ID,
    /// Bytes before this that are no longer kept.
    pub(crate) left_out: Long,
    /// Whole lines.
    pub(crate) text: String,
}

/// How far a reader is: in an attempt, and there behind so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) attempt_id: AttemptId,
    pub(crate) behind: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.attempt_id, self.behind)
    }
}

/// The answer to a text that is no place in a job's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no `endCursor` of a job's log")]
pub(crate) struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (attempt, behind) = text.split_once(':').ok_or(NoPlace)?;
        let (attempt_id, behind) = attempt.parse().ok().zip(behind.parse().ok()).ok_or(NoPlace)?;
        Ok(Self { attempt_id, behind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Place { attempt_id: AttemptId::from_uuid(uuid::Uuid::from_u128(7)), behind: 99 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["", "99", "attempt-1:2", &format!("{}:-1", place.attempt_id)] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }
}
