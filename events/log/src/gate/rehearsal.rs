//! What the reactions of this program make of what happened, against what followed of it then (PL-16).
//!
//! Guarantees: nothing is recorded and nothing is done: each cause is thought through on scratch paper of its own, behind
//! what was recorded when it was handled. Causes that were never handled (those before the reaction was enabled, those
//! that wait, those that are still to come) are left out, unless no program knew the reaction.

use std::{collections::BTreeMap, sync::Arc};

use mediary_events::{
    Concern as _, OriginKind, codec,
    command::Commands,
    reaction::{Event as PlaceEvent, Reaction as Place},
};
use mediary_schema::{EventId, ReactionId};
use serde::Serialize;

use super::{Caller, Gate, Reaction, Refusal, Step, Transaction};
use crate::log::{Direction, Filter, Read, Recorded, Schema};

/// Events read at once.
const PAGE: usize = 1_024;
/// Bytes read at once.
const PAGE_BYTES: usize = 4 << 20;
/// What a cause comes to that can't be handled: it waits for a person.
const PARKED: &str = "reaction.parked";

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rehearsal {
    /// How many causes were thought through.
    pub causes: u64,
    /// What would follow and did not, a kind after the other.
    pub more: Vec<Divergence>,
    /// What did follow and would not.
    pub fewer: Vec<Divergence>,
}

/// Events of one kind that follow from the causes of one reaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Divergence {
    /// The stored name of the reaction.
    pub reaction: String,
    /// The kind of event: `job.queued`.
    pub kind: String,
    /// How many.
    pub count: u64,
    /// The position of the first cause.
    pub first_cause: u64,
}

/// An event kind of which there are events that this program doesn't read whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownKind {
    /// The kind, with its newest form: `playlist.followed 2.0`.
    pub kind: String,
    /// How many there are.
    pub count: u64,
    /// The position of the first.
    pub first_position: u64,
}

/// The forms of all events of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forms {
    /// How many have an older form and are lifted when they are read.
    pub lifted: u64,
    /// What this program doesn't know, or knows less of.
    pub unknown: Vec<UnknownKind>,
}

/// What followed from a cause, or would: so many events of each kind.
type Kinds = BTreeMap<String, u64>;

/// What is recorded of a reaction and one of its causes.
#[derive(Debug, Default)]
struct Followed {
    /// The position before its first append; none if it only waits.
    base: Option<u64>,
    kinds: Kinds,
}

/// What followed from causes, by reaction and cause.
type Recollection = BTreeMap<(ReactionId, EventId), Followed>;

/// What differs, by reaction and kind: how many events, and the first cause.
type Counted = BTreeMap<(String, String), (u64, u64)>;

/// Since when a reaction reacts, and up to where it has.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// None if no program knew it.
    after: Option<u64>,
    until: u64,
}

impl Gate {
    /// Thinks through what happened from a position on and up to another. Blocks.
    pub fn rehearse(&self, from: u64, head: u64) -> Result<Rehearsal, Refusal> {
        let mut followed = self.recollect(from, head)?;
        let (mut causes, mut more, mut fewer) = (0, Counted::new(), Counted::new());
        let listeners: Vec<_> = self.reactions.iter().map(|one| (Filter::kinds(one.events()), one)).collect();
        let reaches =
            listeners.iter().map(|(_, one)| self.reach(one.as_ref())).collect::<Result<Vec<_>, _>>()?;
        self.each(from, head, |cause| {
            for ((filter, reaction), reach) in listeners.iter().zip(&reaches) {
                let key = (ReactionId::from_name(reaction.name()), cause.envelope.id);
                let then = followed.remove(&key);
                if !filter.matches(cause) || !reaction.is_cause(self, cause) {
                    // What is no cause any more is told below.
                    followed.extend(then.map(|then| (key, then)));
                    continue;
                }
                let is_in_reach = reach
                    .after
                    .is_none_or(|after| cause.position() > after && cause.position() <= reach.until);
                let then = match then {
                    None if is_in_reach => Followed { base: Some(cause.position()), kinds: Kinds::new() },
                    Some(then) if then.base.is_some() => then,
                    Some(_) | None => continue,
                };
                causes += 1;
                let base = then.base.unwrap_or_else(|| cause.position());
                let now = self.think(reaction.as_ref(), cause, base)?;
                compare(&mut more, reaction.name(), cause.position(), &now, &then.kinds);
                compare(&mut fewer, reaction.name(), cause.position(), &then.kinds, &now);
            }
            Ok(())
        })?;
        for ((reaction, cause), then) in followed {
            // Of a cause from before nothing is thought through.
            let cause = self.log.event(cause).map_err(Refusal::reading)?;
            if let Some(cause) = cause.filter(|cause| cause.position() >= from) {
                let name = self.state_at::<Place>(reaction.uuid(), head)?.name.clone();
                let name = name.unwrap_or_else(|| reaction.to_string());
                compare(&mut fewer, &name, cause.position(), &then.kinds, &Kinds::new());
            }
        }
        Ok(Rehearsal { causes, more: told(more), fewer: told(fewer) })
    }

