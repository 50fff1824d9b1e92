use std::sync::{Arc, OnceLock};

use mediary_events::Concern;
use mediary_schema::{
    Clock, CorrelationId, IdSource, Identities,
    capability::{Capabilities, Capability},
    job::RetryPolicy,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Caller, Reaction, Refusal, Registry, ask,
    entrance::{Entrance, Turns},
    fingerprint::Fingerprint,
    only_if,
    owners::Owners,
    scratch::Scratch,
    states::States,
    transaction::{Commit, Overtaken, Transaction},
};
use crate::log::{Append, AppendError, Appended, CommandTag, Log, OnlyIf, Read, Recorded};

/// How often a story is decided anew when others were faster.
const ATTEMPTS_MAX: u32 = 16;
/// The position before which everything is.
pub(super) const NOW: u64 = u64::MAX;

/// The only public way to append. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gate {
    pub(super) log: Log,
    pub(super) clock: Clock,
    ids: IdSource,
    registry: Registry,
    pub(super) retry: RetryPolicy,
    capabilities: Capabilities,
    pub(super) reactions: Arc<[Arc<dyn Reaction>]>,
    pub(super) states: Arc<States>,
    pub(super) owners: Arc<Owners>,
    /// What a dry run adds, in place of the log.
    pub(super) scratch: Option<Arc<Scratch>>,
    overtaken: Arc<Turns>,
    entrance: Arc<Entrance>,
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
    pub(super) fn tag(&self) -> Option<CommandTag> {
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
        Self {
            log,
            clock,
            ids,
            registry,
            retry: RetryPolicy::default(),
            capabilities: Capabilities::default(),
            reactions: Arc::new([]),
            states: Arc::default(),
            owners: Arc::default(),
            scratch: None,
            overtaken: Arc::default(),
            entrance: Arc::default(),
        }
    }

    /// The same gate with another entrance.
    #[cfg(test)]
    pub(super) fn with_entrance(self, entrance: Entrance) -> Self {
        Self { entrance: Arc::new(entrance), ..self }
    }

    /// The same gate, with how the jobs that it opens are tried again.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// The same gate of an installation that offers less.
    #[must_use]
    pub fn with_capabilities(self, capabilities: Capabilities) -> Self {
        Self { capabilities, ..self }
    }

    /// What the installation offers.
    pub const fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Refuses what the installation does not offer: asked by every command that is about it, and by whoever hands files out.
    pub fn offers(&self, capability: Capability) -> Result<(), Refusal> {
        if self.capabilities.has(capability) { Ok(()) } else { Err(Refusal::NotOffered { capability }) }
    }

    /// The same gate, with what follows by itself from what is recorded: a dry run tells that, too.
    #[must_use]
    pub fn with_reactions(self, reactions: impl IntoIterator<Item = Arc<dyn Reaction>>) -> Self {
        Self { reactions: reactions.into_iter().collect(), ..self }
    }

    /// The same gate before a sheet of scratch paper: whatever it appends is gone with it.
    pub(super) fn on_scratch(&self) -> Self {
        self.on_scratch_behind(self.log.head().position)
    }

    /// The same behind a position of the past: what was recorded since is not there for it.
    pub(super) fn on_scratch_behind(&self, position: u64) -> Self {
        let scratch = Scratch::new(position, self.log.epoch());
        Self { scratch: Some(Arc::new(scratch)), states: Arc::default(), ..self.clone() }
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
    /// but ask the transaction. Where too many wait for such a thread it is refused at once.
    pub async fn transact<T, F>(&self, caller: Caller, story: F) -> Result<Receipt<T>, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        let gate = self.clone();
        self.enter(move || gate.transact_blocking(&caller, &story)).await
    }

    /// Tells a story on a thread for blocking work, once there is a turn for it.
    pub(super) async fn enter<T: Send + 'static>(
        &self,
        tell: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let retry_after = || self.log.retry_after();
        self.entrance.tell(tell, retry_after).await.inspect_err(|refusal| {
            if matches!(refusal, Refusal::Overloaded { .. }) {
                self.count(refusal.code());
            }
        })
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
    pub(super) fn terms(
        &self,
        caller: &Caller,
        name: &'static str,
        arguments: &Value,
        options: ask::Options,
    ) -> Terms {
        let command = Fingerprint::new(self.identities().key().as_bytes(), name, arguments);
        // Whoever asks is told of nothing that he may not see, and isn't held up by it.
        let seen = |only_if: OnlyIf| match caller.scope() {
            Some(scope) => OnlyIf { filter: only_if.filter.seen_in(scope), ..only_if },
            None => only_if,
        };
        Terms { command: Some(command), only_if: options.only_if.map(seen) }
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
                    let moved = if refusal.is_of_states() { transaction.moved() } else { Ok(None) };
                    transaction.keep_unchanged();
                    match moved {
                        Ok(Some(Overtaken { at })) => {
                            turn = turn.or_else(|| Some(self.overtaken.of(at.as_ref())));
                            continue;
                        }
                        Ok(None) => Err(refusal),
                        Err(unreadable) => Err(unreadable),
                    }
                }
            };
            match told {
                Ok((value, Commit::Done { position })) => {
                    self.count("accepted");
                    let story_id = caller.correlation_id;
                    return Ok(Receipt { value, position, story_id, repeated: false });
                }
                Ok((_, Commit::Overtaken(Overtaken { at }))) => {
                    turn = turn.or_else(|| Some(self.overtaken.of(at.as_ref())));
                }
                // The same command, sent twice at once, was accepted just now.
                Err(_) if self.accepted(caller, terms)?.is_some() => {}
                Err(refusal) => {
                    self.count(refusal.code());
                    return Err(refusal);
                }
            }
        }
        let refusal = Refusal::Contended { attempts: ATTEMPTS_MAX };
        self.count(refusal.code());
        Err(refusal)
    }

    fn count(&self, result: &'static str) {
        if self.scratch.is_none() {
            metrics::counter!("mediary_commands_total", "result" => result).increment(1);
        }
    }

    /// Records what a story adds, or notes it on scratch paper.
    pub(super) fn append(&self, append: Append) -> Result<Appended, AppendError> {
        match &self.scratch {
            None => self.log.record(append),
            Some(scratch) => scratch.append(append, self.clock.now()),
        }
    }

    /// The newest position that a story has before it.
    pub(super) fn head(&self) -> u64 {
        self.scratch.as_ref().map_or_else(|| self.log.head().position, |scratch| scratch.head())
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
}
