//! The workspace: what an attempt has of the platform, and all that it has.
//!
//! An [`Effect`] gets its input by [`Workspace::input`], reserves room and leaves its result by [`Workspace::reserve`] and
//! [`Workspace::output`], asks what it needs to know by questions that are data, reports by signals, and ends by one
//! [`Finish`]. It knows no root, no log and no view. What stands behind the [`Port`] may be this process or a line to
//! another one: the effect can't tell, and whoever passes its work on ([`Hands`]) needs nothing but this.
//!
//! Guarantees: what an attempt came to counts once the platform's side has taken it in under the attempt's own lease, and
//! not before.

mod effect;
mod finish;
mod hands;
mod port;
mod space;

pub use effect::{Craft, Effect, Nothing};
pub use finish::{Ending, Finish, Outcome};
pub use hands::Hands;
pub use port::{Port, Unable};
pub use space::{Space, Workspace};
