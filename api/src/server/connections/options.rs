use std::time::Duration;

/// How many connections there may be, and how slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Connections in all.
    pub connections_max: usize,
    /// Connections of one address: another peer always finds a place.
    pub connections_per_peer_max: usize,
    /// How long the head of a request may take, also the next one of a connection that is kept.
    pub header_timeout: Duration,
    /// How long a client may take nothing of what is written to it.
    pub write_timeout: Duration,
}

impl Options {
    /// Limits that leave a process with so many open files enough of them for everything else.
    #[must_use]
    pub fn within_files(files_max: u64) -> Self {
        /// Log, views, library, pipes of child programs, websockets.
        const FILES_FOR_OTHERS: u64 = 128;
        const CONNECTIONS_MAX: u64 = 2_048;
        const CONNECTIONS_MIN: u64 = 16;
        let left = files_max.saturating_sub(FILES_FOR_OTHERS) / 2;
        let connections_max = left.clamp(CONNECTIONS_MIN, CONNECTIONS_MAX) as usize;
        // A reverse proxy is one peer, and asks much.
        Self { connections_max, connections_per_peer_max: connections_max / 4 * 3, ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections_max: 2_048,
            connections_per_peer_max: 1_536,
            // Longer than a slow line needs for a head, shorter than a browser keeps a connection.
            header_timeout: Duration::from_secs(15),
            // Longer than a lost network needs to come back.
            write_timeout: Duration::from_secs(30),
        }
    }
}
