use mediary_schema::{EventId, reaction::Trouble};

/// What may be asked of a reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A program that knows it has begun.
    Enable {
        /// Its stored name.
        name: String,
        /// The head of the log: it reacts to what comes after.
        after: u64,
    },
    /// Some of what follows from a cause is done in this append, and more is to come.
    Advance {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// Steps that were done before.
        done: u32,
        /// Steps that are done now.
        steps: u32,
    },
    /// All that follows from a cause is done with this append.
    Handle {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// Steps that were done before.
        done: u32,
        /// Steps that are done now; zero in all if nothing followed.
        steps: u32,
    },
    /// A cause can't be handled; it waits for a person.
    Park {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// Its stream.
        stream: String,
        /// Why not.
        trouble: Trouble,
    },
    /// A cause comes behind one of its stream that waits.
    Defer {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// Its stream.
        stream: String,
    },
    /// A person wants a parked cause tried again.
    Retry {
        /// The event.
        cause: EventId,
    },
    /// A person wants a waiting cause never handled.
    Skip {
        /// The event.
        cause: EventId,
        /// Why.
        reason: String,
    },
}
