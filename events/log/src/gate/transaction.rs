use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use mediary_events::{
    Concern, codec,
    command::{self, Commands},
};
use mediary_schema::{
    Clock, CorrelationId, IdSource, Identities, ProjectId, Timestamp, account::Permission, job::RetryPolicy,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Authority, Caller, Refusal, Registry, ask, fingerprint::Fingerprint, only_if, owners::Owners,
    states::States,
};
use crate::log::{
    Append, AppendError, AppendHeader, Appended, CommandTag, Direction, Expected, Log, NewEvent, OnlyIf,
    Read, Recorded, StreamId, Urgency,
};

/// How often a story is decided anew when others were faster.
const ATTEMPTS_MAX: u32 = 16;
/// Events of a stream that are read at once while it is folded.
const FOLD_PAGE: usize = 1_024;
/// The position before which everything is.
const NOW: u64 = u64::MAX;

/// The only public way to append. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gate {
    log: Log,
    clock: Clock,
    ids: IdSource,
    registry: Registry,
    retry: RetryPolicy,
    states: Arc<States>,
    owners: Arc<Owners>,
    /// Held by a story that was overtaken, so that of all overtaken ones one is told at a time: each of
    /// many that want the same stream then succeeds the second time.
    overtaken: Arc<Mutex<()>>,
}

/// What stands beside a story when it is told for a command.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// What was asked; none for what nobody asked for.
    command: Option<Fingerprint>,
    /// What must not have moved.
    only_if: Option<OnlyIf>,
}

impl Terms {
    /// A boundary, and nothing that was asked.
    #[cfg(test)]
    pub(super) fn only_if(boundary: OnlyIf) -> Self {
        Self { command: None, only_if: Some(boundary) }
    }

    /// Whether an event was recorded by the same command.
    fn is_of(&self, first: &Recorded) -> bool {
        first.envelope.extensions.command == self.tag()
    }

    /// What the envelope remembers of the command.
    fn tag(&self) -> Option<CommandTag> {
        let Fingerprint { name, bytes } = self.command?;
        Some(CommandTag { name: name.into(), fingerprint: bytes })
    }
}

/// What came of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt<T> {
    /// What the story answered.
    pub value: T,
    /// The position that views must have reached to show it.
    pub position: u64,
    /// The story of everything that follows from it.
    pub story_id: CorrelationId,
    /// Whether the same command had been accepted before; then nothing was appended now.
    pub repeated: bool,
}

impl Gate {
    /// A gate before the log, for the concerns of a table.
    pub fn new(log: Log, clock: Clock, ids: IdSource, registry: Registry) -> Self {
        let (retry, states, overtaken) = (RetryPolicy::default(), Arc::default(), Arc::default());
        Self { log, clock, ids, registry, retry, states, owners: Arc::default(), overtaken }
    }

    /// The same gate, with how the jobs that it opens are tried again.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// What may be asked, and everything else that the concerns say of themselves.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The log behind the gate, for reading.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The clock of commands.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What derives the ids of this installation: in one step, where a command enters.
    pub fn identities(&self) -> Identities {
        self.log.identities()
    }

    /// The source of ids of commands.
    pub const fn ids(&self) -> &IdSource {
        &self.ids
    }

    /// Carries out one command on one thing.
    pub async fn execute<C: Concern>(
        &self,
        caller: Caller,
        uuid: Uuid,
        command: C::Command,
    ) -> Result<Receipt<()>, Refusal>
    where
        C::Command: Sync,
    {
        self.transact(caller, move |story| story.execute::<C>(uuid, command.clone())).await
    }

