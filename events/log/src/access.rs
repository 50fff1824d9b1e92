//! Who may read the events of a concern, and what of them leaves the process by itself: what the table of all
//! concerns says. What is not in it, a newer program wrote: it is shown to whoever administers, and told
//! without its payload.

use mediary_events::Envelope;
use mediary_schema::{account::Permission, scope::Scope};

use crate::{gate::Fanout, work::REGISTRY};

/// What a reader of a concern's events must be allowed.
pub fn read(concern: &str) -> Permission {
    REGISTRY.entry(concern).map_or(Permission::ADMINISTER, |entry| entry.read)
}

/// What of a concern's events is fanned out.
pub(crate) fn fanout(concern: &str) -> Fanout {
    REGISTRY.entry(concern).map_or(Fanout::EnvelopeOnly, |entry| entry.fanout)
}

/// Whether a scope may see an event.
pub fn may_see(scope: &Scope, envelope: &Envelope) -> bool {
    scope.sees(envelope.project) && scope.sees_of(envelope.principal, read(&envelope.stream.category))
}
