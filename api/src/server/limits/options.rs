//! How much a request may cost.

use std::time::Duration;

/// How much a GraphQL request may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How deep fields may be nested; what describes the schema itself has a limit of its own.
    pub depth_max: usize,
    /// How deep selections may be nested, counting fragments too.
    pub nesting_max: usize,
    /// How many selections a document may have once its fragments are expanded.
    pub selections_max: usize,
    /// How much the fields may cost together; a list costs its length times its fields.
    pub complexity_max: usize,
    /// How many directives a field may have.
    pub directives_max: usize,
    /// The largest body of a request.
    pub body_size_max_bytes: usize,
    /// How long a client may take to send the body.
    pub body_timeout: Duration,
    /// How many turns there are for what runs at the same time.
    pub turns_max: u32,
    /// How many of them one token may have.
    pub turns_per_token_max: u32,
    /// How much complexity costs one more turn.
    pub turn_complexity: usize,
    /// How long a request may wait for its turn before it is refused.
    pub queue_timeout: Duration,
    /// How long a request may run; one that appends may then have done so, and is repeated safely
    /// under its command id.
    pub deadline: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            depth_max: 10,
            nesting_max: 32,
            // The largest query of a page has some hundred; introspection about two hundred.
            selections_max: 4096,
            // A hundred rows of a hundred fields.
            complexity_max: 10_000,
            directives_max: 8,
            body_size_max_bytes: 256 * 1024,
            body_timeout: Duration::from_secs(10),
            turns_max: 64,
            // A program that asks for all it can leaves a quarter to everybody else.
            turns_per_token_max: 48,
            // Two of the most costly run beside sixty small ones.
            turn_complexity: 400,
            queue_timeout: Duration::from_secs(2),
            deadline: Duration::from_secs(30),
        }
    }
}
