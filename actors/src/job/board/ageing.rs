//! How waiting makes work matter more: the one formula.
//!
//! Work of one kind and priority waits as one, and its waiting begins anew with each of its starts: what is served does
//! not starve, however much of it there is. So a long list does not outgrow what was asked for later and matters more,
//! and what never gets a turn beside work that matters more gets one after `STEP` for each priority between them.

use std::time::Duration;

use mediary_schema::Priority;

/// How long work has to wait without any start to count as one priority more.
pub(super) const STEP: Duration = Duration::from_mins(10);

/// What work of a priority counts as that could start for so long and did not: one more for each [`STEP`], up to the
/// highest. Among equals the one that waits for the longest is first, so that who has come up does get a turn.
pub(super) fn level(priority: Priority, waited: Duration) -> u8 {
    let steps = waited.as_micros() / STEP.as_micros();
    let room = Priority::HIGHEST.number() - priority.number();
    priority.number() + u8::try_from(steps).unwrap_or(u8::MAX).min(room)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_priority() -> impl Strategy<Value = Priority> {
        (0..=9_u8).prop_map(|number| Priority::try_from(number).unwrap())
    }

    proptest! {
        #[test]
        fn whoever_waits_rises_and_nobody_falls(
            priority in any_priority(), other in any_priority(), waited in 0..200_000_u64, more in 0..200_000_u64,
        ) {
            let (waited, longer) = (Duration::from_secs(waited), Duration::from_secs(waited + more));
            let level_of = |priority, waited| level(priority, waited);
            prop_assert!(level_of(priority, waited) <= level_of(priority, longer));
            prop_assert!(level_of(priority.min(other), waited) <= level_of(priority.max(other), waited));
            prop_assert_eq!(level_of(priority, Duration::ZERO), priority.number());
            prop_assert_eq!(level_of(priority, STEP * 9), Priority::HIGHEST.number());
        }
    }

    #[test]
    fn a_step_is_worth_one_priority() {
        let lowest = Priority::LOWEST;
        let steps = [0, 1, 4, 9, 10, 1_000].map(|steps| level(lowest, STEP * steps));
        assert_eq!(steps, [0, 1, 4, 9, 9, 9]);
        assert_eq!(level(lowest, Duration::from_micros(599_999_999)), 0);
    }
}
