mod commit;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, OnceLock},
};

use mediary_events::{CommandKind, Concern, Recorded, codec};
use mediary_schema::{
    Identities, JobId, ProjectId, Ticket, Timestamp, account::Permission, job::RetryPolicy,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

pub(super) use self::commit::{Commit, Overtaken};
use super::{Authority, Caller, Gate, Refusal, Registry, handle::NOW, states::Folded};
use crate::{
    log::{Filter, NewEvent, OnlyIf, Personal, Read, StreamId, Subject, Urgency},
    vault::PersonKeys,
};

/// One stream as a story sees it: its fold with what the story adds.
#[derive(Clone)]
struct Loaded {
    /// The version in the log; the append is refused if it moved.
    version: u64,
    /// Events that the story adds.
    added: u64,
    /// Whether it is another project's: then the story finds nothing there, and can add nothing.
    is_strange: bool,
    folded: Folded,
}

/// What a part of a story would have to take back.
#[derive(Default)]
struct Part {
    /// Events that the story had before.
    events: usize,
    /// Jobs that it had joined before.
    joined: usize,
    /// Streams that the part changed, as they were before.
    before: BTreeMap<StreamId, Loaded>,
}

/// The streams that a story touches, and the events that it adds to them.
pub struct Transaction<'a> {
    gate: &'a Gate,
    caller: Caller,
    /// Events from this position on are not there for the story.
    before: u64,
    /// What nobody can guess, the same whenever the story is told.
    chance: &'a OnceLock<[u8; 32]>,
    urgency: Urgency,
    streams: BTreeMap<StreamId, Loaded>,
    /// What it counts on having seen whole.
    boundaries: Vec<OnlyIf>,
    events: Vec<NewEvent>,
    part: Option<Part>,
    /// Whose the first thing is that the story found.
    project: Option<ProjectId>,
    /// Which folds it takes.
    generation: u64,
    /// When the turn of jobs comes that it opens.
    ticket: Ticket,
    /// Jobs under way that it joined instead of opening one.
    joined: Vec<JobId>,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(gate: &'a Gate, caller: Caller, before: u64, chance: &'a OnceLock<[u8; 32]>) -> Self {
        let (streams, boundaries, events) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self {
            gate,
            caller,
            before,
            chance,
            urgency: Urgency::Normal,
            streams,
            boundaries,
            events,
            part: None,
            project: None,
            generation: gate.states.generation(),
            ticket: Ticket::default(),
            joined: Vec::new(),
        }
    }

    /// What derives the ids of this installation.
    pub fn identities(&self) -> Identities {
        self.gate.identities()
    }

    /// Who asks.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What the concerns say of themselves.
    pub const fn registry(&self) -> &Registry {
        self.gate.registry()
    }

    /// How jobs that the story opens are tried again.
    pub const fn retry_policy(&self) -> RetryPolicy {
        self.gate.retry
    }

    /// When the turn of jobs comes that the story opens, and under which names they are found.
    pub const fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// Says it for the jobs that the story opens from here on.
    pub fn take_ticket(&mut self, ticket: Ticket) {
        self.ticket = ticket;
    }

    /// Says that a job under way does what the story asks for; whatever else the ticket says is not that job's.
    pub(crate) fn has_joined(&mut self, job_id: JobId) {
        if !self.joined.contains(&job_id) {
            self.joined.push(job_id);
        }
    }

    /// Jobs under way that it joined.
    pub(super) fn joined(&self) -> &[JobId] {
        &self.joined
    }

    /// 32 bytes of the operating system that nobody can guess: the same however often the story is told.
    pub fn chance(&self) -> &'a [u8; 32] {
        self.chance.get_or_init(|| StdRng::from_os_rng().random())
    }

    /// The time, for what a story has to remember beside when it was recorded.
    pub fn now(&self) -> Timestamp {
        self.gate.clock.now()
    }

    /// The id of the log that the story is recorded in.
    pub fn log_id(&self) -> Uuid {
        self.gate.log.id()
    }

    /// The keys by which what belongs to persons is sealed.
    pub(crate) fn person_keys(&self) -> &PersonKeys {
        self.gate.log.person_keys()
    }

    /// The event at a position, whosever it is: for stories that need a permission over the whole log.
    pub fn event(&self, position: u64) -> Result<Option<Recorded>, Refusal> {
        let found = self.gate.log.read(&Read::forward(position).limit(1)).map_err(Refusal::reading)?;
        let is_there = |event: &Recorded| event.position() == position && position < self.before;
        Ok(found.into_iter().next().filter(is_there))
    }

    /// Whether the command was accepted before, and the story is only told again for its answer.
    pub const fn is_repeated(&self) -> bool {
        self.before != NOW
    }

    /// Whether it is told on scratch paper: nothing of it happens.
    pub const fn is_dry_run(&self) -> bool {
        self.gate.scratch.is_some()
    }

    /// Tells a part of the story; if it is refused, what it added is taken back and the story goes on.
    pub fn part<T>(&mut self, tell: impl FnOnce(&mut Self) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let outer = self.part.replace(Part {
            events: self.events.len(),
            joined: self.joined.len(),
            before: BTreeMap::new(),
        });
        let told = tell(self);
        let part = std::mem::replace(&mut self.part, outer).unwrap_or_default();
        if told.is_err() {
            self.events.truncate(part.events);
            self.joined.truncate(part.joined);
            self.streams.extend(part.before);
        } else if let Some(outer) = &mut self.part {
            for (stream, before) in part.before {
                outer.before.entry(stream).or_insert(before);
            }
        }
        told
    }

    /// Marks the story as one that must fit even on a full disk: an end, a cancel.
    pub const fn essential(&mut self) {
        self.urgency = Urgency::Essential;
    }

    /// The state of one thing. What it answers must still be so when the story is appended.
    pub fn state<C: Concern>(&mut self, uuid: Uuid) -> Result<&C::State, Refusal> {
        let stream = C::stream(uuid);
        Ok(self.load::<C>(stream)?.folded.state::<C>())
    }

    /// The state of one thing, whosever it is, as it was before the story: for what never changes once it is there. It may
    /// have moved when the story is appended, and its project is none of the caller's business.
    pub(crate) fn unguarded<C: Concern>(&self, uuid: Uuid) -> Result<Arc<C::State>, Refusal> {
        Ok(self.gate.fold::<C>(&C::stream(uuid), self.before)?.1.shared::<C>())
    }

    /// The version of one thing's stream, with what the story adds to it; 0 if there is no such thing.
    pub fn version<C: Concern>(&mut self, uuid: Uuid) -> Result<u64, Refusal> {
        let loaded = self.load::<C>(C::stream(uuid))?;
        Ok(if loaded.is_strange { 0 } else { loaded.version + loaded.added })
    }

    /// The things of a concern whose events name a thing as a subject, in the order of their first such event.
    ///
    /// Another story may add one meanwhile: what is decided on those that there are must not depend on there being
    /// no other.
    pub fn about<C: Concern>(&self, thing: &Subject) -> Result<Vec<Uuid>, Refusal> {
        let filter = Filter::about(thing.clone()).of_kinds([C::NAME]);
        let mut read = Read::forward(1).filter(filter);
        let scratch = self.gate.scratch.as_deref();
        let before = scratch.map_or(self.before, |scratch| self.before.min(scratch.base() + 1));
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        let mut add = |stream: &StreamId| {
            if stream.category == C::NAME && known.insert(stream.uuid) {
                found.push(stream.uuid);
            }
        };
        'pages: loop {
            let page = self.gate.log.read_page(&read).map_err(Refusal::reading)?;
            for recorded in &page.events {
                if recorded.position() >= before {
                    break 'pages;
                }
                add(&recorded.envelope.stream);
            }
            match page.next_position {
                Some(next) => read.from = next,
                None => break,
            }
        }
        if let Some(scratch) = scratch {
            scratch.about(thing, self.before).iter().for_each(&mut add);
        }
        let own = self.events.iter().filter(|event| event.subjects.contains(thing));
        own.for_each(|event| add(&event.stream));
        Ok(found)
    }

    /// [`Self::about`] where none may be missed: the story is told anew if anything of the concern about the thing was
    /// recorded meanwhile.
    pub fn all_about<C: Concern>(&mut self, thing: &Subject) -> Result<Vec<Uuid>, Refusal> {
        let (filter, after) =
            (Filter::about(thing.clone()).of_kinds([C::NAME]), self.gate.log.head().position);
        // What is told again, or on scratch paper, is told of what was there then.
        if !self.is_repeated() && self.gate.scratch.is_none() {
            self.boundaries.push(OnlyIf { filter, after });
        }
        self.about::<C>(thing)
    }

    /// Whether a stream is another project's, and so not there for the caller; one that nobody began is nobody's.
    pub(crate) fn is_strange(&self, stream: &StreamId) -> Result<bool, Refusal> {
        let owner = self.gate.owner(stream)?;
        Ok(matches!(self.caller.authority, Authority::Role(_))
            && owner.is_some_and(|owner| owner != self.caller.project))
    }

    /// Carries out a command that the caller asks for.
    pub fn execute<C: Concern>(&mut self, uuid: Uuid, command: C::Command) -> Result<(), Refusal> {
        self.require(C::permission(&command))?;
        self.entail::<C>(uuid, command)
    }

    /// Refuses the story unless the caller has the permission: for stories that only entail commands.
    pub fn require(&self, permission: Permission) -> Result<(), Refusal> {
        let Caller { authority, project, .. } = self.caller;
        if authority.allows_in(project, permission) { Ok(()) } else { Err(Refusal::Forbidden { permission }) }
    }

    /// Refuses the story unless the caller may ask for a command, and the installation offers what it is about: what every
    /// door asks, in one place.
    pub(super) fn require_all(&self, kind: &CommandKind) -> Result<(), Refusal> {
        self.require(kind.permission)?;
        kind.needs.map_or(Ok(()), |capability| self.gate.offers(capability))
    }

    /// Carries out a command that follows from one that the caller was allowed to ask for.
    pub(crate) fn entail<C: Concern>(&mut self, uuid: Uuid, command: C::Command) -> Result<(), Refusal> {
        let inside_part = self.part.is_some();
        let stream = C::stream(uuid);
        let gate = self.gate;
        let loaded = self.load::<C>(stream.clone())?;
        let events = C::decide(loaded.folded.state::<C>(), command)?;
        if events.is_empty() {
            return Ok(());
        }
        if loaded.is_strange {
            return Err(Refusal::Strange);
        }
        let before = inside_part.then(|| loaded.clone());
        // Else it would be copied.
        gate.states.release(&stream, loaded.version);
        let state = loaded.folded.state_mut::<C>();
        let mut recorded = Vec::with_capacity(events.len());
        for event in &events {
            let (encoded, subjects) = (codec::encode::<C>(event), C::subjects(state, event));
            recorded.push(NewEvent {
                stream: stream.clone(),
                name: encoded.kind.name.into(),
                schema: encoded.kind.schema,
                subjects,
                personal: personal::<C>(event, &encoded.payload),
                payload: encoded.payload.into(),
            });
            C::evolve(state, event);
        }
        loaded.added += events.len() as u64;
        if let (Some(part), Some(before)) = (&mut self.part, before) {
            part.before.entry(stream).or_insert(before);
        }
        self.events.extend(recorded);
        Ok(())
    }

    fn load<C: Concern>(&mut self, stream: StreamId) -> Result<&mut Loaded, Refusal> {
        use std::collections::btree_map::Entry;
        match self.streams.entry(stream) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let (version, mut folded) = self.gate.fold::<C>(entry.key(), self.before)?;
                let owner = if version == 0 { None } else { self.gate.owner(entry.key())? };
                let is_strange = match self.caller.authority {
                    Authority::Role(_) => owner.is_some_and(|owner| owner != self.caller.project),
                    Authority::Platform => false,
                };
                if is_strange {
                    // What is another's is not there.
                    folded = Folded::of::<C>(C::State::default());
                } else if self.project.is_none() {
                    self.project = owner;
                }
                Ok(entry.insert(Loaded { version, added: 0, is_strange, folded }))
            }
        }
    }
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let streams: Vec<_> = self.streams.keys().map(ToString::to_string).collect();
        formatter.debug_struct("Transaction").field("streams", &streams).finish_non_exhaustive()
    }
}

/// Whom an event says something of that is not to be readable for ever. What would say the same without it says nothing.
fn personal<C: Concern>(event: &C::Event, payload: &[u8]) -> Option<Personal> {
    let person = C::person(event)?;
    let stand_in = C::redact(event).map(|left| codec::encode::<C>(&left).payload);
    (stand_in.as_deref() != Some(payload)).then(|| Personal { person, stand_in: stand_in.map(Into::into) })
}
