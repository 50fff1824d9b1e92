use std::fmt;

use mediary_events::{
    AskError, Asked, CommandKind, EventKind, Recorded, Schema, Subject, codec::DecodeError,
};
use mediary_schema::{account::Permission, job::WorkKind, setting::Limits};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Command, KindOfWork, Refusal, Transaction};

/// What is asked, with the story that it tells: what it does to which streams, in one append.
pub trait Story: Asked {
    /// What it answers.
    type Told: fmt::Debug + Serialize + Send + 'static;

    /// Tells it. It may be told several times and must not do anything but ask the transaction.
    fn tell(&self, story: &mut Transaction<'_>) -> Result<Self::Told, Refusal>;
}

/// What of a concern's events goes out over NATS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fanout {
    /// All of it.
    Whole,
    /// That something happened, not what.
    EnvelopeOnly,
    /// Nothing.
    Nothing,
}

/// What a concern is to everybody else: gate, doors, fan-out and contracts read this and nothing else.
#[derive(Debug)]
pub struct Entry {
    /// The word of the concern: the category of its streams.
    pub name: &'static str,
    /// What can have happened.
    pub events: &'static [EventKind],
    /// What can't happen any more, and is read as what took its place.
    pub retired: &'static [EventKind],
    /// What stands in for one of its events once that is erased, if it can give something.
    pub redact: fn(&Recorded) -> Result<Option<Value>, DecodeError>,
    /// What may be asked.
    pub commands: &'static [CommandKind],
    /// How a command is read from its arguments.
    pub decode: fn(&'static CommandKind, Value) -> Result<Command, AskError>,
    /// What whoever reads its streams must be allowed to do.
    pub read: Permission,
    /// What goes out over NATS.
    pub fanout: Fanout,
    /// Its kinds of long work.
    pub work: &'static [KindOfWork],
}

/// Every concern, as a table.
#[derive(Debug, Clone, Copy)]
pub struct Registry {
    entries: &'static [Entry],
}

impl Registry {
    /// A table of these.
    pub const fn new(entries: &'static [Entry]) -> Self {
        Self { entries }
    }

    /// Every concern.
    pub const fn entries(&self) -> &'static [Entry] {
        self.entries
    }

    /// The concern of this name.
    pub fn entry(&self, name: &str) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// A thing by its id, if it is of a kind that events can be about.
    pub fn thing(&self, id: &str) -> Option<Subject> {
        let thing: Subject = id.parse().ok()?;
        let mut events = self.entries.iter().flat_map(|entry| entry.events);
        let is_known =
            self.entry(&thing.kind).is_some() || events.any(|event| event.subjects.contains(&&*thing.kind));
        is_known.then_some(thing)
    }

    /// The newest form that this program knows of an event; none if it doesn't know the name.
    pub fn knows(&self, concern: &str, name: &str) -> Option<Schema> {
        let entry = self.entry(concern)?;
        let mut kinds = entry.events.iter().chain(entry.retired);
        kinds.find(|kind| kind.name == name).map(|kind| kind.schema)
    }

    /// Every command, in the order of the table.
    pub fn commands(&self) -> impl Iterator<Item = &'static CommandKind> {
        self.entries.iter().flat_map(|entry| entry.commands)
    }

    /// Every kind of long work, in the order of the table.
    pub fn kinds(&self) -> impl Iterator<Item = &'static KindOfWork> {
        self.entries.iter().flat_map(|entry| entry.work)
    }

    /// The name of every kind of long work.
    pub fn work_kinds(&self) -> Vec<WorkKind> {
        self.kinds().map(|work| work.kind).collect()
    }

    /// The kind of long work.
    pub fn work(&self, kind: WorkKind) -> Option<&'static KindOfWork> {
        self.kinds().find(|work| work.kind == kind)
    }

    /// The concern whose kind of long work it is.
    pub fn concern_of(&self, kind: WorkKind) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.work.iter().any(|work| work.kind == kind))
    }

    /// Attempts of a kind that may run at once: as set, or as the kind itself says.
    pub fn at_once(&self, limits: &Limits, kind: WorkKind) -> u32 {
        let unless_set = || self.work(kind).map_or(1, |work| work.at_once);
        limits.per_kind.get(&kind).copied().unwrap_or_else(unless_set)
    }

    /// Reads a command from its name and its arguments.
    pub fn command(&self, name: &str, arguments: Value) -> Result<Command, AskError> {
        let found = self.entries.iter().find_map(|entry| {
            let kind = entry.commands.iter().find(|kind| kind.name == name)?;
            Some((entry, kind))
        });
        let (entry, kind) = found.ok_or_else(|| AskError::Unknown { name: name.to_owned() })?;
        (entry.decode)(kind, arguments)
    }

    /// [`Self::command`] for ways that keep what they carry: a secret is refused.
    pub fn open_command(&self, name: &str, arguments: Value) -> Result<Command, AskError> {
        if let Some(kind) = self.commands().find(|kind| kind.name == name)
            && holds_secret(&(kind.schema)(), &arguments)
        {
            return Err(AskError::Secret { name: kind.name });
        }
        self.command(name, arguments)
    }
}

/// For a concern of which nothing may be asked.
pub fn asks_nothing(kind: &'static CommandKind, _: Value) -> Result<Command, AskError> {
    Err(AskError::Unknown { name: kind.name.to_owned() })
}

/// Reads a command of a concern.
pub fn decode<A: Story>(kind: &'static CommandKind, arguments: Value) -> Result<Command, AskError> {
    let malformed = |reason| AskError::Malformed { name: kind.name, reason };
    let arguments = if arguments.is_null() { json!({}) } else { arguments };
    if !arguments.is_object() {
        return Err(malformed("its arguments are an object with a name for each".to_owned()));
    }
    let tagged = json!({ "command": kind.name, "arguments": arguments });
    serde_json::from_value::<A>(tagged).map(Command::from).map_err(|error| malformed(error.to_string()))
}

/// Whether something stands where the schema wants a secret.
fn holds_secret(schema: &Value, value: &Value) -> bool {
    if schema["writeOnly"] == true {
        return !value.is_null();
    }
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields.into_iter().any(|(name, schema)| value.get(name).is_some_and(|value| holds_secret(schema, value)))
        || value.as_array().is_some_and(|items| items.iter().any(|item| holds_secret(&schema["items"], item)))
}
