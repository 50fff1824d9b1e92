use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use mediary_events::{Concern, codec};
use mediary_schema::{Clock, IdSource, account::Permission};
use uuid::Uuid;

use super::{Caller, Refusal, states::States};
use crate::log::{Append, AppendError, Appended, Direction, Expected, Log, NewEvent, StreamId, Urgency};

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
    states: Arc<States>,
    /// Held by a story that was overtaken, so that of all overtaken ones one is told at a time: each of
    /// many that want the same stream then succeeds the second time.
    overtaken: Arc<Mutex<()>>,
}

/// What came of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt<T> {
    /// What the story answered.
    pub value: T,
    /// The position that views must have reached to show it.
    pub position: u64,
    /// Whether the same command had been accepted before; then nothing was appended now.
    pub repeated: bool,
}

impl Gate {
    /// A gate before the log.
    pub fn new(log: Log, clock: Clock, ids: IdSource) -> Self {
        Self { log, clock, ids, states: Arc::default(), overtaken: Arc::default() }
    }

    /// The log behind the gate, for reading.
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The clock of commands.
    pub const fn clock(&self) -> &Clock {
        &self.clock
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
            .map_err(|_| Refusal::Stopping)?
    }

    /// [`Self::transact`] for threads that may block.
    pub fn transact_blocking<T>(
        &self,
        caller: &Caller,
        story: &dyn Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
    ) -> Result<Receipt<T>, Refusal> {
        let mut turn = None;
        for _ in 0..ATTEMPTS_MAX {
            if let Some(appended) = self.accepted(caller)? {
                return self.tell_again(caller, story, &appended);
            }
            let mut transaction = Transaction::new(self, *caller, NOW);
            let told = match story(&mut transaction) {
                Ok(value) => transaction.commit().map(|commit| (value, commit)),
                Err(refusal) => {
                    transaction.keep_unchanged();
                    Err(refusal)
                }
            };
            match told {
                Ok((value, Commit::Done { position })) => {
                    metrics::counter!("mediary_commands_total", "result" => "accepted").increment(1);
                    return Ok(Receipt { value, position, repeated: false });
                }
                Ok((_, Commit::Overtaken)) => {
                    let next = || self.overtaken.lock().unwrap_or_else(PoisonError::into_inner);
                    turn = turn.or_else(|| Some(next()));
                }
                // The same command, sent twice at once, was accepted just now.
                Err(_) if self.accepted(caller)?.is_some() => {}
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

    /// What the command appended, if it was accepted before.
    fn accepted(&self, caller: &Caller) -> Result<Option<Appended>, Refusal> {
        self.log.command(caller.principal, caller.command_id).map_err(Refusal::reading)
    }

    /// Answers an accepted command as the first time: from what was there before its own events.
    fn tell_again<T>(
        &self,
        caller: &Caller,
        story: &dyn Fn(&mut Transaction<'_>) -> Result<T, Refusal>,
        appended: &Appended,
    ) -> Result<Receipt<T>, Refusal> {
        let value = story(&mut Transaction::new(self, *caller, appended.first_position))?;
        Ok(Receipt { value, position: appended.last_position, repeated: true })
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
        .map_err(|_| Refusal::Stopping)?
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
    state: Box<dyn Any + Send>,
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
    urgency: Urgency,
    streams: BTreeMap<StreamId, Loaded>,
    events: Vec<NewEvent>,
}

impl<'a> Transaction<'a> {
    fn new(gate: &'a Gate, caller: Caller, before: u64) -> Self {
        let (streams, events) = (BTreeMap::new(), Vec::new());
        Self { gate, caller, before, urgency: Urgency::Normal, streams, events }
    }

    /// Who asks.
    pub const fn caller(&self) -> &Caller {
        &self.caller
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
        if self.caller.authority.allows(permission) { Ok(()) } else { Err(Refusal::Forbidden { permission }) }
    }

    /// Carries out a command that follows from one that the caller was allowed to ask for.
    pub fn entail<C: Concern>(&mut self, uuid: Uuid, command: C::Command) -> Result<(), Refusal> {
        let stream = C::stream(uuid);
        let loaded = self.load::<C>(stream.clone())?;
        let state =
            loaded.state.downcast_mut::<C::State>().expect("a stream's category belongs to one concern");
        let events = C::decide(state, command)?;
        for event in &events {
            C::evolve(state, event);
        }
        loaded.added += events.len() as u64;
        for event in &events {
            let encoded = codec::encode::<C>(event);
            self.events.push(NewEvent {
                stream: stream.clone(),
                name: encoded.kind.name.into(),
                schema: encoded.kind.schema,
                payload: encoded.payload.into(),
            });
        }
        Ok(())
    }

    fn load<C: Concern>(&mut self, stream: StreamId) -> Result<&mut Loaded, Refusal> {
        use std::collections::btree_map::Entry;
        match self.streams.entry(stream) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let (version, state) = self.gate.fold::<C>(entry.key(), self.before)?;
                Ok(entry.insert(Loaded { version, added: 0, state: Box::new(state) }))
            }
        }
    }

    /// Appends what the story added.
    fn commit(mut self) -> Result<Commit, Refusal> {
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
            header: self.caller.header(),
            urgency: self.urgency,
            expected,
            events: std::mem::take(&mut self.events),
        };
        match self.gate.log.append_blocking(append) {
            Ok(appended) if appended.repeated => Ok(Commit::Overtaken),
            Ok(appended) => {
                for (stream, loaded) in self.streams {
                    self.gate.states.put(stream, loaded.version + loaded.added, loaded.state);
                }
                Ok(Commit::Done { position: appended.last_position })
            }
            Err(AppendError::Conflict { .. }) => Ok(Commit::Overtaken),
            Err(error) => Err(refusal(error)),
        }
    }

    /// Gives back the folds that the story read and did not change.
    fn keep_unchanged(self) {
        for (stream, loaded) in self.streams {
            if loaded.added == 0 && loaded.version > 0 {
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