    /// Carries out several commands as one append, or none of them.
    ///
    /// The story runs on a thread for blocking work and may run several times: it must not do anything
    /// but ask the transaction.
    pub async fn transact<T, F>(&self, caller: Caller, story: F) -> Result<Receipt<T>, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        let gate = self.clone();
        crate::spawn::blocking(move || gate.transact_blocking(&caller, &story))
            .await
            .map_err(Refusal::unfinished)?
    }

    /// [`Self::transact`] for threads that may block.
    pub fn transact_blocking<T>(
        &self,
        caller: &Caller,
        story: &dyn Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
    ) -> Result<Receipt<T>, Refusal> {
        self.transact_on_terms(caller, &Terms::default(), story)
    }

    /// The terms of a command that somebody asks for.
    pub(super) fn terms(&self, name: &'static str, arguments: &Value, options: ask::Options) -> Terms {
        let command = Fingerprint::new(self.identities().key().as_bytes(), name, arguments);
        Terms { command: Some(command), only_if: options.only_if }
    }

    /// [`Self::transact_blocking`] on terms.
    pub(super) fn transact_on_terms<T>(
        &self,
        caller: &Caller,
        terms: &Terms,
        story: &dyn Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
    ) -> Result<Receipt<T>, Refusal> {
        let mut turn = None;
        let chance = OnceLock::new();
        for _ in 0..ATTEMPTS_MAX {
            if let Some(appended) = self.accepted(caller, terms)? {
                return self.tell_again(caller, story, &appended, &chance);
            }
            let only_if =
                terms.only_if.as_ref().map(|only_if| only_if::look(&self.log, only_if)).transpose()?;
            let mut transaction = Transaction::new(self, *caller, NOW, &chance);
            let told = match story(&mut transaction) {
                Ok(value) => transaction.commit(terms, only_if).map(|commit| (value, commit)),
                Err(refusal) => {
                    transaction.keep_unchanged();
                    Err(refusal)
                }
            };
            match told {
                Ok((value, Commit::Done { position })) => {
                    metrics::counter!("mediary_commands_total", "result" => "accepted").increment(1);
                    let story_id = caller.correlation_id;
                    return Ok(Receipt { value, position, story_id, repeated: false });
                }
                Ok((_, Commit::Overtaken)) => {
                    let next = || self.overtaken.lock().unwrap_or_else(PoisonError::into_inner);
                    turn = turn.or_else(|| Some(next()));
                }
                // The same command, sent twice at once, was accepted just now.
                Err(_) if self.accepted(caller, terms)?.is_some() => {}
                Err(refusal) => {
                    count(&refusal);
                    return Err(refusal);
                }
            }
        }
        let refusal = Refusal::Contended { attempts: ATTEMPTS_MAX };
        count(&refusal);
        Err(refusal)
    }

    /// What the command appended, if it was accepted before; another command under its id is refused.
    fn accepted(&self, caller: &Caller, terms: &Terms) -> Result<Option<Appended>, Refusal> {
        let found = self.log.command(caller.principal, caller.command_id).map_err(Refusal::reading)?;
        let Some(appended) = found else { return Ok(None) };
        if terms.is_of(&self.first_of(&appended)?) { Ok(Some(appended)) } else { Err(Refusal::Reused) }
    }

    /// The first event that a command appended.
    fn first_of(&self, appended: &Appended) -> Result<Recorded, Refusal> {
        let position = appended.first_position;
        let found = self.log.read(&Read::forward(position).limit(1)).map_err(Refusal::reading)?;
        found.into_iter().next().ok_or_else(|| Refusal::Lost { position })
    }

    /// Answers an accepted command as the first time: from what was there before its own events.
    fn tell_again<T>(
        &self,
        caller: &Caller,
        story: &dyn Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
        appended: &Appended,
        chance: &OnceLock<[u8; 32]>,
    ) -> Result<Receipt<T>, Refusal> {
        let value = story(&mut Transaction::new(self, *caller, appended.first_position, chance))?;
        let story_id = self.first_of(appended)?.envelope.correlation_id;
        Ok(Receipt { value, position: appended.last_position, story_id, repeated: true })
    }

    /// The state of one thing now.
    pub async fn state<C: Concern>(&self, uuid: Uuid) -> Result<C::State, Refusal> {
        self.inspect::<C, _>(uuid, C::State::clone).await
    }

    /// What a function finds in the state of one thing now; a large state is not copied for it.
    ///
    /// The function runs on a thread for blocking work.
    pub async fn inspect<C: Concern, T: Send + 'static>(
        &self,
        uuid: Uuid,
        look: impl FnOnce(&C::State) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let gate = self.clone();
        crate::spawn::blocking(move || {
            let stream = C::stream(uuid);
            let (version, state) = gate.fold::<C>(&stream, NOW)?;
            let found = look(&state);
            gate.states.put(stream, version, Box::new(state));
            Ok(found)
        })
        .await
        .map_err(Refusal::unfinished)?
    }

    /// The state of one thing as of an event: what was recorded up to its position. For threads that may block.
    pub fn state_at<C: Concern>(&self, uuid: Uuid, position: u64) -> Result<C::State, Refusal> {
        Ok(self.fold::<C>(&C::stream(uuid), position.saturating_add(1))?.1)
    }

    /// Whose a stream is.
    fn owner(&self, stream: &StreamId) -> Result<Option<ProjectId>, Refusal> {
        self.owners.of(&self.log, stream).map_err(Refusal::reading)
    }

    /// Folds what a stream has before a position, with the version that it comes to.
    fn fold<C: Concern>(&self, stream: &StreamId, before: u64) -> Result<(u64, C::State), Refusal> {
        let kept = if before == NOW { self.states.take::<C::State>(stream) } else { None };
        let (mut version, mut state) = kept.unwrap_or_default();
        loop {
            let page = self
                .log
                .read_stream(stream, version + 1, Direction::Forward, FOLD_PAGE)
                .map_err(Refusal::reading)?;
            for recorded in &page {
                if recorded.position() >= before {
                    return Ok((version, state));
                }
                if let Some(event) = codec::event_of::<C>(recorded).map_err(Refusal::decoding)? {
                    C::evolve(&mut state, &event);
                }
                version = recorded.envelope.version;
            }
            if page.len() < FOLD_PAGE {
                return Ok((version, state));
            }
        }
    }
}

