use std::{fmt, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use mediary_log::{
    Direction, Filter, Head, Read, Recorded,
    gate::{Gate, Refusal},
};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::watch;

use crate::follower::{Follower, ReadUpTo};

/// One kind of event that leads to another concern's commands.
pub trait Reaction: Send + Sync + 'static {
    /// The name of its cursor; never renamed.
    fn name(&self) -> &'static str;

    /// The full stored name of the event.
    fn event(&self) -> &'static str;

    /// Issues what follows from the event. Repeated until it is answered without a retryable refusal.
    fn react<'a>(&'a self, gate: &'a Gate, cause: &'a Recorded) -> BoxFuture<'a, Result<(), Refusal>>;
}

/// Runs every reaction, each with a cursor of its own.
#[derive(Debug)]
pub struct Reactor;

/// What a reactor is made of.
pub struct ReactorArguments {
    /// The gate.
    pub gate: Gate,
    /// The head of the log.
    pub head: watch::Receiver<Head>,
    /// The reactions.
    pub reactions: Vec<Box<dyn Reaction>>,
    /// Where it is told up to which position every reaction has reacted.
    pub reacted: Arc<watch::Sender<u64>>,
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
    gate: Gate,
    reactions: Vec<Reacting>,
    follower: ActorRef<ReadUpTo>,
    reacted: Arc<watch::Sender<u64>>,
}

struct Reacting {
    reaction: Box<dyn Reaction>,
    /// The position up to which it has reacted.
    cursor: u64,
    saved: u64,
}

/// Raised if the meaning of cursors changes.
const CURSOR_VERSION: u32 = 1;
/// Positions after which a cursor is saved, even if nothing was reacted to.
const SAVE_EVERY: u64 = 1_000;
/// Events read at once.
const PAGE: usize = 64;
/// Bytes read at once.
const PAGE_BYTES: usize = 1 << 20;
/// The wait before a refused command is issued again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl Actor for Reactor {
    type Msg = Message;
    type State = State;
    type Arguments = ReactorArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        ReactorArguments { gate, head, reactions, reacted }: ReactorArguments,
    ) -> Result<State, ActorProcessingErr> {
        let waker = myself.clone();
        let wake = move || {
            // A reactor that is gone needs no wake.
            if waker.cast(Message::Wake).is_err() {
                tracing::debug!("the reactor is gone");
            }
        };
        let follower = Follower::start(myself.get_cell(), head, wake).await?;
        myself.cast(Message::Wake)?;
        let restore = |reaction: Box<dyn Reaction>| {
            let found = gate.log().snapshots().load(&cursor_name(reaction.name()), CURSOR_VERSION);
            let cursor = found.map_or(0, |(position, _)| position);
            Reacting { reaction, cursor, saved: cursor }
        };
        let reactions = reactions.into_iter().map(restore).collect();
        Ok(State { gate, reactions, follower, reacted })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        Message::Wake: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let mut read_up_to = state.gate.log().head().position;
        for reacting in &mut state.reactions {
            match reacting.read_on(&state.gate).await {
                Ok(()) => {}
                Err(Refusal::Stopping) => return Ok(()),
                Err(refusal) if refusal.is_retryable() => {
                    tracing::warn!(reaction = reacting.reaction.name(), %refusal, "a reaction waits");
                    myself.send_after(RETRY_AFTER, || Message::Wake);
                    return Ok(());
                }
                Err(refusal) => return Err(refusal.into()),
            }
            read_up_to = read_up_to.min(reacting.cursor);
        }
        state.reacted.send_replace(read_up_to);
        Follower::rearm(&state.follower, read_up_to)
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        for reacting in &mut state.reactions {
            reacting.save(&state.gate);
        }
        Ok(())
    }
}

impl Reacting {
    async fn read_on(&mut self, gate: &Gate) -> Result<(), Refusal> {
        loop {
            let request = Read {
                from: self.cursor + 1,
                direction: Direction::Forward,
                limit: PAGE,
                bytes_max: PAGE_BYTES,
                filter: Filter::kinds([self.reaction.event()]),
            };
            let log = gate.log().clone();
            let head = log.head().position;
            let page = tokio::task::spawn_blocking(move || log.read_page(&request))
                .await
                .map_err(|_| Refusal::Stopping)?
                .map_err(|error| Refusal::Log(Arc::new(error)))?;
            for cause in &page.events {
                self.reaction.react(gate, cause).await?;
                self.cursor = cause.envelope.position;
                self.save(gate);
            }
            self.cursor = match page.next_position {
                Some(next) => next - 1,
                None => self.cursor.max(head),
            };
            if self.cursor >= self.saved + SAVE_EVERY {
                self.save(gate);
            }
            if page.next_position.is_none() {
                return Ok(());
            }
        }
    }

    fn save(&mut self, gate: &Gate) {
        if self.cursor == self.saved {
            return;
        }
        let name = cursor_name(self.reaction.name());
        match gate.log().snapshots().save(&name, CURSOR_VERSION, self.cursor, &[]) {
            Ok(()) => self.saved = self.cursor,
            // A cursor that lags costs a repeat, which changes nothing.
            Err(error) => tracing::debug!(reaction = self.reaction.name(), %error, "the cursor is not saved"),
        }
    }
}

fn cursor_name(reaction: &str) -> String {
    format!("reaction-{reaction}")
}

impl fmt::Debug for ReactorArguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReactorArguments").finish_non_exhaustive()
    }
}

impl fmt::Debug for Reacting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reacting")
            .field("reaction", &self.reaction.name())
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}
