use std::time::Duration;

use mediary_schema::{
    FailureClass, Retry,
    job::{Failure, RetryPolicy},
};

/// How much longer than after a transient fault work waits that was told "later".
const BLOCKED_FACTOR: u64 = 6;
/// How much longer than after a transient fault work waits for a broadcast of which nobody says when it ends: by the
/// default policy 5 minutes, doubled each time.
const AWAITED_FACTOR: u64 = 60;
/// How much longer than any other wait: by the default policy an hour.
const AWAITED_MAX_FACTOR: u64 = 6;

/// How long to wait before the next try, or none if there is to be none (PL-23).
///
/// After a fault, full jitter: a uniform draw from zero to `wait × 2^failures`, capped; see "Exponential backoff
/// and jitter", AWS Architecture Blog, 2015. What waits for a condition is never given up, and waits at least
/// half of that: equal jitter. What is known to come to the same again is not tried again. A wait that the source
/// asked for is the least; the rest comes on top of it, so that not everybody is back at the same moment. Who waits
/// for room, or for the library, has no wait: the lane is held until it is there. What is announced for a moment is
/// asked for right after that.
pub(crate) fn wait(
    policy: RetryPolicy,
    failure: &Failure,
    failures: u32,
    blocks: u32,
    dice: u32,
) -> Option<Duration> {
    if failure.for_good {
        return None;
    }
    let asked_ms = failure.retry_after_ms.unwrap_or(0);
    let wait_ms = match failure.class.retry() {
        Retry::Permanent => return None,
        // A lost worker is reported by `Lose` and counted there; said of an attempt that lives it is a fault like others.
        Retry::Transient | Retry::WorkerLost if failures + 1 >= policy.tries_max => return None,
        Retry::Transient | Retry::WorkerLost => {
            draw_ms(ceiling_ms(policy.wait_ms, failures, policy), dice).max(asked_ms)
        }
        Retry::Blocked if failure.room_bytes.is_some() || failure.class == FailureClass::LibraryAway => 0,
        Retry::Blocked => {
            let half_ms = ceiling_ms(policy.wait_ms.saturating_mul(BLOCKED_FACTOR), blocks, policy) / 2;
            half_ms.max(asked_ms).saturating_add(draw_ms(half_ms, dice))
        }
        Retry::Awaited => {
            let policy =
                RetryPolicy { wait_max_ms: policy.wait_max_ms.saturating_mul(AWAITED_MAX_FACTOR), ..policy };
            let usual_ms = ceiling_ms(policy.wait_ms.saturating_mul(AWAITED_FACTOR), blocks, policy);
            let wait_ms = failure.retry_after_ms.unwrap_or(usual_ms);
            // Enough that not all who wait for the same premiere ask in the same moment.
            wait_ms.saturating_add(draw_ms(usual_ms / 10, dice))
        }
    };
    Some(Duration::from_millis(wait_ms))
}

/// How long a job waits that lost so many workers in a row: the first time not at all, since most workers are lost
/// by a restart; then longer each time, with equal jitter, so that the next restart meets it waiting.
pub(super) fn wait_after_losses(policy: RetryPolicy, losses: u32, dice: u32) -> Option<Duration> {
    let before = losses.checked_sub(2)?;
    let half_ms = ceiling_ms(policy.wait_ms.saturating_mul(BLOCKED_FACTOR), before, policy) / 2;
    Some(Duration::from_millis(half_ms.saturating_add(draw_ms(half_ms, dice))))
}

/// The longest wait after so many tries.
fn ceiling_ms(base_ms: u64, before: u32, policy: RetryPolicy) -> u64 {
    base_ms.saturating_mul(1 << before.min(20)).min(policy.wait_max_ms)
}

/// A share of the most, by chance.
fn draw_ms(most_ms: u64, dice: u32) -> u64 {
    (u128::from(most_ms) * u128::from(dice) / u128::from(u32::MAX)) as u64
}
