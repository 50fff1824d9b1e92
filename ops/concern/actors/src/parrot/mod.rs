//! Parrots: who repeats texts, and what follows from that.

mod clerk;
mod effect;
mod reaction;

pub use clerk::ParrotClerk;
pub use effect::{Repeated, Repeater};
pub use reaction::RepeatedToReward;
