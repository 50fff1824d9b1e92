//! Parrots: who repeats texts, and what follows from that.

mod effect;
mod reaction;

pub use effect::Repeater;
pub use reaction::RepeatedToReward;
