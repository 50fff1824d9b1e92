use mediary_projections::telemetry::look;

use super::{Finding, Verdict, told};
use crate::{configuration::Configuration, output::bytes};

/// Whether the store of samples can be read; nothing else depends on it.
pub(super) fn samples(configuration: &Configuration) -> Finding {
    const SUBJECT: &str = "samples";
    match look(&configuration.data) {
        Ok(None) => Finding::ok(SUBJECT, "their store is made with the first one"),
        Ok(Some(size)) => Finding::ok(SUBJECT, format!("{}; nothing depends on them", bytes(size))),
        Err(error) => Finding::bad(
            SUBJECT,
            Verdict::Warning,
            told(&error),
            "nothing depends on them: if it stays so, move `telemetry` in the data folder away, and it is begun anew",
        ),
    }
}
