//! Jobs at work: who gets one ([`Dispatcher`]), and who does it ([`Performer`] with a concern's [`Effect`]).

mod actor;
mod attempt;
mod board;
mod dispatcher;
#[cfg(test)]
mod tests;

pub use actor::{Performer, PerformerArguments};
pub use attempt::{Attempt, Effect, Ending, progress_of};
pub use board::{Board, OpenJob};
pub use dispatcher::{Dispatcher, DispatcherArguments};
