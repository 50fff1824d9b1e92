//! Which bytes a `Range` means (RFC 9110, section 14).

use std::ops::RangeInclusive;

/// What is to be sent of something of some size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it. A range in another unit, one that can't be read and several at once are passed over, as the standard allows.
    Whole,
    /// These bytes.
    Bytes(RangeInclusive<u64>),
    /// It has none of the bytes that are asked for.
    Unsatisfiable,
}

impl Wanted {
    /// What the value of the header means.
    pub(super) fn of(range: &str, size: u64) -> Self {
        Self::read(range, size).unwrap_or(Self::Whole)
    }

    fn read(range: &str, size: u64) -> Option<Self> {
        let (unit, range) = range.trim().split_once('=')?;
        let (first, last) = range.trim().split_once('-')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let end = size.saturating_sub(1);
        Some(match (first.trim(), last.trim()) {
            ("", last) => match number(last)? {
                0 => Self::Unsatisfiable,
                _ if size == 0 => Self::Unsatisfiable,
                length => Self::Bytes(size.saturating_sub(length)..=end),
            },
            (first, last) => {
                let first = number(first)?;
                let last = if last.is_empty() { u64::MAX } else { number(last)? };
                if last < first {
                    return None;
                }
                if first >= size { Self::Unsatisfiable } else { Self::Bytes(first..=last.min(end)) }
            }
        })
    }
}

/// Digits and nothing else; more than there can be of anything is as many as there can be.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_from_somewhere_to_somewhere_or_the_last_bytes() {
        for (range, wanted) in [
            ("bytes=0-0", 0..=0),
            ("bytes=0-", 0..=9),
            ("bytes=4-6", 4..=6),
            ("bytes=4-99999999999999999999", 4..=9),
            ("bytes=9-9", 9..=9),
            ("bytes=-3", 7..=9),
            ("bytes=-99", 0..=9),
            (" BYTES = 1 - 2 ", 1..=2),
        ] {
            assert_eq!(Wanted::of(range, 10), Wanted::Bytes(wanted), "{range}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_and_what_can_not_be_read_is_passed_over() {
        for range in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"] {
            assert_eq!(Wanted::of(range, 10), Wanted::Unsatisfiable, "{range}");
        }
        for range in ["bytes=0-", "bytes=-1"] {
            assert_eq!(Wanted::of(range, 0), Wanted::Unsatisfiable, "{range} of nothing");
        }
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=2-1",
            "bytes=0-1,4-5",
            "bytes=+1-2",
            "bytes=a-b",
            "lines=0-1",
        ] {
            assert_eq!(Wanted::of(range, 10), Wanted::Whole, "{range}");
        }
    }
}
