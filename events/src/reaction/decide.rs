use mediary_schema::{EventId, account::Permission};

use super::{Command, Event, State};
use crate::{ANY_THING, Concern, EventKind, Subjects};

/// The kernel part `reaction`.
#[derive(Debug)]
pub struct Reaction;

/// Why a command on a reaction is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It was never enabled.
    #[error("there is no such reaction")]
    NotFound,
    /// The cause is handled, or further on the way, by now.
    #[error("{cause} is further on the way by now")]
    Overtaken {
        /// The event.
        cause: EventId,
    },
    /// The cause does not wait.
    #[error("{cause} is not parked")]
    NotParked {
        /// The event.
        cause: EventId,
    },
    /// Another of its stream waits before it.
    #[error("{cause} waits for {before}, which comes first in its stream")]
    Behind {
        /// The event.
        cause: EventId,
        /// The one before it.
        before: EventId,
    },
    /// A skip says why.
    #[error("a skip needs a reason")]
    WithoutReason,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "REACTION_NOT_FOUND",
            Self::Overtaken { .. } => "REACTION_OVERTAKEN",
            Self::NotParked { .. } => "EVENT_NOT_PARKED",
            Self::Behind { .. } => "EVENT_WAITS_BEHIND",
            Self::WithoutReason => "REASON_MISSING",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::Behind { before, .. } => Some(format!("retry or skip {before}")),
            Self::NotParked { .. } => Some("`mediary parked list` shows what is parked".to_owned()),
            Self::WithoutReason => Some("say why the event is never to be handled".to_owned()),
            Self::NotFound | Self::Overtaken { .. } => None,
        }
    }
}

impl Concern for Reaction {
    const NAME: &'static str = "reaction";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("enabled", 1, 0).says("It reacts from here on."),
        EventKind::new("advanced", 1, 0)
            .says("Some of what follows from a cause is done, in this append; more is to come.")
            .about(&["event"]),
        EventKind::new("handled", 1, 0).says("All that follows from a cause is done.").about(&["event"]),
        EventKind::new("parked", 1, 0)
            .says("A cause can't be handled, and waits for a person.")
            .about(&["event", ANY_THING]),
        EventKind::new("deferred", 1, 0)
            .says("A cause waits behind one of its stream.")
            .about(&["event", ANY_THING]),
        EventKind::new("retry_requested", 1, 0)
            .says("A parked cause is to be tried again.")
            .about(&["event"]),
        EventKind::new("skipped", 1, 0).says("A waiting cause is never handled.").about(&["event"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Enable { .. }
            | Command::Advance { .. }
            | Command::Handle { .. }
            | Command::Park { .. }
            | Command::Defer { .. } => Permission::PERFORM,
            Command::Retry { .. } | Command::Skip { .. } => Permission::OPERATE,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        if state.name.is_none() {
            return match command {
                Command::Enable { name, after } => Ok(vec![Event::Enabled { name, after }]),
                Command::Advance { .. }
                | Command::Handle { .. }
                | Command::Park { .. }
                | Command::Defer { .. }
                | Command::Retry { .. }
                | Command::Skip { .. } => Err(Rejection::NotFound),
            };
        }
        match command {
            // It goes on where it is.
            Command::Enable { .. } => Ok(vec![]),
            Command::Advance { cause, position, done, steps } => {
                turn(state, cause, position, done)?;
                Ok(vec![Event::Advanced { cause, position, steps: done + steps }])
            }
            Command::Handle { cause, position, done, steps } => {
                turn(state, cause, position, done)?;
                Ok(vec![Event::Handled { cause, position, steps: done + steps }])
            }
            Command::Park { cause, position, stream, trouble } => {
                turn(state, cause, position, state.steps_of(cause))?;
                Ok(vec![Event::Parked { cause, position, stream, trouble }])
            }
            Command::Defer { cause, position, stream } => {
                if position <= state.after {
                    return Err(Rejection::Overtaken { cause });
                }
                Ok(vec![Event::Deferred { cause, position, stream }])
            }
            Command::Retry { cause } => {
                let (position, waiting) = state.waiting_of(cause).ok_or(Rejection::NotParked { cause })?;
                if let Some(before) = first_of(state, &waiting.stream, position) {
                    return Err(Rejection::Behind { cause, before });
                }
                let is_due = waiting.retry || waiting.trouble.is_none();
                Ok(if is_due { vec![] } else { vec![Event::RetryRequested { cause }] })
            }
            Command::Skip { cause, reason } => {
                state.waiting_of(cause).ok_or(Rejection::NotParked { cause })?;
                if reason.trim().is_empty() {
                    return Err(Rejection::WithoutReason);
                }
                Ok(vec![Event::Skipped { cause, reason }])
            }
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        event.subjects()
    }

    /// Places lose nothing, or what was done would be done again.
    fn redact(event: &Event) -> Option<Event> {
        let mut event = event.clone();
        match &mut event {
            Event::Parked { trouble, .. } => trouble.detail.clear(),
            Event::Skipped { reason, .. } => reason.clear(),
            Event::Enabled { .. }
            | Event::Advanced { .. }
            | Event::Handled { .. }
            | Event::Deferred { .. }
            | Event::RetryRequested { .. } => {}
        }
        Some(event)
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}

/// Refuses what was decided on for a cause that got further meanwhile, so that no step is ever done twice.
fn turn(state: &State, cause: EventId, position: u64, done: u32) -> Result<(), Rejection> {
    let waits = state.waiting.get(&position).map(|waiting| waiting.stream.as_str());
    let its_turn = match waits {
        Some(stream) => first_of(state, stream, position).is_none(),
        None => position > state.after,
    };
    if its_turn && state.steps_of(cause) == done { Ok(()) } else { Err(Rejection::Overtaken { cause }) }
}

/// The cause that waits in front of a position of its stream.
fn first_of(state: &State, stream: &str, position: u64) -> Option<EventId> {
    let mut before = state.waiting.range(..position);
    before.find(|(_, waiting)| waiting.stream == stream).map(|(_, waiting)| waiting.cause)
}
