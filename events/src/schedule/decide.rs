use std::collections::BTreeSet;

use mediary_schema::{
    PrincipalId, ScheduleId, Timestamp, TokenId,
    account::Permission,
    schedule::{Due, RhythmRefused},
};
use serde_json::Value;

use super::{Command, Event, Plan, State};
use crate::{
    ANY_THING, Concern, EventKind, SUBJECTS_MAX, Subject, Subjects,
    name::{NAME_CHARS_MAX, is_name},
};

/// The kernel part `schedule`.
#[derive(Debug)]
pub struct Schedule;

/// The longest arguments of a command, in bytes of JSON.
const ARGUMENT_BYTES_MAX: usize = 64 << 10;

/// Why a command on a schedule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such schedule.
    #[error("there is no such schedule")]
    NotFound,
    /// The name can't be told from an id, or is none.
    #[error(
        "a schedule's name has 1 to {NAME_CHARS_MAX} characters, no control characters, no space at its ends, \
         and does not begin like an id"
    )]
    BadName,
    /// Something else is done under this name.
    #[error("there is a schedule called {name:?}, and it is another one")]
    Exists {
        /// The name.
        name: String,
    },
    /// Its moments are none.
    #[error(transparent)]
    Rhythm(#[from] RhythmRefused),
    /// The arguments are too long to be kept.
    #[error("the arguments have {bytes} bytes; at most {ARGUMENT_BYTES_MAX} are kept")]
    TooLong {
        /// How long they are.
        bytes: usize,
    },
    /// Schedules don't give commands to schedules.
    #[error("{name} can't be given by a schedule")]
    NotScheduled {
        /// The name of the command.
        name: String,
    },
    /// The moment was done already, or does not count.
    #[error("this moment was done")]
    NotDue,
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "SCHEDULE_NOT_FOUND",
            Self::BadName => "SCHEDULE_BAD_NAME",
            Self::Exists { .. } => "SCHEDULE_EXISTS",
            Self::Rhythm(_) => "SCHEDULE_BAD_TIMING",
            Self::TooLong { .. } => "SCHEDULE_TOO_LONG",
            Self::NotScheduled { .. } => "SCHEDULE_NOT_ALLOWED",
            Self::NotDue => "SCHEDULE_NOT_DUE",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::NotFound => "`mediary schedule list` shows those that there are",
            Self::Exists { .. } => "choose another name, or `mediary schedule remove` that one first",
            Self::Rhythm(RhythmRefused::Zone { .. }) => {
                "zones are called as IANA calls them: `Europe/Berlin`, `UTC`"
            }
            Self::Rhythm(RhythmRefused::Expression { .. }) => {
                "it is minute, hour, day, month, weekday: `30 2 * * *` is every night at half past two"
            }
            Self::NotScheduled { .. } => {
                "what makes a secret or is not for everybody to read, and what is asked of schedules, is asked by people"
            }
            Self::BadName => "choose another name",
            Self::Rhythm(_) | Self::TooLong { .. } | Self::NotDue => return None,
        };
        Some(advice.to_owned())
    }
}

impl Concern for Schedule {
    const NAME: &'static str = "schedule";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("added", 1, 0)
            .says("From now on a command is given again and again.")
            .about(&[ANY_THING]),
        EventKind::new("paused", 1, 0).says("It does nothing until it is resumed."),
        EventKind::new("resumed", 1, 0).says("It goes on, as whoever resumed it."),
        EventKind::new("fired", 1, 0).says("Its command was given: what came of it is recorded with this."),
        EventKind::new("removed", 1, 0).says("It does nothing any more."),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Add { .. } | Command::Pause | Command::Resume { .. } | Command::Remove => {
                Permission::SCHEDULE
            }
            Command::Fire { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        if let Command::Add { name, rhythm, command, principal, token_id, replace, now } = command {
            if !is_name(&name, ScheduleId::KIND) {
                return Err(Rejection::BadName);
            }
            if let Some(plan) = &state.plan {
                if (&plan.rhythm, &plan.command) == (&rhythm, &command) {
                    return Ok(lend(plan, principal, token_id, now));
                }
                if !replace {
                    return Err(Rejection::Exists { name });
                }
            }
            let bytes = command.arguments.to_string().len();
            if bytes > ARGUMENT_BYTES_MAX {
                return Err(Rejection::TooLong { bytes });
            }
            rhythm.check(now)?;
            return Ok(vec![Event::Added { name, rhythm, command, principal, token_id, since: now }]);
        }
        let Some(plan) = &state.plan else {
            return match command {
                Command::Remove => Ok(vec![]),
                Command::Add { .. } | Command::Pause | Command::Resume { .. } | Command::Fire { .. } => {
                    Err(Rejection::NotFound)
                }
            };
        };
        Ok(match command {
            Command::Add { .. } => vec![],
            Command::Pause if plan.is_paused => vec![],
            Command::Pause => vec![Event::Paused {}],
            Command::Resume { principal, token_id, now } => lend(plan, principal, token_id, now),
            Command::Remove => vec![Event::Removed {}],
            Command::Fire { due: None, not_done, .. } => {
                vec![Event::Fired { moment: None, missed_since: None, not_done }]
            }
            Command::Fire { due: Some(Due { moment, missed_since }), not_done, now } => {
                // A clock that once was ahead said that later moments are done, and nobody has seen those yet.
                let was_ahead = plan.since > now;
                if plan.is_paused || (moment <= plan.since && !was_ahead) {
                    return Err(Rejection::NotDue);
                }
                vec![Event::Fired { moment: Some(moment), missed_since, not_done }]
            }
        })
    }

    /// What the command names: whoever looks for a thing finds what is done with it again and again.
    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Added { command, .. } => {
                let mut named = BTreeSet::new();
                collect(&command.arguments, &mut named);
                Subjects::try_new(named.into_iter().take(SUBJECTS_MAX)).unwrap_or_else(|_| Subjects::none())
            }
            Event::Paused {} | Event::Resumed { .. } | Event::Fired { .. } | Event::Removed {} => {
                Subjects::none()
            }
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    // What it was to do is gone with its words: then it does nothing.
    fn redact(event: &Event) -> Option<Event> {
        match event {
            Event::Added { .. } => None,
            Event::Paused {} | Event::Resumed { .. } | Event::Removed {} => Some(event.clone()),
            Event::Fired { moment, missed_since, .. } => {
                Some(Event::Fired { moment: *moment, missed_since: *missed_since, not_done: None })
            }
        }
    }

    fn state_bytes(state: &State) -> usize {
        let arguments = state.plan.as_ref().map_or(0, |plan| plan.command.arguments.to_string().len());
        size_of_val(state) + arguments * 2
    }
}

/// It goes on, as whoever asks for it.
fn lend(plan: &Plan, principal: PrincipalId, token_id: TokenId, now: Timestamp) -> Vec<Event> {
    if !plan.is_paused && (principal, token_id) == (plan.principal, plan.token_id) {
        return vec![];
    }
    // What was not paused counts from where it was.
    let since = if plan.is_paused { now } else { plan.since };
    vec![Event::Resumed { principal, token_id, since }]
}

/// The ids in a command's arguments.
fn collect(arguments: &Value, named: &mut BTreeSet<Subject>) {
    match arguments {
        Value::String(text) => named.extend(text.parse::<Subject>().ok()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, named)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
