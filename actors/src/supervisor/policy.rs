use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// When a failing child is started again, and when no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Restarts within the window that are still given.
    pub restarts_max: usize,
    /// The window.
    pub window: Duration,
    /// The wait before the first restart; doubled for each further one in the window.
    pub wait: Duration,
    /// The longest wait.
    pub wait_max: Duration,
}

impl Default for Policy {
    /// Five restarts in a minute, after 0.1 to 5 seconds.
    fn default() -> Self {
        Self {
            restarts_max: 5,
            window: Duration::from_mins(1),
            wait: Duration::from_millis(100),
            wait_max: Duration::from_secs(5),
        }
    }
}

/// The failures of one child within the window.
#[derive(Debug, Default)]
pub(super) struct History {
    failures: VecDeque<Instant>,
}

impl History {
    /// Counts a failure: the wait before the restart, or none if the child is to be halted.
    pub(super) fn fail(&mut self, policy: Policy, now: Instant) -> Option<Duration> {
        while self.failures.front().is_some_and(|&at| now.duration_since(at) > policy.window) {
            self.failures.pop_front();
        }
        self.failures.push_back(now);
        let before = self.failures.len() - 1;
        if before >= policy.restarts_max {
            return None;
        }
        let doubled = policy.wait.saturating_mul(1 << before.min(16));
        Some(doubled.min(policy.wait_max))
    }

    pub(super) fn forget(&mut self) {
        self.failures.clear();
    }
}
