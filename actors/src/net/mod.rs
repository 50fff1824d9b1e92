//! What goes out: the one client for other machines, and the gateway for child processes that fetch.
//!
//! Guarantees:
//!
//! - a private address is reached only where the owner opened its network: it is judged when the connection is
//!   made, by the very address that is connected to, so that neither a redirect nor a name that changes its
//!   mind (DNS rebinding) leads around it;
//! - an address goes out as it was given, byte for byte; only what no request may hold is escaped;
//! - a host that asked for a pause is left alone until then, also after a restart;
//! - each request has a permit for its host, which it draws from the budget of all who need it ([`crate::resource`]);
//! - no answer is taken in without a bound, and none is waited for without an end;
//! - what is for a site with a proxy of its own goes by that proxy alone, also to hosts that it leads to, and to names within
//!   networks that are not open it goes no more than without;
//! - no text of a failure has an address in it.
//!
//! It doesn't decide about retries, and knows nothing of feeds, media or sites.

mod body;
mod cache;
mod certificate;
mod client;
mod connect;
mod echo;
mod error;
mod gateway;
mod guard;
mod host;
mod login;
mod options;
mod packing;
mod rate;
mod stream;
mod target;
mod validators;

#[cfg(test)]
pub(crate) mod tests;

pub use body::Body;
pub use cache::{Cached, Wanted};
pub use certificate::Shown;
pub use client::{Answer, Net, Request};
pub use echo::{EchoError, Echoes};
pub use error::{Error, SetupError, Unreachable, class_of_status, failure_of};
pub use gateway::Gateway;
pub(crate) use gateway::{BY_PROXY, PRIVATE};
pub use guard::Guard;
pub use login::Login;
pub use options::{Options, Upstream, UpstreamRefused};
pub use packing::{Packing, Unpacking};
pub use stream::Stream;
pub use validators::Validators;
