use mediary_schema::{account::Permission, bounded::cut, delivery::DeliveryState, job::RetryPolicy};

use super::{Command, Event, State};
use crate::{Concern, EventKind, Subjects, job::wait};

/// The kernel part `delivery`.
#[derive(Debug)]
pub struct Delivery;

/// How often and how soon what surely was not taken is tried again: over about a day.
const POLICY: RetryPolicy = RetryPolicy { tries_max: 30, wait_ms: 5_000, wait_max_ms: 3_600_000 };
/// The longest reason of a doubt, in bytes.
const REASON_BYTES_MAX: usize = 512;

/// Why a command on a delivery is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such delivery.
    #[error("there is no such delivery")]
    NotFound,
    /// It is not where this can be asked.
    #[error("the delivery is {}", state.name())]
    Unready {
        /// Where it is.
        state: DeliveryState,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "DELIVERY_NOT_FOUND",
            Self::Unready { .. } => "DELIVERY_UNREADY",
        }
    }

    fn advice(&self) -> Option<String> {
        Some("`mediary notification outbox list` shows how it stands with each".to_owned())
    }
}

impl Concern for Delivery {
    const NAME: &'static str = "delivery";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("queued", 1, 0).says("It is to be sent.").about(&["notification"]),
        EventKind::new("begun", 1, 0).says("It is about to be sent."),
        EventKind::new("completed", 1, 0).says("The channel has taken it."),
        EventKind::new("failed", 1, 0).says("It surely was not taken."),
        EventKind::new("doubted", 1, 0).says("Nobody knows whether it was taken."),
        EventKind::new("skipped", 1, 0)
            .says("Its channel is paused: it is not sent, unless a person wants that."),
        EventKind::new("retried", 1, 0).says("A person wants it sent again."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Retry { .. } => Permission::NOTIFY,
            Command::Queue { .. }
            | Command::Begin
            | Command::Complete
            | Command::Fail { .. }
            | Command::Doubt { .. }
            | Command::Skip => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        use DeliveryState::{Failed, Queued, Sending, Sent, Skipped, Unsure};
        let known = match (state.state, &command) {
            (Some(known), _) => known,
            (None, Command::Queue { .. }) => Queued,
            (
                None,
                Command::Begin
                | Command::Complete
                | Command::Fail { .. }
                | Command::Doubt { .. }
                | Command::Skip
                | Command::Retry { .. },
            ) => return Err(Rejection::NotFound),
        };
        Ok(match (command, known) {
            // Asked for twice it is one.
            (Command::Queue { .. }, _) if state.state.is_some() => vec![],
            (Command::Queue { channel, message, at }, _) => vec![Event::Queued { channel, message, at }],
            (Command::Begin, Queued) => vec![Event::Begun {}],
            (Command::Complete, Sending) => vec![Event::Completed {}],
            (Command::Fail { failure, now, dice }, Sending) => {
                // What blocks one channel for hours is a fault like others: nobody waits for it for ever.
                let wait = wait(POLICY, &failure, state.failures, state.failures, dice);
                let wait = wait.filter(|_| state.failures + 1 < POLICY.tries_max);
                vec![Event::Failed { failure, again_at: wait.map(|wait| now.after(wait)) }]
            }
            // One that waits may have been sent, too, if the log was restored from a backup since.
            (Command::Doubt { reason }, Queued | Sending) => {
                vec![Event::Doubted { reason: cut(reason, REASON_BYTES_MAX) }]
            }
            (Command::Skip, Queued) => vec![Event::Skipped {}],
            (Command::Retry { now }, Failed | Unsure | Skipped) => vec![Event::Retried { at: now }],
            // A person doesn't wait for it: it may be far away, if the clock was set back since.
            (Command::Retry { now }, Queued) if state.at.is_some_and(|at| at > now) => {
                vec![Event::Retried { at: now }]
            }
            // It is on its way, or was left out before.
            (Command::Retry { .. }, Queued) | (Command::Skip, Skipped) => vec![],
            (Command::Begin, Sending | Sent | Failed | Unsure | Skipped)
            | (Command::Complete | Command::Fail { .. }, Queued | Sent | Failed | Unsure | Skipped)
            | (Command::Doubt { .. }, Sent | Failed | Unsure | Skipped)
            | (Command::Skip, Sending | Sent | Failed | Unsure)
            | (Command::Retry { .. }, Sending | Sent) => return Err(Rejection::Unready { state: known }),
        })
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        event.subjects()
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }
}
