use mediary_schema::{Timestamp, delivery::Message, job::Failure};

/// What may be asked of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Have something sent.
    Queue {
        /// To which channel.
        channel: String,
        /// What.
        message: Message,
        /// Not before this moment.
        at: Timestamp,
    },
    /// It is about to be sent.
    Begin,
    /// The channel has taken it.
    Complete,
    /// It surely was not taken.
    Fail {
        /// Why.
        failure: Failure,
        /// The moment of it.
        now: Timestamp,
        /// By which the wait is drawn.
        dice: u32,
    },
    /// Nobody knows whether it was taken.
    Doubt {
        /// Why.
        reason: String,
    },
    /// Its channel is paused.
    Skip,
    /// A person wants it sent again.
    Retry {
        /// The moment of it.
        now: Timestamp,
    },
}