    /// Looks at every event: whether this program knows its kind and its form. Blocks.
    pub fn forms(&self) -> Result<Forms, Refusal> {
        let (mut lifted, mut unknown) = (0, BTreeMap::<String, (Schema, u64, u64)>::new());
        self.each(1, self.log.head().position, |event| {
            let envelope = &event.envelope;
            match self.registry().knows(&envelope.stream.category, &envelope.name) {
                Some(known) if envelope.schema == known => {}
                Some(known) if envelope.schema < known => lifted += 1,
                Some(_) | None => {
                    let found =
                        unknown.entry(envelope.kind()).or_insert((envelope.schema, 0, envelope.position));
                    (found.0, found.1) = (found.0.max(envelope.schema), found.1 + 1);
                }
            }
            Ok(())
        })?;
        let unknown = unknown.into_iter().map(|(kind, (schema, count, first_position))| UnknownKind {
            kind: format!("{kind} {schema}"),
            count,
            first_position,
        });
        Ok(Forms { lifted, unknown: unknown.collect() })
    }

    /// What followed from causes, as far as it was recorded from a position on.
    fn recollect(&self, from: u64, head: u64) -> Result<Recollection, Refusal> {
        let mut found = Recollection::new();
        self.each(from, head, |event| {
            let envelope = &event.envelope;
            let (OriginKind::Reaction, Some(cause)) = (envelope.origin.kind, envelope.causation_id) else {
                return Ok(());
            };
            let followed = found.entry((ReactionId::from_uuid(envelope.origin.id), cause)).or_default();
            let is_place = envelope.stream.category == Place::NAME;
            if !is_place {
                *followed.kinds.entry(envelope.kind()).or_default() += 1;
            } else if matches!(&*envelope.name, "parked" | "deferred" | "retry_requested" | "skipped") {
                return Ok(());
            }
            let before = envelope.position - u64::from(envelope.append_index) - 1;
            followed.base = Some(followed.base.map_or(before, |base| base.min(before)));
            Ok(())
        })?;
        Ok(found)
    }

    /// What a reaction makes of a cause, behind what was recorded up to a position.
    fn think(&self, reaction: &dyn Reaction, cause: &Recorded, base: u64) -> Result<Kinds, Refusal> {
        let gate = self.on_scratch_behind(base);
        let waits = || Kinds::from([(PARKED.to_owned(), 1)]);
        let steps: Arc<[Step]> = match reaction.plan(&gate, cause) {
            Ok(steps) => steps.into(),
            Err(refusal) if refusal.is_retryable() => return Err(refusal),
            Err(_) => return Ok(waits()),
        };
        for (number, steps) in steps.chunks(Step::AT_ONCE_MAX).enumerate() {
            // Its own commands are known to the log already: under another id it is thought anew.
            let caller = Caller::reaction(&gate, reaction, cause, &format!("rehearsed/{number}"));
            let story = |story: &mut Transaction<'_>| steps.iter().try_for_each(|step| step.tell(story));
            match gate.transact_blocking(&caller, &story) {
                Ok(_) => {}
                Err(refusal) if refusal.is_retryable() => return Err(refusal),
                Err(_) => return Ok(waits()),
            }
        }
        let (mut kinds, mut place) = (Kinds::new(), 0);
        while let Some(event) = gate.scratch.as_ref().and_then(|scratch| scratch.event(place)) {
            if event.envelope.stream.category != Commands::NAME {
                *kinds.entry(event.envelope.kind()).or_default() += 1;
            }
            place += 1;
        }
        Ok(kinds)
    }

    /// From which cause on a reaction reacts, and up to which it did.
    fn reach(&self, reaction: &dyn Reaction) -> Result<Reach, Refusal> {
        let uuid = ReactionId::from_name(reaction.name()).uuid();
        let until = self.state_at::<Place>(uuid, self.log.head().position)?.after;
        let first = self.log.read_stream(&Place::stream(uuid), 1, Direction::Forward, 1);
        let Some(first) = first.map_err(Refusal::reading)?.pop() else {
            return Ok(Reach { after: None, until });
        };
        let events = codec::events_of::<Place>(&first).map_err(Refusal::decoding)?;
        let after = events.iter().find_map(|event| match event {
            PlaceEvent::Enabled { after, .. } => Some(*after),
            _ => None,
        });
        // What it began with was erased or is unknown: then it began there.
        Ok(Reach { after: Some(after.unwrap_or_else(|| first.position())), until })
    }

    /// Shows every event of a stretch, in their order.
    fn each(
        &self,
        from: u64,
        end: u64,
        mut see: impl FnMut(&Recorded) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut next = from.max(1);
        while next <= end {
            let request = Read { end, bytes_max: PAGE_BYTES, ..Read::forward(next).limit(PAGE) };
            let page = self.log.read_page(&request).map_err(Refusal::reading)?;
            page.events.iter().try_for_each(&mut see)?;
            next = page.next_position.unwrap_or(end + 1);
        }
        Ok(())
    }
}

/// Counts what there is more of here than there.
fn compare(counted: &mut Counted, reaction: &str, cause: u64, here: &Kinds, there: &Kinds) {
    for (kind, count) in here {
        let more = count.saturating_sub(there.get(kind).copied().unwrap_or(0));
        if more > 0 {
            let found = counted.entry((reaction.to_owned(), kind.clone())).or_insert((0, cause));
            (found.0, found.1) = (found.0 + more, found.1.min(cause));
        }
    }
}

fn told(counted: Counted) -> Vec<Divergence> {
    let told = counted.into_iter().map(|((reaction, kind), (count, first_cause))| Divergence {
        reaction,
        kind,
        count,
        first_cause,
    });
    told.collect()
}
