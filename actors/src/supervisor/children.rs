use mediary_schema::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

use super::policy::{History, Policy};

/// Where a child is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChildState {
    /// It is being started.
    Starting,
    /// It runs.
    Running,
    /// It failed with this reason, and is started again in a moment.
    Restarting(String),
    /// It failed too often, the last time with this reason.
    Halted(String),
}

/// A child as the supervisor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildStatus {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub state: ChildState,
    /// Since when.
    pub since: Timestamp,
    /// How often it was started; names a halt, too.
    pub run: u64,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Start a child, now.
    Start {
        /// Which.
        index: usize,
        /// The number of this start.
        run: u64,
    },
    /// Tell when this has passed that a restart is due.
    Wait {
        /// Of which.
        index: usize,
        /// The start that failed.
        run: u64,
        /// How long.
        wait: Duration,
    },
}

/// The children of a supervisor as a state machine: what happened to one goes in, what to do comes out. It
/// starts nothing and has no clock.
#[derive(Debug)]
pub(super) struct Children {
    policy: Policy,
    supervised: Vec<Supervised>,
    stopping: bool,
}

#[derive(Debug)]
struct Supervised {
    status: ChildStatus,
    history: History,
}

impl Children {
    /// Children of which none was started yet.
    pub(super) fn new(names: impl IntoIterator<Item = &'static str>, policy: Policy, at: Timestamp) -> Self {
        let child = |name| {
            let status = ChildStatus { name, state: ChildState::Starting, since: at, run: 1 };
            Supervised { status, history: History::default() }
        };
        Self { policy, supervised: names.into_iter().map(child).collect(), stopping: false }
    }

    /// A start succeeded. Whether it is wanted; else the child has to go.
    pub(super) fn started(&mut self, index: usize, run: u64, at: Timestamp) -> bool {
        let child = &mut self.supervised[index].status;
        let is_wanted = !self.stopping && child.run == run && child.state == ChildState::Starting;
        if is_wanted {
            (child.state, child.since) = (ChildState::Running, at);
        }
        is_wanted
    }

    /// A start failed, or what was started ended.
    pub(super) fn failed(
        &mut self,
        index: usize,
        run: u64,
        reason: String,
        now: Instant,
        at: Timestamp,
    ) -> Option<Action> {
        let child = &mut self.supervised[index];
        let is_up = matches!(child.status.state, ChildState::Starting | ChildState::Running);
        if self.stopping || child.status.run != run || !is_up {
            return None;
        }
        let name = child.status.name;
        child.status.since = at;
        if let Some(wait) = child.history.fail(self.policy, now) {
            let wait_ms = wait.as_millis() as u64;
            tracing::warn!(child = name, reason, wait_ms, "an actor failed; it is started again");
            metrics::counter!("mediary_actor_restarts_total", "actor" => name).increment(1);
            child.status.state = ChildState::Restarting(reason);
            Some(Action::Wait { index, run, wait })
        } else {
            tracing::error!(child = name, reason, "an actor failed too often; it is halted");
            child.status.state = ChildState::Halted(reason);
            None
        }
    }

    /// The wait before a restart has passed.
    pub(super) fn due(&mut self, index: usize, run: u64, at: Timestamp) -> Option<Action> {
        let child = &self.supervised[index].status;
        let is_due = child.run == run && matches!(child.state, ChildState::Restarting(_));
        (is_due && !self.stopping).then(|| self.begin(index, at))
    }

    /// A halted child is wanted back; none if no child of that name is halted.
    pub(super) fn resume(&mut self, name: &str, at: Timestamp) -> Option<Action> {
        let is_it = |child: &Supervised| {
            child.status.name == name && matches!(child.status.state, ChildState::Halted(_))
        };
        let index = self.supervised.iter().position(is_it).filter(|_| !self.stopping)?;
        self.supervised[index].history.forget();
        Some(self.begin(index, at))
    }

    /// Nothing is started from now on.
    pub(super) const fn stop(&mut self) {
        self.stopping = true;
    }

    /// Where all are, in the order of their start.
    pub(super) fn status(&self) -> Vec<ChildStatus> {
        self.supervised.iter().map(|child| child.status.clone()).collect()
    }

    fn begin(&mut self, index: usize, at: Timestamp) -> Action {
        let child = &mut self.supervised[index].status;
        (child.state, child.since) = (ChildState::Starting, at);
        child.run += 1;
        Action::Start { index, run: child.run }
    }
}
