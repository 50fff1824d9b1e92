//! Jobs at work: who gets one ([`Dispatcher`]), and who has it done ([`Performer`]): by a concern's
//! [`Effect`](crate::workspace::Effect), with its [`Clerk`] on the platform's side.

mod attempt;
mod attempt_actor;
mod board;
mod clerk;
mod desk;
mod dispatcher;
mod ending;
mod here;
mod performer;
#[cfg(test)]
mod tests;

pub use attempt::{Attempt, progress_of};
pub use board::Board;
pub use clerk::{Begun, Clerk};
pub use desk::Desk;
pub use dispatcher::{Dispatcher, DispatcherArguments};
pub use performer::{Performer, PerformerArguments};
