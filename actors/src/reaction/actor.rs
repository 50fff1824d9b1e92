use std::{fmt, ops::Range, sync::Arc, time::Duration};

use mediary_events::{
    Rejection as _,
    reaction::{Command, Reaction as Place, Rejection, State as PlaceState},
};
use mediary_log::{
    Direction, Filter, Head, Kept, Origin, OriginKind, Page, Passed, Read, ReadError, Recorded,
    gate::{Caller, Gate, Reaction, Refusal, Step, trouble},
};
use mediary_schema::{EventId, ReactionId, reaction::Trouble};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::watch;

use super::Reacted;
use crate::follower::{Follower, ReadUpTo, waker};

/// Runs one reaction.
#[derive(Debug)]
pub struct Reactor;

/// What a reactor is made of.
#[derive(Clone)]
pub struct ReactorArguments {
    /// The gate.
    pub gate: Gate,
    /// The head of the log.
    pub head: watch::Receiver<Head>,
    /// The reaction.
    pub reaction: Arc<dyn Reaction>,
    /// Where it tells up to which position it has reacted.
    pub reacted: Arc<Reacted>,
}

/// What a reactor is told.
#[derive(Debug)]
pub enum Message {
    /// The log has grown, or a refused command is due again.
    Wake,
}

/// What a reactor keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: ReactorArguments,
    id: ReactionId,
    follower: ActorRef<ReadUpTo>,
    /// Up to here the log was looked through for causes.
    cursor: u64,
    saved: u64,
}

/// Raised if the meaning of cursors changes.
const CURSOR_VERSION: u32 = 2;
/// Positions after which a cursor is saved.
const SAVE_EVERY: u64 = 1_000;
/// Events read at once.
const PAGE: usize = 64;
/// Bytes read at once.
const PAGE_BYTES: usize = 1 << 20;
/// The wait before a refused command is issued again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What became of a cause.
enum Tried {
    /// It has its record: handled, or waiting.
    Recorded,
    /// Nothing can be recorded just now.
    Later(Refusal),
}

