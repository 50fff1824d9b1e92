//! What the relay shows of itself.

/// Whether the relay publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayState {
    /// It connects, or looks where the stream stands.
    Connecting,
    /// It publishes what is recorded.
    Relaying,
    /// It waits before another try.
    Waiting,
    /// It was stopped, or the log was closed.
    Stopped,
}

impl RelayState {
    /// The name for people and programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Relaying => "relaying",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
        }
    }
}

/// What the relay shows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayStatus {
    /// Whether it publishes.
    pub state: RelayState,
    /// The newest event that NATS has acknowledged; 0 until that is known.
    pub position: u64,
    /// Why it doesn't publish, in words that name nobody: fit for whoever has no token.
    pub reason: Option<&'static str>,
    /// Why it doesn't publish, since the last time that it did. Has no secrets.
    pub trouble: Option<String>,
    /// What the owner can do about it.
    pub advice: Option<String>,
}

impl RelayStatus {
    /// The status before the first connection.
    pub(super) const CONNECTING: Self =
        Self { state: RelayState::Connecting, position: 0, reason: None, trouble: None, advice: None };
}
