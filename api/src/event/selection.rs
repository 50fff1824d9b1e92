//! What a subscriber wants of each event that he is told, taken apart once: the events are then written as text, without a
//! resolver for each field.

use std::{fmt, io::Write as _};

use async_graphql::{Context, SelectionField, Value};
use mediary_log::Recorded;
use serde::Serialize;

use super::object::{OriginName, origin_id, write_payload};

/// What is wanted of an item, in the order in which it is answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Selection(Vec<Wanted<ItemField>>);

/// A field, and how it is called in the answer.
#[derive(Debug, PartialEq, Eq)]
struct Wanted<Field> {
    key: String,
    field: Field,
}

/// The fields of an item.
#[derive(Debug, PartialEq, Eq)]
enum ItemField {
    Typename,
    Position,
    Event(Vec<Wanted<EventField>>),
}

/// The fields of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EventField {
    Typename,
    Id,
    Position,
    Stream,
    Subjects,
    Version,
    Kind,
    Schema,
    At,
    Project,
    Principal,
    Origin,
    OriginId,
    CommandId,
    StoryId,
    CausationId,
    Payload,
    Changes,
}

impl Selection {
    /// What is selected of each item; none if it has a field that only a resolver knows.
    pub(super) fn of(context: &Context<'_>) -> Option<Self> {
        let mut selection = Self::default();
        for selected in context.field().selection_set() {
            let field = match selected.name() {
                "__typename" => ItemField::Typename,
                "position" => ItemField::Position,
                "event" => {
                    selection.add_of_event(&selected)?;
                    continue;
                }
                _ => return None,
            };
            add(&mut selection.0, key(&selected), field);
        }
        Some(selection)
    }

    /// Adds what is selected of the event, to what was before under the same key.
    fn add_of_event(&mut self, selected: &SelectionField<'_>) -> Option<()> {
        let key = key(selected);
        add(&mut self.0, key, ItemField::Event(Vec::new()));
        let found = self.0.iter_mut().find(|wanted| wanted.key == key)?;
        let ItemField::Event(fields) = &mut found.field else { return None };
        for selected in selected.selection_set() {
            add(fields, self::key(&selected), EventField::of(selected.name())?);
        }
        Some(())
    }

    /// The item of an event, or of a place without one, as JSON.
    pub(super) fn write(&self, position: u64, recorded: Option<&Recorded>, out: &mut Vec<u8>) {
        object(out, &self.0, |out, field| match (field, recorded) {
            (ItemField::Typename, _) => json(out, "EventItem"),
            (ItemField::Position, _) => json(out, &position),
            (ItemField::Event(_), None) => json(out, &()),
            (ItemField::Event(fields), Some(recorded)) => {
                object(out, fields, |out, field| field.write(recorded, out));
            }
        });
    }
}

impl EventField {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "__typename" => Self::Typename,
            "id" => Self::Id,
            "position" => Self::Position,
            "stream" => Self::Stream,
            "subjects" => Self::Subjects,
            "version" => Self::Version,
            "kind" => Self::Kind,
            "schema" => Self::Schema,
            "at" => Self::At,
            "project" => Self::Project,
            "principal" => Self::Principal,
            "origin" => Self::Origin,
            "originId" => Self::OriginId,
            "commandId" => Self::CommandId,
            "storyId" => Self::StoryId,
            "causationId" => Self::CausationId,
            "payload" => Self::Payload,
            "changes" => Self::Changes,
            _ => return None,
        })
    }

    fn write(self, recorded: &Recorded, out: &mut Vec<u8>) {
        let envelope = &recorded.envelope;
        match self {
            Self::Typename => json(out, "Event"),
            Self::Id => quoted(out, envelope.id),
            Self::Position => json(out, &envelope.position),
            Self::Stream => quoted(out, &envelope.stream),
            Self::Subjects => {
                let subjects = envelope.extensions.subjects.as_slice();
                json(out, &subjects.iter().map(ToString::to_string).collect::<Vec<_>>());
            }
            Self::Version => json(out, &envelope.version),
            Self::Kind => quoted(out, format_args!("{}.{}", envelope.stream.category, envelope.name)),
            Self::Schema => quoted(out, envelope.schema),
            Self::At => quoted(out, envelope.at),
            Self::Project => quoted(out, envelope.project),
            Self::Principal => quoted(out, envelope.principal),
            Self::Origin => json(out, &Value::from(OriginName::from(envelope.origin.kind))),
            Self::OriginId => json(out, &origin_id(envelope.origin.kind, envelope.origin.id)),
            Self::CommandId => quoted(out, envelope.command_id),
            Self::StoryId => quoted(out, envelope.correlation_id),
            Self::CausationId => json(out, &envelope.causation_id.map(|id| id.to_string())),
            Self::Payload => write_payload(recorded, out),
            // Only `history` tells them.
            Self::Changes => json(out, &()),
        }
    }
}

/// How a field is called in the answer.
fn key<'a>(selected: &SelectionField<'a>) -> &'a str {
    selected.alias().unwrap_or_else(|| selected.name())
}

/// Adds a field, once under each key: validation saw to it that two of one key are the same.
fn add<Field>(wanted: &mut Vec<Wanted<Field>>, key: &str, field: Field) {
    if !wanted.iter().any(|wanted| wanted.key == key) {
        wanted.push(Wanted { key: key.to_owned(), field });
    }
}

fn object<Field>(out: &mut Vec<u8>, wanted: &[Wanted<Field>], write: impl Fn(&mut Vec<u8>, &Field)) {
    let mut before = b'{';
    for Wanted { key, field } in wanted {
        out.push(before);
        before = b',';
        // GraphQL's names are of letters, digits and underscores.
        quoted(out, key);
        out.push(b':');
        write(out, field);
    }
    out.push(b'}');
}

fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("names are texts, and memory takes every byte");
}

/// Writes what has nothing in it that JSON escapes: ids, stored names, numbers of versions.
fn quoted(out: &mut Vec<u8>, value: impl fmt::Display) {
    write!(out, "\"{value}\"").expect("memory takes every byte");
}

#[cfg(test)]
impl Selection {
    /// Only these fields of the event.
    pub(super) fn of_event(names: &[&str]) -> Self {
        let mut fields = Vec::new();
        for name in names {
            add(&mut fields, name, EventField::of(name).unwrap());
        }
        Self(vec![Wanted { key: "event".to_owned(), field: ItemField::Event(fields) }])
    }
}
