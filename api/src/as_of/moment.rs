use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Error, Name, Result, Value, indexmap::IndexMap};
use mediary_log::{Log, Read, Recorded};
use mediary_schema::{Timestamp, account::Permission};

use super::{AsOfInput, Ending};
use crate::{
    error::{fault, log_fault},
    scalar::{DateTime, Position},
    schema::platform,
    server::spawn_blocking,
    session::session,
};

/// The moment as of which a field is answered.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// The last position that there is.
    pub(crate) position: u64,
    /// When that was recorded; none at the beginning.
    pub(crate) at: Option<Timestamp>,
    told: Arc<Told>,
}

/// What an answer says of the moment that it is of.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Option<Said>>);

#[derive(Debug)]
struct Said {
    position: u64,
    at: Option<Timestamp>,
    /// The fields that are of that moment, as they are called in the answer.
    fields: Vec<String>,
    /// What is null since it is not recorded, with the reason.
    unknown: Vec<(&'static str, &'static str)>,
}

/// The moment as of which a field is answered; none if that is now.
pub(crate) fn moment<'a>(context: &Context<'a>) -> Option<&'a Moment> {
    context.data_opt::<Moment>()
}

/// Refuses what is known of now alone, in a sentence that says so.
pub(crate) fn now_only(context: &Context<'_>, why: &str) -> Result<()> {
    let advice = match (moment(context), context.data_opt::<Ending>()) {
        (None, _) => return Ok(()),
        (Some(_), None) => "ask without `asOf`",
        (Some(_), Some(_)) => "a replay has no now",
    };
    Err(fault(&format!("{why}: {advice}"), "NOT_RECORDED", false))
}

impl Moment {
    /// Finds the moment that is asked for, for a field of an answer.
    pub(super) async fn find(context: &Context<'_>, told: &Arc<Told>, asked: AsOfInput) -> Result<Self> {
        session(context, Permission::READ)?;
        let gate = &platform(context).gate;
        let (log, now) = (gate.log().clone(), gate.clock().now());
        let end = context.data_opt::<Ending>().map(|ending| ending.position);
        let found = spawn_blocking(move || find(&log, end, now, asked)).await;
        let (position, at) = found.map_err(|_| fault("the server is stopping", "STOPPING", true))??;
        told.add(position, at, context.item.node.response_key().node.as_str())?;
        Ok(Self { position, at, told: Arc::clone(told) })
    }

    /// Has the answer say that something is null since it is not recorded.
    pub(crate) fn lacks(&self, field: &'static str, why: &'static str) {
        if let Some(said) = self.told.lock().as_mut()
            && !said.unknown.contains(&(field, why))
        {
            said.unknown.push((field, why));
        }
    }
}

/// The position of a moment, and when that was recorded. What is not there yet is no past; what is behind the end of a
/// replay is not in it.
fn find(log: &Log, end: Option<u64>, now: Timestamp, asked: AsOfInput) -> Result<(u64, Option<Timestamp>)> {
    let head = end.unwrap_or_else(|| log.head().position);
    let position = match asked {
        AsOfInput::Position(Position(position)) if position > head => {
            let message = format!("the log ends at {head}, before {position}: that is not in the past");
            return Err(fault(&message, "POSITION_BEYOND_HEAD", false));
        }
        AsOfInput::Position(Position(position)) => position,
        AsOfInput::Time(DateTime(time)) if time > now => {
            return Err(fault(&format!("{time} is not in the past"), "TIME_AHEAD", false));
        }
        AsOfInput::Time(DateTime(time)) => {
            log.position_at(time).map_err(|error| log_fault(&error))?.min(head)
        }
    };
    let last: Option<Recorded> = match position {
        0 => None,
        position => {
            let read = Read::forward(position).limit(1);
            log.read(&read).map_err(|error| log_fault(&error))?.pop()
        }
    };
    Ok((position, last.map(|event| event.envelope.at)))
}

impl Told {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Said>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a field; an answer is of one moment of the past, besides of now.
    fn add(&self, position: u64, at: Option<Timestamp>, field: &str) -> Result<()> {
        let mut said = self.lock();
        let said = said.get_or_insert_with(|| Said { position, at, fields: Vec::new(), unknown: Vec::new() });
        if said.position != position {
            let message = format!(
                "one answer is of one moment of the past, and {} differs from {position}: ask twice",
                said.position
            );
            return Err(fault(&message, "AS_OF_DIFFERS", false));
        }
        said.fields.push(field.to_owned());
        Ok(())
    }

    /// What the answer says; none if all of it is of now.
    pub(super) fn value(&self) -> Option<Value> {
        let said = self.lock();
        let Said { position, at, fields, unknown } = said.as_ref()?;
        let mut fields: Vec<&String> = fields.iter().collect();
        fields.sort();
        let unknown = unknown
            .iter()
            .map(|(field, why)| object([("field", Value::from(*field)), ("reason", Value::from(*why))]));
        let fields = fields.into_iter().map(|field| Value::from(field.as_str())).collect();
        Some(said_of(*position, *at, fields, unknown.collect()))
    }
}

/// What an answer says of a moment, and of which of its fields.
pub(super) fn said_of(
    position: u64,
    at: Option<Timestamp>,
    fields: Vec<Value>,
    unknown: Vec<Value>,
) -> Value {
    object([
        ("position", Value::from(position)),
        ("time", at.map_or(Value::Null, |at| Value::from(at.to_string()))),
        ("fields", Value::List(fields)),
        ("unknown", Value::List(unknown)),
    ])
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (Name::new(name), value));
    Value::Object(fields.collect::<IndexMap<_, _>>())
}

/// The refusal of a moment that can't be read.
pub(super) fn unreadable(error: &impl std::fmt::Display) -> Error {
    let message = format!("`asOf` is {{position: N}} or {{time: \"2026-11-21T08:00:00Z\"}}: {error}");
    fault(&message, "BAD_AS_OF", false)
}
