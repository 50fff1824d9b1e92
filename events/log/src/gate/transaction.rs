use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, OnceLock},
};

use mediary_events::{
    Concern, Recorded, codec,
    command::{self, Commands},
    log::Logs,
};
use mediary_schema::{Identities, ProjectId, Ticket, Timestamp, account::Permission, job::RetryPolicy};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use super::{
    Authority, Caller, Gate, Refusal, Registry,
    handle::{NOW, Terms},
    states::Folded,
};
use crate::log::{
    Append, AppendError, AppendHeader, Expected, Filter, NewEvent, OnlyIf, Read, StreamId, Subject, Urgency,
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
    /// Streams that the part changed, as they were before.
    before: BTreeMap<StreamId, Loaded>,
}

/// What came of what a story added.
pub(super) enum Commit {
    /// It is in the log, or there was nothing to add.
    Done {
        /// The position that shows it.
        position: u64,
    },
    /// Somebody else was faster; the story must be told anew.
    Overtaken {
        /// At which stream, where it was one.
        at: Option<StreamId>,
    },
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
    events: Vec<NewEvent>,
    part: Option<Part>,
    /// Whose the first thing is that the story found.
    project: Option<ProjectId>,
    /// Which folds it takes.
    generation: u64,
    /// When the turn of jobs comes that it opens.
    ticket: Ticket,
}

impl<'a> Transaction<'a> {
    pub(super) fn new(gate: &'a Gate, caller: Caller, before: u64, chance: &'a OnceLock<[u8; 32]>) -> Self {
        let (streams, events) = (BTreeMap::new(), Vec::new());
        Self {
            gate,
            caller,
            before,
            chance,
            urgency: Urgency::Normal,
            streams,
            events,
            part: None,
            project: None,
            generation: gate.states.generation(),
            ticket: Ticket::default(),
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

    /// Tells a part of the story; if it is refused, what it added is taken back and the story goes on.
    pub fn part<T>(&mut self, tell: impl FnOnce(&mut Self) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let outer = self.part.replace(Part { events: self.events.len(), before: BTreeMap::new() });
        let told = tell(self);
        let part = std::mem::replace(&mut self.part, outer).unwrap_or_default();
        if told.is_err() {
            self.events.truncate(part.events);
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

    /// Appends what the story added.
    pub(super) fn commit(mut self, terms: &Terms, only_if: Option<OnlyIf>) -> Result<Commit, Refusal> {
        if self.events.is_empty() && self.caller.is_remembered() {
            let uuid = self.caller.command_id.uuid();
            self.entail::<Commands>(uuid, command::Command::Accept)?;
        }
        if self.events.is_empty() {
            if let Some(stream) = self.moved()? {
                self.keep_unchanged();
                return Ok(Commit::Overtaken { at: Some(stream) });
            }
            let position = self.gate.head();
            self.keep_unchanged();
            return Ok(Commit::Done { position });
        }
        let expected = self
            .streams
            .iter()
            .map(|(stream, loaded)| {
                let expected =
                    if loaded.version == 0 { Expected::NoStream } else { Expected::Exact(loaded.version) };
                (stream.clone(), expected)
            })
            .collect();
        let erases = self.events.iter().any(|event| event.stream.category == Logs::NAME);
        let append = Append {
            header: AppendHeader { command: terms.tag(), ..self.header() },
            urgency: self.urgency,
            expected,
            only_if,
            events: std::mem::take(&mut self.events),
        };
        match self.gate.append(append) {
            Ok(appended) if appended.repeated => Ok(Commit::Overtaken { at: None }),
            Ok(appended) if erases => {
                // Folds in memory may still say what was erased.
                self.gate.states.clear();
                Ok(Commit::Done { position: appended.last_position })
            }
            Ok(appended) => {
                for (stream, loaded) in self.streams.into_iter().filter(|(_, loaded)| !loaded.is_strange) {
                    self.gate.states.put(
                        self.generation,
                        stream,
                        loaded.version + loaded.added,
                        loaded.folded,
                    );
                }
                Ok(Commit::Done { position: appended.last_position })
            }
            // What moved is looked at anew, and named with all that moved with it.
            Err(AppendError::Conflict { stream, .. }) => Ok(Commit::Overtaken { at: Some(stream) }),
            Err(AppendError::Moved { .. }) => Ok(Commit::Overtaken { at: None }),
            Err(error) => Err(refusal(error)),
        }
    }

    /// A stream that moved since the story read it, where that matters: an append is refused for it, an answer without
    /// events would rest on a state that never was.
    ///
    /// Versions only grow: if all streams are where they were read, they were there together after the last was.
    pub(super) fn moved(&self) -> Result<Option<StreamId>, Refusal> {
        let is_of_one_moment = self.streams.len() < 2 || self.gate.scratch.is_some() || self.is_repeated();
        if is_of_one_moment {
            return Ok(None);
        }
        for (stream, loaded) in &self.streams {
            if self.gate.log.stream_version(stream).map_err(Refusal::reading)? != loaded.version {
                return Ok(Some(stream.clone()));
            }
        }
        Ok(None)
    }

    /// Who tells the story. What the platform does by itself belongs to whoever owns the thing that it is done to.
    fn header(&self) -> AppendHeader {
        let header = self.caller.header();
        let is_by_itself = self.caller.authority == Authority::Platform && self.caller.causation_id.is_none();
        match self.project {
            Some(project) if is_by_itself => AppendHeader { project, ..header },
            Some(_) | None => header,
        }
    }

    /// Gives back the folds that the story read and did not change.
    pub(super) fn keep_unchanged(self) {
        for (stream, loaded) in self.streams {
            if loaded.added == 0 && loaded.version > 0 && !loaded.is_strange {
                self.gate.states.put(self.generation, stream, loaded.version, loaded.folded);
            }
        }
    }
}

fn refusal(error: AppendError) -> Refusal {
    match error {
        AppendError::Overloaded { retry_after } => Refusal::Overloaded { retry_after },
        AppendError::StorageFull { free_bytes, needed_bytes } => {
            Refusal::StorageFull { free_bytes, needed_bytes }
        }
        AppendError::PayloadTooLarge { .. } => Refusal::TooLarge,
        AppendError::Broken(damage) => Refusal::Broken(damage),
        AppendError::Closed => Refusal::Stopping,
        other => Refusal::Log(Arc::new(other)),
    }
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let streams: Vec<_> = self.streams.keys().map(ToString::to_string).collect();
        formatter.debug_struct("Transaction").field("streams", &streams).finish_non_exhaustive()
    }
}
