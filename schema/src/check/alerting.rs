//! When somebody is told: pure, so that the same rule can be tried on what was recorded.

use std::{collections::VecDeque, ops::RangeInclusive};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::notification::Severity;

/// What counts as wrong, and who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alerting {
    /// How many looks have to fail.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub fail_after: u8,
    /// Of how many in a row; as many as have to fail unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_of: Option<u8>,
    /// After how many in a row that are well it is over.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub clear_after: u8,
    /// How much it matters.
    #[serde(default = "usual_severity", skip_serializing_if = "is_usual_severity")]
    pub severity: Severity,
    /// Channels that it is sent to, however little it matters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// After how many seconds it is told again, for as long as it is wrong and nobody knows of it; once unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_seconds: Option<u32>,
}

/// Why what counts as wrong is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AlertingRefused {
    /// Nothing would fail, or nothing would end.
    #[error("`fail_after` and `clear_after` are from 1 to {LOOKS_MAX}")]
    Count,
    /// More would have to fail than are looked at.
    #[error(
        "`fail_of` is from `fail_after` to {LOOKS_MAX}: so many looks count of which so many have to fail"
    )]
    Of,
    /// It would be told all the time, or never again.
    #[error("it is told again after {} s to 30 days", REPEAT_SECONDS.start())]
    Repeat,
    /// More channels than there can be.
    #[error("it is sent to {CHANNELS_MAX} channels at most")]
    Channels,
}

/// The most looks that count at once.
const LOOKS_MAX: u8 = 100;
/// The most channels.
const CHANNELS_MAX: usize = 50;
/// How soon and how late it may be told again, in seconds.
const REPEAT_SECONDS: RangeInclusive<u32> = 60..=2_592_000;

const fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_one(number: &u8) -> bool {
    *number == 1
}

const fn usual_severity() -> Severity {
    Severity::Error
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_usual_severity(severity: &Severity) -> bool {
    matches!(severity, Severity::Error)
}

impl Default for Alerting {
    fn default() -> Self {
        Self {
            fail_after: 1,
            fail_of: None,
            clear_after: 1,
            severity: usual_severity(),
            channels: Vec::new(),
            repeat_seconds: None,
        }
    }
}

impl Alerting {
    /// Refuses what is no rule.
    pub fn check(&self) -> Result<(), AlertingRefused> {
        let counts = 1..=LOOKS_MAX;
        if !counts.contains(&self.fail_after) || !counts.contains(&self.clear_after) {
            return Err(AlertingRefused::Count);
        }
        if self.fail_of.is_some_and(|of| !(self.fail_after..=LOOKS_MAX).contains(&of)) {
            return Err(AlertingRefused::Of);
        }
        if self.repeat_seconds.is_some_and(|seconds| !REPEAT_SECONDS.contains(&seconds)) {
            return Err(AlertingRefused::Repeat);
        }
        if self.channels.len() > CHANNELS_MAX { Err(AlertingRefused::Channels) } else { Ok(()) }
    }

    /// How many of the last looks have to be kept in mind.
    pub fn looks(&self) -> usize {
        usize::from(self.fail_of.unwrap_or(self.fail_after).max(self.clear_after))
    }

    /// Whether something is wrong now, of the last looks in their order, if it was or was not before them. What nobody can
    /// say fails as little as it clears: it is neither.
    pub fn is_wrong(&self, looks: &VecDeque<Verdict>, was_wrong: bool) -> bool {
        if was_wrong {
            let well = looks.iter().rev().take_while(|verdict| **verdict == Verdict::Ok).count();
            return well < usize::from(self.clear_after);
        }
        let of = usize::from(self.fail_of.unwrap_or(self.fail_after));
        let failed = looks.iter().rev().take(of).filter(|verdict| **verdict == Verdict::Failing).count();
        failed >= usize::from(self.fail_after)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Looks as letters: `+` is well, `-` is not, `?` nobody can say.
    fn looks(letters: &str) -> VecDeque<Verdict> {
        let of = |letter| match letter {
            '+' => Verdict::Ok,
            '-' => Verdict::Failing,
            _ => Verdict::Unknown,
        };
        letters.chars().map(of).collect()
    }

    fn rule(fail_after: u8, fail_of: Option<u8>, clear_after: u8) -> Alerting {
        Alerting { fail_after, fail_of, clear_after, ..Alerting::default() }
    }

    #[test]
    fn so_many_of_so_many_are_wrong_and_so_many_in_a_row_are_well() {
        let two_of_three = rule(2, Some(3), 2);
        for (letters, is_wrong) in
            [("-", false), ("-+-", true), ("--+", true), ("-++-", false), ("-?-", true)]
        {
            assert_eq!(two_of_three.is_wrong(&looks(letters), false), is_wrong, "{letters}");
        }
        for (letters, is_wrong) in [("--+", true), ("--++", false), ("++?+", true), ("+?", true)] {
            assert_eq!(two_of_three.is_wrong(&looks(letters), true), is_wrong, "{letters}");
        }
        assert!(!rule(2, None, 1).is_wrong(&looks("-+-"), false), "two in a row");
        assert_eq!(two_of_three.looks(), 3);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        assert_eq!(rule(0, None, 1).check(), Err(AlertingRefused::Count));
        assert_eq!(rule(3, Some(2), 1).check(), Err(AlertingRefused::Of));
        assert_eq!(Alerting::default().check(), Ok(()));
    }

    proptest! {
        /// What nobody can say neither raises nor clears, however often it is said.
        #[test]
        fn unknown_changes_nothing(was_wrong: bool, count in 0_usize..200, fail in 1_u8..9, clear in 1_u8..9) {
            let unknown = std::iter::repeat_n(Verdict::Unknown, count).collect();
            prop_assert_eq!(rule(fail, None, clear).is_wrong(&unknown, was_wrong), was_wrong);
        }
    }
}
