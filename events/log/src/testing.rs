//! Tests of stories: a gate before a real log in a folder of the test.

#[cfg(test)]
pub(crate) mod bench;

use std::path::Path;

use mediary_events::{Origin, OriginKind, testing::NOW};
use mediary_schema::{Clock, CommandId, IdSource, PrincipalId, account::Role};
use uuid::Uuid;

use crate::{
    gate::{Caller, Gate},
    log::{Log, OpenError, Options},
    work,
};

/// A gate before the log in a folder of the test, opened anew.
pub fn gate(directory: &Path) -> Result<Gate, OpenError> {
    gate_at(directory, Clock::manual(NOW).0)
}

/// The same with a clock that the test sets.
pub fn gate_at(directory: &Path, clock: Clock) -> Result<Gate, OpenError> {
    let mut options = Options::new(directory);
    options.reserve_bytes = 0;
    options.clock = clock.clone();
    Ok(Gate::new(Log::open(options)?, clock, IdSource::system(), work::REGISTRY))
}

/// A person at the command line with a role, and a command number: the same number is the same command.
pub fn person(role: Role, command: u128) -> Caller {
    let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
    let command_id = CommandId::from_uuid(Uuid::from_u128(command));
    Caller::person(PrincipalId::OWNER, role, origin, command_id, &IdSource::system())
}

/// The platform itself with a command of its own.
pub fn platform() -> Caller {
    Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, &IdSource::system())
}

/// Records past the gate: what a program of another age, or a broken one, may have written.
#[cfg(any(test, feature = "testing"))]
pub async fn append_raw(log: &Log, events: Vec<crate::NewEvent>) -> crate::Appended {
    use crate::log::{Append, Urgency};

    let (header, urgency) = (platform().header(), Urgency::Normal);
    let append = Append { header, urgency, expected: Vec::new(), only_if: Vec::new(), events };
    log.append(append).await.expect("the writer takes what is whole")
}
