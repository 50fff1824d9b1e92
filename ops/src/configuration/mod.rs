//! One typed configuration: defaults, then the file, then `MEDIARY_*`, then flags (PL-90).
//!
//! Unknown keys and bad values are errors with the line of the file and the nearest right name.
//! What is printed of it has no secrets.

mod error;
mod load;
mod logging;
mod nats;
mod section;
#[cfg(test)]
mod tests;

pub use error::ConfigurationError;
pub(crate) use load::of_text;
pub use load::{Overrides, load};
pub use logging::{LogFormat, Logging};
pub use nats::{NatsMode, UnknownNatsMode};
pub use section::{Configuration, Downloads, Jobs, Log, Tools, YtDlp, json_schema};