impl Actor for Reactor {
    type Msg = Message;
    type State = State;
    type Arguments = ReactorArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: ReactorArguments,
    ) -> Result<State, ActorProcessingErr> {
        let ReactorArguments { gate, head, reaction, .. } = &arguments;
        let id = ReactionId::from_name(reaction.name());
        let place = enabled(gate, id, reaction.name()).await?;
        // The record says what is handled; the snapshot only spares looking through what is no cause.
        let (log, cursor_name) = (gate.log().clone(), cursor_name(reaction.name()));
        let load = move || log.snapshots().load(&cursor_name, CURSOR_VERSION);
        let looked = tokio::task::spawn_blocking(load).await?;
        let cursor = looked.map_or(0, |kept| kept.position).max(place.after);
        let wake = waker("reactor", &myself, || Message::Wake);
        let follower = Follower::start(myself.get_cell(), head.clone(), wake).await?;
        myself.cast(Message::Wake)?;
        Ok(State { arguments, id, follower, cursor, saved: cursor })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        // Whatever is recorded from here on, a retry too, wakes it again: it may come when what is due was looked for already.
        let head = state.arguments.gate.log().head().position;
        match state.read_on().await {
            Ok(Tried::Recorded) => {
                state.arguments.reacted.tell(state.name(), head);
                Follower::rearm(&state.follower, head)
            }
            Ok(Tried::Later(Refusal::Stopping)) => Ok(()),
            Ok(Tried::Later(refusal)) => {
                tracing::warn!(reaction = state.name(), %refusal, "a reaction waits");
                myself.send_after(RETRY_AFTER, || Message::Wake);
                Ok(())
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.save().await;
        Ok(())
    }
}

/// The place of a reaction. One that no program knew before begins here: what was said before it was
/// not said to it.
async fn enabled(gate: &Gate, id: ReactionId, name: &str) -> Result<PlaceState, Refusal> {
    let place = gate.state::<Place>(id.uuid()).await?;
    if place.name.is_some() {
        return Ok(place);
    }
    let caller = Caller::platform(origin(id), gate.ids());
    let command = Command::Enable { name: name.to_owned(), after: gate.log().head().position };
    gate.execute::<Place>(caller, id.uuid(), command).await?;
    gate.state::<Place>(id.uuid()).await
}

const fn origin(id: ReactionId) -> Origin {
    Origin { kind: OriginKind::Reaction, id: id.uuid() }
}

impl State {
    fn name(&self) -> &'static str {
        self.arguments.reaction.name()
    }

    /// Tries what waits and may be tried, then what is new, up to the head.
    async fn read_on(&mut self) -> Result<Tried, Refusal> {
        if let later @ Tried::Later(_) = self.try_waiting().await? {
            return Ok(later);
        }
        loop {
            let head = self.arguments.gate.log().head().position;
            let page = self.page(self.cursor + 1).await?;
            for cause in &page.events {
                if let later @ Tried::Later(_) = self.meet(cause).await? {
                    return Ok(later);
                }
                self.cursor = cause.position();
            }
            self.cursor = page.next_position.map_or_else(|| self.cursor.max(head), |next| next - 1);
            if self.cursor >= self.saved + SAVE_EVERY {
                self.save().await;
            }
            if page.next_position.is_none() {
                return Ok(Tried::Recorded);
            }
        }
    }

    /// Tries the causes that a person wants tried again, and those that are free since.
    async fn try_waiting(&self) -> Result<Tried, Refusal> {
        loop {
            let place = self.place().await?;
            let Some(position) = place.due().first().copied() else { return Ok(Tried::Recorded) };
            let Some(cause) = self.read(place.waiting[&position].cause).await? else {
                // The log is whole, so that what it says of an event means that the event is there.
                return Ok(Tried::Recorded);
            };
            if let later @ Tried::Later(_) = self.try_cause(&cause, &place).await? {
                return Ok(later);
            }
        }
    }

    /// A cause that is met for the first time: it is tried, unless another of its stream waits before it.
    async fn meet(&self, cause: &Recorded) -> Result<Tried, Refusal> {
        let place = self.place().await?;
        let stream = cause.envelope.stream.to_string();
        if place.holds(&stream) {
            let (cause_id, position) = (cause.envelope.id, cause.position());
            self.record(cause, "defer", Command::Defer { cause: cause_id, position, stream }).await
        } else {
            self.try_cause(cause, &place).await
        }
    }

    /// Does what follows from a cause, in appends that say how far it is; parks it if that can't be done.
    async fn try_cause(&self, cause: &Recorded, place: &PlaceState) -> Result<Tried, Refusal> {
        let steps: Arc<[Step]> = match self.plan(cause).await {
            Ok(steps) => steps.into(),
            Err(Untold::Later(refusal)) => return Ok(Tried::Later(refusal)),
            Err(Untold::Trouble(trouble)) => return self.park(cause, trouble).await,
        };
        let mut done = place.steps_of(cause.envelope.id) as usize;
        loop {
            let now = done.min(steps.len())..(done + Step::AT_ONCE_MAX).min(steps.len());
            let (until, is_last) = (now.end, now.end == steps.len());
            match self.record_steps(cause, Arc::clone(&steps), now).await {
                Ok(()) if is_last => return Ok(Tried::Recorded),
                Ok(()) => done = until,
                Err(refusal) if is_overtaken(&refusal, cause.envelope.id) => return Ok(Tried::Recorded),
                Err(refusal) if refusal.is_retryable() => return Ok(Tried::Later(refusal)),
                Err(refusal) => return self.park(cause, trouble("record", &refusal)).await,
            }
        }
    }

    async fn plan(&self, cause: &Recorded) -> Result<Vec<Step>, Untold> {
        let (gate, reaction) = (self.arguments.gate.clone(), Arc::clone(&self.arguments.reaction));
        let cause = cause.clone();
        match tokio::task::spawn_blocking(move || reaction.plan(&gate, &cause)).await {
            Ok(Ok(steps)) => Ok(steps),
            Ok(Err(refusal)) if refusal.is_retryable() => Err(Untold::Later(refusal)),
            Ok(Err(refusal)) => Err(Untold::Trouble(trouble("plan", &refusal))),
            Err(error) if error.is_panic() => {
                Err(Untold::Trouble(Trouble::new("INTERNAL", "plan", "the reaction panicked")))
            }
            Err(_) => Err(Untold::Later(Refusal::Stopping)),
        }
    }

    /// Appends some steps together with the record of how far the cause is.
    async fn record_steps(
        &self,
        cause: &Recorded,
        steps: Arc<[Step]>,
        now: Range<usize>,
    ) -> Result<(), Refusal> {
        let story = Step::story(self.id, cause, steps, now.clone());
        let caller = self.caller(cause, &now.start.to_string());
        self.arguments.gate.transact(caller, story).await.map(|_| ())
    }

    /// Lets a cause wait for a person, and says so.
    async fn park(&self, cause: &Recorded, trouble: Trouble) -> Result<Tried, Refusal> {
        let stream = cause.envelope.stream.to_string();
        let (cause_id, position) = (cause.envelope.id, cause.position());
        tracing::error!(
            reaction = self.name(),
            position,
            stream,
            code = trouble.code,
            place = trouble.place,
            detail = trouble.detail,
            "an event is parked; `mediary parked list` shows it"
        );
        metrics::counter!("mediary_parked_events_total", "reaction" => self.name()).increment(1);
        self.record(cause, "park", Command::Park { cause: cause_id, position, stream, trouble }).await
    }

    /// Appends that a cause waits. It may wait several times, so that the command is a new one each time.
    async fn record(&self, cause: &Recorded, what: &str, command: Command) -> Result<Tried, Refusal> {
        let gate = &self.arguments.gate;
        let caller = self.caller(cause, &format!("{what}/{}", gate.ids().next()));
        match gate.execute::<Place>(caller, self.id.uuid(), command).await {
            Ok(_) => Ok(Tried::Recorded),
            Err(refusal) if is_overtaken(&refusal, cause.envelope.id) => Ok(Tried::Recorded),
            Err(refusal) if refusal.is_retryable() => Ok(Tried::Later(refusal)),
            Err(refusal) => Err(refusal),
        }
    }

    /// The story and the person of the cause go on; the origin is the reaction.
    fn caller(&self, cause: &Recorded, step: &str) -> Caller {
        Caller::reaction(&self.arguments.gate, self.arguments.reaction.as_ref(), cause, step)
    }

    async fn place(&self) -> Result<PlaceState, Refusal> {
        self.arguments.gate.state::<Place>(self.id.uuid()).await
    }

    async fn read(&self, event_id: EventId) -> Result<Option<Recorded>, Refusal> {
        self.blocking(move |gate| gate.log().event(event_id)).await
    }

    /// The causes of a page.
    async fn page(&self, from: u64) -> Result<Page, Refusal> {
        let reaction = Arc::clone(&self.arguments.reaction);
        let (direction, filter) = (Direction::Forward, Filter::kinds(reaction.events()));
        let request = Read { direction, limit: PAGE, bytes_max: PAGE_BYTES, filter, ..Read::forward(from) };
        let read = move |gate: &Gate| {
            let mut page = gate.log().read_page(&request)?;
            page.events.retain(|event| reaction.is_cause(gate, event));
            Ok(page)
        };
        self.blocking(read).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Gate) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let gate = self.arguments.gate.clone();
        let found = tokio::task::spawn_blocking(move || read(&gate)).await.map_err(Refusal::unfinished)?;
        found.map_err(|error| Refusal::Log(Arc::new(error)))
    }

    /// Keeps how far the log was looked through, on a thread that may block for an fsync.
    async fn save(&mut self) {
        if self.cursor == self.saved {
            return;
        }
        let (name, position) = (cursor_name(self.name()), self.cursor);
        // What it can't read it parks: nothing is passed.
        let kept = Kept { position, passed: Passed::default(), state: Vec::new() };
        let log = self.arguments.gate.log().clone();
        let saved = tokio::task::spawn_blocking(move || log.snapshots().save(&name, CURSOR_VERSION, &kept));
        match saved.await {
            Ok(Ok(())) => self.saved = position,
            // A cursor that lags costs the time to look again.
            Ok(Err(error)) => tracing::debug!(reaction = self.name(), %error, "the cursor is not saved"),
            Err(error) => tracing::debug!(reaction = self.name(), %error, "the cursor is not saved"),
        }
    }
}

/// Why nothing can be told of a cause.
enum Untold {
    /// Just now.
    Later(Refusal),
    /// Until a person does something.
    Trouble(Trouble),
}

/// Whether the cause has its record already: an append whose answer was lost.
fn is_overtaken(refusal: &Refusal, cause: EventId) -> bool {
    matches!(refusal, Refusal::Rejected(rejection) if rejection.code() == Rejection::Overtaken { cause }.code())
}

fn cursor_name(reaction: &str) -> String {
    format!("reaction-{reaction}")
}

impl fmt::Debug for ReactorArguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ReactorArguments")
            .field("reaction", &self.reaction.name())
            .finish_non_exhaustive()
    }
}
