//! Account: credentials, users, and what they may do. What a holder shows is never stored, only its hash.

pub mod ask;
mod command;
mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod user;

pub use ask::Ask;
pub use command::Command;
pub use decide::{Account, Rejection};
pub use event::Event;
pub use state::{Invitation, Password, Session, State, Token, User};
pub use user::{NAME_CHARS_MAX, SESSIONS_PER_USER_MAX, USERS_MAX, UserCommand};
