use std::time::Duration;

use mediary_schema::{
    Retry,
    job::{Failure, RetryPolicy},
};

/// How often work that was told "later" asks again before it is given up.
const BLOCKS_MAX: u32 = 12;
/// How much longer than after a transient fault work waits that was told "later".
const BLOCKED_FACTOR: u64 = 6;

/// How long to wait before the next try, or none if there is to be none (PL-23).
///
/// Full jitter: a uniform draw from zero to `wait × 2^failures`, capped; see "Exponential backoff and
/// jitter", AWS Architecture Blog, 2015. A wait that the source asked for is the least.
pub(super) fn wait(
    policy: RetryPolicy,
    failure: &Failure,
    failures: u32,
    blocks: u32,
    dice: u32,
) -> Option<Duration> {
    let (base_ms, before) = match failure.class.retry() {
        Retry::Permanent => return None,
        // A lost worker is reported by `Lose` and counted there; said of an attempt that lives it is a fault like others.
        Retry::Transient | Retry::WorkerLost if failures + 1 >= policy.tries_max => return None,
        Retry::Transient | Retry::WorkerLost => (policy.wait_ms, failures),
        Retry::Blocked if blocks >= BLOCKS_MAX => return None,
        Retry::Blocked => (policy.wait_ms.saturating_mul(BLOCKED_FACTOR), blocks),
    };
    let ceiling_ms = base_ms.saturating_mul(1 << before.min(20)).min(policy.wait_max_ms);
    let drawn_ms = (u128::from(ceiling_ms) * u128::from(dice) / u128::from(u32::MAX)) as u64;
    Some(Duration::from_millis(drawn_ms.max(failure.retry_after_ms.unwrap_or(0))))
}
