//! Resources: hosts, encoders, drives and disks, each with a budget that all of its users draw from.
//!
//! A resource is called by the lane by which work needs it. Jobs take a unit by their lease, for as long as it lasts;
//! whoever needs it for a short while (a request to another machine) takes one by a [`Permit`] and waits for it.
//!
//! Guarantees:
//!
//! - leases and permits of a resource together are never more than its budget. Only leases that are recorded already,
//!   of an earlier dispatcher, are taken as they are;
//! - who waits gets a unit in the order of asking. The dispatcher stands in the same line: a unit whose turn is that of
//!   the next lease is kept for it, and it is rung;
//! - a permit is given back when it is dropped, however that comes about, and so is a place in the line;
//! - what an attempt asks of a resource that it has a lease of, goes over the unit that it has. While that is in use,
//!   what it asks besides stands in line as everybody does, and gets whichever is free first: a unit in its turn, or its own.
//!
//! Nothing of it is recorded: leases are, in the log, and permits end with the process. Whoever has a permit waits for
//! no other one meanwhile; that, and the units that no lease may take, is why nobody waits in a circle
//! ([ADR 0029](../../../docs/adr/0029-leases-and-permits-draw-from-one-budget.md)).

mod budget;
mod leasing;
mod permit;
mod registry;
#[cfg(test)]
mod tests;

pub use budget::{Budget, Budgets};
pub use leasing::{Leased, Leasing, Left};
pub use permit::{Caller, Permit};
pub use registry::Resources;