fn count(refusal: &Refusal) {
    metrics::counter!("mediary_commands_total", "result" => refusal.code()).increment(1);
}

/// One stream as a story sees it: its fold with what the story adds.
struct Loaded {
    /// The version in the log; the append is refused if it moved.
    version: u64,
    /// Events that the story adds.
    added: u64,
    /// Whether it is another project's: then the story finds nothing there, and can add nothing.
    is_strange: bool,
    state: Box<dyn Any + Send>,
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
enum Commit {
    /// It is in the log, or there was nothing to add.
    Done {
        /// The position that shows it.
        position: u64,
    },
    /// Somebody else was faster; the story must be told anew.
    Overtaken,
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
}

impl<'a> Transaction<'a> {
    fn new(gate: &'a Gate, caller: Caller, before: u64, chance: &'a OnceLock<[u8; 32]>) -> Self {
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
        &self.gate.registry
    }

    /// How jobs that the story opens are tried again.
    pub const fn retry_policy(&self) -> RetryPolicy {
        self.gate.retry
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
        let loaded = self.load::<C>(stream)?;
        Ok(loaded.state.downcast_ref().expect("a stream's category belongs to one concern"))
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
    pub fn entail<C: Concern>(&mut self, uuid: Uuid, command: C::Command) -> Result<(), Refusal> {
        let inside_part = self.part.is_some();
        let stream = C::stream(uuid);
        let loaded = self.load::<C>(stream.clone())?;
        let state =
            loaded.state.downcast_mut::<C::State>().expect("a stream's category belongs to one concern");
        let events = C::decide(state, command)?;
        if loaded.is_strange && !events.is_empty() {
            return Err(Refusal::Strange);
        }
        let changed = inside_part && !events.is_empty();
        let before = changed.then(|| Loaded {
            version: loaded.version,
            added: loaded.added,
            is_strange: loaded.is_strange,
            state: Box::new(state.clone()),
        });
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
                let (version, mut state) = self.gate.fold::<C>(entry.key(), self.before)?;
                let owner = if version == 0 { None } else { self.gate.owner(entry.key())? };
                let is_strange = match self.caller.authority {
                    Authority::Role(_) => owner.is_some_and(|owner| owner != self.caller.project),
                    Authority::Platform => false,
                };
                if is_strange {
                    // What is another's is not there.
                    state = C::State::default();
                } else if self.project.is_none() {
                    self.project = owner;
                }
                Ok(entry.insert(Loaded { version, added: 0, is_strange, state: Box::new(state) }))
            }
        }
    }

    /// Appends what the story added.
    fn commit(mut self, terms: &Terms, only_if: Option<OnlyIf>) -> Result<Commit, Refusal> {
        if self.events.is_empty() && self.caller.is_remembered() {
            let uuid = self.caller.command_id.uuid();
            self.entail::<Commands>(uuid, command::Command::Accept)?;
        }
        if self.events.is_empty() {
            let position = self.gate.log.head().position;
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
        let append = Append {
            header: AppendHeader { command: terms.tag(), ..self.header() },
            urgency: self.urgency,
            expected,
            only_if,
            events: std::mem::take(&mut self.events),
        };
        match self.gate.log.append_blocking(append) {
            Ok(appended) if appended.repeated => Ok(Commit::Overtaken),
            Ok(appended) => {
                for (stream, loaded) in self.streams.into_iter().filter(|(_, loaded)| !loaded.is_strange) {
                    self.gate.states.put(stream, loaded.version + loaded.added, loaded.state);
                }
                Ok(Commit::Done { position: appended.last_position })
            }
            // What moved is looked at anew, and named with all that moved with it.
            Err(AppendError::Conflict { .. } | AppendError::Moved { .. }) => Ok(Commit::Overtaken),
            Err(error) => Err(refusal(error)),
        }
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
    fn keep_unchanged(self) {
        for (stream, loaded) in self.streams {
            if loaded.added == 0 && loaded.version > 0 && !loaded.is_strange {
                self.gate.states.put(stream, loaded.version, loaded.state);
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
