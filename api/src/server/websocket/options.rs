//! How much a socket may cost.

use std::time::Duration;

/// How much sockets may cost, and for how long they may be silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Origins besides the server's own host whose pages may open a socket, such as `https://media.example`.
    pub origins: Vec<String>,
    /// How long a client may take from connecting to being acknowledged.
    pub init_timeout: Duration,
    /// How often the server pings; a client that sends nothing between two pings is closed.
    pub ping_interval: Duration,
    /// How long one message may take to be written before the client counts as stuck and is dropped.
    pub send_timeout: Duration,
    /// How long the server waits for the client's half of the closing handshake.
    pub close_timeout: Duration,
    /// How long a query or mutation may take; subscriptions have no end.
    pub operation_timeout: Duration,
    /// The largest message taken from a client.
    pub message_size_max_bytes: usize,
    /// Sockets in all, acknowledged or not.
    pub sockets_max: usize,
    /// Sockets of one token.
    pub sockets_per_token_max: usize,
    /// Sockets of one peer on which nobody has signed in yet.
    pub sockets_waiting_per_peer_max: usize,
    /// Operations of one socket that run at the same time.
    pub streams_per_socket_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            init_timeout: Duration::from_secs(5),
            // Well below the 60 s after which common reverse proxies drop a silent connection.
            ping_interval: Duration::from_secs(15),
            send_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(1),
            operation_timeout: Duration::from_secs(30),
            // As for a request by HTTP: the largest sensible operation is a list of a few thousand ids.
            message_size_max_bytes: 256 * 1024,
            // With the message limit at most 256 MiB of unread input, if all of them lie in wait with a message each.
            sockets_max: 1_024,
            // A browser's tabs each have one.
            sockets_per_token_max: 64,
            // All clients of a reverse proxy are one peer, and sign in within moments.
            sockets_waiting_per_peer_max: 64,
            // The page has one per view that is shown.
            streams_per_socket_max: 64,
        }
    }
}
