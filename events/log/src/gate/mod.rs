//! The gate: who may ask for what, and the only public way to append.
//!
//! Page, command line, NATS, schedules, reactions and actors all go through it. [`Gate::transact`]
//! loads the streams that a story touches, decides all of it, appends once, and runs the whole
//! again if somebody else was faster.
//!
//! Guarantees: nothing is appended that a `decide` did not answer; a story whose streams moved
//! meanwhile is decided anew; an accepted command repeated by the same principal appends nothing; a dry run
//! goes the way of the command up to the append, and leaves nothing behind.

mod answer;
mod ask;
mod caller;
mod command;
mod dry_run;
mod effects;
mod entrance;
mod entry;
mod fingerprint;
mod fold;
mod handle;
mod long_work;
mod only_if;
mod owners;
mod reaction;
mod refusal;
mod rehearsal;
mod scratch;
mod states;
#[cfg(test)]
mod tests;
mod transaction;

pub use answer::{Answer, Refused, SignedReceipt};
pub use ask::Options;
pub use caller::{Authority, Caller};
pub use command::Command;
pub use dry_run::{DryEvent, DryRun};
pub use effects::{Calls, Effects};
pub use entry::{Entry, Fanout, Registry, Story, asks_nothing, decode};
use handle::Terms;
pub use handle::{Gate, Receipt};
pub use long_work::{KindOfWork, LongWork};
pub use reaction::{Reaction, Step, decode as decode_cause, trouble};
pub use refusal::Refusal;
pub use rehearsal::{Divergence, Forms, Rehearsal, UnknownKind};
pub use transaction::Transaction;
