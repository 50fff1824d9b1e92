//! Jobs at work: who gets one ([`Dispatcher`]), and who does it ([`Performer`] with a concern's [`Effect`]).

mod attempt;
mod attempt_actor;
mod board;
mod desk;
mod dispatcher;
mod ending;
mod performer;
#[cfg(test)]
mod tests;

pub use attempt::{Attempt, Effect, Ending, progress_of};
pub use board::Board;
pub use desk::Desk;
pub use dispatcher::{Dispatcher, DispatcherArguments};
pub use performer::{Performer, PerformerArguments};
